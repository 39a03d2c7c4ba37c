"""What a case adds to any period, kept ready: one spell for each stretch of days over which it counts the same.

A spell says how the case stands for every period that ends on one of its days, so that a report need not fold the
history again. It is derived from the fold and the clock (``measures.py`` stays the definition): only days matter,
since periods begin and end at midnight in Taipei. Days are numbers (``date.toordinal``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from typing import Any

from knowledge.calendar.office_calendar import TAIPEI, OfficeCalendar, day_number
from knowledge.offices.directory import Offices
from routing.domain import clock
from routing.domain.case import COUNTED_OUTCOMES, Case, Event, EventKind, Opening, apply, begin
from routing.domain.evolving import of_values
from routing.domain.limits import limit_of
from routing.domain.reporting import holding
from routing.domain.reporting.holding import Turn

STILL = 4_000_000
"""The ``until`` of a spell that goes on: a day after all days."""

_MOST_PLAIN = 100_000
"""Cases of different days whose dates are remembered."""

WINDOW = 16
"""Days of one block. An open spell of the past lies within one window, so that few are looked at for any day."""

COUNTED, ON_TIME, EXTENDED = 1, 2, 4
"""The bits of ``flags``: stands closed with a counted outcome; that in time; in time by an extension alone."""

QUIET = frozenset({
    EventKind.MESSAGE, EventKind.NOTE, EventKind.CONFIDENTIAL, EventKind.SURVEYED, EventKind.RATED,
    EventKind.CALL_ASKED, EventKind.EXTENSION_ASKED, EventKind.EXTENSION_REFUSED,
    EventKind.WATCHED, EventKind.SNOOZED, EventKind.LINKED, EventKind.MERGED,
    EventKind.GATHERED, EventKind.PARTED,
    EventKind.DRAFTED, EventKind.DRAFT_RETURNED,
})  # fmt: skip
"""Events that move no figure."""
_TURNS = {EventKind.CLOSED: -1, EventKind.REOPENED: 1}


@dataclass(frozen=True, kw_only=True)
class Spell:
    """How a case stands at the end of each day from ``since`` to before ``until``.

    ``closed``, ``replied``: the day of the close that stands, of the first reply. ``late_from``: the first day at whose
    end the open case is late, if it stays as it is. ``turns``: the days of all closes (negative) and reopenings so far,
    in their order; empty for a case that was never reopened. ``held``: who held it in turn, for how many of the days
    used, and who when it became late (``holding.written``); of an open case only the last, where it is somebody else
    than now; else empty.
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
    held: str


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
    _plain: dict[tuple[Any, ...], clock.Standing] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What the dates of plain cases say, by all that moves them: very many cases have the same days."""

    _due: dict[tuple[Any, ...], int] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The due dates of cases to which nothing has happened that moves them."""

    _shares: dict[tuple[Any, ...], list[float]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The days held of cases of which no day is taken out, by the days on which they changed hands."""

    def held(self, case: Case, turns: Sequence[Turn], due_on: int | None) -> str:
        """Who held a closed case, as it is kept; ``due_on``: the day after whose end it was late, if it was."""
        days = holding.borders(case, turns)
        office = self.offices.office_of(case.unit)
        if case.waits or len(case.closings) > 1:
            found = [share for _, share in holding.days_held(case, turns, self.calendar, office)]
        else:
            key = case.unit, days
            found = self._shares.get(key, [])
            if not found:
                if len(self._shares) >= _MOST_PLAIN:
                    self._shares.clear()
                found = self._shares[key] = holding.shares(days, clock.Counting(self.calendar, office))
        late = None if due_on is None else holding.place_when_late(turns, date.fromordinal(due_on))
        return holding.written([turn.holder for turn in turns], found, late)

    def standing(self, case: Case, now: datetime) -> clock.Standing:
        """What the dates of a case say; ``now`` counts only while it is open."""
        closings = case.closings
        if case.waits or case.extensions or len(closings) != 1 or closings[0].end is not None:
            return clock.standing(case, self.calendar, self.offices.office_of(case.unit), now)
        key = case.kind, case.unit, day_number(case.receipt), day_number(closings[0].start)
        found = self._plain.get(key)
        if found is None:
            if len(self._plain) >= _MOST_PLAIN:
                self._plain.clear()
            found = self._plain[key] = clock.standing(case, self.calendar, self.offices.office_of(case.unit), now)
        return found

    def due_on(self, case: Case, now: datetime) -> int:
        """The number of the day on which a case is due; ``now`` counts only while it waits on its firm."""
        plain = not (case.waits or case.extensions or case.closings)
        key = case.kind, case.unit, day_number(case.receipt)
        found = self._due.get(key) if plain else None
        if found is None:
            office = self.offices.office_of(case.unit)
            limit = limit_of(case.kind, date.fromordinal(key[2]), self.calendar)
            found = clock.due_on(clock.course_of(case, now), limit, self.calendar, office).toordinal()
            if plain:
                self._due[key] = found
        return found

    def spells(self, opening: Opening, events: Sequence[Event]) -> tuple[Spell, ...]:
        """The spells of a case, in order of time; ``events`` as they happened."""
        return self.measured(opening, events)[0]

    def measured(
        self, opening: Opening, events: Sequence[Event], states: Sequence[Case] | None = None
    ) -> tuple[tuple[Spell, ...], Case, clock.Standing | None]:
        """The spells, the case after all events, and what its dates say if it stands closed and counts.

        ``states``: the case after each event, where somebody has folded them already.
        """
        first = day_number(opening.received_at)
        days = [max(day_number(event.at), first) for event in events]
        whole = {
            "block": 0, "since": 0, "until": STILL, "channel": opening.channel, "language": opening.language,
            "received": first,
        }  # fmt: skip
        found: list[dict[str, Any]] = []
        last: dict[str, Any] | None = None
        case, turns, position, count = begin(opening), list[int](), 0, len(events)
        here, dates = first, _Dates(self, Turn((case.unit, case.assignee), opening.received_at))
        while True:
            loud = position == 0
            while position < count and days[position] <= here:
                event = events[position]
                case = states[position] if states is not None else apply(case, event)
                dates.hand(case, event.at)
                loud = loud or event.kind not in QUIET
                if event.kind in _TURNS:
                    turns.append(_TURNS[event.kind] * here)
                position += 1
            if loud or last is None:
                values = dates.values(case, here, turns)
                if values != last:
                    if found:
                        found[-1]["until"] = here
                    last = values
                    found.append({**whole, **values, "since": here})
            if position == count:
                break
            here = days[position]
        spells = tuple(of_values(Spell, part) for one in found for part in _in_windows(one))
        return spells, case, dates.standing


class _Dates:
    """Reads the dates of one case as it goes on; what its next state has in common with the last is not read anew."""

    __slots__ = ("_due", "_hands", "_how", "_key", "_replied", "_reply", "standing")

    def __init__(self, how: Measuring, first: Turn) -> None:
        self._how = how
        self._hands = [first]
        self.standing: clock.Standing | None = None
        self._key: tuple[Any, ...] | None = None
        self._due = 0
        self._reply: tuple[datetime | None, str] | None = None
        self._replied: float | None = None

    def hand(self, case: Case, at: datetime) -> None:
        """Note who has the case after an event."""
        unit, person = self._hands[-1].holder
        if case.assignee != person or case.unit != unit:
            self._hands.append(Turn((case.unit, case.assignee), at))

    def values(self, case: Case, day: int, turns: Sequence[int]) -> dict[str, Any]:
        """What a spell says beside its days and what never changes."""
        closed, standing, held, late_from = case.closed, None, "", None
        if closed is not None and closed.outcome in COUNTED_OUTCOMES:
            standing = self._how.standing(case, _end_of(day))
        self.standing = standing
        flags = 0
        if standing is not None:
            flags = COUNTED | ON_TIME * bool(standing.on_time) | EXTENDED * standing.on_time_only_by_extension
            held = self._how.held(case, self._hands, None if standing.on_time else standing.due_on.toordinal())
        elif closed is None:
            late_from = self._late_from(case, day)
            held = self._late_with(late_from)
        replied = case.first_reply_at
        plain = not turns or (len(turns) == 1 and closed is not None)
        return {
            "kind": case.kind.value,
            "category": case.category,
            "topic": case.topic,
            "unit": case.unit,
            "officer": case.assignee,
            "park": case.park,
            "agency": case.agency_asked,
            "closed": day_number(closed.start) if closed is not None else None,
            "flags": flags,
            "days_used": standing.days_used if standing else None,
            "gross_days": standing.gross_days if standing else None,
            "waited_firm": standing.waiting_days_firm if standing else 0,
            "waited_agency": standing.waiting_days_agency if standing else 0,
            "replied": day_number(replied) if replied is not None else None,
            "reply_minutes": self._reply_minutes(case),
            "late_from": late_from,
            "turns": "" if plain else " ".join(map(str, turns)),
            "held": held,
        }

    def _late_with(self, late_from: int | None) -> str:
        """Who held an open case when it became late, if that is somebody else than now."""
        if late_from is None or late_from >= day_number(self._hands[-1].since):
            return ""
        holder = holding.held_when_late(self._hands, date.fromordinal(late_from))
        return "" if holder == self._hands[-1].holder else holding.written([holder], [0.0], 0)

    def _reply_minutes(self, case: Case) -> float | None:
        if case.first_reply_at is None:
            return None
        asked = case.first_reply_at, case.unit
        if asked != self._reply:
            self._reply = asked
            office = self._how.offices.office_of(case.unit)
            self._replied = clock.first_reply_minutes(case, self._how.calendar, office)
        return self._replied

    def _late_from(self, case: Case, day: int) -> int | None:
        """The first day at whose end it is late. While it waits on its firm, a date that lies ahead moves away."""
        wait = case.waiting
        if wait is None or wait.on != "firm":
            key = case.kind, case.unit, case.filed_at, case.waits, case.closings, case.extensions
            if key != self._key:
                self._key, self._due = key, self._due_on(case, day)
            return self._due
        due = self._due_on(case, day)
        return due if due <= day or self._due_on(case, due) <= due else None

    def _due_on(self, case: Case, day: int) -> int:
        return self._how.due_on(case, _end_of(day))


def _end_of(day: int) -> datetime:
    """The latest instant of a day."""
    return datetime.combine(date.fromordinal(day), time.max, TAIPEI)


def _in_windows(spell: dict[str, Any]) -> list[dict[str, Any]]:
    """The spell with its block; an open one of the past in parts that lie within one window each."""
    closed, since, until = spell["closed"], spell["since"], spell["until"]
    if closed is not None:
        spell["block"] = closed_block(closed)
        return [spell]
    if until == STILL:
        return [spell]
    parts = []
    while since < until:
        end = min(until, (since // WINDOW + 1) * WINDOW)
        parts.append({**spell, "block": open_block(since), "since": since, "until": end})
        since = end
    return parts
