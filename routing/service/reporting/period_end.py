"""Cases as they stood at the end of a period: what a list behind a figure shows (contract §8).

A pure fold of their events up to 24:00 of the last day, for one page of a list at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain import clock
from routing.domain.case import Case
from routing.domain.clock import Reading
from routing.domain.reporting import holding
from routing.domain.reporting.annual import Section
from routing.domain.reporting.history import CaseHistory
from routing.domain.reporting.holding import Holder
from routing.domain.reporting.periods import Period
from routing.service.office_context import OfficeContext
from routing.store.reporting import annual as annual_store
from routing.store.reporting import queries as store


@dataclass(frozen=True, slots=True, kw_only=True)
class AtEnd:
    """A case and its clock at the end of a period.

    ``late_by``: working days from the due date to the late close, or to the period's end (or today) while open; 0: no
    working day lies between; None: it is not late.
    """

    case: Case
    reading: Reading
    late_by: int | None
    held: Sequence[tuple[Holder, float]]
    """Who held a closed case in turn, and for how many of its days used."""
    late_with: Holder | None
    """Who held it when it became late."""


def states(
    session: Session, office: OfficeContext, numbers: Sequence[str], period: Period, *, today: date
) -> Iterator[tuple[str, AtEnd]]:
    """The cases of these numbers that were received by the period's end, as they stood then; few queries for each 500.

    ``today``: the day on which is asked, to which open cases are late while the period is not over.

    Raises:
        CalendarError: a date lies beyond all calendars.
    """
    for begin in range(0, len(numbers), store.CHUNK):
        for history in store.histories(session, numbers=numbers[begin : begin + store.CHUNK]):
            if history.opening.received_at < period.ends_at:
                yield history.number, at_end(history, office, period, today=today)


def at_end(history: CaseHistory, office: OfficeContext, period: Period, *, today: date) -> AtEnd:
    """One case after its events up to the period's end, its clock read as reports read it."""
    case, turns = holding.turns(history.opening, [event for event in history.events if event.at < period.ends_at])
    seat = office.office_of(case.unit)
    reading = clock.read(case, office.calendar, seat, period.last_instant)
    until = local(case.closed.start).date() if case.closed is not None else min(period.end, today)
    open_late = reading.due_on <= period.end and reading.due_on < today
    late = until > reading.due_on if case.closed is not None else open_late
    return AtEnd(
        case=case,
        reading=reading,
        late_by=office.calendar.working_days_between(reading.due_on, until, seat) if late else None,
        held=holding.days_held(case, turns, office.calendar, seat),
        late_with=holding.held_when_late(turns, reading.due_on) if late else None,
    )


@dataclass(frozen=True, slots=True)
class Told:
    """Why a case was late and what was done about it (處理原因與改善), as entered by hand for the yearly papers."""

    reason: str
    remedy: str


def told(session: Session, numbers: Sequence[str]) -> dict[str, Told]:
    """What was entered of these late cases, by number; of several years the latest stands."""
    return {
        row.label: Told(row.figure, row.evidence)
        for begin in range(0, len(numbers), store.CHUNK)
        for row in annual_store.entries_about(session, Section.LATE, numbers[begin : begin + store.CHUNK])
    }
