"""Until when a conversation is an officer's, after the officer has written in it."""

from __future__ import annotations

from datetime import datetime

from knowledge.calendar.office_calendar import TAIPEI, Office, OfficeCalendar, local


def held_until(at: datetime, calendar: OfficeCalendar, office: Office | None) -> datetime:
    """The end of the working day on which an officer wrote; of the next one for what was written after hours."""
    day = local(calendar.next_opening(at, office)).date()
    last = max(end for _, end in calendar.hours.sessions)
    return datetime.combine(day, last, tzinfo=TAIPEI)
