"""Queries on the audit trail: reading, sealing and erasing its entries. It is written by ``queries.audit``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from routing.domain.audit_chain import Anchor, Entry
from routing.store.accounts.schema import Audit
from routing.store.maintenance import meta as meta_store
from routing.store.session import changed

_ANCHOR = "audit.anchor"
_SEALING = "audit.sealing"
_PART = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which entries are wanted. ``actor`` and ``subject`` are found as parts, ``action`` with those below it.

    ``since`` and ``until`` are instants; ``until`` itself is not in it.
    """

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """As SQL."""
        if self.actor:
            yield Audit.actor.contains(self.actor, autoescape=True)
        if self.action:
            yield Audit.action.startswith(self.action, autoescape=True)
        if self.subject:
            yield Audit.subject.contains(self.subject, autoescape=True)
        if self.since is not None:
            yield Audit.at >= self.since
        if self.until is not None:
            yield Audit.at < self.until


def page(session: Session, wanted: Filter, *, before_id: int | None = None, limit: int = 50) -> list[Audit]:
    """Entries, newest first."""
    query = select(Audit).where(*wanted.conditions())
    if before_id is not None:
        query = query.where(Audit.id < before_id)
    return list(session.scalars(query.order_by(Audit.id.desc()).limit(limit)))


def every(session: Session, wanted: Filter) -> Iterator[Audit]:
    """All of them, oldest first, read in parts."""
    yield from _in_parts(session, Audit.id, *wanted.conditions())


def _in_parts(
    session: Session,
    key: InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
    *conditions: ColumnElement[bool],
) -> Iterator[Audit]:
    """Rows in the order of a key that is never null in them; whoever stops early leaves no cursor open."""
    query, last = select(Audit).where(key.is_not(None), *conditions).order_by(key).limit(_PART), None
    while rows := session.scalars(query if last is None else query.where(key > last)).all():
        yield from rows
        last = getattr(rows[-1], key.key)
        for row in rows:
            session.expunge(row)


def last_of(session: Session, action: str) -> Audit | None:
    """The newest entry of an action."""
    return session.scalars(select(Audit).where(Audit.action == action).order_by(Audit.id.desc()).limit(1)).one_or_none()


def hold_chain(session: Session) -> None:
    """Nobody else seals or erases entries until the transaction ends."""
    meta_store.hold(session, _SEALING)


def anchor(session: Session) -> Anchor:
    """After which entry the chain begins now."""
    place, _, seal = (meta_store.read(session, _ANCHOR) or "").partition(":")
    return Anchor(int(place), seal) if seal else Anchor()


def head(session: Session) -> Anchor:
    """The end of the chain."""
    row = session.scalars(select(Audit).where(Audit.place.is_not(None)).order_by(Audit.place.desc()).limit(1)).first()
    return Anchor(row.place, row.seal) if row is not None and row.place and row.seal else anchor(session)


def seal_at(session: Session, place: int) -> str | None:
    """The seal of the entry with a place."""
    return session.scalars(select(Audit.seal).where(Audit.place == place)).one_or_none()


def any_unsealed(session: Session) -> bool:
    """Whether there is something to seal."""
    return session.scalars(select(Audit.id).where(Audit.seal.is_(None)).limit(1)).first() is not None


def unsealed(session: Session, limit: int) -> list[Audit]:
    """Entries that are in no chain yet, oldest first."""
    return list(session.scalars(select(Audit).where(Audit.seal.is_(None)).order_by(Audit.id).limit(limit)))


def oldest_unsealed(session: Session) -> datetime | None:
    """When the oldest entry was written that is in no chain yet."""
    return session.scalars(select(func.min(Audit.at)).where(Audit.seal.is_(None))).one()


def chained(session: Session) -> Iterator[Entry]:
    """Sealed entries in the order of the chain, read in parts."""
    for row in _in_parts(session, Audit.place):
        yield entry_of(row)


def entry_of(row: Audit) -> Entry:
    """A row as the chain has it."""
    return Entry(
        at=row.at, actor=row.actor, action=row.action, subject=row.subject, detail=row.detail, place=row.place,
        seal=row.seal,
    )  # fmt: skip


def count_before(session: Session, before: datetime) -> int:
    """How many entries ``erase_before`` would erase."""
    last = _last_before(session, before)
    return session.scalars(select(func.count()).select_from(Audit).where(Audit.place <= last)).one() if last else 0


def erase_before(session: Session, before: datetime, *, most: int | None = None) -> int:
    """Erase the beginning of the chain as far as it is older than an instant; where it goes on is kept."""
    hold_chain(session)
    last = _last_before(session, before)
    first = session.scalars(select(func.min(Audit.place))).one()
    if not last or not first:
        return 0
    last = min(last, first + most - 1) if most is not None else last
    seal = session.scalars(select(Audit.seal).where(Audit.place == last)).one()
    meta_store.put(session, _ANCHOR, f"{last}:{seal}")
    erased = delete(Audit).where(Audit.place <= last).execution_options(synchronize_session=False)
    return changed(session, erased)


def _last_before(session: Session, before: datetime) -> int | None:
    """The last place of the chain before which nothing is younger."""
    younger = session.scalars(select(func.min(Audit.place)).where(Audit.at >= before)).one()
    last = select(func.max(Audit.place))
    return session.scalars(last if younger is None else last.where(Audit.place < younger)).one()
