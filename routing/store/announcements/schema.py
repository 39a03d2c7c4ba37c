"""Tables of announcements: what was written and decided, to whom it went, and the topics that firms want."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id


class Announcement(Base):
    """An announcement. ``state``: proposed, refused, sending, sent or stopped. ``parks``: none for all.

    ``reach`` and ``cost``: firms and counted pushes when it was approved. ``cursor``: the contact whom the batches have
    reached; the next batch begins behind it.
    """

    __tablename__ = "announcement"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    topic: Mapped[str] = mapped_column(String(12))
    parks: Mapped[list[Any]]
    title: Mapped[dict[str, Any]]
    body: Mapped[dict[str, Any]]
    until: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(10), index=True)
    written_by: Mapped[str] = mapped_column(String(200))
    written_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(200))
    decided_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(String(300))
    reach: Mapped[int | None]
    cost: Mapped[int | None]
    cursor: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]


class AnnouncementSent(Base):
    """That one was queued for somebody, once. ``tapped_at``: asked about it; ``stopped_at``: wants no more."""

    __tablename__ = "announcement_sent"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcement.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"), index=True)
    tapped_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("announcement_id", "contact_id"),)


class ContactTopic(Base):
    """What a person said of a topic; who said nothing of it hears of it."""

    __tablename__ = "contact_topic"
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(12), primary_key=True)
    wanted: Mapped[bool]
    at: Mapped[datetime]
