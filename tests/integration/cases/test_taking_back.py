"""復原: a reply waits ten seconds if its writer wants that, and is taken back at desk and API until it is sent."""

import pytest
from sqlalchemy import select

from routing.domain.errors import Forbidden, StepNotAllowed
from routing.service.cases import commands, kept_replies, taking_back
from routing.service.cases.notifying import push
from routing.service.messaging import outbox as sending
from routing.store.cases.schema import Case as CaseRow
from routing.store.messaging.schema import Outbox
from routing.store.session import instant
from tests.harness.branch import importable, unnotified
from tests.harness.cast import ALICE
from tests.harness.pages import Visitor
from tests.harness.service import Service

TEXT = "請先至本分局網站下載續租申請書。"


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def replies(service, state=None):
    with service.runtime.database.reading() as session:
        rows = session.scalars(select(Outbox).where(Outbox.reason == "replied").order_by(Outbox.id)).all()
        return [(row.state, round((row.due_at - instant(session)).total_seconds(), -1)) for row in rows]


def answered(service, number, **more):
    made = service.post("alice", f"/cases/{number}/messages", {"text": TEXT, **more})
    assert made.status_code == 201, made.text
    return next(
        one["id"]
        for one in reversed(service.get("alice", f"/cases/{number}").json()["messages"])
        if one["text"] == TEXT
    )


def test_programs_take_a_reply_back_and_the_clocks_follow(service):
    number = service.opened_on_line()
    before = service.get("alice", f"/cases/{number}").json()
    message = answered(service, number, undo=True)
    assert replies(service) == [("pending", 10)]
    assert service.get("alice", f"/cases/{number}").json()["first_reply_at"] is not None
    path = f"/cases/{number}/messages/{message}/take-back"
    assert service.post("sue", path).status_code == 403
    assert service.post("carol", path).status_code == 403
    back = service.post("alice", path)
    assert back.status_code == 200, back.text
    after = back.json()
    assert [after[name] for name in ("status", "first_reply_at")] == [
        before[name] for name in ("status", "first_reply_at")
    ]
    assert replies(service)[0][0] == "cancelled"
    again = service.post("alice", path)
    assert (again.status_code, again.json()["code"]) == (409, "reply_stands")
    with service.runtime.database.reading() as session:
        row = session.scalars(select(CaseRow).where(CaseRow.number == number)).one()
        assert row.first_reply_at is None
    whole = service.get("alice", f"/cases/{number}").json()
    assert [one["event"] for one in whole["events"]][-2:] == ["replied", "taken_back"]
    assert "收回未送出的回復" in Visitor(service, "adam").get("/desk/admin/audit").text


def test_a_reply_goes_at_once_unless_it_is_asked_for_and_always_in_an_emergency(service):
    number = service.opened_on_line()
    answered(service, number)
    with service.runtime.database.writing() as session:
        session.scalars(select(CaseRow).where(CaseRow.number == number)).one().alert = "fire"
    answered(service, number, undo=True)
    assert replies(service) == [("pending", 0), ("pending", 0)]
    body = {"text": "x", "internal": True, "undo": True}
    assert service.post("alice", f"/cases/{number}/messages", body).status_code == 422


def test_what_follows_to_the_same_firm_sends_it_at_once(service):
    number = service.opened_on_line()
    answered(service, number, undo=True)
    answered(service, number, undo=True)
    assert replies(service) == [("pending", 0), ("pending", 10)]


def test_at_the_desk_without_scripts_the_words_come_back_into_the_form(service):
    number = service.opened_on_line()
    alice = Visitor(service, "alice")
    page = alice.get(f"/desk/cases/{number}")
    form = page.form("/reply").fields
    assert "undo" not in form
    page = alice.ask("POST", f"/desk/cases/{number}/reply", data={**form, "text": TEXT, "undo": "yes"})
    assert "10 秒後送出" in page.text
    (action,) = [one.action for one in page.outline.forms if one.action.endswith("/take-back")]
    assert not Visitor(service, "sue").get(f"/desk/cases/{number}").offers("/take-back")
    page = alice.ask("POST", action)
    assert "已收回，廠商不會收到" in page.text
    assert "已收回，未送給廠商" in page.text
    form = page.form("/reply").fields
    assert (form["text"], form["undo"]) == (TEXT, "yes")
    assert replies(service)[0][0] == "cancelled"
    refused = alice.ask("POST", action)
    assert refused.status == 409
    assert "已不能收回" in refused.text


def test_what_is_typed_is_kept_for_its_officer_alone_until_it_is_sent(service):
    number = service.opened_on_line()
    alice = Visitor(service, "alice")
    form = alice.get(f"/desk/cases/{number}").form("/reply").fields
    page = alice.ask("POST", f"/desk/cases/{number}/kept-reply", data={**form, "text": "寫到一半"})
    assert page.form("/reply").fields["text"] == "寫到一半"
    assert "寫到一半" not in Visitor(service, "sue").get(f"/desk/cases/{number}").html
    typing = alice.ask("POST", f"/desk/cases/{number}/kept-reply", data={"text": "寫完"}, headers={"X-Typing": "1"})
    assert typing.status == 204
    assert alice.step(number, "reply", text="寫完了").form("/reply").fields["text"] == ""
    assert Visitor(service, "carol").ask("POST", f"/desk/cases/{number}/kept-reply", data={"text": "x"}).status == 403


def test_what_a_worker_has_taken_cannot_be_taken_back(branch, number):
    with branch.hold(number, ALICE) as locked:
        taking_back.hold(locked, wanted=True)
        message = commands.reply(locked, TEXT, notify=push)
    with branch.database.writing() as session:
        (row,) = session.scalars(select(Outbox).where(Outbox.reason == "replied"))
        early = sending.outbox_store.lease(session, "line", now=instant(session), length=sending.LEASE, limit=5)
        assert row not in early
        later = instant(session) + taking_back.HOLD
        assert row in sending.outbox_store.lease(session, "line", now=later, length=sending.LEASE, limit=5)
    with pytest.raises(StepNotAllowed) as refused, branch.hold(number, ALICE) as locked:
        taking_back.take_back(locked, message.id)
    assert refused.value.code == "reply_sent"
    assert branch.case(number).first_reply_at is not None


def test_the_history_tells_of_no_reply_and_no_other_person_takes_it_back(branch, number):
    with branch.hold(number, ALICE) as locked:
        taking_back.hold(locked, wanted=True)
        message = commands.reply(locked, TEXT, notify=push)
    with pytest.raises(Forbidden), branch.hold(number) as locked:
        taking_back.take_back(locked, message.id)
    with branch.hold(number, ALICE) as locked:
        taking_back.take_back(locked, message.id)
        commands.note(locked, "先電洽", notify=unnotified)
    importable(branch, number)
    with branch.database.reading() as session:
        kept = kept_replies.of(session, branch.actor(ALICE), branch.row(number).id)
        assert kept is not None
        assert kept.text == TEXT
