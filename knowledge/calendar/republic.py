"""Dates with the year of the Republic (民國), as agencies write them: the one place that knows the year 1911."""

from __future__ import annotations

import re
from datetime import date, datetime

from knowledge.calendar.office_calendar import local

_BEFORE = 1911
"""The year before the first of the Republic."""
_MONTH = re.compile(r"(\d{4})-(\d{2})")


def roc_date(day: date | None) -> str:
    """115.11.22, in tables and lists; a dash for None."""
    return f"{day.year - _BEFORE}.{day.month:02d}.{day.day:02d}" if day else "—"


def roc_instant(instant: datetime | None) -> str:
    """115.11.22 10:30, in Taipei time; a dash for None."""
    return f"{roc_date(local(instant).date())} {local(instant):%H:%M}" if instant else "—"


def roc_written(day: date) -> str:
    """115 年 11 月 22 日, in sentences."""
    return f"{day.year - _BEFORE} 年 {day.month} 月 {day.day} 日"


def roc_digits(day: date) -> str:
    """1151122, in case numbers."""
    return f"{day.year - _BEFORE:03d}{day:%m%d}"


def roc_month(key: str, *, short: bool = False) -> str:
    """``2025-02`` as 114 年 2 月, ``short`` as 114.2; whatever is no month stays."""
    month = _MONTH.fullmatch(key)
    if month is None:
        return key
    year, number = int(month[1]) - _BEFORE, int(month[2])
    return f"{year}.{number}" if short else f"{year} 年 {number} 月"


def western_year(year: int) -> int:
    """The year of our era for one of the Republic; one of four digits is one already."""
    return year + _BEFORE if year < 1000 else year
