"""Dates as firms read them, with the weekday: 2026/11/27（五）, 2026/11/27 (Fri)."""

from __future__ import annotations

from datetime import date, datetime

from knowledge.calendar import weekdays
from knowledge.calendar.office_calendar import local
from knowledge.vocabulary import Language
from knowledge.wording import reading_language

_WEEKDAYS = {
    Language.ZH_TW: weekdays.CHINESE,
    Language.JA: weekdays.JAPANESE,
    Language.EN: tuple(name[:3] for name in weekdays.ENGLISH),
}


def firm_date(day: date | None, language: str | None) -> str:
    """A date with its weekday; a dash for None."""
    if day is None:
        return "—"
    reads = reading_language(language)
    weekday = _WEEKDAYS[reads][day.weekday()]
    shown = f"{day.year}/{day.month}/{day.day}"
    return f"{shown} ({weekday})" if reads is Language.EN else f"{shown}（{weekday}）"


def firm_instant(instant: datetime, language: str | None) -> str:
    """An instant, in Taipei time: 2026/11/27（五）10:30."""
    at = local(instant)
    gap = " " if reading_language(language) is Language.EN else ""
    return f"{firm_date(at.date(), language)}{gap}{at:%H:%M}"
