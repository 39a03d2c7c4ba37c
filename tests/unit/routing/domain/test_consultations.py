"""Several consultations at once: which are open, and that clocks and histories see one wait (contract §7, §9)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.domain import clock, steps
from routing.domain.case import EventKind, Status, apply
from routing.domain.consultations import End, Result
from routing.domain.errors import StepNotAllowed
from routing.domain.permissions import Actor, Role, may_answer, may_see_consultation, question_to
from routing.domain.reporting.history import CaseHistory, KnownWords, dump, parse_line
from tests.harness.branch import Event, at, begin, case_after, event, office, opening
from tests.harness.cast import LAND, OPERATIONS, SAFETY
from tests.harness.offices import CALENDAR, KH

KNOWN = KnownWords.of(office().offices)
WHO = [{"agency": "taipower"}, {"agency": "ntb"}, {"unit": SAFETY}, {"unit": OPERATIONS}]
MOVES = st.lists(
    st.tuples(st.sampled_from(["ask", "ask", "answer", "withdraw", "resume"]), st.integers(0, 3), st.integers(0, 4000)),
    max_size=14,
)


def consultations_of(moves, close_after):
    """The events that a desk would write for these moves, each so many minutes after the one before."""
    case, now, events = begin(opening()), at(0), []

    def write(kind, by="a@kp.example", **data):
        nonlocal case
        steps.check(case, kind)
        one = Event(at=now, kind=kind, by=by, data=data)
        events.append(one)
        case = apply(case, one)

    def go_on_if_last():
        if case.status is Status.WAITING_AGENCY and not case.consulting:
            write(EventKind.RESUMED)

    for move, who, minutes in moves:
        now += timedelta(minutes=minutes)
        asked = WHO[who]
        mine = [one for one in case.consulting if one.of == next(iter(asked.values()))]
        if move == "ask" and not mine:
            waits = case.status is Status.WAITING_AGENCY
            write(EventKind.CONSULTED if waits else EventKind.WAITING, on="agency", **asked)
        elif move == "answer" and mine:
            write(EventKind.NOTE, answers=mine[0].of, consultation=mine[0].no, result="found")
            go_on_if_last()
        elif move == "withdraw" and mine:
            write(EventKind.CONSULTATION_WITHDRAWN, consultation=mine[0].no)
            go_on_if_last()
        elif move == "resume" and case.waiting:
            write(EventKind.RESUMED)
    now += timedelta(minutes=close_after)
    write(EventKind.CLOSED, outcome="referred")
    return events


@given(MOVES, st.integers(0, 20_000))
def test_the_clock_sees_one_wait_from_the_first_question_to_the_last_answer(moves, close_after):
    events = consultations_of(moves, close_after)
    for seen in range(len(events) + 1):
        case = case_after(*events[:seen])
        now = events[seen - 1].at if seen else at(0)
        settled = seen == len(events) or events[seen].kind is not EventKind.RESUMED
        assert case.status is Status.WAITING_AGENCY or not case.consulting
        assert case.consulting or case.status is not Status.WAITING_AGENCY or not settled
        read = clock.read(case, CALENDAR, KH, now)
        alone = clock.read(
            case_after(*(one for one in events[:seen] if one.kind is EventKind.CLOSED)), CALENDAR, KH, now
        )
        same = ("due_on", "promised_on", "days_used", "gross_days", "business_minutes", "overdue", "waiting_days_firm")
        assert {name: getattr(read, name) for name in same} == {name: getattr(alone, name) for name in same}
        # Every day on which anybody was asked counts once, however many were.
        spans = ((one.start, one.end or max(one.start, now)) for one in case.consultations)
        days = clock.days_out(spans)
        waited = sum(CALENDAR.working_days_between(first - timedelta(days=1), last, KH) for first, last in days)
        assert read.waiting_days_agency == waited


@given(MOVES, st.integers(0, 20_000))
def test_a_history_keeps_what_figures_are_made_of(moves, close_after):
    """Out and in again: the same line, the same clocks, the same agency asked last."""
    told = CaseHistory(opening=opening(), events=tuple(consultations_of(moves, close_after)))
    line = dump(told)
    read = parse_line(line, 1, KNOWN, told.events[-1].at)
    assert isinstance(read, CaseHistory), read
    assert dump(read) == line
    before, after = told.case(), read.case()
    now = told.events[-1].at
    assert clock.read(before, CALENDAR, KH, now) == clock.read(after, CALENDAR, KH, now)
    assert (before.agency_asked, before.status) == (after.agency_asked, after.status)
    assert [one.of for one in before.consultations] == [one.of for one in after.consultations]


ASKED = event(EventKind.WAITING, 1, on="agency", agency="taipower", until="2026-03-05")
MORE = event(EventKind.CONSULTED, 2, unit=SAFETY)


def test_a_wait_of_before_is_one_consultation():
    """A note with ``answers`` and no more, as partners wrote until now."""
    case = case_after(ASKED, event(EventKind.NOTE, 3, by="tai@kp.example", answers="taipower", message_id=7))
    one = case.consultations[0]
    assert (one.how, one.answer_id, one.result, case.status) == (End.ANSWERED, 7, None, Status.WAITING_AGENCY)
    assert case.partner_answered_at == at(3)


def test_each_question_ends_by_itself_and_all_with_the_wait():
    case = case_after(
        ASKED, MORE, event(EventKind.NOTE, 3, by="t", answers="taipower", consultation=1, result="unable")
    )
    assert [(one.of, one.how, one.result) for one in case.consultations] == [
        ("taipower", End.ANSWERED, Result.UNABLE), (SAFETY, None, None),
    ]  # fmt: skip
    ended = apply(case, event(EventKind.RESUMED, 4))
    assert [one.how for one in ended.consultations] == [End.ANSWERED, End.ENDED]
    closed = apply(case, event(EventKind.CLOSED, 4, outcome="referred", consultation="withdrawn"))
    assert [one.how for one in closed.consultations] == [End.ANSWERED, End.WITHDRAWN]


def test_whoever_enters_an_answer_to_the_own_case_is_not_told_of_it():
    given_to = event(EventKind.ASSIGNED, 1, to="a@kp.example")
    answer = {"answers": "taipower", "consultation": 1}
    for by, marked in (("a@kp.example", False), ("b@kp.example", True)):
        case = case_after(given_to, ASKED, event(EventKind.NOTE, 3, by=by, **answer))
        assert (case.partner_answered_at is not None) is marked


def test_who_sees_and_who_answers():
    tai = Actor(name="t", email="t@kp.example", role=Role.PARTNER, agency="taipower")
    emma = Actor(name="e", email="e@kp.example", role=Role.OFFICER, unit=SAFETY)
    alice = Actor(name="a", email="a@kp.example", role=Role.OFFICER, unit=LAND)
    otto = Actor(name="o", email="o@kp.example", role=Role.OFFICER, unit=OPERATIONS)
    secret = event(EventKind.CONFIDENTIAL, 2, confidential=True)
    case = case_after(ASKED, MORE, secret)
    power, safety = case.consultations
    answers = {name: [may_answer(who, case, one) for one in (power, safety)] for name, who in
               (("tai", tai), ("emma", emma), ("alice", alice), ("otto", otto))}  # fmt: skip
    assert answers == {"tai": [True, False], "emma": [False, True], "alice": [True, True], "otto": [False, False]}
    assert [may_see_consultation(emma, case, one) for one in (power, safety)] == [False, True]
    assert question_to(tai, case) == power
    over = apply(case, event(EventKind.CONSULTATION_WITHDRAWN, 5, consultation=1))
    assert (question_to(tai, over), may_see_consultation(tai, over, over.consultations[0])) == (None, False)


def test_a_case_that_waits_on_its_firm_asks_nobody_meanwhile():
    case = case_after(event(EventKind.WAITING, 1, on="firm"))
    with pytest.raises(StepNotAllowed, match="先恢復辦理"):
        steps.check(case, EventKind.CONSULTED)
