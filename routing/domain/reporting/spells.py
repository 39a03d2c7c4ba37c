"""What a case adds to any period, kept ready: one spell for each stretch of days over which it counts the same.

A spell says how the case stands for every period that ends on one of its days, so that a report need not fold the
history again. It is derived from the fold and the clock (``measures.py`` stays the definition): only days matter,
since periods begin and end at midnight in Taipei. Days are numbers (``date.toordinal``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime

from knowledge.calendar.office_calendar import Office, OfficeCalendar, local
from knowledge.offices.directory import Offices
from routing.domain import clock
from routing.domain.case import COUNTED_OUTCOMES, Case, Event, EventKind, Opening, apply, begin
from routing.domain.limits import LIMITS
from routing.domain.reporting.periods import Period

STILL = 4_000_000
"""The ``until`` of a spell that goes on: a day after all days."""

WINDOW = 16
"""Days of one block. An open spell of the past lies within one window, so that few are looked at for any day."""

COUNTED, ON_TIME, EXTENDED = 1, 2, 4
"""The bits of ``flags``: stands closed with a counted outcome; that in time; in time by an extension alone."""

QUIET = frozenset({
    EventKind.MESSAGE, EventKind.NOTE, EventKind.CONFIDENTIAL, EventKind.SURVEYED, EventKind.RATED,
    EventKind.CALL_ASKED, EventKind.EXTENSION_ASKED, EventKind.EXTENSION_REFUSED,
})  # fmt: skip
"""Events that move no figure."""
_TURNS = {EventKind.CLOSED: -1, EventKind.REOPENED: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """How a case stands at the end of each day from ``since`` to before ``until``.

    ``closed``, ``replied``: the day of the close that stands, of the first reply. ``late_from``: the first day at whose
    end the open case is late, if it stays as it is. ``turns``: the days of all closes (negative) and reopenings so far,
    in their order; empty for a case that was never reopened.
    """

    block: int
    since: int
    until: int
    kind: str
    category: str
    topic: str | None
    unit: str
    officer: str | None
    park: str | None
    channel: str
    language: str
    agency: str | None
    received: int
    closed: int | None
    flags: int
    days_used: float | None
    gross_days: float | None
    waited_firm: int
    waited_agency: int
    replied: int | None
    reply_minutes: float | None
    late_from: int | None
    turns: str


COLUMNS = tuple(one.name for one in fields(Spell))
"""The names of a spell's fields, in the order in which they are kept."""
WORDS = ("kind", "category", "topic", "unit", "officer", "park", "channel", "language", "agency")
"""Those that are words."""


def open_block(day: int) -> int:
    """The block of open spells that hold on a day and no longer go on; block 0 has those that do."""
    return 2 * (day // WINDOW)


def closed_block(day: int) -> int:
    """The block of cases whose close that stands was on a day."""
    return 2 * (day // WINDOW) + 1


@dataclass(frozen=True, slots=True)
class Measuring:
    """By which calendar and offices cases are measured."""

    calendar: OfficeCalendar
    offices: Offices

    def spells(self, opening: Opening, events: Sequence[Event]) -> tuple[Spell, ...]:
        """The spells of a case, in order of time; ``events`` as they happened."""
        first = local(opening.received_at).date()
        days = [max(local(event.at).date(), first) for event in events]
        found: list[Spell] = []
        case, turns, position = begin(opening), list[int](), 0
        here: date | None = first
        while here is not None:
            loud = position == 0
            while position < len(events) and days[position] <= here:
                event = events[position]
                case = apply(case, event)
                loud = loud or event.kind not in QUIET
                if event.kind in _TURNS:
                    turns.append(_TURNS[event.kind] * here.toordinal())
                position += 1
            if loud or not found:
                spell = self._spell(case, here, turns)
                if not found or replace(spell, since=found[-1].since, block=found[-1].block) != found[-1]:
                    if found:
                        found[-1] = replace(found[-1], until=spell.since)
                    found.append(spell)
            here = days[position] if position < len(events) else None
        return tuple(part for spell in found for part in _in_windows(spell))

    def _spell(self, case: Case, day: date, turns: Sequence[int]) -> Spell:
        office = self.offices.office_of(case.unit)
        opening, closed, now = case.opening, case.closed, Period(day, day).last_instant
        counted = closed is not None and closed.outcome in COUNTED_OUTCOMES
        reading = clock.read(case, self.calendar, office, now) if counted else None
        plain = turns == [] or (len(turns) == 1 and closed is not None)
        return Spell(
            block=0,
            since=day.toordinal(),
            until=STILL,
            kind=case.kind.value,
            category=case.category,
            topic=case.topic,
            unit=case.unit,
            officer=case.assignee,
            park=case.park,
            channel=opening.channel,
            language=opening.language,
            agency=case.agency_asked,
            received=local(opening.received_at).date().toordinal(),
            closed=local(closed.start).date().toordinal() if closed is not None else None,
            flags=0
            if reading is None
            else COUNTED | ON_TIME * bool(reading.on_time) | EXTENDED * reading.on_time_only_by_extension,
            days_used=reading.days_used if reading else None,
            gross_days=reading.gross_days if reading else None,
            waited_firm=reading.waiting_days_firm if reading else 0,
            waited_agency=reading.waiting_days_agency if reading else 0,
            replied=local(case.first_reply_at).date().toordinal() if case.first_reply_at is not None else None,
            reply_minutes=clock.first_reply_minutes(case, self.calendar, office),
            late_from=None if closed is not None else self._late_from(case, office, now),
            turns="" if plain else " ".join(map(str, turns)),
        )

    def _late_from(self, case: Case, office: Office, now: datetime) -> int | None:
        """The first day at whose end it is late. While it waits on its firm, a date that lies ahead moves away."""
        due = self._due_on(case, office, now)
        wait = case.waiting
        if wait is None or wait.on != "firm":
            return due.toordinal()
        if due <= local(now).date():
            return due.toordinal()
        then = Period(due, due).last_instant
        return due.toordinal() if self._due_on(case, office, then) <= due else None

    def _due_on(self, case: Case, office: Office, now: datetime) -> date:
        return clock.due_on(clock.course_of(case, now), LIMITS[case.kind], self.calendar, office)


def _in_windows(spell: Spell) -> Iterator[Spell]:
    """The spell with its block; an open one of the past in parts that lie within one window each."""
    if spell.closed is not None:
        yield replace(spell, block=closed_block(spell.closed))
        return
    if spell.until == STILL:
        yield spell
        return
    since = spell.since
    while since < spell.until:
        until = min(spell.until, (since // WINDOW + 1) * WINDOW)
        yield replace(spell, block=open_block(since), since=since, until=until)
        since = until
