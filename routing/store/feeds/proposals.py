"""Queries on closures that a source announced."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from routing.store.feeds.schema import ClosureProposal


def of_place(session: Session, *, day: date, county: str, district: str | None) -> list[ClosureProposal]:
    """What was proposed for a day and a place, whatever became of it."""
    query = select(ClosureProposal).where(ClosureProposal.day == day, ClosureProposal.county == county)
    return [row for row in session.scalars(query) if row.district == district]


def put(session: Session, row: ClosureProposal) -> None:
    """Keep a proposal."""
    session.add(row)
    session.flush()


def held(session: Session, proposal_id: int) -> ClosureProposal | None:
    """One proposal, which nobody else decides on until the transaction ends."""
    query = select(ClosureProposal).where(ClosureProposal.id == proposal_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).first()


def waiting(session: Session, *, today: date) -> list[ClosureProposal]:
    """What nobody has decided on and is not over, the earliest day first."""
    query = select(ClosureProposal).where(ClosureProposal.state == "proposed", ClosureProposal.day >= today)
    return list(session.scalars(query.order_by(ClosureProposal.day, ClosureProposal.id)))


def decided(session: Session, *, limit: int) -> list[ClosureProposal]:
    """What was decided on or superseded, the newest first."""
    query = select(ClosureProposal).where(ClosureProposal.state != "proposed").order_by(ClosureProposal.id.desc())
    return list(session.scalars(query.limit(limit)))


def applied(session: Session) -> int:
    """How many were applied."""
    query = select(func.count()).select_from(ClosureProposal).where(ClosureProposal.state == "applied")
    return session.scalar(query) or 0
