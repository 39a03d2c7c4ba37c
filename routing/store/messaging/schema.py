"""Tables of messaging: the inbox with one partition a user, and the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id


class Partition(Base):
    """Of one user of a channel: whoever holds the lease handles that user's events, in their timestamps' order."""

    __tablename__ = "inbox_partition"
    channel: Mapped[str] = mapped_column(String(12), primary_key=True)
    user_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    holder: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None]


class Inbox(Base):
    """An event of a channel as it came, stored before the channel is told that we have it."""

    __tablename__ = "inbox"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    channel: Mapped[str] = mapped_column(String(12))
    webhook_event_id: Mapped[str] = mapped_column(String(80))
    user_key: Mapped[str] = mapped_column(String(80))
    event_at: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[datetime]
    raw: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(300))
    __table_args__ = (
        UniqueConstraint("channel", "webhook_event_id"),
        Index("ix_inbox_work", "state", "due_at"),
        Index("ix_inbox_partition", "channel", "user_key", "state", "event_at"),
    )


class Outbox(Base):
    """A message on its way out by a channel, written in the transaction of what it tells. ``payload`` fits any channel.

    ``contact_id``: null for an answer in a group. ``doubtful``: a reply of which an earlier try may have arrived. Due
    times and leases are the database's time.
    ``sent_ids``: the channel's ids of the messages that were sent, with a blank before and after each.

    ``push_at``: by the product's clock, when a parked notice is pushed by itself; null: never. ``carrier_id``: the
    message that a notice goes with, among whose objects it is number ``place``. ``erased_at``: since then nothing is
    left of what it said.
    """

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(6))
    retry_key: Mapped[str] = mapped_column(String(36), unique=True)
    channel: Mapped[str] = mapped_column(String(12))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("service_case.id"), index=True)
    reason: Mapped[str] = mapped_column(String(40))
    payload: Mapped[list[Any]]
    reply_token: Mapped[str | None] = mapped_column(String(80))
    token_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    first_try_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    doubtful: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10))
    error: Mapped[str | None] = mapped_column(String(300))
    accepted_at: Mapped[datetime | None]
    request_id: Mapped[str | None] = mapped_column(String(64))
    sent_ids: Mapped[str | None] = mapped_column(Text)
    push_at: Mapped[datetime | None]
    carrier_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"), index=True)
    place: Mapped[int | None]
    erased_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_outbox_work", "state", "due_at"),
        Index("ix_outbox_created_at", "created_at"),
        Index("ix_outbox_accepted_at", "accepted_at"),
    )


class NoticePolicy(Base):
    """When a kind of notice is pushed, where an administrator has set something else than what ships."""

    __tablename__ = "notice_policy"
    reason: Mapped[str] = mapped_column(String(40), primary_key=True)
    push: Mapped[str] = mapped_column(String(12))
    hours: Mapped[int | None]
    holds: Mapped[bool]
    why: Mapped[str] = mapped_column(String(300))
    set_by: Mapped[str] = mapped_column(String(254))
    set_at: Mapped[datetime]
