"""Incidents, the cases in them, and open cases that are in none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from routing.domain.permissions import Scope
from routing.store.cases.queries import seen_by
from routing.store.cases.schema import Case as CaseRow
from routing.store.incidents.schema import Incident, IncidentAnswer


def by_id(session: Session, incident_id: int, *, lock: bool = False) -> Incident | None:
    """An incident; ``lock`` holds its row until the transaction ends, and reads it afresh."""
    query = select(Incident).where(Incident.id == incident_id)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def listing(
    session: Session, *, is_open: bool | None, limit: int, before_id: int | None = None
) -> list[Incident]:  # fmt: skip
    """Incidents, the newest first; ``before_id`` continues a page."""
    query = select(Incident)
    if is_open is not None:
        query = query.where(Incident.closed_at.is_(None) if is_open else Incident.closed_at.is_not(None))
    if before_id is not None:
        query = query.where(Incident.id < before_id)
    return list(session.scalars(query.order_by(Incident.id.desc()).limit(limit)))


def going_on(session: Session, *, limit: int) -> list[Incident]:
    """Incidents that are not closed, the newest first."""
    return listing(session, is_open=True, limit=limit)


def cases_of(session: Session, incident_id: int, *, visible_to: Scope | None) -> list[CaseRow]:
    """The cases in an incident, in the order in which they were entered; ``visible_to`` as for lists of cases."""
    query = select(CaseRow).where(CaseRow.incident_id == incident_id)
    if visible_to is not None:
        query = query.where(seen_by(*visible_to))
    return list(session.scalars(query.order_by(CaseRow.id)))


def counts(session: Session, ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Of some incidents, how many cases are in each, and how many of them are open."""
    wanted = list(ids)
    if not wanted:
        return {}
    standing = func.count().filter(CaseRow.status != "closed")
    query = select(CaseRow.incident_id, func.count(), standing).where(CaseRow.incident_id.in_(wanted))
    rows = session.execute(query.group_by(CaseRow.incident_id))
    return {int(incident_id or 0): (every, still) for incident_id, every, still in rows}


def open_count(session: Session, incident_id: int) -> int:
    """How many cases of an incident are open, whoever may see them."""
    return counts(session, [incident_id]).get(incident_id, (0, 0))[1]


def answers_of(session: Session, incident_id: int) -> list[IncidentAnswer]:
    """What was answered to all of its cases at once, in order."""
    query = select(IncidentAnswer).where(IncidentAnswer.incident_id == incident_id)
    return list(session.scalars(query.order_by(IncidentAnswer.id)))


def lone_reports(session: Session, *, since: datetime, visible_to: Scope | None, limit: int) -> list[CaseRow]:
    """Open cases of a park that are in no incident and were received since an instant, the newest first."""
    # Nearly all cases are in no incident: an index on that would be taken for the one on time, and is no help.
    query = select(CaseRow).where(
        CaseRow.received_at >= since, CaseRow.status != "closed", func.coalesce(CaseRow.incident_id, 0) == 0,
        CaseRow.park.is_not(None), CaseRow.imported.is_(False),
    )  # fmt: skip
    if visible_to is not None:
        query = query.where(seen_by(*visible_to))
    return list(session.scalars(query.order_by(CaseRow.received_at.desc(), CaseRow.id.desc()).limit(limit)))
