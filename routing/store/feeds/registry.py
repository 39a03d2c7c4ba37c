"""Queries on what the commercial register said."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from routing.domain.feeds.registry import Registered
from routing.store.cases.schema import Case as CaseRow
from routing.store.cases.schema import Firm
from routing.store.feeds.schema import RegistryEntry
from routing.store.session import insert_ignoring


def get(session: Session, ubn: str) -> RegistryEntry | None:
    """What it said of a number, whenever that was."""
    return session.get(RegistryEntry, ubn)


def registered(row: RegistryEntry) -> Registered:
    """A row as it was read."""
    return Registered(
        ubn=row.ubn, found=row.found, name=row.name, state=row.state, address=row.address,
        organisation=row.organisation, since=row.since,
    )  # fmt: skip


def put(session: Session, one: Registered, *, now: datetime) -> None:
    """Keep what it said, in place of what it said before."""
    values = {
        "found": one.found, "name": one.name, "state": one.state, "address": one.address,
        "organisation": one.organisation, "since": one.since, "fetched_at": now,
    }  # fmt: skip
    if insert_ignoring(session, RegistryEntry, {"ubn": one.ubn, **values}, key=("ubn",)):
        return
    row = session.get(RegistryEntry, one.ubn, with_for_update=True, populate_existing=True)
    for name, value in values.items():
        setattr(row, name, value)
    session.flush()


def to_ask(session: Session, *, now: datetime, missing: datetime, limit: int) -> list[str]:
    """Numbers of firms with open cases of which it said nothing since these instants; the newest cases first.

    ``now``: since when what it has counts; ``missing``: since when that it has nothing.
    """
    ubn = func.coalesce(Firm.ubn, Firm.claimed_ubn)
    lately = or_(
        and_(RegistryEntry.found.is_(True), RegistryEntry.fetched_at >= now),
        and_(RegistryEntry.found.is_(False), RegistryEntry.fetched_at >= missing),
    )
    query = select(ubn).join(CaseRow, CaseRow.firm_id == Firm.id).where(CaseRow.closed_at.is_(None), ubn.is_not(None))
    query = query.where(ubn.not_in(select(RegistryEntry.ubn).where(lately)))
    return list(session.scalars(query.group_by(ubn).order_by(func.max(CaseRow.id).desc()).limit(limit)))


def known(session: Session) -> int:
    """How many firms it knows of those that we know."""
    query = select(func.count()).select_from(Firm).join(RegistryEntry, RegistryEntry.ubn == Firm.ubn)
    return session.scalar(query.where(RegistryEntry.found.is_(True))) or 0
