"""What the yearly papers read beside the reports, and what is kept of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, column, distinct, func, select, values
from sqlalchemy.orm import Session

from routing.domain.case import EventKind
from routing.domain.reporting.periods import Period
from routing.store.announcements.schema import Announcement, AnnouncementSent
from routing.store.base import Instant
from routing.store.cases.schema import Case, CaseEvent
from routing.store.consultations.schema import Consultation
from routing.store.conversation.schema import Enquiry
from routing.store.knowledge_admin.schema import KnowledgeEdit
from routing.store.reporting.schema import AnnualEntry, AnnualSeal, CaseSpell

_CHUNK = 2000
_SPANS = 400
"""Of one statement; SQLite takes some thousand values in it."""


@dataclass(frozen=True, slots=True)
class Question:
    """A consultation as far as it counts."""

    of: str
    asked_at: datetime
    ended_at: datetime | None
    answered: bool
    expected_on: date | None
    case_id: int


def entries(session: Session, year: int) -> list[AnnualEntry]:
    """What was entered by hand for a year and stands, in the order of its entering."""
    query = select(AnnualEntry).where(AnnualEntry.year == year, AnnualEntry.withdrawn_at.is_(None))
    return list(session.scalars(query.order_by(AnnualEntry.id)))


def entries_about(session: Session, section: str, labels: Sequence[str]) -> list[AnnualEntry]:
    """What was entered in a section about these labels and stands, of earlier years first."""
    query = select(AnnualEntry).where(AnnualEntry.section == section, AnnualEntry.label.in_(labels))
    query = query.where(AnnualEntry.withdrawn_at.is_(None)).order_by(AnnualEntry.year, AnnualEntry.id)
    return list(session.scalars(query))


def entry(session: Session, year: int, entry_id: int) -> AnnualEntry | None:
    """One of them, held until the transaction ends."""
    query = select(AnnualEntry).where(AnnualEntry.id == entry_id, AnnualEntry.year == year)
    return session.scalars(query.with_for_update()).one_or_none()


def seals(session: Session, year: int) -> list[AnnualSeal]:
    """The seals of a year, the latest first."""
    return list(session.scalars(select(AnnualSeal).where(AnnualSeal.year == year).order_by(AnnualSeal.revision.desc())))


def received_within(session: Session, spans: Sequence[tuple[datetime, datetime]]) -> int:
    """How many cases were received from an instant to before another, of spans that do not overlap."""
    found = 0
    for begin in range(0, len(spans), _SPANS):
        given = values(column("opens", Instant), column("closes", Instant), name="given")
        span = given.data(spans[begin : begin + _SPANS]).cte("span")
        within = Case.received_at >= span.c.opens, Case.received_at < span.c.closes
        each = select(func.count()).select_from(Case).where(*within).correlate(span).scalar_subquery()
        found += int(session.scalars(select(func.coalesce(func.sum(each), 0)).select_from(span)).one())
    return found


def received_at(session: Session, period: Period) -> Iterator[tuple[int, datetime]]:
    """When each case of a period was received, in that order."""
    query = select(Case.id, Case.received_at).where(*_within(period)).order_by(Case.received_at, Case.id)
    yield from ((case_id, at) for case_id, at in session.execute(query.execution_options(yield_per=_CHUNK)))


def supplements(session: Session, period: Period) -> list[tuple[int, str, int]]:
    """Cases received in a period whose firms were told by its end that something is missing: kind then, how often."""
    last = period.end.toordinal()
    query = (
        select(Case.id, func.coalesce(CaseSpell.kind, Case.kind), CaseEvent.data)
        .join(CaseEvent, CaseEvent.case_id == Case.id)
        .outerjoin(CaseSpell, and_(CaseSpell.case_id == Case.id, CaseSpell.since <= last, CaseSpell.until > last))
        .where(*_within(period), CaseEvent.event == EventKind.WAITING.value, CaseEvent.at < period.ends_at)
    )
    times: dict[tuple[int, str], int] = {}
    for case_id, kind, data in session.execute(query.execution_options(yield_per=_CHUNK)):
        if data.get("on") == "firm":
            times[case_id, kind] = times.get((case_id, kind), 0) + 1
    # Put in order here: asked for by row, SQLite would look at every case that there is.
    return [(case_id, kind, number) for (case_id, kind), number in sorted(times.items())]


def consultations(session: Session, period: Period) -> Iterator[Question]:
    """What was asked of agencies and units in a period."""
    query = select(
        Consultation.agency, Consultation.unit, Consultation.asked_at, Consultation.ended_at, Consultation.how,
        Consultation.expected_on, Consultation.case_id,
    ).where(Consultation.asked_at >= period.begins_at, Consultation.asked_at < period.ends_at)  # fmt: skip
    for agency, unit, asked_at, ended_at, how, expected_on, case_id in session.execute(query):
        yield Question(unit or agency or "", asked_at, ended_at, how == "answered", expected_on, case_id)


def persons_asking(session: Session, period: Period) -> int:
    """How many persons asked the bot in a period."""
    within = Enquiry.at >= period.begins_at, Enquiry.at < period.ends_at
    return session.scalar(select(func.count(distinct(Enquiry.contact_id))).where(*within)) or 0


def announced(session: Session, period: Period) -> tuple[int, int]:
    """How many announcements were approved in a period and went out, and to how many persons in all."""
    which = (
        Announcement.decided_at >= period.begins_at, Announcement.decided_at < period.ends_at,
        Announcement.state.in_(("sending", "sent", "stopped")),
    )  # fmt: skip
    number = select(func.count()).select_from(Announcement).where(*which)
    persons = select(func.count()).select_from(AnnouncementSent).join(Announcement).where(*which)
    return session.scalars(number).one(), session.scalars(persons).one()


def knowledge_approved(session: Session, period: Period) -> int:
    """How many versions of entries were approved in a period."""
    decided = KnowledgeEdit.decided_at >= period.begins_at, KnowledgeEdit.decided_at < period.ends_at
    query = select(func.count()).select_from(KnowledgeEdit).where(KnowledgeEdit.state == "approved", *decided)
    return session.scalars(query).one()


def _within(period: Period) -> tuple[ColumnElement[bool], ...]:
    return Case.received_at >= period.begins_at, Case.received_at < period.ends_at
