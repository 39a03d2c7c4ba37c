"""Dates with the year of the Republic (民國), as agencies write them: the one place that knows the year 1911."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time

from knowledge.calendar.office_calendar import local

_BEFORE = 1911
"""The year before the first of the Republic."""
_CLOCK = re.compile(
    r"(上午|下午|AM|PM)?\s*(\d{1,2})\s*[:時]\s*(\d{1,2})?\s*分?(?::(\d{1,2}))?\s*(AM|PM)?", re.IGNORECASE
)
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


_DAY = re.compile(
    r"(?:民國|中華民國)?\s*(?:(\d{2,4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?|(\d{2,4})(\d{2})(\d{2}))"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_BEGINS = re.compile(r"(?:民國|中華民國)?\s*(?:\d{2,4}\s*[-./年]\s*\d{1,2}\s*[-./月]\s*\d{1,2}\s*日?|\d{6,8})")
_YEARS = range(1900, 2200)


def day_of(text: str) -> date | None:
    """A day as agencies and their files write it, None where it is none.

    115.11.22, 民國115年11月22日, 0760221, 1151122, 20261122, 2026-11-22.
    """
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    year, month, day = found.group(1, 2, 3) if found[1] else found.group(4, 5, 6)
    number = western_year(int(year))
    try:
        return date(number, int(month), int(day)) if number in _YEARS else None
    except ValueError:
        return None


def roc_year(year: int) -> int:
    """The year of the Republic for one of our era."""
    return year - _BEFORE


def western_year(year: int) -> int:
    """The year of our era for one of the Republic; one of four digits is one already."""
    return year + _BEFORE if year < 1000 else year


def read_moment(written: str) -> tuple[date, time | None] | None:
    """A day as people write it, with the year of the Republic or of our era, and the time of day if there is one.

    ``115.1.5``, ``115年1月5日 下午2:30``, ``1150105``, ``2026-01-05T14:30``; full width too.
    None for anything else.
    """
    text = unicodedata.normalize("NFKC", written).strip()
    found = _BEGINS.match(text)
    day = day_of(found[0]) if found is not None else None
    if found is None or day is None:
        return None
    rest = text[found.end() :].strip().removeprefix("T").strip()
    try:
        return day, _read_clock(rest) if rest else None
    except ValueError:
        return None


def _read_clock(written: str) -> time:
    """Raises ValueError for anything that is no time of a day."""
    found = _CLOCK.fullmatch(written.removesuffix("+08:00"))
    if found is None:
        raise ValueError(written)
    half = (found[1] or found[5] or "").upper()
    hour = int(found[2])
    if half:
        if not 0 < hour <= 12:
            raise ValueError(written)
        hour = hour % 12 + (12 if half in ("下午", "PM") else 0)
    return time(hour, int(found[3] or 0), int(found[4] or 0))
