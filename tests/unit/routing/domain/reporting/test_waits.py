"""Waits on the firm: their pieces, the end at the last piece, and messages that are moved (contract §7 and §9)."""

import pytest

from routing.domain import clock
from routing.domain.case import EventKind, Status, fold
from routing.domain.reporting.moved import effective
from tests.harness.branch import at, case_after, event, office, opening
from tests.harness.cast import LAND

ON_FIRM = event(EventKind.WAITING, 3, on="firm")
ASSIGNED = event(EventKind.ASSIGNED, 1, to="alice@kp.example")


def piece(message_id, hours):
    return event(EventKind.MESSAGE, hours, message_id=message_id, piece=True)


def ended(message_id, hours):
    return event(EventKind.RESUMED, hours, message_id=message_id)


def moved_out(message_id, hours, to=None):
    return event(EventKind.MOVED, hours, message_id=message_id, to=to)


def moved_in(message_id, hours, **more):
    return event(EventKind.MOVED, hours, message_id=message_id, source="KP-1150302-0009", **more)


def test_a_piece_shows_that_the_firm_has_answered_and_ends_nothing():
    case = case_after(ASSIGNED, ON_FIRM, piece(1, 4))
    assert (case.status, case.firm_answered, case.last_piece) == (Status.WAITING_FIRM, True, (1, at(4)))


@pytest.mark.parametrize(
    "events",
    [
        [event(EventKind.MESSAGE, 4, message_id=1)],
        [],
        [piece(1, 4), ended(1, 4)],
    ],
    ids=["words that are no piece", "nothing", "ended"],
)
def test_otherwise_the_firm_has_not_answered(events):
    assert not case_after(ASSIGNED, ON_FIRM, *events).firm_answered


def test_a_piece_outside_a_wait_on_the_firm_is_just_a_message():
    case = case_after(ASSIGNED, event(EventKind.WAITING, 3, on="agency", agency="taipower"), piece(1, 4))
    assert (case.firm_answered, case.firm_spoke_at) == (False, at(4))


def test_a_wait_ends_at_its_last_piece_although_that_is_entered_later():
    case = case_after(ASSIGNED, ON_FIRM, piece(1, 4), piece(2, 5), ended(2, 5))
    assert (case.waits[-1].end, case.waits[-1].ended_by) == (at(5), 2)


MOVES = [
    ("the wait goes on without it", [piece(1, 4), ended(1, 4), moved_out(1, 30)], None),
    ("the piece before it ended the wait", [piece(1, 4), piece(2, 26), ended(2, 26), moved_out(2, 30)], 4),
    ("a piece in the middle changes no end", [piece(1, 4), piece(2, 26), ended(2, 26), moved_out(1, 30)], 26),
    ("moved and back it ends as it did", [piece(1, 4), ended(1, 4), moved_out(1, 30), moved_in(1, 31)], 4),
    ("the next wait ends it", [piece(1, 4), ended(1, 4), event(EventKind.WAITING, 8, on="agency", agency="taipower"),
                               moved_out(1, 30)], 8),
    ("a close ends it", [piece(1, 4), ended(1, 4), event(EventKind.CLOSED, 9, outcome="declined"),
                         moved_out(1, 30)], 9),
    ("an officer's end stays", [piece(1, 4), event(EventKind.RESUMED, 6, by="alice@kp.example"),
                                moved_out(1, 30)], 6),
]  # fmt: skip


@pytest.mark.parametrize(("events", "end"), [row[1:] for row in MOVES], ids=[row[0] for row in MOVES])
def test_moving_a_message_recomputes_the_wait_that_it_ended(events, end):
    wait = case_after(ASSIGNED, ON_FIRM, *events).waits[0]
    assert wait.end == (None if end is None else at(end))


@pytest.mark.parametrize("events", [row[1] for row in MOVES], ids=[row[0] for row in MOVES])
def test_a_history_says_the_same_without_a_word_for_moving(events):
    """Export and import keep waits and days."""
    log = (ASSIGNED, ON_FIRM, *events)
    plain = sorted(effective(log), key=lambda one: one.at)
    assert EventKind.MOVED not in {one.kind for one in plain}
    before, after = (fold(opening(), some) for some in (log, plain))
    assert [(w.start, w.end) for w in before.waits] == [(w.start, w.end) for w in after.waits]
    calendar, land = office().calendar, office().office_of(LAND)
    now = at(days=5)
    assert clock.read(before, calendar, land, now).due_on == clock.read(after, calendar, land, now).due_on


def test_what_the_firm_said_elsewhere_marks_no_case_as_answered():
    said = event(EventKind.MESSAGE, 4, message_id=1)
    assert case_after(said, moved_out(1, 5)).firm_spoke_at is None
    assert case_after(moved_in(7, 5)).firm_spoke_at == at(5)
    assert effective((said, moved_out(1, 5))) == ()


def test_a_message_moved_into_a_waiting_case_may_be_a_piece():
    assert case_after(ON_FIRM, moved_in(7, 5, piece=True)).firm_answered
    assert not case_after(ON_FIRM, moved_in(7, 5)).firm_answered
