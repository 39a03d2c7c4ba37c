"""What one case adds to a period: its events are cut at the period's end, folded, and its clock is read as of then."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.calendar.office_calendar import Office, OfficeCalendar, local
from knowledge.offices.directory import Offices
from routing.domain import clock
from routing.domain.case import COUNTED_OUTCOMES, Case, EventKind, Kind, fold
from routing.domain.clock import Reading
from routing.domain.reporting.history import CaseHistory
from routing.domain.reporting.periods import Period

_TURNS = frozenset({EventKind.CLOSED, EventKind.REOPENED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one case adds to the figures of one period. ``case`` and ``reading`` are those at the period's end."""

    case: Case
    reading: Reading | None
    open_at_start: bool
    received: bool
    reopened: int
    closed: int
    counted: bool
    """Stands closed, answered or referred, and was last closed in the period."""
    set_aside: bool
    """The same with another outcome."""
    open_late: bool
    first_reply_minutes: float | None
    """Business minutes, where the first reply was given in the period."""
    age: int | None
    """Calendar days from receipt to the period's end, or to today before it; where it is open then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricContext:
    """Which kinds are measured, by which calendar and offices, and when."""

    wanted: frozenset[Kind]
    calendar: OfficeCalendar
    offices: Offices
    today: date = date.max
    """The day on which is asked: what is due on it is not yet late. Of a period that is over it changes nothing."""

    def concerns(self, history: CaseHistory) -> bool:
        """Whether the case ever is of a wanted kind, asked before anything costly."""
        return history.opening.kind in self.wanted or any(event.kind is EventKind.KIND for event in history.events)

    def office(self, case: Case) -> Office:
        """The office whose closures the case feels: that of its unit, the branch itself for a unit of former days."""
        return self.offices.office_of(case.unit)


class Timeline:
    """One case, to be measured over any number of periods; what a later period cannot change is worked out once."""

    def __init__(self, history: CaseHistory, metric_context: MetricContext) -> None:
        self._opening = history.opening
        self._context = metric_context
        self._events = sorted(history.events, key=lambda event: event.at)
        self._times = [event.at for event in self._events]
        turns = [event for event in self._events if event.kind in _TURNS]
        self._turn_times = [event.at for event in turns]
        self._turn_kinds = [event.kind for event in turns]
        self._changes_kind = any(event.kind is EventKind.KIND for event in self._events)
        self._cases: dict[int, Case] = {}
        self._readings: dict[int, Reading] = {}

    def over(self, spans: Sequence[tuple[str, Period]]) -> Iterator[tuple[str, Measured]]:
        """The case in every span, in order of time, to which it adds something."""
        begun = bisect_right(spans, self._opening.received_at, key=lambda pair: pair[1].ends_at)
        for key, span in spans[begun:]:
            if self._stands_closed(len(self._turn_kinds)) and self._turn_times[-1] < span.begins_at:
                return
            measured = self.measure(span)
            if measured is not None:
                yield key, measured

    def measure(self, period: Period) -> Measured | None:
        """What the case adds to the period; None when that is nothing."""
        received_at = self._opening.received_at
        if received_at >= period.ends_at:
            return None
        received = received_at >= period.begins_at
        first, end = (bisect_left(self._turn_times, at) for at in (period.begins_at, period.ends_at))
        open_at_start = not received and not self._stands_closed(first)
        turns = self._turn_kinds[first:end]
        if not (received or open_at_start or turns):
            return None
        known = bisect_left(self._times, period.ends_at)
        case = self._case(known)
        if case.kind not in self._context.wanted:
            return None
        closed = case.closed
        ended_now = closed is not None and closed.start >= period.begins_at
        counted = closed is not None and ended_now and closed.outcome in COUNTED_OUTCOMES
        replied_now = case.first_reply_at is not None and case.first_reply_at >= period.begins_at
        needed = closed is None or counted or replied_now
        reading = self._reading(case, known, period) if needed else None
        return Measured(
            case=case,
            reading=reading,
            open_at_start=open_at_start,
            received=received,
            reopened=turns.count(EventKind.REOPENED),
            closed=turns.count(EventKind.CLOSED),
            counted=counted,
            set_aside=ended_now and not counted,
            open_late=closed is None and reading is not None and self._is_late(reading, period),
            first_reply_minutes=reading.first_reply_minutes if replied_now and reading is not None else None,
            age=(min(period.end, self._context.today) - local(received_at).date()).days if closed is None else None,
        )

    def reclassified(self, period: Period) -> tuple[Kind, Case] | None:
        """The kind at the start and the case at the end, where it was open at the start and is of another kind then."""
        if not self._changes_kind or self._opening.received_at >= period.begins_at:
            return None
        if self._stands_closed(bisect_left(self._turn_times, period.begins_at)):
            return None
        before, after = (self._case(bisect_left(self._times, at)) for at in (period.begins_at, period.ends_at))
        return (before.kind, after) if before.kind is not after.kind else None

    def _is_late(self, reading: Reading, period: Period) -> bool:
        return reading.due_on <= period.end and reading.due_on < self._context.today

    def _stands_closed(self, turns: int) -> bool:
        return turns > 0 and self._turn_kinds[turns - 1] is EventKind.CLOSED

    def _case(self, known: int) -> Case:
        case = self._cases.get(known)
        if case is None:
            case = self._cases[known] = fold(self._opening, self._events[:known])
        return case

    def _reading(self, case: Case, known: int, period: Period) -> Reading:
        """The clock at the period's end. Without a wait, time alone moves no due date and nothing of a closed case."""
        reading = self._readings.get(known) if case.waiting is None else None
        if reading is None:
            office = self._context.office(case)
            reading = clock.read(case, self._context.calendar, office, period.last_instant)
            self._readings[known] = reading
        return reading
