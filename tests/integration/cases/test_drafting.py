"""陳核: an answer is written, another person approves it or sends it back, and what was changed stays."""

from dataclasses import replace
from datetime import timedelta

import pytest

from knowledge.calendar.office_calendar import local
from routing.domain.case import Kind, Outcome, Status
from routing.domain.errors import Forbidden, Invalid, NotFound, StepNotAllowed
from routing.service.cases import commands, drafting, following, queries
from tests.harness.branch import importable, push, unnotified
from tests.harness.cast import ALICE, SUE, email
from tests.harness.pages import Visitor
from tests.harness.service import Service

TEXT = "貴公司可於三日內補件。逾期不予受理。"


def write(branch, number, text=TEXT, **more):
    with branch.hold(number, ALICE) as locked:
        return drafting.write(locked, text, **more).id


def decide(branch, number, draft, by=SUE, notify=push, **how):
    with branch.hold(number, by) as locked:
        return drafting.decide(locked, draft, **{"approve": True, "note": None, **how}, notify=notify).state


def test_what_was_approved_is_sent_under_the_writers_name_and_who_approved_stays(branch, number):
    draft = write(branch, number)
    assert branch.outbox() == []
    assert (branch.row(number).draft_by, branch.case(number).first_reply_at) == (ALICE, None)
    assert decide(branch, number, draft) == "approved"
    reply = branch.messages(number)[-1]
    assert (reply.text, reply.by, reply.direction, reply.via) == (TEXT, ALICE, "out", "line")
    event = branch.events(number)[-1]
    assert (event.event, event.by, event.data["drafted_by"]) == ("replied", SUE, ALICE)
    assert TEXT in str(branch.outbox()[-1].payload)
    assert (branch.row(number).draft_by, branch.row(number).status) == (None, Status.IN_PROGRESS)
    with pytest.raises(StepNotAllowed) as again:
        decide(branch, number, draft)
    assert again.value.code == "draft_decided"
    importable(branch, number)


def test_sent_back_it_returns_to_its_writer_with_the_note_and_the_next_one_shows_what_was_changed(branch, number):
    draft = write(branch, number)
    with pytest.raises(Invalid), branch.hold(number, SUE) as locked:
        drafting.decide(locked, draft, approve=False, note=" ", notify=unnotified)
    assert decide(branch, number, draft, approve=False, note="日數有誤") == "returned"
    back = branch.case(number).returned_draft
    assert (back.by, back.note, back.returned_by, branch.row(number).draft_returned_to) == (
        ALICE, "日數有誤", SUE, ALICE,
    )  # fmt: skip
    second = write(branch, number, TEXT.replace("三", "五"))
    assert branch.case(number).returned_draft is None
    decide(branch, number, second, text=TEXT.replace("三", "十"))
    assert branch.messages(number)[-1].text == TEXT.replace("三", "十")
    with branch.database.reading() as session:
        first, last = drafting.of_case(session, branch.row(number))
    assert (first.row.state, first.changes) == ("returned", ())
    assert [(part.kind, part.text) for part in last.changes][1:3] == [("out", "五"), ("new", "十")]
    assert branch.outbox()[-1].reason == "replied"


def test_nobody_approves_of_their_own_text_and_no_colleague_without_rank(branch, number):
    branch.staff("bob")
    draft = write(branch, number)
    for who, approve in ((ALICE, True), (email("bob"), True), (email("bob"), False)):
        with pytest.raises(Forbidden):
            decide(branch, number, draft, by=who, approve=approve)
    with pytest.raises(StepNotAllowed) as one_at_a_time:
        write(branch, number)
    assert one_at_a_time.value.code == "draft_pending"
    other = branch.open(by=ALICE)
    with pytest.raises(NotFound):
        decide(branch, other, draft)
    assert decide(branch, number, draft, by=ALICE, approve=False) == "withdrawn"
    assert branch.case(number).returned_draft is None
    with branch.hold(number, SUE) as locked:
        own = drafting.write(locked, TEXT).id
    with pytest.raises(Forbidden):
        decide(branch, number, own)


def test_whoever_stands_in_for_a_leader_who_is_away_approves(branch, number):
    branch.staff("bob")
    draft = write(branch, number)
    branch.absent(SUE, deputy=email("bob"))
    assert decide(branch, number, draft, by=email("bob")) == "approved"


def test_a_refusal_closes_the_case_as_approved(branch, number):
    draft = write(branch, number, outcome="declined")
    decide(branch, number, draft)
    case = branch.case(number)
    assert (case.closed.outcome, branch.events(number)[-1].data["drafted_by"]) == (Outcome.DECLINED, ALICE)
    assert branch.messages(number)[-1].text == TEXT
    importable(branch, number)


