"""Two offices, the calendar with the typhoon closures that ship, and short ways to write a day or an instant."""

from __future__ import annotations

from datetime import date, datetime

from knowledge.calendar.office_calendar import Office, known_closures, load_calendar

CALENDAR = load_calendar()
KH = Office("KH", "高雄市", "前鎮區")
TP = Office("TP", "臺北市", "信義區")
TYPHOON = CALENDAR.with_closures(known_closures())


def at(text: str) -> datetime:
    """An instant in Taipei; noon when only a day is given."""
    return datetime.fromisoformat(f"{text}+08:00" if "T" in text else f"{text}T12:00+08:00")


def day(text: str) -> date:
    """A date."""
    return date.fromisoformat(text)
