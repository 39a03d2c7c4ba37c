"""S4 and S7: hostile words in every query and form, numbers no database holds, fields nobody may set; and limits."""

from __future__ import annotations

import re
from itertools import cycle, islice

import pytest
from sqlalchemy import func, select

from routing.store.accounts.schema import Staff
from routing.store.cases.schema import Case as CaseRow
from routing.store.cases.schema import CaseEvent, Firm
from routing.store.conversation.schema import Message
from routing.store.maintenance.schema import Idempotency
from tests.harness.databases import migrated
from tests.harness.few_entries import with_few_entries
from tests.harness.guards import BODIES, FORMS
from tests.harness.hostile_input import SQL, routes
from tests.harness.pages import Visitor
from tests.harness.service import PHONE_CASE, Service

HARMLESS = "zzqx-nothing-of-this-name"
QUERIES = {
    "/desk": ("view", "category", "status", "q", "done"), "/desk/queue": ("view", "category", "status", "q", "seen"),
    "/desk/cases": ("status", "kind", "category", "unit", "assignee", "park", "q", "overdue"),
    "/desk/deliveries": ("state", "done"), "/desk/ledger": ("month",), "/desk/ledger/file.csv": ("month",),
    "/desk/admin/notices": ("done",), "/api/v1/ledger": ("month", "cursor"),
    "/desk/admin/staff": ("done",), "/desk/sign-in": ("next", "problem", "out"),
    "/desk/knowledge": ("q", "category", "unit", "state"), "/desk/knowledge/expiry": ("unit",),
    "/desk/knowledge/unanswered": ("week",), "/desk/knowledge/export": ("q", "category", "unit"),
    "/desk/knowledge/entries/land-lease-renewal": ("done", "lang"), "/desk/knowledge/corrections": ("done",),
    "/desk/knowledge/new": ("case",), "/desk/turnaround": ("from", "to", "kind", "by", "base"),
    "/desk/turnaround/cases": ("figure", "group"), "/desk/turnaround/cases/file.csv": ("figure", "group"),
    "/desk/turnaround/file.csv": ("from", "kind", "by"),
    "/desk/turnaround/held": ("from", "to", "kind", "by"), "/desk/turnaround/held/file.csv": ("from", "kind", "by"),
    "/desk/turnaround/bot": ("from", "to"), "/desk/turnaround/bot/file.csv": ("from", "to"),
    "/api/v1/turnaround/bot": ("from", "to", "format"),
    "/api/v1/turnaround/held": ("from", "to", "kind", "by", "format"),
    "/api/v1/cases": ("q", "unit", "assignee", "cursor", "status", "kind", "category", "waiting_on", "overdue"),
    "/api/v1/deliveries": ("case", "state", "cursor"), "/api/v1/knowledge": ("q", "category", "cursor"),
    "/api/v1/turnaround": ("from", "to", "kind", "by", "base", "format"),
}  # fmt: skip
IN_PATHS = (
    "/desk/cases/{}",
    "/desk/knowledge/entries/{}",
    "/desk/knowledge/cases/{}",
    "/desk/admin/{}",
    "/api/v1/cases/{}",
)


STRICT = [pytest.param("postgres", marks=pytest.mark.postgres)]
"""PostgreSQL holds every text and number against its column; what it takes, SQLite takes as well."""


@pytest.fixture(scope="module", params=STRICT)
def service(request, tmp_path_factory):
    with migrated(request.param, tmp_path_factory.mktemp("input")) as url, Service(url) as service:
        service.opened()
        yield with_few_entries(service)


def counts(service):
    with service.runtime.database.reading() as session:
        tables = (CaseRow, CaseEvent, Message, Firm, Staff)
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def answer(service, path, name, value, *, who="adam"):
    """Status and body, without the value itself, wherever it is shown again."""
    got = Visitor(service, who).get(path, params={name: value}, follow=False).answer
    assert got.status_code < 500, (path, name, value)
    rows = 0 if path == "/desk/knowledge" else got.text.count("<tr")  # its search takes each word for itself
    return got.status_code, rows, len(re.findall(r"KP-\d{7}-\d{4}", got.text))


@pytest.mark.parametrize("path", QUERIES)
def test_words_of_sql_find_what_harmless_words_find(service, path):
    """S4: every query of every page and call, four strings each, one of each family."""
    before = counts(service)
    for place, name in enumerate(QUERIES[path]):
        wanted = answer(service, path, name, HARMLESS)
        for payload in islice(cycle(SQL), place, place + 4 * 27, 27):
            assert answer(service, path, name, payload) == wanted, (name, payload)
    assert counts(service) == before


def test_every_string_of_sql_searches_for_itself_alone(service):
    """S4: the search box, with all of them."""
    assert service.get("adam", "/cases", q="續租").json()["items"] != []
    for payload in SQL:
        found = service.get("adam", "/cases", q=payload)
        assert (found.status_code, found.json()["items"]) == (200, []), payload


