"""Periods are whole Taipei days."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from routing.domain.reporting.periods import Period, last_complete_month, months, weeks


def test_a_period_begins_and_ends_at_midnight_in_taipei():
    """R12, S17."""
    period = Period(date(2025, 2, 1), date(2025, 2, 28))
    assert period.begins_at == datetime(2025, 1, 31, 16, tzinfo=UTC)
    assert period.ends_at == datetime(2025, 2, 28, 16, tzinfo=UTC)
    assert period.last_instant == datetime(2025, 2, 28, 15, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("today", "start", "end"),
    [
        (date(2026, 11, 22), date(2026, 10, 1), date(2026, 10, 31)),
        (date(2025, 1, 1), date(2024, 12, 1), date(2024, 12, 31)),
        (date(2024, 3, 31), date(2024, 2, 1), date(2024, 2, 29)),
    ],
)
def test_the_last_complete_month(today, start, end):
    assert last_complete_month(today) == Period(start, end)


@pytest.mark.parametrize("split", [months, weeks])
@pytest.mark.parametrize("end", [date(2025, 12, 29), date(2026, 1, 1), date(2028, 2, 29), date(2024, 12, 30)])
def test_parts_follow_one_another_without_gap_or_overlap(split, end):
    """S18: leap days and years' ends."""
    parts = [part for _, part in split(Period(date(2024, 12, 30), end))]
    assert (parts[0].start, parts[-1].end) == (date(2024, 12, 30), end)
    assert all(one.ends_at == following.begins_at for one, following in pairwise(parts))


def test_parts_have_the_names_of_the_contract():
    period = Period(date(2024, 12, 28), date(2025, 1, 6))
    assert [key for key, _ in months(period)] == ["2024-12", "2025-01"]
    assert [key for key, _ in weeks(period)] == ["2024-W52", "2025-W01", "2025-W02"]
