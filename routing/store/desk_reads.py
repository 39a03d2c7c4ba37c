"""Reads of the desk's own pages: what changed since a version, a file with its case, who is away, calendar rows."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from routing.domain.case import Event, EventKind
from routing.store.schema import Case as CaseRow
from routing.store.schema import CaseEvent, Contact, Media, Message
from routing.store.schema_desk import Absence, Closure, Staff


def events_after(session: Session, case_id: int, version: int) -> tuple[Event, ...]:
    """The events that were written after a version of the case, in the order of writing."""
    query = select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.seq > version).order_by(CaseEvent.seq)
    return tuple(
        Event(at=row.at, kind=EventKind(row.event), by=row.by, data=row.data) for row in session.scalars(query)
    )


def file_of_case(session: Session, media_id: int) -> tuple[Media, Message, str] | None:
    """A file with its content, its message, and the number of its case; None if it belongs to no case."""
    query = (
        select(Media, Message, CaseRow.number)
        .join(Message, Message.id == Media.message_id)
        .join(CaseRow, CaseRow.id == Message.case_id)
        .where(Media.id == media_id)
        .options(undefer(Media.content))
    )
    row = session.execute(query).one_or_none()
    return (row[0], row[1], row[2]) if row else None


def unreachable_contacts(session: Session, contact_ids: list[int]) -> set[int]:
    """Which of these contacts have blocked the official account."""
    query = select(Contact.id).where(Contact.id.in_(contact_ids), Contact.reachable.is_(False))
    return set(session.scalars(query)) if contact_ids else set()


def absences_until_now_or_later(session: Session, today: date) -> list[tuple[Absence, Staff]]:
    """Absences that are not over, with who is away, the earliest first."""
    query = (
        select(Absence, Staff)
        .join(Staff, Staff.id == Absence.staff_id)
        .where(Absence.last_day >= today)
        .order_by(Absence.first_day, Absence.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def absence(session: Session, absence_id: int) -> Absence | None:
    """One absence."""
    return session.get(Absence, absence_id)


def closure(session: Session, closure_id: int) -> Closure | None:
    """One closure, standing or withdrawn."""
    return session.get(Closure, closure_id)


def overlapping_absence(session: Session, staff_id: int, first: date, last: date) -> Absence | None:
    """An absence of this person that shares a day with the given ones."""
    query = select(Absence).where(Absence.staff_id == staff_id, Absence.first_day <= last, Absence.last_day >= first)
    return session.scalars(query.limit(1)).one_or_none()
