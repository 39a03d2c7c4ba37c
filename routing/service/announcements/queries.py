"""Announcements as they are shown: with reach, cost and what is left before they go, and what came of them after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from routing.domain.errors import NotFound
from routing.domain.pagination import Page, before_of, page_of
from routing.domain.permissions import Actor, require_team
from routing.service.announcements import commands
from routing.service.announcements.commands import Outlook
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.announcements import queries as store
from routing.store.announcements.schema import Announcement
from routing.store.messaging.outbox import ACCEPTED, CANCELLED, CARRIED, DEAD, PARKED, UNKNOWN

Written = Announcement
"""An announcement as it was written and decided on."""
_AFTER = timedelta(days=3)
"""Cases that recipients open within so long after the approval are counted beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What became of it: pushed, gone with a free reply or another push, on their way, waiting, failed, ended."""

    queued: int
    pushed: int
    free: int
    under_way: int
    waiting: int
    failed: int
    ended: int
    tapped: int
    stopped: int
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """An announcement with everything beside it. ``outlook``: while nobody has decided."""

    row: Announcement
    names: dict[str, str]
    outlook: Outlook | None
    delivered: Delivered


def page(session: Session, actor: Actor, *, limit: int, cursor: str | None) -> Page[Announcement]:
    """The newest first. Raises Forbidden: the person is a partner."""
    require_team(actor)
    found = store.listing(session, before_id=before_of(limit, cursor), limit=limit + 1)
    return page_of(found, limit, lambda row: row.id)


def whole(session: Session, office: OfficeContext, actor: Actor, announcement_id: int, *, now: datetime) -> Whole:
    """One of them. Raises NotFound, Forbidden."""
    require_team(actor)
    row = store.get(session, announcement_id)
    if row is None:
        raise NotFound("查無這則公告。")
    names = account_store.names(session, [row.written_by, row.decided_by])
    outlook = commands.outlook(session, office, row, now=now) if row.state == "proposed" else None
    return Whole(row=row, names=names, outlook=outlook, delivered=_delivered(session, row))


def _delivered(session: Session, row: Announcement) -> Delivered:
    counts = dict.fromkeys(("pushed", "free", "under_way", "waiting", "failed", "ended"), 0)
    for kind, state, carried, number in store.outcomes(session, row.id):
        counts[_outcome(kind, state, carried=carried)] += number
    queued, tapped, stopped = store.taps(session, row.id)
    cases = 0
    if row.decided_at is not None and queued:
        cases = store.cases_after(session, row.id, since=row.decided_at, until=row.decided_at + _AFTER)
    return Delivered(queued=queued, tapped=tapped, stopped=stopped, cases=cases, **counts)


def _outcome(kind: str, state: str, *, carried: bool) -> str:
    if state == ACCEPTED:
        return "pushed" if kind == "push" and not carried else "free"
    if state in {DEAD, UNKNOWN}:
        return "failed"
    return {PARKED: "waiting", CANCELLED: "ended", CARRIED: "under_way"}.get(state, "under_way")
