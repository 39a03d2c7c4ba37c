"""Queries on external sources and what was found in them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from routing.store.feeds.schema import FeedRun, FeedState, OutageCase, OutageNotice
from routing.store.session import changed, insert_ignoring

_KEPT_RUNS = 200


def state(session: Session, feed: str) -> FeedState | None:
    """How a source is doing; None if it was never tried."""
    return session.get(FeedState, feed)


def claim(session: Session, feed: str, *, now: datetime, until: datetime, asked: bool) -> bool:
    """Take a source for one try, if it is due or somebody asks for it; nobody else takes it until ``until``."""
    insert_ignoring(session, FeedState, {"feed": feed}, key=("feed",))
    due = FeedState.feed == feed if asked else or_(FeedState.due_at.is_(None), FeedState.due_at <= now)
    statement = update(FeedState).where(FeedState.feed == feed, due).values(due_at=until, tried_at=now)
    return changed(session, statement) == 1


def held(session: Session, feed: str) -> FeedState:
    """The row of a source that was claimed, locked until the transaction ends."""
    query = select(FeedState).where(FeedState.feed == feed).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def due(session: Session, feeds: Iterable[str], *, now: datetime) -> list[str]:
    """Which of the sources are to be tried now, in the order given."""
    rows = {row.feed: row.due_at for row in session.scalars(select(FeedState))}
    return [feed for feed in feeds if (at := rows.get(feed)) is None or at <= now]


def put_run(session: Session, run: FeedRun) -> None:
    """Keep what a try did; the oldest beyond two hundred of the source go."""
    session.add(run)
    session.flush()
    oldest = select(FeedRun.id).where(FeedRun.feed == run.feed).order_by(FeedRun.id.desc()).offset(_KEPT_RUNS)
    session.execute(delete(FeedRun).where(FeedRun.id.in_(oldest.limit(1000).scalar_subquery())))


def last_runs(session: Session, feed: str, *, limit: int) -> list[FeedRun]:
    """The newest tries at a source, the newest first."""
    return list(session.scalars(select(FeedRun).where(FeedRun.feed == feed).order_by(FeedRun.id.desc()).limit(limit)))


def last_good(session: Session, feed: str) -> FeedRun | None:
    """The newest try that read the source anew."""
    query = select(FeedRun).where(FeedRun.feed == feed, FeedRun.outcome == "ok").order_by(FeedRun.id.desc())
    return session.scalars(query.limit(1)).first()


def standing_notices(session: Session, feed: str) -> dict[str, OutageNotice]:
    """What a source announces now, by its key there."""
    query = select(OutageNotice).where(OutageNotice.feed == feed, OutageNotice.gone_at.is_(None))
    return {row.key: row for row in session.scalars(query)}


def notice_by_key(session: Session, feed: str, key: str) -> OutageNotice | None:
    """A stop by its key, announced still or not."""
    return session.scalars(select(OutageNotice).where(OutageNotice.feed == feed, OutageNotice.key == key)).first()


def confirm(session: Session, feed: str, *, now: datetime) -> None:
    """The source says the same as before."""
    standing = (OutageNotice.feed == feed, OutageNotice.gone_at.is_(None))
    session.execute(update(OutageNotice).where(*standing).values(fetched_at=now))


def forget_notices(session: Session, *, before: datetime) -> None:
    """Take out stops that are over or withdrawn for long and stand in no case."""
    used = select(OutageCase.notice_id)
    over = or_(OutageNotice.gone_at < before, OutageNotice.ends_at < before)
    session.execute(delete(OutageNotice).where(over, OutageNotice.id.not_in(used)))


def announced(session: Session, *, now: datetime, fetched_after: datetime, until: datetime) -> list[OutageNotice]:
    """Stops that are in force or begin before ``until``, as far as their source was read lately; the earliest first."""
    query = select(OutageNotice).where(
        OutageNotice.gone_at.is_(None), OutageNotice.fetched_at >= fetched_after, OutageNotice.starts_at < until,
        or_(OutageNotice.ends_at.is_(None), OutageNotice.ends_at > now),
    )  # fmt: skip
    return list(session.scalars(query.order_by(OutageNotice.starts_at, OutageNotice.id)))


def put_to_case(session: Session, *, case_id: int, notice_id: int, now: datetime) -> bool:
    """A case was given a notice; False if it had it already."""
    row: dict[str, Any] = {"case_id": case_id, "notice_id": notice_id, "at": now}
    return insert_ignoring(session, OutageCase, row, key=("case_id", "notice_id"))


def cases_given(session: Session, feed: str) -> int:
    """How many times a case was given a notice of the source."""
    query = select(func.count()).select_from(OutageCase).join(OutageNotice, OutageNotice.id == OutageCase.notice_id)
    return session.scalar(query.where(OutageNotice.feed == feed)) or 0
