"""S6, what answers say: every route as every person, and in each answer only the words that this person may read.

The routes are the application's own, so that a new one is walked from its first day; what is planted says which case
and which field a word comes from. On both databases.
"""

from __future__ import annotations

import io
import zipfile
from functools import cache

import pytest

from bot.web.report_tables import LABELS
from routing.service.messaging.inbox_writer import Intake
from tests.harness.cast import CAST, email
from tests.harness.databases import migrated
from tests.harness.few_entries import with_few_entries
from tests.harness.guards import BODIES, FORMS
from tests.harness.hostile_input import routes
from tests.harness.pages import Visitor
from tests.harness.planted import ASKED, CASES, CONFIDENTIAL, FIELDS, HUSH, MADE, OVER, SECRET, TOPICS, plant
from tests.harness.service import Service
from tests.integration.security.test_security_matrix import STEPS, WHO

TEAM, LAND, PARTNERS = {"alice", "bob", "carol", "sue", "adam"}, {"alice", "bob", "sue", "adam"}, {"tai", "nina"}
EVERYBODY = (*WHO, "bob")
PERIOD = {"from": "2026-11-01", "to": "2026-11-16", "kind": "PET"}
SPLITS = ("category", "topic", "unit", "park", "channel", "language", "agency")


@pytest.fixture(scope="module", params=["sqlite"])
def service(request, tmp_path_factory):
    with migrated(request.param, tmp_path_factory.mktemp("content")) as url, _served(url) as service:
        yield service


def _served(url: str) -> Service:
    service = Service(url)
    service.app.state.intake = Intake(service.runtime.database, lambda: None)
    return with_few_entries(service)


@pytest.fixture(scope="module")
def planted(service):
    return plant(service)


def readable(planted, who: str) -> set[str]:
    """Every planted word and number that this person may read somewhere."""
    if who in TEAM:
        seen = CASES if who in LAND else tuple(set(CASES) - set(CONFIDENTIAL))
        open_ones = (ASKED, OVER)
        return (
            {word for name in seen for word in (*planted.words(name), planted.numbers[name])}
            | {f"{name}Question" for name in seen if name != SECRET}
            | {f"{name}{made}" for name in open_ones for made in MADE}
            | {f"{name}{field}" for name in seen for field in ("Topic", "Gap", "Profile")}
            | {f"{OVER}Answer"}
        )
    if who == "tai":
        return {word for name in (ASKED, HUSH) for word in (planted.numbers[name], f"{name}Question")}
    return set()


def paths(planted, path: str) -> list[str]:
    """An address of a route for each planted object; a parameter that nobody thought of is a KeyError."""
    by_case = {
        "number": planted.numbers, "media_id": planted.media, "output_id": planted.drafts,
        "document_id": planted.documents,
    }  # fmt: skip
    others = {
        "name": ["staff", "absences", "calendar", "notices", "audit", "assist"], "ending": ["csv", "xlsx", "ods"],
        "token": ["x", *planted.numbers.values(), *map(str, planted.media.values())],
        "consultation_id": [str(number) for number in range(1, 9)], "incident_id": ["1"], "notice_id": ["1"],
        "reply_id": ["1"], "kind": ["parks", "agencies", "units"], "code": ["nanzih"],
        "edit_id": [*map(str, planted.edits.values())], "year": ["2026"], "ubn": ["04595257"],
        "set_id": ["feeder-capacity"], "breach_id": ["1"],
        "entry_id": ["land-lease-renewal", *(f"of-{name.lower()}" for name in CASES)],
    }  # fmt: skip
    names = {part.strip("{}") for part in path.replace("file.", "").split("/") if part.startswith("{")}
    if names & by_case.keys():
        made = []
        for name in CASES:
            address = path
            for key, values in by_case.items():
                address = address.replace(f"{{{key}}}", values[name])
            made.append(address.replace("{ending}", "odt"))
        return made
    made = [path]
    for name in sorted(names):
        made = [one.replace(f"{{{name}}}", value) for one in made for value in others[name]]
    # What a stream says is numbers and versions, and it never ends (``test_live``).
    return made if path != "/api/v1/live" else []


