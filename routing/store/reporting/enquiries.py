"""Enquiries as figures count them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.vocabulary import LANGUAGES, Language
from routing.domain.reporting.bot_figures import Asked
from routing.store.conversation.schema import Enquiry

_CHUNK = 2000


def asked(session: Session, start: datetime, end: datetime) -> Iterator[Asked]:
    """What the bot was asked from one instant up to before another, oldest first."""
    columns = (
        Enquiry.id, Enquiry.message_id, Enquiry.at, Enquiry.contact_id, Enquiry.language, Enquiry.decision,
        Enquiry.faq, Enquiry.offered, Enquiry.verdict, Enquiry.case_id,
    )  # fmt: skip
    query = select(*columns).where(Enquiry.at >= start, Enquiry.at < end).order_by(Enquiry.at, Enquiry.id)
    for row in session.execute(query.execution_options(yield_per=_CHUNK)):
        yield Asked(
            id=row.id, message_id=row.message_id, at=row.at, person=row.contact_id,
            language=row.language if row.language in LANGUAGES else Language.ZH_TW.value, decision=row.decision,
            faq=row.faq, offered=tuple(map(str, row.offered)), verdict=row.verdict, in_case=row.case_id is not None,
        )  # fmt: skip
