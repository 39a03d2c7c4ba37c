"""Queries on how firms found it: when one was last asked, and the events that are counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from routing.domain.case import EventKind
from routing.domain.survey import Fact
from routing.store.cases.schema import Case, CaseEvent

_COUNTED = (EventKind.SURVEYED.value, EventKind.RATED.value)


def last_asked(session: Session, *, firm_id: int | None, contact_id: int, since: datetime) -> datetime | None:
    """When this firm, or this person, was last asked since an instant, over whatever case."""
    theirs = Case.contact_id == contact_id
    query = (
        select(func.max(CaseEvent.at))
        .join(Case, Case.id == CaseEvent.case_id)
        .where(
            CaseEvent.event == EventKind.SURVEYED.value, CaseEvent.at > since,
            theirs if firm_id is None else or_(theirs, Case.firm_id == firm_id),
        )
    )  # fmt: skip
    return session.scalars(query).one()


def of_cases(session: Session, ids: Sequence[int]) -> dict[int, dict[EventKind, datetime]]:
    """When each of some cases was asked about and rated last; what never happened is left out."""
    counted = CaseEvent.event.in_(bindparam("counted", _COUNTED, expanding=True, literal_execute=True))
    query = (
        select(CaseEvent.case_id, CaseEvent.event, func.max(CaseEvent.at).label("at"))
        .where(counted, CaseEvent.case_id.in_(ids))
        .group_by(CaseEvent.case_id, CaseEvent.event)
    )
    found: dict[int, dict[EventKind, datetime]] = {}
    for row in session.execute(query) if ids else ():
        found.setdefault(row.case_id, {})[EventKind(row.event)] = row.at
    return found


def facts(session: Session, *, start: datetime, end: datetime) -> list[Fact]:
    """Questions and answers of a period, with the closes of the same cases before its end, each case's in order."""
    # Written out, so that both databases see that the index of these few events has all of them.
    counted = CaseEvent.event.in_(bindparam("counted", _COUNTED, expanding=True, literal_execute=True))
    within = select(CaseEvent.case_id).where(counted, CaseEvent.at >= start, CaseEvent.at < end)
    query = (
        select(CaseEvent.case_id, CaseEvent.at, CaseEvent.event, CaseEvent.data)
        .where(
            CaseEvent.case_id.in_(within), CaseEvent.event.in_((*_COUNTED, EventKind.CLOSED.value)), CaseEvent.at < end
        )
        .order_by(CaseEvent.case_id, CaseEvent.at, CaseEvent.seq)
    )
    return [Fact(row.case_id, row.at, EventKind(row.event), row.data) for row in session.execute(query)]
