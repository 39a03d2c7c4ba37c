"""Queries on canned replies."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from routing.store.canned.schema import CannedReply


def get(session: Session, reply_id: int, *, lock: bool = False) -> CannedReply | None:
    """One that stands; ``lock``: held for writing."""
    query = select(CannedReply).where(CannedReply.id == reply_id, CannedReply.withdrawn_at.is_(None))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def page(session: Session, *, unit: str | None, before_id: int | None, limit: int) -> list[CannedReply]:
    """Those that stand, the newest first; ``unit``: that unit's own alone."""
    query = select(CannedReply).where(CannedReply.withdrawn_at.is_(None))
    if unit is not None:
        query = query.where(CannedReply.unit == unit)
    if before_id is not None:
        query = query.where(CannedReply.id < before_id)
    return list(session.scalars(query.order_by(CannedReply.id.desc()).limit(limit)))


def usable(session: Session, units: Collection[str], *, limit: int) -> list[CannedReply]:
    """What these units may use: their own and everybody's, by title."""
    mine = or_(CannedReply.unit.is_(None), CannedReply.unit.in_(units))
    query = select(CannedReply).where(CannedReply.withdrawn_at.is_(None), mine)
    return list(session.scalars(query.order_by(CannedReply.unit.is_(None), CannedReply.title).limit(limit)))
