"""Running a source once: one worker takes it, asks outside of any transaction, and writes what it made in one.

A source that does not answer, or not as it is known, changes nothing; that it did so stands in its row, for the desk
and for /metrics. So does any fault of ours while reading it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from routing.domain.errors import FeedError
from routing.ports import FeedClient
from routing.service.feeds.source import Feed, Feeds, Fetched, Marks, Parsed, rules_of
from routing.service.office_context import UnitOfWorkFactory
from routing.store.feeds import queries as store
from routing.store.feeds.schema import FeedRun

_HELD = timedelta(minutes=10)
"""How long a source stays with whoever took it, should that process die."""

log = structlog.get_logger("feeds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of one try. ``outcome``: ``ok``, ``unchanged`` or ``failed``, then with the error's code and words."""

    feed: str
    outcome: str
    found: int = 0
    skipped: int = 0
    matched: int = 0
    proposed: int = 0
    problem: str | None = None
    detail: str | None = None


def run_due(units_of_work: UnitOfWorkFactory, feeds: Feeds, client: FeedClient, *, now: datetime) -> list[Ran]:
    """Run the sources whose time has come; only reads if there are none."""
    if not feeds:
        return []
    with units_of_work.database.reading() as session:
        due = store.due(session, feeds, now=now)
    done = (run(units_of_work, feeds[name], client, now=now) for name in due)
    return [ran for ran in done if ran is not None]


def run(
    units_of_work: UnitOfWorkFactory, feed: Feed, client: FeedClient, *, now: datetime, asked: bool = False
) -> Ran | None:
    """Run one source now; None if another worker has it or it is not its time. ``asked``: somebody wants it now."""
    with units_of_work.writing() as (session, office):
        if not store.claim(session, feed.name, now=now, until=now + _HELD, asked=asked):
            return None
        state = store.held(session, feed.name)
        rules = rules_of(feed, office)
        marks = Marks(etag=state.etag, modified=state.modified) if state.rules == rules else Marks()
        wanted = feed.wanted(session, office, now=now)
    try:
        fetched = feed.fetch(client, marks, wanted)
        parsed = Parsed(items=()) if fetched.unchanged else feed.parse(fetched)
        ran = _keep(units_of_work, feed, fetched, parsed, rules=rules, now=now)
    except FeedError as error:
        ran = Ran(feed=feed.name, outcome="failed", problem=error.code, detail=error.message)
    except SQLAlchemyError:
        raise
    except Exception as error:
        # Whatever a stranger sends must not end the worker's turn; its words stay out of the log.
        log.exception("feed_not_read", feed=feed.name, error=type(error).__name__)
        ran = Ran(feed=feed.name, outcome="failed", problem="feed_failed", detail="內容無法判讀。")
    if ran.outcome == "failed":
        _note_failure(units_of_work, feed, ran, now=now)
    log.info("feed_run", feed=feed.name, outcome=ran.outcome, problem=ran.problem, matched=ran.matched)
    return ran


def _keep(
    units_of_work: UnitOfWorkFactory, feed: Feed, fetched: Fetched, parsed: Parsed, *, rules: str, now: datetime
) -> Ran:  # fmt: skip
    with units_of_work.writing() as (session, office):
        state = store.held(session, feed.name)
        if fetched.unchanged:
            feed.confirm(session, now=now)
            ran = Ran(feed=feed.name, outcome="unchanged")
        else:
            matched = feed.match(parsed.items, office)
            proposed = feed.propose(session, office, matched, now=now)
            ran = Ran(
                feed=feed.name, outcome="ok", found=len(parsed.items), skipped=parsed.skipped, matched=len(matched),
                proposed=proposed,
            )  # fmt: skip
            state.etag, state.modified, state.rules = fetched.marks.etag, fetched.marks.modified, rules
        state.good_at, state.due_at, state.problem, state.detail = now, now + feed.every, None, None
        store.put_run(
            session,
            FeedRun(
                feed=feed.name, at=now, outcome=ran.outcome, found=ran.found, skipped=ran.skipped, matched=ran.matched,
                proposed=ran.proposed,
            ),
        )  # fmt: skip
    return ran


def _note_failure(units_of_work: UnitOfWorkFactory, feed: Feed, ran: Ran, *, now: datetime) -> None:
    with units_of_work.writing() as (session, _office):
        state = store.held(session, feed.name)
        state.problem, state.detail, state.due_at = ran.problem, (ran.detail or "")[:200], now + feed.every
        store.put_run(session, FeedRun(feed=feed.name, at=now, outcome="failed", problem=ran.problem))
