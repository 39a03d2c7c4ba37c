"""Queries on official letters."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.store.documents.schema import CaseDocument


def of_case(
    session: Session, case_id: int, *, before: int | None = None, limit: int | None = None
) -> list[CaseDocument]:
    """The letters of a case, the newest first."""
    query = select(CaseDocument).where(CaseDocument.case_id == case_id)
    if before is not None:
        query = query.where(CaseDocument.id < before)
    return list(session.scalars(query.order_by(CaseDocument.id.desc()).limit(limit)))


def one(session: Session, case_id: int, document_id: int, *, hold: bool = False) -> CaseDocument | None:
    """A letter of a case; ``hold`` locks it until the transaction ends."""
    query = select(CaseDocument).where(CaseDocument.id == document_id, CaseDocument.case_id == case_id)
    return session.scalars(query.with_for_update() if hold else query).one_or_none()