def test_a_case_that_is_closed_meanwhile_needs_its_draft_no_more(branch, number):
    draft = write(branch, number)
    with branch.hold(number, ALICE) as locked:
        commands.close(locked, Outcome.WITHDRAWN, summary="x", notify=unnotified)
    with pytest.raises(StepNotAllowed):
        decide(branch, number, draft)
    assert branch.row(number).draft_by is None


def test_what_waits_for_a_decision_is_not_put_off(branch, number):
    day = (local(branch.now).date() + timedelta(days=2)).isoformat()
    with branch.hold(number, ALICE) as locked:
        following.snooze(locked, day)
    write(branch, number)
    assert branch.row(number).snoozed_until is None


def test_what_the_branch_names_cannot_be_answered_directly_at_any_door(branch, number):
    branch.office = replace(branch.office, approved_first=frozenset({"PET", "declined"}))
    with branch.hold(number, ALICE) as locked:
        commands.reply(locked, "諮詢不受影響。", notify=unnotified, via="phone")
        with pytest.raises(StepNotAllowed) as refused:
            commands.close(locked, Outcome.DECLINED, summary="x", notify=unnotified)
        assert refused.value.code == "approval_needed"
        commands.change_kind(locked, Kind.PET, filed_at=None, reason="x", notify=unnotified)
        with pytest.raises(StepNotAllowed) as refused:
            commands.reply(locked, "x", notify=unnotified)
        assert refused.value.code == "approval_needed"
    with branch.database.reading() as session:
        whole = commands_of(session, branch, number)
    assert "reply" not in whole
    assert "declined" not in whole["close"]["outcome"]
    decide(branch, number, write(branch, number))
    with branch.hold(number, ALICE) as locked:
        commands.close(locked, Outcome.ANSWERED, summary="已函復。", notify=unnotified)
    assert branch.row(number).status == Status.CLOSED


def commands_of(session, branch, number):
    return queries.whole(session, branch.office, branch.actor(ALICE), number, now=branch.now).offered


def test_programs_and_the_desk_write_and_decide(database_url):
    with Service(database_url) as service:
        number = service.opened()
        made = service.post("alice", f"/cases/{number}/drafts", {"text": TEXT})
        assert (made.status_code, made.json()["state"], made.json()["case"]["marks"]) == (201, "asked", ["draft"])
        path = f"/cases/{number}/drafts/{made.json()['id']}/approval"
        assert service.post("alice", path, {"approve": True, "note": ""}).status_code == 403
        assert service.post("bob", path, {"approve": True, "note": ""}).status_code == 403
        assert service.post("tai", path, {"approve": True}).status_code == 404
        assert service.post("sue", path, {"approve": "yes"}).status_code == 422
        assert service.post("sue", path, {"approve": True}, If_Match='"1"').status_code == 412
        assert [one["number"] for one in service.get("sue", "/cases", mark="draft").json()["items"]] == [number]
        sent = service.post("sue", path, {"approve": True, "note": "可"})
        assert (sent.status_code, sent.json()["decided_by"], sent.json()["case"]["status"]) == (
            200, email("sue"), "in_progress",
        )  # fmt: skip
        assert service.post("sue", path, {"approve": True}).status_code == 409
        whole = service.get("alice", f"/cases/{number}").json()
        assert (whole["messages"][-1]["text"], whole["drafts"][0]["note"]) == (TEXT, "可")

        alice, sue = Visitor(service, "alice"), Visitor(service, "sue")
        assert "已送陳核" in alice.step(number, "draft", text=TEXT, via="letter", doc_no="高屏字第1號").text
        queue = sue.get("/desk")
        assert "陳核待核定" in queue.text
        assert "陳核待核定" not in alice.get("/desk").text
        page = sue.get(f"/desk/cases/{number}")
        assert "退回須填寫意見" in sue.send(page, "/approval", approve="no", note="").text
        assert "已退回" in sue.send(page, "/approval", approve="no", note="請再查證日數").text
        returned = alice.get(f"/desk/cases/{number}")
        assert "請再查證日數" in returned.text
        assert TEXT in returned.form("/draft").fields["text"]
        alice.send(returned, "/draft", text=TEXT.replace("三", "五"))
        page = sue.get(f"/desk/cases/{number}")
        assert "<del>三</del><ins>五</ins>" in page.html
        assert (
            "已核定並依核定內容送出" in sue.send(page, "/approval", approve="yes", text=TEXT.replace("三", "十")).text
        )
        assert "撰稿，經核定" in alice.get(f"/desk/cases/{number}").text
