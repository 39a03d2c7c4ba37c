"""S6: every route against every role and every kind of object, generated from the application's own routes.

A route that is not in GUARDS fails the suite: nothing is reachable without somebody having said for whom.
"""

from __future__ import annotations

import functools
from uuid import uuid4

import pytest
from sqlalchemy import select

from bot.web.case_steps import CASE_STEPS as STEPS
from routing.service.messaging.inbox_writer import Intake
from routing.store.assist.schema import AssistOutput
from routing.store.bindings.schema import Binding
from routing.store.cases.schema import Case as CaseRow
from routing.store.cases.schema import CaseDraft
from routing.store.consultations.schema import Consultation
from routing.store.conversation.schema import Message
from routing.store.documents.schema import CaseDocument
from routing.store.messaging.schema import Outbox
from tests.harness.branch import add_contact
from tests.harness.cast import email
from tests.harness.few_entries import with_few_entries
from tests.harness.guards import (
    ADMIN,
    ANSWER,
    API,
    BODIES,
    DEEDS,
    DESK,
    FORMS,
    FORMS_OF_NOBODY,
    GUARDS,
    KNOW,
    LEAD,
    LEADERS,
    LETTER,
    OF_LAND,
    ON_CASES,
    PUBLIC,
    READ,
    STAFF,
    TEAM,
    TEAM_READ,
    TEAM_WRITE,
    WRITE,
)
from tests.harness.hostile_input import routes
from tests.harness.pages import Visitor
from tests.harness.service import Service

WHO = ("anonymous", "nina", "carol", "tai", "alice", "sue", "adam")
"""The refused ones first: what passes may change the case."""
PARTNERS = {"nina", "tai"}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('matrix') / 'desk.db'}"
    with Service(url, ONESTOP_BASE_URL="http://localhost:8000", ONESTOP_FIRM_PAGES="on") as service:
        service.app.state.intake = Intake(service.runtime.database, lambda: None)
        yield with_few_entries(service)
        service.app.state.intake.stop()


@pytest.fixture(scope="module")
def standing(service):
    """Objects that nothing changes."""
    return objects(service)


def objects(service) -> dict[str, dict[str, str]]:
    """The values of an address for a case of Alice's unit, a confidential one of it, and one that is not there."""
    own, hidden = service.asked_of(), service.opened()
    assert service.post("alice", f"/cases/{hidden}/confidential", {"confidential": True}).status_code == 200
    consulted = service.post("alice", f"/cases/{hidden}/consultations", {"unit": "營運管理科", "question": "請確認"})
    assert consulted.status_code == 201, consulted.text
    for number in (own, hidden):
        asked = service.post("alice", f"/cases/{number}/extension", {"days": 3, "reason": "待查證"})
        assert asked.status_code == 200, asked.text
    missing = {
        "number": "KP-1000101-0001",
        "binding_id": "999999",
        "message_id": "999999",
        "media_id": "999999",
        "outbox_id": "999999",
        "consultation_id": "999999",
        "draft_id": "999999",
        "output_id": "999999",
        "document_id": "999999",
    }
    entered = service.post("sue", "/annual/115/entries", BODIES["entries"]).json()["id"]
    found = {"own": attached(service, own), "confidential": attached(service, hidden), "missing": missing}
    return {name: {**values, "item_id": str(entered)} for name, values in found.items()}


def attached(service, number, *, name="a.pdf", kind="application/pdf") -> dict[str, str]:
    """A case with a file of the firm's and a message that did not arrive."""
    with service.runtime.database.writing() as session:
        case = session.scalars(select(CaseRow).where(CaseRow.number == number)).one()
        said = session.scalars(select(Message).where(Message.case_id == case.id).limit(1)).one()
        contact = add_contact(session, uuid4().hex, now=service.now)
        media = service.file(said.id, b"pdf", kind=kind, name=name)
        media.thumbnail = service.file(said.id, b"small").key
        sent = Outbox(
            channel="line", kind="push", retry_key=str(uuid4()), contact_id=contact, case_id=case.id, reason="replied",
            payload=[], created_at=service.now, due_at=service.now, state="dead",
        )  # fmt: skip
        session.add_all([media, sent])
        session.flush()
        member = Binding(contact_id=sent.contact_id, firm_id=case.firm_id, bound_at=service.now)
        session.add(member)
        session.flush()
        asked = session.scalar(select(Consultation.id).where(Consultation.case_id == case.id))
        draft = CaseDraft(case_id=case.id, text="測試", by=email("alice"), at=service.now, state="asked", via="phone")
        drafted = AssistOutput(
            case_id=case.id, use="summary", state="ready", by=email("alice"), at=service.now, model="m", host="h",
            rules="1", prompt="測試",
        )  # fmt: skip
        letter = CaseDocument(case_id=case.id, letter=LETTER, made_by=email("alice"), made_at=service.now)
        session.add_all([draft, drafted, letter])
        session.flush()
        return {
            "output_id": str(drafted.id), "document_id": str(letter.id),
            "consultation_id": str(asked or 999999), "number": number, "draft_id": str(draft.id),
            "media_id": str(media.id), "outbox_id": str(sent.id), "binding_id": str(member.id),
        }  # fmt: skip


