"""Closing, reopening, ratings and the audit trail in the database (contract §5)."""

import pytest
from sqlalchemy import select

from routing.domain.case import EventKind, Kind, Outcome
from routing.domain.errors import Invalid, StepNotAllowed
from routing.domain.permissions import FIRM
from routing.service.cases import commands as case_commands
from routing.service.cases import extensions, from_firm, satisfaction
from routing.store.accounts.schema import Audit
from tests.harness.branch import importable, push, unnotified
from tests.harness.cast import ALICE, CAROL, SUE

# Closing and reopening


def test_answered_needs_an_answer_and_a_summary(branch, number):
    with pytest.raises(StepNotAllowed) as refused, branch.hold(number, ALICE) as locked:
        case_commands.close(locked, Outcome.ANSWERED, summary="已答復", notify=push)
    assert refused.value.code == "no_answer_given"
    with pytest.raises(Invalid), branch.hold(number, ALICE) as locked:
        case_commands.close(locked, Outcome.REFERRED, summary=" ", notify=push)
    assert len(branch.messages(number)) == 1


def test_a_close_tells_the_outcome_and_asks_how_it_was(branch, number):
    with branch.hold(number, ALICE) as locked:
        case_commands.reply(locked, "可以續租", notify=unnotified)
        case_commands.close(locked, Outcome.ANSWERED, summary="已說明續租文件", notify=push)
    row = branch.row(number)
    assert (row.status, row.outcome, row.closed_at) == ("closed", "answered", branch.now)
    payload = str(branch.outbox()[0].payload)
    assert "已說明續租文件" in payload
    assert branch.reasons() == ["closed", "survey"]
    asked = str(branch.outbox()[1].payload)
    assert [f"score={score}" in asked for score in range(1, 6)] == [True] * 5
    importable(branch, number)


def test_what_is_overtaken_by_a_close_is_not_sent_any_more(branch, number):
    """O6"""
    with branch.hold(number, ALICE) as locked:
        case_commands.wait(locked, "firm", message="請補件", notify=push)
        case_commands.resume(locked, notify=push)
        case_commands.reply(locked, "可以", notify=push)
        case_commands.close(locked, Outcome.ANSWERED, summary="已說明", notify=push)
    assert [(row.reason, row.state) for row in branch.outbox()] == [
        ("waiting_firm", "cancelled"), ("resumed", "cancelled"), ("replied", "pending"), ("closed", "pending"),
        ("survey", "carried"),
    ]  # fmt: skip


def _closed(branch, number):
    with branch.hold(number, ALICE) as locked:
        case_commands.close(locked, Outcome.WITHDRAWN, summary="撤回", notify=unnotified)


CLOSED_TO = {
    "reply": lambda locked: case_commands.reply(locked, "x", notify=push),
    "assign": lambda locked: case_commands.assign(locked, CAROL, notify=push),
    "wait": lambda locked: case_commands.wait(locked, "firm", message="x", notify=push),
    "resume": lambda locked: case_commands.resume(locked, notify=push),
    "extend": lambda locked: extensions.ask(locked, 1, reason="x", notify=push),
    "category": lambda locked: case_commands.change_category(locked, "tax", topic=None, reason="x", notify=push),
    "kind": lambda locked: case_commands.change_kind(locked, Kind.PET, filed_at=None, reason="x", notify=push),
    "close": lambda locked: case_commands.close(locked, Outcome.WITHDRAWN, summary="x", notify=push),
}


@pytest.mark.parametrize("step", CLOSED_TO.values(), ids=CLOSED_TO.keys())
def test_a_closed_case_allows_no_step_and_stays_as_it_was(branch, number, step):
    _closed(branch, number)
    before, messages = branch.case(number), len(branch.messages(number))
    with pytest.raises(StepNotAllowed), branch.hold(number, SUE) as locked:
        step(locked)
    assert branch.case(number) == before
    assert len(branch.messages(number)) == messages
    assert branch.outbox() == []


def test_a_reopened_case_goes_back_to_its_officer_under_its_number(branch, number):
    _closed(branch, number)
    branch.later(days=1)
    with branch.hold(number, ALICE) as locked:
        case_commands.reopen(locked, reason="廠商來電", notify=push)
    assert (branch.row(number).assignee, branch.row(number).status) == (ALICE, "assigned")
    assert branch.case(number).reopened == 1
    assert branch.reasons() == ["reopened"]
    importable(branch, number)


def test_a_case_reopened_while_its_officer_is_away_goes_to_who_is_here(branch, number):
    """A5"""
    branch.staff("bob")
    _closed(branch, number)
    branch.absent(ALICE)
    with branch.hold(number, FIRM) as locked:
        case_commands.reopen(locked, reason="尚未解決", notify=push)
    assert branch.row(number).assignee == "bob@kp.example"


def test_a_case_reopened_while_nobody_is_here_waits_in_the_queue(branch, number):
    """A4, A5"""
    _closed(branch, number)
    branch.disable(ALICE)
    with branch.hold(number, FIRM) as locked:
        case_commands.reopen(locked, reason="尚未解決", notify=push)
    assert (branch.row(number).assignee, branch.row(number).status) == (None, "received")


def test_an_open_case_is_not_reopened_and_not_rated(branch, number):
    for step in (
        lambda o: case_commands.reopen(o, reason="x", notify=push),
        lambda o: satisfaction.rate(o, 5, via="line"),
    ):
        with pytest.raises(StepNotAllowed), branch.hold(number, FIRM) as locked:
            step(locked)


@pytest.mark.parametrize("score", [0, 6])
def test_a_score_lies_between_one_and_five(branch, number, score):
    _closed(branch, number)
    with pytest.raises(Invalid), branch.hold(number, FIRM) as locked:
        satisfaction.rate(locked, score, via="line")


def test_the_newest_score_stands(branch, number):
    _closed(branch, number)
    for score in (2, 5):
        with branch.hold(number, FIRM) as locked:
            satisfaction.rate(locked, score, via="line")
    assert branch.case(number).rating == 5


def test_a_call_asked_for_shows_as_the_firm_speaking(branch, number):
    with branch.hold(number, FIRM) as locked:
        from_firm.ask_call(locked)
    assert branch.row(number).firm_spoke_at == branch.now
    assert branch.events(number)[-1].event == EventKind.CALL_ASKED


def test_time_never_runs_backwards_between_two_machines(branch, number):
    with branch.hold(number, ALICE) as locked:
        case_commands.note(locked, "一", notify=push)
    branch.later(-0.5)
    with branch.hold(number, ALICE) as locked:
        case_commands.note(locked, "二", notify=push)
    times = [event.at for event in branch.events(number)]
    assert times == sorted(times)
    assert times[-1] == times[-2]


def test_every_step_is_audited_without_its_words(branch, number):

    with branch.hold(number, ALICE) as locked:
        case_commands.note(locked, "祕密的話", notify=push)
        case_commands.reply(locked, "給廠商的話", notify=push)
    with branch.database.reading() as session:
        rows = list(session.scalars(select(Audit).where(Audit.subject == number)))
    assert [row.action for row in rows] == ["case.open", "case.note", "case.reply"]
    assert "的話" not in str([row.detail for row in rows])
