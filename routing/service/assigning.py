"""Giving a case to a person: one function, used by every writer, with the case's row locked (traps A1–A8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.calendar import local
from routing.domain.assignment import Candidate, choose
from routing.domain.case import EventKind
from routing.domain.errors import Invalid
from routing.domain.permissions import SYSTEM
from routing.service.context import Desk
from routing.service.journal import Open, change
from routing.store import cases as store
from routing.store import people
from routing.store.schema_desk import Absence, Staff


def candidates_of(session: Session, unit: str, *, now: datetime) -> list[Candidate]:
    """The officers of a unit as the choice sees them today."""
    officers = people.officers_of(session, unit)
    absent = people.absences_on(session, local(now).date())
    loads = store.loads(session, [officer.email for officer in officers])
    return [
        Candidate(
            email=officer.email,
            categories=tuple(officer.categories),
            load=loads[officer.email],
            last_assigned_at=officer.last_assigned_at,
            absent=officer.id in absent,
            deputy=_deputy(session, absent[officer.id].deputy_id, absent) if officer.id in absent else None,
        )
        for officer in officers
    ]


def _deputy(session: Session, deputy_id: int | None, absent: Mapping[int, Absence]) -> str | None:
    deputy = session.get(Staff, deputy_id) if deputy_id is not None else None
    if deputy is None or deputy.disabled_at is not None or deputy.id in absent:
        return None
    return deputy.email


def assign_automatically(opened: Open) -> str | None:
    """Give the case to the right person of its unit; None if nobody is there (it stays in the queue).

    If it is that person's already nothing is written (trap A8).
    """
    found = choose(
        candidates_of(opened.session, opened.case.unit, now=opened.now),
        category=opened.case.category,
        topic=opened.case.topic,
    )
    if found is None:
        return None
    if found.email == opened.case.assignee:
        return found.email
    _write(opened, found.email, automatic=True, reason=found.why)
    return found.email


def assign_to(opened: Open, email: str | None) -> bool:
    """Give the case to a person, or to nobody; False if it is theirs already (trap A8: no second event).

    A person of another unit takes the case there (contract §5).

    Raises:
        Invalid: there is no such active officer or leader.
    """
    if email is None:
        if opened.case.assignee is None:
            return False
        opened.record(EventKind.ASSIGNED, to=None)
        return True
    person = people.staff_by_email(opened.session, email)
    if person is None or person.disabled_at is not None or person.role == "partner":
        raise Invalid(f"查無可分案的同仁：{email}。", field="assignee", code="unknown_assignee")
    if opened.case.assignee == person.email:
        return False
    _write(opened, person.email, unit=person.unit)
    return True


def _write(
    opened: Open, email: str, *, automatic: bool = False, reason: str | None = None, unit: str | None = None
) -> None:
    moved = unit if unit and unit != opened.case.unit else None
    opened.record(EventKind.ASSIGNED, automatic=automatic, to=email, reason=reason, unit=moved)
    person = people.staff_by_email(opened.session, email)
    if person is not None:
        person.last_assigned_at = opened.now


def _anybody(session: Session, unit: str, *, now: datetime) -> bool:
    return choose(candidates_of(session, unit, now=now), category="", topic=None) is not None


def sweep(session: Session, desk: Desk, *, now: datetime, limit: int = 50) -> list[str]:
    """Give out what came while nobody was there, the oldest first (trap A4); says which numbers were given."""
    given = []
    units = [unit for unit in store.units_with_unassigned(session) if _anybody(session, unit, now=now)]
    for row in store.open_unassigned(session, units, limit=limit):
        opened = change(session, desk, row.number, SYSTEM, now=now)
        if opened.case.assignee is None and opened.case.closed is None and assign_automatically(opened):
            given.append(row.number)
    return given
