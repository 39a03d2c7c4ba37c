"""What a change of the office calendar would move, looked at before it is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import OfficeCalendar
from routing.domain import clock
from routing.domain.permissions import SYSTEM
from routing.service.cases import notifying
from routing.service.cases.locked_case import LockedCase
from routing.service.messaging import policies
from routing.service.office_context import OfficeContext
from routing.store.cases import queries as case_store
from routing.store.reporting import queries as report_store

_MOST_CASES = 2000
"""Open cases that are looked at for a preview; dating one takes about a millisecond."""
_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A case whose due date would move."""

    number: str
    subject: str
    unit: str
    due_on: date
    moved_to: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """How many open cases would move, and the first of them.

    ``more``: there are more open cases than were looked at, so that there may be more to move. ``told``: the firms of
    so many of them are told, ``when`` as the policy of that notice stands.
    """

    count: int
    told: int
    when: str
    cases: tuple[Moved, ...]
    more: bool


def moved_by(
    session: Session, office: OfficeContext, changed: OfficeCalendar, *, since: date, now: datetime
) -> Movement:
    """The cases that another calendar would date otherwise; it differs from the office's on no day before ``since``."""
    cases = case_store.open_due_from(session, since, limit=_MOST_CASES + 1)
    states = report_store.states(session, cases)
    moved, told = [], 0
    for case in cases[:_MOST_CASES]:
        state = states[case.id]
        where = office.office_of(state.unit)
        stands, new = (clock.read(state, calendar, where, now) for calendar in (office.calendar, changed))
        before, then = stands.due_on, new.due_on
        if stands.promised_on != new.promised_on:
            told += notifying.tells_redated(
                LockedCase(session=session, office=office, row=case, case=state, actor=SYSTEM, now=now)
            )
        if before != then:
            moved.append(
                Moved(number=case.number, subject=case.subject, unit=case.unit, due_on=before, moved_to=then)
            )  # fmt: skip
    return Movement(
        count=len(moved), cases=tuple(moved[:_SHOWN]), more=len(cases) > _MOST_CASES, told=told,
        when=policies.of(session, "redated").when.value,
    )  # fmt: skip