@pytest.mark.parametrize("sign", ["%", "_", "%%", "\\", "\\%", "' OR ''='", "*", "[a-z]"])
def test_signs_with_a_meaning_in_searches_are_letters(service, sign):
    assert service.get("adam", "/cases", q=sign).json()["items"] == []


@pytest.mark.parametrize("path", IN_PATHS)
def test_words_of_sql_in_an_address_are_a_number_that_is_not_there(service, path):
    for payload in islice((one for one in SQL if not {"/", "?", "#"} & set(one)), 0, None, 7):
        answer = service.ask("GET", path.format(payload.replace("/", "%2F").replace("?", "%3F").replace("#", "%23")),
                             headers=service.headers("adam"))  # fmt: skip
        assert answer.status_code in {404, 422}, payload


def test_what_is_typed_into_a_form_is_kept_as_it_is(service):
    """S4: each string as firm, contact, subject and words of a case, and as a note, comes back letter by letter."""
    for payload in islice(SQL, 0, None, 26):
        typed = {
            "firm": f"廠商{payload}",
            "contact": payload.strip(),
            "subject": payload.strip(),
            "text": payload.strip(),
        }
        made = service.post("alice", "/cases", {**PHONE_CASE, **typed})
        assert made.status_code == 201, made.text
        number = made.json()["number"]
        service.post("sue", f"/cases/{number}/messages", {"text": payload, "internal": True})
        case = service.get("sue", f"/cases/{number}").json()
        assert (case["firm"]["name"], case["subject"]) == (typed["firm"].strip(), typed["subject"])
        assert payload.strip() in {message["text"].strip() for message in case["messages"]}


@pytest.mark.parametrize(
    "payload", ["' OR 1=1 --", "x" * 5000, "\x00", "😀" * 100, "-1", "9" * 30, "\ufeff", "a\r\nb: c"]
)
def test_no_form_falls_over_what_is_typed_into_it(service, payload):
    """S4: every field of every form, all at once, by somebody who may send it."""
    number = service.opened()
    fields = {name for form in FORMS.values() for name in form} | {
        "version", "until", "at", "via", "doc_no", "agency", "topic", "filed_at", "received_at", "ubn", "email", "name",
        "role", "unit", "first", "last", "deputy", "id", "day", "county", "part", "hours", "district", "source", "next",
        "password", "current", "again", "note", "question", "answer", "basis", "facts", "review", "verified", "address",
        "entry", "message", "q", "notice", "when", "holds", "why", "new", "en_question", "phrasings_zh", "back",
        "alert", "approve",
    }  # fmt: skip
    # A form holds sixty fields at most.
    halves = sorted(fields)[:58], sorted(fields)[-58:]
    adam = Visitor(service, "adam")
    deeds = ("staff/add", "staff/disable", "absences/add", "absences/remove", "calendar/close", "calendar/withdraw",
             "notices/set")  # fmt: skip
    for method, path in routes(service.app):
        if method != "POST" or not path.startswith("/desk") or path == "/desk/sign-out":
            continue
        for deed in deeds if path.endswith("{deed}") else FORMS if path.endswith("{step}") else ("",):
            address = path.replace("{name}/{deed}", deed).replace("{step}", deed).replace("{number}", number)
            address = re.sub(r"\{\w+\}", "1", address)
            for half in halves:
                form = dict.fromkeys(half, payload[:2000])
                status = adam.ask(method, address, data=form, follow=False).status
                # What is begun is shown at once: a secret for a second factor stands in no address to be led to.
                # Who else has a case open is answered to its page.
                at_once = {"/desk/second-factor/begin", "/desk/reminders/chat-code", f"/desk/cases/{number}/presence"}
                shown = {200} if address in at_once else set()
                assert status in {303, 400, 401, 403, 404, 409, 412, 422, *shown}, address


@pytest.mark.parametrize("big", [-1, 0, 2**31, 2**63, 2**64, 10**40])
def test_an_id_that_no_database_holds_is_only_not_found(service, big):
    paths = (
        f"/desk/files/{big}", f"/desk/deliveries?before={big}", f"/desk/admin/audit?before={big}",
        f"/desk/ledger?before={big}", f"/api/v1/ledger?cursor={big}",
        f"/desk/knowledge?page={big}", f"/desk/knowledge/entries/land-lease-renewal/edit?draft={big}",
        f"/desk/turnaround/cases?figure=received&page={big}", f"/api/v1/cases/KP-1151116-0001/files/{big}",
        f"/api/v1/cases?cursor={big}", f"/api/v1/deliveries?cursor={big}", f"/desk/knowledge/exchange?done={big}",
        f"/desk/cases?cursor={big}", f"/desk/reminders?cursor={big}", f"/api/v1/reminders?cursor={big}",
    )  # fmt: skip
    adam = Visitor(service, "adam")
    for path in paths:
        assert adam.get(path, follow=False).status in {200, 404, 422}, path
    for path in ("/desk/deliveries/{}/resend", "/desk/knowledge/drafts/{}/approve", "/desk/knowledge/drafts/{}/reject",
                 "/desk/knowledge/corrections/{}/withdraw", "/api/v1/deliveries/{}/resend"):  # fmt: skip
        assert adam.ask("POST", path.format(big), data={}, follow=False).status in {404, 409, 422}, path


