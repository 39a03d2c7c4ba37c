"""Giving a case to a person: one function, used by every writer, with the case's row locked (traps A1–A8)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from knowledge.calendar.republic import roc_date
from routing.domain.assignment import Candidate, choose
from routing.domain.case import EventKind
from routing.domain.errors import Invalid
from routing.domain.permissions import SYSTEM, Permission, may
from routing.service.cases.locked_case import LockedCase, change
from routing.service.office_context import UnitOfWorkFactory
from routing.store.accounts import queries as account_store
from routing.store.accounts.schema import Staff
from routing.store.cases import queries as store

BY_RULE = "auto"
"""Instead of a person: whom the rules choose, case by case."""


def candidates_of(session: Session, unit: str, *, now: datetime) -> list[Candidate]:
    """The officers of a unit as the choice sees them today."""
    officers = account_store.officers_of(session, unit)
    leaves = account_store.leaves_on(session, local(now).date())
    loads = store.weighted_loads(session, [officer.email for officer in officers])
    return [
        Candidate(
            email=officer.email,
            categories=tuple(officer.categories),
            load=loads[officer.email],
            last_assigned_at=officer.last_assigned_at,
            absent=officer.email in leaves,
            deputy=leaves[officer.email].stand_in if officer.email in leaves else None,
            capacity=officer.capacity,
        )
        for officer in officers
    ]


def assign_automatically(locked: LockedCase, *, because: str = "") -> str | None:
    """Give the case to the right person of its unit; None if nobody is there (it stays in the queue).

    If it is that person's already nothing is written (trap A8). Who gave the case back does not get it again.
    """
    gave_back = _gave_back(locked)
    found = choose(
        [one for one in candidates_of(locked.session, locked.case.unit, now=locked.now) if one.email not in gave_back],
        category=locked.case.category,
        topic=locked.case.topic,
    )
    if found is None:
        return None
    if found.email == locked.case.assignee:
        return found.email
    why = f"{because}；{found.why}" if because else found.why
    _write(locked, found.email, automatic=True, reason=why)
    return found.email


def _gave_back(locked: LockedCase) -> set[str]:
    """Officers who put the case back into the queue of their unit themselves (退回)."""
    found, holder = set(), None
    for event in store.events_of(locked.session, locked.row.id):
        if event.kind is not EventKind.ASSIGNED:
            continue
        if event.data.get("to") is None and holder is not None and event.by == holder:
            found.add(holder)
        holder = event.data.get("to")
    return found


def by_rule(locked: LockedCase, *, because: str) -> bool:
    """Give the case to whom the rules choose today; False if that is whoever has it.

    Raises:
        Invalid: nobody of its unit is there, or has room.
    """
    before = locked.case.assignee
    if assign_automatically(locked, because=because) is None:
        raise Invalid("目前沒有可分案的同仁（均請假或已達在辦上限）。", field="assignee", code="nobody_there")
    return locked.case.assignee != before


def assign_to(locked: LockedCase, email: str | None, *, reason: str | None = None) -> bool:
    """Give the case to a person, or to nobody; False if it is theirs already (trap A8: no second event).

    A person of another unit takes the case there (contract §5).

    Raises:
        Invalid: there is no such active officer or leader, or they are away today (``assignee_away``).
    """
    if email is None:
        if locked.case.assignee is None:
            return False
        locked.record(EventKind.ASSIGNED, to=None, reason=reason)
        return True
    person = account_store.staff_by_email(locked.session, email)
    if person is None or person.disabled_at is not None or not may(person.role, Permission.DESK):
        raise Invalid(f"查無可分案的同仁：{email}。", field="assignee", code="unknown_assignee")
    if locked.case.assignee == person.email:
        return False
    _refuse_who_is_away(locked, person)
    _write(locked, person.email, unit=person.unit, reason=reason)
    return True


def leaves_unit(locked: LockedCase, email: str | None) -> bool:
    """Whether giving the case to a person takes it to another unit."""
    person = account_store.staff_by_email(locked.session, email) if email else None
    return person is not None and person.unit is not None and person.unit != locked.case.unit


def _refuse_who_is_away(locked: LockedCase, person: Staff) -> None:
    """Nothing is given to somebody on leave, by whatever door; whoever stands in is named."""
    leave = account_store.leaves_on(locked.session, local(locked.now).date()).get(person.email)
    if leave is None:
        return
    name = account_store.names(locked.session, [leave.stand_in]).get(leave.stand_in or "")
    instead = f"由{name}代理；請改分代理人。" if name else "請改分其他同仁。"
    raise Invalid(f"{person.name}請假至 {roc_date(leave.until)}，{instead}", field="assignee", code="assignee_away")


def hand_on(locked: LockedCase, to: str | None, *, reason: str) -> str | None:
    """Give a case whose officer leaves to a person, or (None) to the right one of its unit; else into the queue."""
    if to is not None:
        assign_to(locked, to, reason=reason)
    elif assign_automatically(locked) is None:
        assign_to(locked, None, reason=reason)
    return locked.case.assignee


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
