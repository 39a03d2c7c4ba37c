"""Giving a case to a person: one function, used by every writer, with the case's row locked (traps A1–A8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain.assignment import Candidate, choose
from routing.domain.case import EventKind
from routing.domain.errors import Invalid
from routing.domain.permissions import SYSTEM, Permission, may
from routing.service.cases.locked_case import LockedCase, change
from routing.service.office_context import UnitOfWorkFactory
from routing.store.accounts import queries as account_store
from routing.store.accounts.schema import Absence, Staff
from routing.store.cases import queries as store


def candidates_of(session: Session, unit: str, *, now: datetime) -> list[Candidate]:
    """The officers of a unit as the choice sees them today."""
    officers = account_store.officers_of(session, unit)
    absent = account_store.absences_on(session, local(now).date())
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


def assign_automatically(locked: LockedCase) -> str | None:
    """Give the case to the right person of its unit; None if nobody is there (it stays in the queue).

    If it is that person's already nothing is written (trap A8).
    """
    found = choose(
        candidates_of(locked.session, locked.case.unit, now=locked.now),
        category=locked.case.category,
        topic=locked.case.topic,
    )
    if found is None:
        return None
    if found.email == locked.case.assignee:
        return found.email
    _write(locked, found.email, automatic=True, reason=found.why)
    return found.email


def assign_to(locked: LockedCase, email: str | None) -> bool:
    """Give the case to a person, or to nobody; False if it is theirs already (trap A8: no second event).

    A person of another unit takes the case there (contract §5).

    Raises:
        Invalid: there is no such active officer or leader.
    """
    if email is None:
        if locked.case.assignee is None:
            return False
        locked.record(EventKind.ASSIGNED, to=None)
        return True
    person = account_store.staff_by_email(locked.session, email)
    if person is None or person.disabled_at is not None or not may(person.role, Permission.DESK):
        raise Invalid(f"查無可分案的同仁：{email}。", field="assignee", code="unknown_assignee")
    if locked.case.assignee == person.email:
        return False
    _write(locked, person.email, unit=person.unit)
    return True


def _write(
    locked: LockedCase, email: str, *, automatic: bool = False, reason: str | None = None, unit: str | None = None
) -> None:
    moved = unit if unit and unit != locked.case.unit else None
    locked.record(EventKind.ASSIGNED, automatic=automatic, to=email, reason=reason, unit=moved)
    person = account_store.staff_by_email(locked.session, email)
    if person is not None:
        person.last_assigned_at = locked.now


def _anybody(session: Session, unit: str, *, now: datetime) -> bool:
    return choose(candidates_of(session, unit, now=now), category="", topic=None) is not None


PART = 10
"""Cases that one transaction of a sweep gives out."""


def sweep(units_of_work: UnitOfWorkFactory, *, now: datetime, limit: int = 200) -> list[str]:
    """Give out what came while nobody was there, the oldest first (trap A4); says which numbers were given.

    A part in each transaction, so that arriving events get in between; none is begun while there is nothing to give.
    """
    given: list[str] = []
    with units_of_work.database.reading() as session:
        units = [unit for unit in store.units_with_unassigned(session) if _anybody(session, unit, now=now)]
        numbers = [row.number for row in store.open_unassigned(session, units, limit=limit)] if units else []
    for begin in range(0, len(numbers), PART):
        if begin:
            units_of_work.database.give_way()
        with units_of_work.writing() as (session, office):
            for number in numbers[begin : begin + PART]:
                locked = change(session, office, number, SYSTEM, now=now)
                if locked.case.assignee is None and locked.case.closed is None and assign_automatically(locked):
                    given.append(number)
    return given
