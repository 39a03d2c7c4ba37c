"""Queries on replies that were typed and not sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from routing.store.cases.schema import KeptReply
from routing.store.session import changed


def of(session: Session, case_id: int, staff_id: int) -> KeptReply | None:
    """What a person has typed in a case."""
    return session.get(KeptReply, (case_id, staff_id))


def put(session: Session, case_id: int, staff_id: int, text: str, translation: str, *, now: datetime) -> None:
    """Keep it in place of what was kept before."""
    row = of(session, case_id, staff_id) or KeptReply(case_id=case_id, staff_id=staff_id)
    row.text, row.translation, row.at = text, translation, now
    session.add(row)
    session.flush()


def drop(session: Session, case_id: int, staff_id: int) -> None:
    """It was sent, or thrown away."""
    changed(session, delete(KeptReply).where(KeptReply.case_id == case_id, KeptReply.staff_id == staff_id))
