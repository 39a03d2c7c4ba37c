"""Limits that the office sets: by the day of receipt, for ever after, in the one clock (traps S4, S7, S14)."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.calendar.limits import SetLimit
from knowledge.calendar.office_calendar import TAIPEI, load_calendar
from knowledge.offices.directory import load_offices
from routing.domain import clock, deadline
from routing.domain.case import Event, EventKind, Kind, Opening, fold
from routing.domain.errors import Invalid
from routing.domain.limits import LIMITS, limit_of, limit_written
from routing.domain.reporting.spells import Measuring

CALENDAR = load_calendar()
SINCE = date(2026, 3, 9)
TWO_DAYS = CALENDAR.with_limits([SetLimit("ENQ", SINCE, 2)])
OFFICES = load_offices()
UNIT = OFFICES.units[0].name


def opening(received, kind=Kind.ENQ):
    return Opening(
        number="KP-1150302-0001", kind=kind, category="land", topic=None, channel="phone", park=None, unit=UNIT,
        language="zh-TW", subject="x", first_contact_at=received, received_at=received,
    )  # fmt: skip


def at(day, hour=10):
    return datetime.combine(day, datetime.min.time(), TAIPEI) + timedelta(hours=hour)


def due(received, calendar, kind=Kind.ENQ, now=None):
    case = fold(opening(at(received), kind), [])
    return clock.read(case, calendar, None, now or at(received, 11)).due_on


def test_the_limit_holds_from_its_day_on_and_earlier_cases_keep_theirs():
    """Friday the 6th: three days, the 11th. Monday the 9th, whether at its first or last minute: two, the 11th."""
    assert due(date(2026, 3, 6), TWO_DAYS) == due(date(2026, 3, 6), CALENDAR) == date(2026, 3, 11)
    assert due(SINCE, TWO_DAYS) == date(2026, 3, 11)
    for hour in (0, 23.99):
        case = fold(opening(at(SINCE, hour)), [])
        assert clock.standing(case, TWO_DAYS, None, at(SINCE, 24)).due_on == date(2026, 3, 11)


def test_the_one_that_came_last_holds_and_other_kinds_know_nothing_of_it():
    later = CALENDAR.with_limits([SetLimit("ENQ", SINCE, 2), SetLimit("ENQ", date(2026, 4, 1), 5)])
    assert [limit_of(Kind.ENQ, day, later).amount for day in (date(2026, 3, 8), SINCE, date(2026, 3, 31))] == [3, 2, 2]
    assert limit_of(Kind.ENQ, date(2026, 4, 1), later).amount == 5
    assert limit_of(Kind.PET, SINCE, later) is LIMITS[Kind.PET]
    assert due(SINCE, later, Kind.APP) == due(SINCE, CALENDAR, Kind.APP)


def test_a_petition_is_promised_by_the_earlier_of_its_limit_and_thirty_calendar_days():
    short = CALENDAR.with_limits([SetLimit("PET", SINCE, 10)])
    read = clock.read(fold(opening(at(SINCE), Kind.PET), []), short, None, at(SINCE, 11))
    assert read.due_on == read.promised_on == date(2026, 3, 23)


def test_another_kind_takes_the_limit_that_held_on_the_day_of_receipt():
    changed = Event(at=at(date(2026, 3, 10)), kind=EventKind.KIND, data={"kind": "ENQ"})
    old, new = (fold(opening(at(day), Kind.PET), [changed]) for day in (date(2026, 3, 6), SINCE))
    read = [clock.read(case, TWO_DAYS, None, at(date(2026, 3, 10), 12)) for case in (old, new)]
    assert [one.limit.amount for one in read] == [3, 2]


def test_the_version_of_the_calendar_says_so_and_is_the_same_where_nothing_was_set():
    assert CALENDAR.with_limits([]).version == CALENDAR.version != TWO_DAYS.version


def test_the_day_by_day_account_names_the_limit_that_was_set():
    case = fold(opening(at(SINCE)), [])
    told = deadline.of_case(case, TWO_DAYS, None, now=at(SINCE, 12)).limit
    assert (told.rules[0].code, told.due_on) == ("limit", date(2026, 3, 11))
    assert "115.03.09 起受理的案件，處理期限為 2 個工作天" in told.rules[0].text
    assert "limit" not in {rule.code for rule in deadline.of_case(case, CALENDAR, None, now=at(SINCE, 12)).limit.rules}


@pytest.mark.parametrize(("text", "written"), [("ENQ", "2d"), ("enq", "2d"), ("PET", "30d"), ("APP", "2m-legal")])
def test_the_calculator_takes_a_kind_in_place_of_a_limit(text, written):
    assert str(limit_written(text, SINCE, TWO_DAYS)) == written
    assert str(limit_written(written, SINCE, TWO_DAYS)) == written
    with pytest.raises(Invalid):
        limit_written("DOC", SINCE, TWO_DAYS)


days = st.integers(0, 200).map(lambda n: date(2026, 1, 2) + timedelta(days=n))


@settings(deadline=None)
@given(days, st.integers(1, 30), days, st.integers(0, 40))
def test_elapsed_is_the_limit_on_the_due_day_and_both_ways_of_reporting_agree(received, amount, since, took):
    """S7 with a limit that was set: used(received, due) = limit; fold and kept measures say the same of being late."""
    calendar = CALENDAR.with_limits([SetLimit("ENQ", since, amount)])
    limit = amount if received >= since else 3
    last = due(received, calendar)
    assert calendar.working_days_between(received, last, None) == limit
    closed_at = at(received, 12) + timedelta(days=took)
    events = (
        Event(at=closed_at, kind=EventKind.REPLIED, data={"via": "phone"}),
        Event(at=closed_at, kind=EventKind.CLOSED, data={"outcome": "answered"}),
    )
    how = Measuring(calendar, OFFICES)
    _, case, standing = how.measured(opening(at(received)), events)
    read = clock.read(case, calendar, OFFICES.office_of(UNIT), closed_at)
    assert standing.on_time == read.on_time == (closed_at.date() <= read.due_on)
    assert read.limit.amount == limit
