"""The audit trail: read by administrators, sealed by the worker, verified by anybody who has the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import TAIPEI
from routing.domain import audit_chain
from routing.domain.audit_chain import Anchor, Verified
from routing.domain.errors import Invalid
from routing.domain.pagination import Page, page_of
from routing.domain.permissions import Actor
from routing.service.accounts.queries import require_admin
from routing.store.accounts import audit as store
from routing.store.accounts.schema import Audit
from routing.store.session import Database

PART = 500
"""Entries that one transaction seals."""
SOON = timedelta(minutes=10)
"""An entry that waits longer than this for its seal tells that no worker runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What an administrator looks for; days are Taipei's, both inclusive."""

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    first_day: date | None = None
    last_day: date | None = None

    def wanted(self) -> store.Filter:
        """As the store has it.

        Raises:
            Invalid: the days are the wrong way round.
        """
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise Invalid("迄日不得早於起日。", field="to")
        return store.Filter(
            actor=self.actor, action=self.action, subject=self.subject,
            since=_midnight(self.first_day) if self.first_day else None,
            until=_midnight(self.last_day + timedelta(days=1)) if self.last_day else None,
        )  # fmt: skip


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=TAIPEI)


def page(
    session: Session, actor: Actor, search: Search, *, before_id: int | None = None, limit: int = 50
) -> Page[Audit]:
    """A page of who did what to what, newest first.

    Raises:
        Forbidden: the person is no administrator. Invalid: as ``Search.wanted``.
    """
    require_admin(actor)
    found = store.page(session, search.wanted(), before_id=before_id, limit=limit + 1)
    return page_of(found, limit, lambda row: row.id)


def every(session: Session, actor: Actor, search: Search) -> Iterator[Audit]:
    """All that is found, oldest first. Raises as ``page``."""
    require_admin(actor)
    return store.every(session, search.wanted())


def seal_new(database: Database) -> int:
    """Take entries into the chain that are in none yet, in short transactions; says how many."""
    sealed = 0
    while True:
        with database.reading() as session:
            if not store.any_unsealed(session):
                return sealed
        with database.writing() as session:
            part = _seal_some(session)
        sealed += part
        if part < PART:
            return sealed
        database.give_way()


def _seal_some(session: Session) -> int:
    store.hold_chain(session)
    head, rows = store.head(session), store.unsealed(session, PART)
    for row in rows:
        row.seal = audit_chain.seal_of(store.entry_of(row), head.place + 1, head.seal)
        row.place = head.place + 1
        head = Anchor(row.place, row.seal)
    return len(rows)


def head(session: Session) -> Anchor:
    """The end of the chain; place 0 before the first."""
    return store.head(session)


def holds(session: Session, noted: str) -> bool:
    """Whether a head that was noted down (``place:seal``) is still in the chain.

    Raises:
        Invalid: it is no such note, or its entry was erased since, its period being over.
    """
    place, _, seal = noted.strip().partition(":")
    if not (place.isascii() and place.isdigit() and seal):
        raise Invalid("末筆封緘請寫成 序號:雜湊值。", field="head")
    anchor = store.anchor(session)
    if int(place) < anchor.place:
        raise Invalid("這一筆已依保存期限刪除，無法查對。", field="head", code="audit_erased")
    return seal == (anchor.seal if int(place) == anchor.place else store.seal_at(session, int(place)))


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Whether the trail holds. ``waiting_since``: of the oldest entry that has no seal yet, if it waits too long."""

    found: Verified
    waiting_since: datetime | None


def verify(session: Session, *, now: datetime) -> State:
    """Compute every seal anew, from where the chain begins."""
    found = audit_chain.verify(store.chained(session), store.anchor(session))
    oldest = store.oldest_unsealed(session)
    return State(found=found, waiting_since=oldest if oldest is not None and now - oldest > SOON else None)