@pytest.mark.parametrize(
    "path", ["/desk/cases?q=%00", "/desk/cases?unit=a%00", "/api/v1/cases?q=%00", "/desk/cases/%00"]
)
def test_a_nul_in_an_address_is_refused(service, path):
    assert Visitor(service, "adam").get(path, follow=False).status in {404, 422}


EXTRA = {
    "role": "admin", "unit": "投資服務科", "status": "closed", "assignee": "carol@kp.example", "version": 99, "id": 1,
    "number": "KP-1000101-0001", "confidential": True, "due_on": "2030-01-01", "by": "adam@kp.example",
    "imported": True,
    "created_at": "2020-01-01T00:00:00+08:00", "verified": True, "staff_id": 1, "reopened": 5, "closed_at": None,
}  # fmt: skip


PLACES = {
    "approval": "extension/approval",
    "seen": "extension/seen",
    "move": "messages/1/move",
    "number": "documents/1/number",
}
"""Where the bodies go that are named after the last part of their address."""
OUTSIDE = {
    "stop": "/notices/1/stop", "answer": "/consultations/1/answer", "withdrawal": "/consultations/1/withdrawal",
    "incidents": "/incidents", "decision": "/assistance/decision",
    "seal": "/annual/115/seal", "entries": "/annual/115/entries",
    "kind-limits": "/kind-limits", "canned": "/canned", "{reply_id}": "/canned/1", "{code}": "/directory/parks/nanzih",
    **{name: re.sub(r"{\w+}", "1", name.removeprefix("/api/v1")) for name in BODIES if name.startswith("/")},
}  # fmt: skip
"""Those that belong to no one case; leaders may do all of it but what is an administrator's."""


@pytest.mark.parametrize("field", sorted(EXTRA))
def test_no_call_takes_a_field_that_is_not_its_own(service, field):
    """S7: role, unit, state and the trail are set by nobody from outside."""
    number = service.opened()
    before = service.get("sue", f"/cases/{number}").json()
    for name, body in BODIES.items():
        path = OUTSIDE.get(name, f"/cases/{number}/{PLACES.get(name, name)}")
        who = "sue" if name in OUTSIDE else "alice"
        if name == "{notice}":
            path, who = "/notice-policies/assigned", "adam"
        if name == "kind-limits":
            who = "adam"
        if field in body:
            continue
        sent = {**body, field: EXTRA[field]}
        if name == "{number}":
            path = f"/cases/{number}"
            refused = service.ask("PATCH", f"/api/v1{path}", json=sent, headers=service.headers(who))
        else:
            refused = service.post(who, path, sent)
        assert (refused.status_code, refused.json()["field"]) == (422, field), path
    assert service.get("sue", f"/cases/{number}").json() == before


def test_no_form_takes_a_field_that_is_not_its_own(service):
    """S7: what stands beside a form's own fields is not read."""
    number = service.opened()
    alice = Visitor(service, "alice")
    mine = {"role": "admin", "unit": "投資服務科", "by": "adam@kp.example", "status": "closed", "confidential": "yes"}
    version = alice.get(f"/desk/cases/{number}").form("/note").fields["version"]
    alice.ask("POST", f"/desk/cases/{number}/note", data={"version": version, "text": "註記", **mine})
    case = service.get("sue", f"/cases/{number}").json()
    assert (case["unit"], case["confidential"], case["status"]) == ("用地工程科", False, "assigned")
    assert case["messages"][-1]["by"] == "alice@kp.example"
    assert service.get("alice", "/me").json()["role"] == "officer"


KEYS = ["x" * 256, "x" * 100_000, "", " ", "a\tb", "é"]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: f"{len(key)}")
def test_a_key_that_cannot_be_kept_is_refused_and_nothing_is_done(service, key):
    before = counts(service)
    headers = {**service.headers("alice"), "Idempotency-Key": key.encode("latin-1")}
    refused = service.ask("POST", "/api/v1/cases", json=PHONE_CASE, headers=headers)
    too_large_a_head = len(key) > 32 * 1024  # refused before anybody looks at the key
    wanted = {201, 422} if not key.strip() else {431} if too_large_a_head else {422}
    assert refused.status_code in wanted
    if refused.status_code != 201:
        assert counts(service) == before


def test_a_key_gives_nobody_elses_answer(service):
    """The same key of two people is two keys."""
    first = service.post("alice", "/cases", PHONE_CASE, Idempotency_Key="shared")
    second = service.post("carol", "/cases", PHONE_CASE, Idempotency_Key="shared")
    assert first.json()["number"] != second.json()["number"]
    with service.runtime.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Idempotency).where(Idempotency.key == "shared")) == 2
