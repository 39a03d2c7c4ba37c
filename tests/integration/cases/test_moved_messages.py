"""A message in the wrong case is moved, by API and page; both cases keep a trace and the wait is reckoned anew."""

import pytest
from sqlalchemy import select

from routing.domain.dialogue.placement import Reason
from routing.domain.permissions import FIRM
from routing.service.cases import from_firm, locked_case
from routing.service.cases.notifying import push
from routing.store.cases.schema import Case as CaseRow
from routing.store.conversation.schema import Message
from tests.harness.branch import add_contact
from tests.harness.pages import Visitor
from tests.harness.service import Service

SAID = "地號是後勁段三小段 123 號"


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


@pytest.fixture
def cases(service):
    """Two cases of one contact; the first waited on the firm until the message that stands in it."""
    numbers = service.opened(), service.opened(text="圍牆外的大樹倒下來了")
    with service.runtime.database.writing() as session:
        contact = add_contact(session, "U9", now=service.now)
        for row in session.scalars(select(CaseRow).where(CaseRow.number.in_(numbers))):
            row.contact_id = contact
    asked = service.post("alice", f"/cases/{numbers[0]}/wait", {"on": "firm", "message": "請提供地號"})
    assert asked.status_code == 200, asked.text
    service.later(hours=1)
    said(service, numbers[0])
    return numbers


def said(service, number):
    with service.runtime.writing() as (session, office):
        held = locked_case.change(session, office, number, FIRM, now=service.now)
        message = Message(
            contact_id=held.row.contact_id, direction="in", kind="text", text=SAID, at=service.now, via="line"
        )
        session.add(message)
        session.flush()
        from_firm.firm_message(held, message, piece=True, placed_by=Reason.OFFICER)
        assert from_firm.supplied(held, notify=push)


def of(service, number):
    case = service.get("sue", f"/cases/{number}").json()
    return case, [one for one in case["messages"] if one["text"] == SAID]


def test_moved_and_back_by_the_api(service, cases):
    first, second = cases
    case, (message,) = of(service, first)
    assert (case["status"], case["firm_answered"], message["placed_by"]) == ("in_progress", False, "officer")
    moved = service.post("alice", f"/cases/{first}/messages/{message['id']}/move", {"to": second})
    assert (moved.status_code, moved.json()["status"]) == (200, "waiting_firm")
    assert of(service, first)[1] == []
    assert of(service, second)[1][0]["placed_by"] == "moved"
    assert "moved" in {event["event"] for number in cases for event in of(service, number)[0]["events"]}
    back = service.post("alice", f"/cases/{second}/messages/{message['id']}/move", {"to": first})
    assert back.status_code == 200
    assert of(service, first)[0]["status"] == "in_progress"


def test_moved_on_the_page(service, cases):
    first, second = cases
    visitor = Visitor(service, "alice")
    page = visitor.get(f"/desk/cases/{first}")
    message = of(service, first)[1][0]["id"]
    after = visitor.send(page, f"/desk/cases/{first}/messages/{message}/move", to=second)
    assert after.path == f"/desk/cases/{second}?done=moved"
    assert SAID in after.text
    assert "由承辦人移入" in after.text


@pytest.mark.parametrize(("to", "status"), [("", 422), ("KP-1151116-0099", 404), ("own", 422), ("stranger", 404)])
def test_a_message_goes_to_no_case_of_anybody_else(service, cases, to, status):
    first, _ = cases
    message = of(service, first)[1][0]["id"]
    target = {"own": first, "stranger": service.opened()}.get(to, to)
    answer = service.post("alice", f"/cases/{first}/messages/{message}/move", {"to": target})
    assert answer.status_code == status
    assert len(of(service, first)[1]) == 1


def test_colleagues_of_other_units_move_nothing(service, cases):
    first, second = cases
    message = of(service, first)[1][0]["id"]
    assert service.post("carol", f"/cases/{first}/messages/{message}/move", {"to": second}).status_code == 403
