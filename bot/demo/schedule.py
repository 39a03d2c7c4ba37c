"""When things happen in the demo's invented year: in office hours on working days, and LINE at any decent hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from knowledge.calendar.office_calendar import TAIPEI, Office, OfficeCalendar, local

_MORNING = timedelta(hours=8, minutes=30)
_AFTERNOON = timedelta(hours=13, minutes=30)
_HALF = 240
FULL = 480
"""Minutes of a working day: 08:30–12:30 and 13:30–17:30."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Picks instants of the office's days. All instants are in Taipei time, to the second."""

    calendar: OfficeCalendar
    office: Office
    random: Random

    def at(self, day: date, minute: int | None = None) -> datetime:
        """An instant of office hours: ``minute`` of the working day (0–479), or any."""
        chosen = self.random.randrange(10, FULL - 10) if minute is None else max(0, min(minute, FULL - 1))
        base = _MORNING if chosen < _HALF else _AFTERNOON - timedelta(minutes=_HALF)
        midnight = datetime.combine(day, time.min, TAIPEI)
        return midnight + base + timedelta(minutes=chosen, seconds=self.random.randrange(60))

    def after(self, instant: datetime, day: date) -> datetime:
        """An instant of office hours on ``day`` that is later than ``instant``, even if it is a little after hours."""
        if local(instant).date() < day:
            return self.at(day)
        earliest = max(instant, self.at(day, 0))
        latest = self.at(day, FULL - 1)
        if latest <= earliest:
            return instant + timedelta(minutes=self.random.randrange(2, 12))
        share = self.random.uniform(0.15, 0.85)
        found = earliest + (latest - earliest) * share
        lunch_over = self.at(day, _HALF)
        if 12.5 <= found.hour + found.minute / 60 < 13.5 and lunch_over > earliest:
            found = lunch_over
        return (
            found.replace(microsecond=0) if found.replace(microsecond=0) > instant else instant + timedelta(minutes=2)
        )

    def evening(self, day: date) -> datetime:
        """An instant after work, as people write on LINE."""
        minutes = self.random.randrange(40, 240)
        return datetime.combine(day, time(17, 30), TAIPEI) + timedelta(
            minutes=minutes, seconds=self.random.randrange(60)
        )

    def decent(self, instant: datetime) -> datetime:
        """The instant, or the evening before if people sleep then."""
        here = local(instant).replace(microsecond=0)
        if here.hour < 7:
            return datetime.combine(here.date() - timedelta(days=1), time(21, here.minute, here.second), TAIPEI)
        return here.replace(hour=21) if here.hour >= 22 else here

    def on(self, start: date, n: int) -> date:
        """The n-th working day after ``start``; ``start`` itself for 0."""
        return self.calendar.nth_working_day_after(start, n, self.office) if n > 0 else start

    def back(self, start: date, n: int) -> date:
        """The n-th working day before ``start``."""
        day = start
        while n > 0:
            day -= timedelta(days=1)
            n -= self.works(day)
        return day

    def works(self, day: date) -> bool:
        """Whether the office works on the day."""
        return self.calendar.is_working_day(day, self.office)