def queries(planted, path: str) -> list[dict[str, str]]:
    """What is asked of a route: plainly, and in every way that could tell more."""
    figures = [{**PERIOD, "figure": figure, "by": "topic"} for figure in LABELS]
    figures += [{**PERIOD, "figure": "received", "by": "topic", "group": TOPICS[name]} for name in CONFIDENTIAL]
    more = {
        "/api/v1/cases": [{"limit": "200"}],
        "/api/v1/deliveries": [{}, *({"case": number} for number in planted.numbers.values())],
        "/api/v1/turnaround": [{**PERIOD, "by": by} for by in (*SPLITS, "month")],
        "/api/v1/turnaround/held": [{**PERIOD, "by": "unit"}],
        "/api/v1/turnaround/bot": [PERIOD],
        "/desk/turnaround/held": [{**PERIOD, "by": "unit"}],
        "/desk/turnaround/held/file.{ending}": [{**PERIOD, "by": "unit"}],
        "/desk": [{"view": "all"}, {"view": "unit"}],
        "/desk/queue": [{"view": "all"}],
        "/desk/queue/file.{ending}": [{"view": "all"}, {"view": "unit", "mark": "undelivered"}],
        "/api/v1/ledger": [{"limit": "200"}],
        "/desk/deliveries": [{}, {"state": "dead"}, {"state": "pending"}, {"state": "parked"}],
        "/desk/turnaround": [{**PERIOD, "by": by} for by in SPLITS],
        "/desk/turnaround/file.{ending}": [{**PERIOD, "by": "topic"}, {**PERIOD, "kind": "all", "by": "topic"}],
        "/desk/turnaround/cases": figures,
        "/desk/turnaround/cases/file.{ending}": figures,
        "/desk/knowledge/new": [{}, *({"case": number} for number in planted.numbers.values())],
        "/desk/knowledge/cases/{number}/reply": [{"faq": "land-lease-renewal"}],
        "/desk/knowledge/entries/{entry_id}/edit": [{}, *({"draft": draft} for draft in planted.edits.values())],
        "/desk/knowledge/try": [{"q": f"{name}Taught 這一題"} for name in (ASKED,)],
    }
    return more.get(path, [{}])


def text_of(answer) -> str:
    """Everything that an answer says, the parts of a spreadsheet and the headers too."""
    said = [answer.text, *(f"{name}: {value}" for name, value in answer.headers.items())]
    if answer.content.startswith(b"PK"):
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        said += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    return "\n".join(said)


def without(text: str, *asked: str) -> str:
    """An answer without what the question itself said."""
    for one in asked:
        text = text.replace(one, "")
    return text


def said_by_asker(planted, status, address, query) -> set[str]:
    """Words that stood in the question. The number of a case counts only in a refusal: elsewhere it would be found."""
    asked = {word for word in planted.everything() if any(word in value for value in (address, *query.values()))}
    return asked if status >= 300 else asked - set(planted.numbers.values())


@cache
def visitor(service, who: str) -> Visitor:
    return Visitor(service, None if who == "anonymous" else who)


def ask(service, who: str, method: str, path: str, **given):
    """A request by token or by session, as the address wants it."""
    if path.startswith("/api/"):
        headers = {} if who == "anonymous" else service.headers(who)
        return service.ask(method, path, headers=headers, **given)
    return visitor(service, who).ask(method, path, follow=False, **given).answer


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_answer_holds_only_what_its_reader_may_read(service, planted, who):
    allowed, told, wrong = readable(planted, who), "", []
    addresses = {email(name) for name in CAST} - {email(who)}
    for method, path in routes(service.app):
        for address in paths(planted, path) if method == "GET" else ():
            for query in queries(planted, path):
                answer = ask(service, who, "GET", address, params=query)
                assert answer.status_code < 500, (address, query, answer.text)
                text = text_of(answer)
                told += text
                told_ourselves = said_by_asker(planted, answer.status_code, address, query)
                words = planted.everything() - allowed - told_ourselves
                wrong += [f"{word}: {address} {query}" for word in words if word in text]
                if who not in TEAM:
                    wrong += [f"{one}: {address}" for one in addresses if one in text]
    assert wrong == []
    # Words that the product shows to nobody in this walk would make the test blind.
    shown = {word for word in allowed if word in told}
    unseen = allowed - shown - {f"{name}{word}" for name in CASES for word in ("Topic", "Profile")}
    assert unseen == set()


@pytest.mark.parametrize("who", ["carol", "tai", "nina"])
def test_searching_finds_nothing_that_cannot_be_read(service, planted, who):
    hidden = CONFIDENTIAL if who == "carol" else CASES
    for name in hidden:
        for word in sorted({*planted.words(name), planted.numbers[name], f"{name}Answer", f"{name}Later"[2:]}):
            if who == "tai" and name in {ASKED, HUSH} and word == planted.numbers[name]:
                continue
            found = service.get(who, "/cases", q=word).json()["items"]
            assert planted.numbers[name] not in {item["number"] for item in found}, (who, word)
            for path in ("/desk", "/desk/queue", "/desk/cases"):
                page = ask(service, who, "GET", path, params={"q": word, "view": "all"})
                assert planted.numbers[name] not in without(page.text, word), (who, path, word)


def test_a_partner_finds_its_questions_by_what_it_reads_of_them(service, planted):
    number = planted.numbers[HUSH]
    for query in ({"q": "hushquestion"}, {"q": number[-4:]}, {"status": "waiting_agency", "waiting_on": "agency"}):
        assert number in {item["number"] for item in service.get("tai", "/cases", **query).json()["items"]}, query
    first = service.get("tai", "/cases", limit=1).json()
    second = service.get("tai", "/cases", limit=1, cursor=first["next_cursor"]).json()
    found = [page["items"][0]["number"] for page in (first, second)]
    assert (found, second["next_cursor"]) == ([number, planted.numbers[ASKED]], None)


