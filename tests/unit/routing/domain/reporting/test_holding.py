"""Days held: the days used of a case shared out among those who had it (a last two hours carry no lateness)."""

from datetime import date

import pytest

from routing.domain import clock
from routing.domain.reporting import holding
from tests.unit.routing.domain.reporting.test_history import accepted, record
from tests.unit.routing.domain.reporting.test_statistics import CALENDAR, OFFICES, histories

__all__ = ["histories"]


def shares(history):
    case, held = holding.turns(history.opening, history.events)
    office = OFFICES.office_of(case.unit)
    days = holding.days_held(case, held, CALENDAR, office)
    if case.closed is not None:
        assert sum(share for _, share in days) == clock.read(case, CALENDAR, office, case.closed.start).days_used
    return held, [(unit, person, share) for (unit, person), share in days]


def on(at, word, **fields):
    return {"at": f"2025-01-{at}:00+08:00", "event": word, **fields}


def test_the_shares_of_every_golden_case_add_up_to_its_days_used(histories):
    found = [shares(history)[1] for history in histories]
    assert sum(bool(one) for one in found) > 20


def test_who_gets_a_case_in_its_last_hours_held_it_for_no_day_and_it_became_late_before():
    """Received Friday 01-03, due 01-08; handed over and closed on the 10th."""
    history = accepted(record(
        on("03T11:00", "assigned", to="甲"), on("10T14:00", "transferred", unit="投資服務科"),
        on("10T14:05", "assigned", to="乙"), on("10T16:00", "closed", outcome="answered"),
    ))  # fmt: skip
    held, days = shares(history)
    assert [one for one in days if one[2]] == [("用地工程科", "甲", 5)]
    assert holding.held_when_late(held, date(2025, 1, 8)) == ("用地工程科", "甲")


def test_waits_on_the_firm_and_closed_stretches_are_nobodys():
    history = accepted(record(
        on("03T11:00", "assigned", to="甲"), on("06T09:00", "waiting", on="firm", reason="補正"),
        on("08T09:00", "resumed"), on("09T10:00", "assigned", to="乙"), on("10T09:00", "closed", outcome="answered"),
        on("14T09:00", "reopened"), on("15T09:00", "closed", outcome="answered"),
    ))  # fmt: skip
    assert [one[1:] for one in shares(history)[1] if one[2]] == [("甲", 2), ("乙", 2)]


@pytest.mark.parametrize("closed", ["03T11:30", "05T11:30"])
def test_the_half_day_of_a_case_closed_at_once_belongs_to_whoever_closed_it(closed):
    history = accepted(record(
        on("03T11:00", "assigned", to="甲"), on("03T11:10", "assigned", to="乙"),
        on(closed, "closed", outcome="answered"),
    ))  # fmt: skip
    assert [one[1:] for one in shares(history)[1] if one[2]] == [("乙", 0.5)]


def test_an_open_case_was_held_for_no_counted_day():
    assert shares(accepted(record(on("03T11:00", "assigned", to="甲"))))[1] == []
