"""Reporting periods: whole Taipei days, months and ISO weeks, and the instants at which they begin and end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from knowledge.calendar.office_calendar import TAIPEI
from routing.domain.errors import Invalid

_DAY = timedelta(days=1)
_EARLIEST, _LATEST = date(2000, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True)
class Period:
    """The days from ``start`` to ``end``, both included.

    Raises:
        Invalid: the end lies before the start, or a day is outside what reports are made for.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise Invalid("迄日早於起日；請調整統計期間。", code="period_invalid", field="to")
        if self.start < _EARLIEST or self.end > _LATEST:
            raise Invalid("統計期間超出可計算的年份（2000 至 2199 年）。", code="period_invalid", field="from")

    @cached_property
    def begins_at(self) -> datetime:
        """00:00 in Taipei of the first day; belongs to the period."""
        return datetime.combine(self.start, time.min, TAIPEI)

    @cached_property
    def ends_at(self) -> datetime:
        """24:00 in Taipei of the last day; no longer belongs to the period."""
        return datetime.combine(self.end + _DAY, time.min, TAIPEI)

    def in_year(self, year: int) -> Period:
        """The same days with the last in another year; the end of a month stays one.

        Raises:
            Invalid: outside what reports are made for.
        """
        moved = year - self.end.year
        if not _EARLIEST.year <= self.start.year + moved <= year <= _LATEST.year:
            raise Invalid("對照年超出可計算的年份。", code="period_invalid", field="base")
        ends_month = (self.end + _DAY).day == 1
        start, end = _in_year(self.start, self.start.year + moved), _in_year(self.end, year)
        return Period(start, _month_end(end) if ends_month else end)

    @cached_property
    def last_instant(self) -> datetime:
        """The latest instant of the period, whose date is still the last day."""
        return self.ends_at - timedelta(microseconds=1)


def _in_year(day: date, year: int) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return date(year, 3, 1) - _DAY if leap_day else day.replace(year=year)


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - _DAY


def months(period: Period) -> Iterator[tuple[str, Period]]:
    """Every month that the period touches, as ``2025-01`` and its days within the period."""
    start = period.start
    while start <= period.end:
        following = (start.replace(day=1) + timedelta(days=31)).replace(day=1)
        yield f"{start:%Y-%m}", Period(start, min(following - _DAY, period.end))
        start = following


def weeks(period: Period) -> Iterator[tuple[str, Period]]:
    """Every ISO week (Monday to Sunday) that the period touches, as ``2025-W01`` and its days within the period."""
    start = period.start
    while start <= period.end:
        year, week, weekday = start.isocalendar()
        following = start + timedelta(days=8 - weekday)
        yield f"{year}-W{week:02}", Period(start, min(following - _DAY, period.end))
        start = following


def last_complete_month(today: date) -> Period:
    """The month before the one that ``today`` belongs to."""
    end = today.replace(day=1) - _DAY
    return Period(end.replace(day=1), end)