def outcome(answer) -> str:
    """What an answer comes to."""
    assert answer.status_code < 500, answer.text
    if answer.status_code == 401 or answer.headers.get("location", "").startswith("/desk/sign-in?"):
        return "sign in"
    return {403: "forbidden", 404: "missing"}.get(answer.status_code, "passes")


def expected(guard: str, who: str, what: str) -> set[str]:
    """What the contract says (§5): missing or hidden is 404, known but not allowed 403."""
    if guard == PUBLIC:
        return {"passes"}
    if who == "anonymous":
        return {"sign in"}
    if guard in ON_CASES:
        return expected_of_case(guard, who, what)
    allowed = {
        STAFF: True, TEAM: who not in PARTNERS, ADMIN: who == "adam", LEADERS: who in {"sue", "adam"},
        OF_LAND: who in {"alice", "sue", "adam"},
    }[guard]  # fmt: skip
    return {"passes"} if allowed else {"forbidden"}


def expected_of_case(guard: str, who: str, what: str) -> set[str]:
    """The same where it depends on the case: Alice's unit has it, and the power company was asked in the open one."""
    if who in PARTNERS and guard == TEAM_WRITE:
        return {"forbidden"}
    hidden = (
        what == "missing"
        or who == "nina"
        or (guard == TEAM_READ and who == "tai")
        or (what == "confidential" and who in {"carol", "tai"})
    )
    if hidden:
        # A partner may be told that the step is not for partners before anybody looks for the case.
        return {"missing"} | ({"forbidden"} if who in PARTNERS and guard not in {READ, TEAM_READ, ANSWER} else set())
    if guard in {READ, TEAM_READ} or (guard == ANSWER and who == "tai"):
        return {"passes"}
    allowed = {"sue", "adam"} if guard == LEAD else {"alice", "sue", "adam"}
    return {"passes"} if who in allowed else {"forbidden"}


def ask(service, who, method, path, values):
    """One request, with everything that it needs filled in truthfully."""
    address = path
    for name, value in {
        "delivery_id": values["outbox_id"], "entry_id": "land-lease-renewal", "edit_id": "1", "correction_id": "1",
        "service_id": "none", "notice_id": "999999", "reminder_id": "999999",
        "reply_id": "999999", "limit_id": "999999", "set_id": "feeder-capacity", "version_id": "999999",
        "view_id": "999999", "kind": "parks", "code": "nanzih",
        "ubn": "04595257", "name": "staff", "deed": "grant" if "/privacy/" in path else "add",
        "year": "115", "message_id": "1", "request_id": "999999", "token": "x",
        "ending": "odt" if "/documents/" in path else "csv", "step": "note", "breach_id": "999999",
        "incident_id": "999999",
        "notice": "assigned", **values,
    }.items():  # fmt: skip
        address = address.replace(f"{{{name}}}", value)
    if path.startswith("/api/"):
        headers = {} if who == "anonymous" else service.headers(who)
        body = BODIES.get(path, BODIES.get(path.rsplit("/", 1)[1]))
        query = (
            {"from": "2026-01-01", "to": "2026-01-31"}
            if path.endswith(
                ("/turnaround", "/turnaround/held", "/turnaround/bot", "/turnaround/service", "/satisfaction")
            )
            else None
        )
        query = {"days": "2"} if path.endswith("/extension") else query
        if path.endswith(("/files", "/returned")):
            sent = {"file": ("a.txt", b"x")} if method == "POST" else None
            return service.ask(method, address, headers=headers, files=sent)
        return service.ask(
            method, address, headers=headers, params=query, json=body if method in {"POST", "PATCH"} else None
        )
    visitor = Visitor(service, None if who == "anonymous" else who)
    form = {"version": version_of(service, who, values["number"]), **FORMS.get(address.rsplit("/", 1)[1], {})}
    query = {"figure": "received", "faq": "land-lease-renewal"}
    return visitor.ask(
        method,
        address,
        follow=False,
        params=query if method == "GET" else None,
        data=form if method == "POST" else None,
        files={"file": ("a.txt", b"x")} if path.endswith("/files") else None,
    ).answer


def version_of(service, who, number) -> str:
    """The version that a page just opened would carry: for a partner that of the question."""
    if who in PARTNERS:
        return str(service.get(who, f"/cases/{number}").json().get("version", 1))
    with service.runtime.database.reading() as session:
        return str(session.scalar(select(CaseRow.version).where(CaseRow.number == number)) or 1)


