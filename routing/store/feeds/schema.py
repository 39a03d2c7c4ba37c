"""Tables of external sources: how each is doing, what its runs did, and what was found that concerns the branch."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id


class FeedState(Base):
    """A source now. ``rules``: by what the last good answer was read; another reads the source anew, unchanged or not.

    ``problem``: code of why the last try failed, None after a good one. ``due_at``: not tried again before.
    """

    __tablename__ = "feed_state"
    feed: Mapped[str] = mapped_column(String(20), primary_key=True)
    etag: Mapped[str | None] = mapped_column(String(200))
    modified: Mapped[str | None] = mapped_column(String(100))
    rules: Mapped[str | None] = mapped_column(String(64))
    good_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(String(40))
    detail: Mapped[str | None] = mapped_column(String(200))


class FeedRun(Base):
    """One try at a source: what came of it, and how many were found, unreadable, of our parks, and proposed anew."""

    __tablename__ = "feed_run"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    feed: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(12))
    problem: Mapped[str | None] = mapped_column(String(40))
    found: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    matched: Mapped[int] = mapped_column(default=0)
    proposed: Mapped[int] = mapped_column(default=0)
    __table_args__ = (Index("ix_feed_run_feed_at", "feed", "at"),)


class OutageNotice(Base):
    """An announced stop of power or water that touches parks of the branch, in its source's words.

    ``fetched_at``: when the source last said so. ``gone_at``: since when it says so no more.
    """

    __tablename__ = "outage_notice"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    feed: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(12))
    number: Mapped[str] = mapped_column(String(40))
    parks: Mapped[list[Any]]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    areas: Mapped[list[Any]]
    what: Mapped[str] = mapped_column(String(200))
    planned: Mapped[bool | None]
    phone: Mapped[str] = mapped_column(String(40))
    found_at: Mapped[datetime]
    fetched_at: Mapped[datetime]
    gone_at: Mapped[datetime | None] = mapped_column(index=True)
    __table_args__ = (UniqueConstraint("feed", "key"),)


class OutageCase(Base):
    """That a case was given an announced stop as an internal note."""

    __tablename__ = "outage_case"
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("outage_notice.id"), primary_key=True, index=True)
    at: Mapped[datetime]


class ClosureProposal(Base):
    """A closure that a source announced and that reaches an office of the branch; a person applies it or puts it aside.

    ``state``: proposed, applied, dismissed, or superseded by a later announcement. ``contrary_at`` and
    ``contrary_text``: what was announced after it was applied. ``closure_id``: the closure that it became.
    """

    __tablename__ = "closure_proposal"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(200))
    day: Mapped[date] = mapped_column(index=True)
    county: Mapped[str] = mapped_column(String(20))
    district: Mapped[str | None] = mapped_column(String(20))
    part: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(String(400))
    announced_at: Mapped[datetime]
    fetched_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12), default="proposed")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(200))
    closure_id: Mapped[int | None] = mapped_column(ForeignKey("closure.id"))
    contrary_at: Mapped[datetime | None]
    contrary_text: Mapped[str | None] = mapped_column(String(400))


class RegistryEntry(Base):
    """What the commercial register said of a 統一編號. ``found`` False: it had nothing under it."""

    __tablename__ = "registry_entry"
    ubn: Mapped[str] = mapped_column(String(8), primary_key=True)
    found: Mapped[bool]
    name: Mapped[str] = mapped_column(String(120), default="")
    state: Mapped[str] = mapped_column(String(60), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    organisation: Mapped[str] = mapped_column(String(80), default="")
    since: Mapped[date | None]
    fetched_at: Mapped[datetime]
