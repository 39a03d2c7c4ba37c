"""Queries on answers that wait for approval (陳核)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from routing.store.cases.schema import CaseDraft
from routing.store.session import changed


def of_case(session: Session, case_id: int) -> list[CaseDraft]:
    """All of a case, the oldest first."""
    return list(session.scalars(select(CaseDraft).where(CaseDraft.case_id == case_id).order_by(CaseDraft.id)))


def by_id(session: Session, draft_id: int) -> CaseDraft | None:
    """One by its row."""
    return session.get(CaseDraft, draft_id)


def withdraw(session: Session, case_id: int, *, at: datetime) -> int:
    """What still waits waits no more: the case is closed without it. Gives how many."""
    waiting = CaseDraft.case_id == case_id, CaseDraft.state == "asked"
    return changed(session, update(CaseDraft).where(*waiting).values(state="withdrawn", decided_at=at))
