"""What the week ahead reads: cases that come due, open work, enquiries by topic, open questions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from routing.domain.reporting.outlook import Topic
from routing.store.accounts.schema import Absence, Staff
from routing.store.cases.schema import Case
from routing.store.consultations.schema import Consultation
from routing.store.conversation.schema import Enquiry


@dataclass(frozen=True, slots=True, kw_only=True)
class Soon:
    """A case that comes due."""

    number: str
    category: str
    unit: str
    assignee: str | None
    promised_on: date


def coming_due(
    session: Session, start: date, end: date, *, unit: str | None, most: int
) -> tuple[list[Soon], int]:  # fmt: skip
    """Open cases promised on one of these days, whose time runs; the earliest first, and how many there are."""
    which: list[ColumnElement[bool]] = [
        Case.status.not_in(("closed", "waiting_firm")), Case.promised_on.between(start, end),
    ]  # fmt: skip
    if unit is not None:
        which.append(Case.unit == unit)
    query = select(Case.number, Case.category, Case.unit, Case.assignee, Case.promised_on).where(*which)
    rows = session.execute(query.order_by(Case.promised_on, Case.id).limit(most))
    found = [
        Soon(number=row.number, category=row.category, unit=row.unit, assignee=row.assignee, promised_on=row[4])
        for row in rows
        if row[4] is not None
    ]
    return found, session.scalars(select(func.count()).select_from(Case).where(*which)).one()


def absences(session: Session, start: date, end: date) -> list[tuple[str, date, date]]:
    """Who is away on one of these days, and from when to when; accounts that are closed left out."""
    query = (
        select(Staff.email, Absence.first_day, Absence.last_day)
        .join(Staff, Staff.id == Absence.staff_id)
        .where(Absence.first_day <= end, Absence.last_day >= start, Staff.disabled_at.is_(None))
        .order_by(Staff.email, Absence.first_day)
    )
    return [(email, first, last) for email, first, last in session.execute(query)]


def topics_asked(session: Session, start: datetime, end: datetime) -> Counter[Topic]:
    """How often each topic was asked about; small talk is none."""
    within = Enquiry.at >= start, Enquiry.at < end, Enquiry.decision != "chat"
    query = select(Enquiry.category, Enquiry.topic, func.count()).where(*within)
    rows = session.execute(query.group_by(Enquiry.category, Enquiry.topic))
    return Counter({(category, topic): number for category, topic, number in rows})


def topics_without_answer(session: Session, start: datetime, end: datetime) -> Counter[Topic]:
    """By topic, how many cases came of enquiries that were not answered directly."""
    within = Enquiry.at >= start, Enquiry.at < end, Enquiry.case_id.is_not(None)
    query = select(Enquiry.category, Enquiry.topic, func.count(Enquiry.case_id.distinct()))
    query = query.where(*within, Enquiry.decision.in_(("choose", "hand_over")))
    rows = session.execute(query.group_by(Enquiry.category, Enquiry.topic))
    return Counter({(category, topic): number for category, topic, number in rows})


def open_questions(session: Session) -> list[tuple[str, datetime]]:
    """Whom each open question was put to, and when."""
    query = select(Consultation.agency, Consultation.unit, Consultation.asked_at).where(Consultation.ended_at.is_(None))
    return [(unit or agency or "", at) for agency, unit, at in session.execute(query)]
