"""How the external sources are doing, for the desk, /metrics and the command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from routing.service.feeds.catalogue import FEEDS
from routing.service.feeds.source import Feeds
from routing.store.feeds import queries as store
from routing.store.feeds.schema import FeedRun, OutageNotice


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedView:
    """A source now. ``on``: it has an address. ``matched``, ``proposed``: of the last answer that was read anew."""

    name: str
    on: bool
    good_at: datetime | None
    tried_at: datetime | None
    problem: str | None
    detail: str | None
    found: int
    skipped: int
    matched: int
    proposed: int
    applied: int


def states(session: Session, feeds: Feeds) -> list[FeedView]:
    """Every source there is, those that are off too."""
    return [_view(session, feeds, name) for name in FEEDS]


def _view(session: Session, feeds: Feeds, name: str) -> FeedView:
    state, feed = store.state(session, name), feeds.get(name)
    run = store.last_good(session, name)
    return FeedView(
        name=name, on=feed is not None, good_at=state.good_at if state else None,
        tried_at=state.tried_at if state else None, problem=state.problem if state else None,
        detail=state.detail if state else None, found=run.found if run else 0, skipped=run.skipped if run else 0,
        matched=run.matched if run else 0, proposed=run.proposed if run else 0,
        applied=feed.applied(session) if feed else 0,
    )  # fmt: skip


def runs(session: Session, feeds: Feeds, *, limit: int = 5) -> dict[str, list[FeedRun]]:
    """The newest tries of each source that is on."""
    return {name: store.last_runs(session, name, limit=limit) for name in feeds}


def notices(session: Session, feeds: Feeds, *, now: datetime) -> list[OutageNotice]:
    """What the sources that are on announce for parks of the branch and is not over; the earliest first."""
    found = [row for name in feeds for row in store.standing_notices(session, name).values()]
    live = [row for row in found if row.ends_at is None or row.ends_at > now]
    return sorted(live, key=lambda row: (row.starts_at, row.id))
