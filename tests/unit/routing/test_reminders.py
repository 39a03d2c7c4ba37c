"""What staff are reminded of at an instant, and whom (trap S15): tables, and a walk over every hour of some weeks."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.calendar.office_calendar import TAIPEI, load_calendar
from routing.domain.absence import Leave
from routing.domain.reminders import Cause, Due, Person, Standing, call_at, due_now, hearers

CALENDAR = load_calendar()
NUMBER = "KP-1150302-0001"


def at(day, hour=9, minute=0):
    """In March 2026; the 2nd is a Monday, and there is no holiday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=TAIPEI)


def case(**changes):
    values = {"number": NUMBER, "kind": "ENQ", "status": "assigned", "unit": "用地工程科", "assignee": "a"}
    return Standing(**{**values, **changes})


def causes(standing, now):
    return [one.cause.value for one in due_now(standing, CALENDAR, None, now)]


@pytest.mark.parametrize(
    ("changes", "now", "said"),
    [
        ({"promised_on": date(2026, 3, 9)}, at(6), ["before"]),  # a Monday: said on the Friday before
        ({"promised_on": date(2026, 3, 9)}, at(7, 10), []),  # Saturday
        ({"promised_on": date(2026, 3, 9)}, at(9, 8, 29), []),
        ({"promised_on": date(2026, 3, 9)}, at(9, 8, 30), ["due"]),
        ({"promised_on": date(2026, 3, 9)}, at(9, 12, 45), []),  # lunch
        ({"promised_on": date(2026, 3, 9)}, at(9, 17, 30), []),
        ({"promised_on": date(2026, 3, 9)}, at(10), ["late"]),
        ({"promised_on": date(2026, 3, 9)}, at(16), ["late"]),
        ({"promised_on": date(2026, 3, 9)}, at(17), []),  # told for a week; lists and digest have it
        ({"promised_on": date(2026, 3, 9), "kind": "PET"}, at(2), ["before"]),
        ({"promised_on": date(2026, 3, 10), "kind": "PET"}, at(2), []),
        ({"promised_on": date(2026, 3, 9), "status": "waiting_firm"}, at(9), []),
        ({"promised_on": date(2026, 3, 9), "status": "closed"}, at(9), []),
        ({"snoozed_until": date(2026, 3, 7)}, at(9), ["snooze"]),  # a Saturday
        ({"snoozed_until": date(2026, 3, 7)}, at(10), []),
        ({"expected": ((1, date(2026, 3, 9)), (2, date(2026, 3, 11)))}, at(9), ["consultation"]),
        ({"expected": ((1, date(2026, 3, 9)), (2, date(2026, 3, 11)))}, at(11), ["consultation", "consultation"]),
        ({"assignee": None, "received_at": at(6, 17)}, at(9, 8, 59), []),
        ({"assignee": None, "received_at": at(6, 17)}, at(9, 9), ["unassigned"]),
        ({"call_asked_at": at(6, 16), "call_when": "morning"}, at(6, 17), []),
        ({"call_asked_at": at(6, 16), "call_when": "morning"}, at(9, 8, 30), ["call"]),
        ({"call_asked_at": at(9, 9), "status": "closed"}, at(9, 10), ["call"]),  # the wish outlives the case
    ],
)
def test_what_is_said_when(changes, now, said):
    assert causes(case(**changes), now) == said


@pytest.mark.parametrize(
    ("asked", "when", "reminded"),
    [
        (at(2, 9), "any", at(2, 10)),
        (at(2, 12), None, at(2, 14)),
        (at(2, 20), None, at(3, 9, 30)),
        (at(2, 9), "afternoon", at(2, 13, 30)),
        (at(2, 14), "afternoon", at(2, 14, 30)),
        (at(2, 17, 20), "afternoon", at(2, 17, 29)),
        (at(2, 18), "afternoon", at(3, 13, 30)),
        (at(2, 7), "morning", at(2, 8, 30)),
        (at(6, 13), "morning", at(9, 8, 30)),
    ],
)
def test_a_call_is_reminded_of_in_the_hours_that_suit(asked, when, reminded):
    assert call_at(asked, when, CALENDAR, None) == reminded


DUE = Due(cause=Cause.DUE, on=date(2026, 3, 9), key="due")
PEOPLE = {
    **{name: Person(email=name, unit="用地工程科") for name in ("a", "b")},
    "head": Person(email="head", unit="用地工程科", leads=True),
    "sue": Person(email="sue", leads=True),
}
DAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("changes", "away", "told"),
    [
        ({}, {}, ["a"]),
        ({}, {"a": "b"}, ["b"]),
        ({}, {"a": None}, ["head"]),
        ({"assignee": None}, {}, ["head"]),
        ({"assignee": "closed"}, {}, ["head"]),
        ({"assignee": None}, {"head": "sue"}, ["sue"]),
        ({"assignee": None, "unit": "投資服務科"}, {}, ["sue"]),
    ],
)
def test_the_officer_is_told_the_deputy_meanwhile_and_those_who_lead_where_nobody_is(changes, away, told):
    leaves = {name: Leave(until=DAY, stand_in=deputy) for name, deputy in away.items()}
    assert hearers(DUE, case(**changes), PEOPLE, leaves) == told


def test_what_is_late_is_told_to_those_who_lead():
    late = Due(cause=Cause.LATE, on=DUE.on, key="late", leads=True)
    assert hearers(late, case(), PEOPLE, {}) == ["head"]


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 20))


@given(promised=DAYS, kind=st.sampled_from(["ENQ", "PET", "APP"]), begin=DAYS, step=st.integers(7, 90))
def test_whoever_looks_however_often_says_each_thing_once_and_in_office_hours(promised, kind, begin, step):
    standing = case(promised_on=promised, kind=kind, snoozed_until=promised, expected=((1, promised),))
    now, said = datetime.combine(begin, datetime.min.time(), UTC), {}
    for _ in range(400):
        now += timedelta(minutes=step)
        for one in due_now(standing, CALENDAR, None, now):
            assert CALENDAR.is_open(now)
            said.setdefault(one.key, one)
    assert len({(one.cause, one.key.split()[-1]) for one in said.values()}) == len(said) <= 6
    assert all(key.startswith(NUMBER) and len(key) <= 80 for key in said)
