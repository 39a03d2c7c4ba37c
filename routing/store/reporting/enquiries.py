"""Enquiries as figures count them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from knowledge.vocabulary import LANGUAGES, Language
from routing.domain.reporting.bot_figures import Asked
from routing.domain.reporting.outlook import Topic
from routing.store.cases.schema import Case as CaseRow
from routing.store.conversation.schema import Enquiry, Message
from routing.store.reporting.queries import hidden_from

_CHUNK = 2000
_IDS = 500
"""Of one statement; a file takes ten thousand, and databases some thousand values."""


def asked(session: Session, start: datetime, end: datetime, *, topic: Topic | None = None) -> Iterator[Asked]:
    """What the bot was asked from one instant up to before another, oldest first; of a topic alone, if it is said."""
    columns = (
        Enquiry.id, Enquiry.message_id, Enquiry.at, Enquiry.contact_id, Enquiry.language, Enquiry.decision,
        Enquiry.faq, Enquiry.offered, Enquiry.verdict, Enquiry.case_id,
    )  # fmt: skip
    query = select(*columns).where(Enquiry.at >= start, Enquiry.at < end).order_by(Enquiry.at, Enquiry.id)
    if topic is not None:
        query = query.where(Enquiry.category == topic[0], Enquiry.topic.is_not_distinct_from(topic[1]))
    for row in session.execute(query.execution_options(yield_per=_CHUNK)):
        yield Asked(
            id=row.id, message_id=row.message_id, at=row.at, person=row.contact_id,
            language=row.language if row.language in LANGUAGES else Language.ZH_TW.value, decision=row.decision,
            faq=row.faq, offered=tuple(map(str, row.offered)), verdict=row.verdict, in_case=row.case_id is not None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An enquiry as a list has it: ``number`` of the case that came of it."""

    id: int
    at: datetime
    language: str
    category: str
    topic: str | None
    decision: str
    faq: str | None
    verdict: str | None
    number: str | None


def lines(session: Session, ids: Sequence[int], *, seen_by: tuple[str, tuple[str, ...]] | None) -> list[Line]:
    """Enquiries by id, in the order given, however many; none of a case that is hidden, nor of whoever has one.

    ``seen_by``: the unit and people by whom cases are read; None: nothing is hidden.
    """
    columns = (
        Enquiry.id, Enquiry.at, Enquiry.language, Enquiry.category, Enquiry.topic, Enquiry.decision, Enquiry.faq,
        Enquiry.verdict, CaseRow.number,
    )  # fmt: skip
    query = (
        select(*columns)
        .outerjoin(CaseRow, CaseRow.id == Enquiry.case_id)
        .outerjoin(Message, Message.id == Enquiry.message_id)
    )
    if seen_by is not None:
        hidden = hidden_from(*seen_by)
        cases = select(CaseRow.id).where(hidden)
        theirs = select(CaseRow.contact_id).where(hidden, CaseRow.contact_id.is_not(None))
        query = query.where(
            or_(Enquiry.case_id.is_(None), Enquiry.case_id.not_in(cases)),
            or_(Message.case_id.is_(None), Message.case_id.not_in(cases)),
            or_(Enquiry.contact_id.is_(None), Enquiry.contact_id.not_in(theirs)),
        )
    found: dict[int, Line] = {}
    for begin in range(0, len(ids), _IDS):
        for row in session.execute(query.where(Enquiry.id.in_(ids[begin : begin + _IDS]))):
            found[row.id] = Line(
                id=row.id, at=row.at, language=row.language, category=row.category, topic=row.topic,
                decision=row.decision, faq=row.faq, verdict=row.verdict, number=row.number,
            )  # fmt: skip
    return [found[one] for one in ids if one in found]