@pytest.mark.parametrize(
    "query",
    [{"assignee": email("alice")}, {"assignee": "none"}, {"kind": "PET"}, {"kind": "ENQ"}, {"category": "land"},
     {"category": "tax"}, {"overdue": "true"}, {"overdue": "false"}, {"status": "in_progress"}, {"status": "closed"}],
)  # fmt: skip
def test_a_partners_filters_tell_nothing_that_its_pages_do_not(service, planted, query):
    """Whether it fits or not: a filter on what is not shown finds nothing."""
    assert planted.numbers
    assert service.get("tai", "/cases", **query).json()["items"] == []


def test_a_question_in_a_confidential_case_does_not_name_the_firm(service, planted):
    """The officer wrote it into the question; the number of the meter stays, since the agency needs it."""
    number = planted.numbers[HUSH]
    text = service.get("tai", f"/cases/{number}").json()["messages"][0]["text"]
    assert text == "HushQuestion 〔名稱〕 〔名稱〕 〔號碼〕 〔號碼〕 電號 0755501041234"
    assert "HushFirmname" in service.get("alice", f"/cases/{number}").text


@pytest.mark.parametrize("who", ["carol", "tai", "nina"])
def test_what_is_hidden_sounds_like_what_is_not_there(service, planted, who):
    """Every writing call and every file, by number or by a tried id."""
    hidden = {"carol": CONFIDENTIAL, "tai": (OVER, SECRET), "nina": CASES}[who]
    for name in hidden:
        here = {"number": planted.numbers[name], "media": planted.media[name], "outbox": planted.outbox[name]}
        gone = {"number": "KP-1000101-0001", "media": "999999", "outbox": "999999"}
        assert _answers(service, who, here) == _answers(service, who, gone)


def _answers(service, who, values) -> list[tuple[str, int, str]]:
    """What each call comes to, without the number that was asked for."""
    steps = [step for step in BODIES if not step.startswith(("/", "{")) and step != "approval"]
    asked = [
        ("GET", "/api/v1/cases/{number}/files/{media}", {}),
        ("GET", "/desk/files/{media}", {}),
        ("POST", "/api/v1/deliveries/{outbox}/resend", {}),
        ("POST", "/desk/deliveries/{outbox}/resend", {}),
        ("POST", "/desk/knowledge/cases/{number}/teach", {"data": {"kind": "counter", "message": "1", "text": "x"}}),
        *(("POST", f"/api/v1/cases/{{number}}/{step}", {"json": BODIES[step]}) for step in steps),
        *(("POST", f"/desk/cases/{{number}}/{step}", {"data": {"version": "1", **FORMS[step]}}) for step in STEPS),
    ]
    answers = [(path, ask(service, who, method, path.format(**values), **given)) for method, path, given in asked]
    return [(path, answer.status_code, without(answer.text, values["number"])) for path, answer in answers]


def test_small_groups_with_a_hidden_case_are_left_out_for_those_who_may_not_see_it(service, planted):
    """A topic that only one confidential case has would tell what it is about; the totals count it all the same."""
    assert planted.numbers
    query = {**PERIOD, "by": "topic"}
    hers, all_of_it = (service.get(who, "/turnaround", **query).json() for who in ("carol", "sue"))
    assert {group["key"] for group in all_of_it["groups"]} == set(TOPICS.values())
    assert {group["key"] for group in hers["groups"]} == {TOPICS[ASKED], TOPICS[OVER]}
    assert hers["received"] == all_of_it["received"] == len(CASES)
    assert (hers["groups_left_out"], "groups_left_out" in all_of_it) == (2, False)


def test_nothing_is_taught_or_drafted_from_a_confidential_case(service, planted):
    number = planted.numbers[HUSH]
    alice = visitor(service, "alice")
    assert alice.get(f"/desk/knowledge/new?case={number}").status == 409
    page = alice.get(f"/desk/knowledge/cases/{number}")
    assert (page.status, page.offers("/teach")) == (200, False)
    data = {"kind": "counter", "message": "1", "text": "標準廠房怎麼租", "entry": "land-lease-renewal"}
    assert alice.ask("POST", f"/desk/knowledge/cases/{number}/teach", data=data).status == 409


def test_the_counts_of_deliveries_count_what_the_reader_may_see(service, planted):
    assert planted.outbox
    html = {who: visitor(service, who).get("/desk/deliveries").html for who in ("carol", "sue")}
    assert "<strong>2</strong>無法送出" in html["carol"]
    assert "<strong>4</strong>無法送出" in html["sue"]


def test_every_field_is_planted():
    assert set(FIELDS) >= {"Subject", "Firmname", "Person", "Words", "Note", "Reply", "Later", "Filename", "Filebody"}
    assert SECRET in CONFIDENTIAL
    assert set(EVERYBODY) >= PARTNERS