def wrong(service, method, path, guard, kinds) -> list[str]:
    """Each person for whom a route does something else than its guard says."""
    return [
        f"{who} {what}: {method} {path} {seen}, not {expected(guard, who, what)}"
        for what, values in kinds.items()
        for who in WHO
        if (seen := outcome(ask(service, who, method, path, values))) not in expected(guard, who, what)
    ]


def test_every_route_says_for_whom_it_is(service):
    assert set(routes(service.app)) == set(GUARDS)


@pytest.mark.parametrize(("method", "path"), [route for route in GUARDS if GUARDS[route] not in ON_CASES])
def test_a_route_without_a_case(service, standing, method, path):
    """Folders and a form that signs nobody in answer everybody alike: 404 and 401."""
    guard = GUARDS[method, path]
    found = wrong(service, method, path, guard, {"missing": standing["missing"]})
    if path.startswith(("/static", "/my-data/", "/files/", "/asked/")) or (method, path) in FORMS_OF_NOBODY:
        found = [] if len(found) == len(WHO) else found
    nowhere = (
        f"{DESK}/sessions/end",
        f"{DESK}/admin/staff/edit",
        f"{DESK}/admin/staff/password",
        f"{DESK}/incidents/{{",
        f"{API}/incidents/{{",
        f"{KNOW}/services/",
        f"{KNOW}/drafts/{{",
        f"{KNOW}/questions/drafts/{{",
        f"{API}/question-sets/drafts/{{",
        f"{KNOW}/corrections/",
        f"{KNOW}/fill/",
        f"{KNOW}/phones",
        f"{API}/notices/{{",
        f"{API}/reminders/{{",
        f"{DESK}/canned/{{",
        f"{API}/canned/{{",
        f"{API}/directory/{{",
        f"{API}/kind-limits/{{",
        f"{DESK}/views/{{",
        f"{DESK}/admin/directory/{{",
        f"{DESK}/notices/{{",
    )
    if path.startswith((*nowhere, "/desk/admin/withdrawn/", "/desk/privacy/requests/", "/desk/privacy/breaches/")):
        # There is no such draft, correction, service or message: those whom it is for are told so.
        found = [line for line in found if " missing, not {'passes'}" not in line]
    assert found == []


@pytest.mark.parametrize(
    ("method", "path"), [route for route in GUARDS if GUARDS[route] in ON_CASES and "{step}" not in route[1]]
)
def test_a_route_to_a_case(service, standing, method, path):
    kinds = standing if method == "GET" else objects(service)
    assert wrong(service, method, path, GUARDS[method, path], kinds) == []


@pytest.mark.parametrize("step", sorted(STEPS))
def test_a_step_on_the_page_of_a_case(service, step):
    guard = {"note": ANSWER, "resume": ANSWER, "approval": LEAD}.get(step, WRITE)
    assert wrong(service, "POST", f"/desk/cases/{{number}}/{step}", guard, objects(service)) == []


@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_of_administrators(service, standing, deed):
    guard = LEADERS if deed.startswith("absences/") else ADMIN
    found = wrong(service, "POST", f"/desk/admin/{deed}", guard, {"missing": standing["missing"]})
    assert [line for line in found if f"POST /desk/admin/{deed} missing, not {{'passes'}}" not in line] == []
    for who, status in {"alice": 403, "sue": 200 if guard == LEADERS else 403, "adam": 200, "tai": 403}.items():
        assert Visitor(service, who).get(f"/desk/admin/{deed.split('/')[0]}").status == status


def test_lists_files_and_search_never_show_a_hidden_case(service, standing):
    """A confidential case of another unit is in no list, search, export or figure's cases."""
    number = standing["confidential"]["number"]
    found = Visitor(service, "alice").get(f"/desk/cases?q={number}").html
    assert number in found.replace(f'value="{number}"', "")
    for path in ("/desk/cases", "/desk?view=all", f"/desk/cases?q={number}", "/desk/deliveries", "/desk/ledger",
                 "/desk/ledger/file.csv"):  # fmt: skip
        for who in ("carol", "tai", "nina"):
            page = Visitor(service, who).get(path)
            typed = (f'value="{number}"', f'value="q={number}"', f"queue?q={number}")
            shown = functools.reduce(lambda html, own: html.replace(own, ""), typed, page.html)
            assert number not in shown, (who, path)
    for who in ("carol", "tai", "nina"):
        assert number not in service.get(who, "/cases", limit=200).text
        assert number not in service.get(who, "/cases", q=number).text
        assert number not in service.get(who, "/deliveries", limit=200).text
        assert number not in service.get(who, "/ledger", limit=200).text
    period = {"from": "2026-11-01", "to": "2026-11-16", "figure": "received"}
    assert number not in Visitor(service, "carol").get("/desk/turnaround/cases", params=period).html
