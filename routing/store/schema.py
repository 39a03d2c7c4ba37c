"""The tables of the service itself: firms and contacts, cases and their events, messages, inbox and outbox.

JSON columns hold small values that are read whole. What people wrote stands in ``message.text`` and nowhere else,
so that erasing it there erases it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id


class Meta(Base):
    """Facts about this database itself: whether it is the demo's, for one."""

    __tablename__ = "meta"
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Firm(Base):
    """A firm by name and 統一編號. ``verified``: an officer has checked that the contact speaks for it.

    ``claimed_ubn``: a number that this firm gave and that stands with another name already; staff settle whose it is.
    """

    __tablename__ = "firm"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), index=True)
    ubn: Mapped[str | None] = mapped_column(String(8), unique=True)
    claimed_ubn: Mapped[str | None] = mapped_column(String(8), index=True)
    verified: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Contact(Base):
    """A person who writes for a firm; one row a LINE user. ``dialogue`` is where the conversation stands.

    ``park_kind``: what the firm said when asked, while its park is not known.
    ``firm_said``: the firm in this person's own words; chats show no name that another person gave.
    ``reach_at``: when that happened by which ``reachable`` stands. ``flooded_at``: the last event beyond the limit.
    """

    __tablename__ = "contact"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    line_user_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    display_name: Mapped[str | None] = mapped_column(String(200))
    name: Mapped[str | None] = mapped_column(String(80))
    phone: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str | None] = mapped_column(String(10))
    park: Mapped[str | None] = mapped_column(String(40))
    park_kind: Mapped[str | None] = mapped_column(String(12))
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id"), index=True)
    firm_said: Mapped[str | None] = mapped_column(String(120))
    dialogue: Mapped[dict[str, Any]] = mapped_column(default=dict)
    notice_version: Mapped[str | None] = mapped_column(String(20))
    notice_at: Mapped[datetime | None]
    reachable: Mapped[bool] = mapped_column(default=True)
    reach_at: Mapped[datetime | None]
    flooded_at: Mapped[datetime | None]
    last_event_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Case(Base):
    """A case: how it began, and a projection of its events for lists. The events are the truth."""

    __tablename__ = "service_case"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    opened: Mapped[dict[str, Any]]
    channel: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(10))
    park: Mapped[str | None] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    alert: Mapped[str | None] = mapped_column(String(20))
    first_contact_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id"), index=True)
    contact_name: Mapped[str | None] = mapped_column(String(80))
    contact_phone: Mapped[str | None] = mapped_column(String(40))
    refs: Mapped[list[Any]] = mapped_column(default=list)
    imported: Mapped[bool] = mapped_column(default=False)
    kind: Mapped[str] = mapped_column(String(4))
    status: Mapped[str] = mapped_column(String(16))
    category: Mapped[str] = mapped_column(String(16))
    topic: Mapped[str | None] = mapped_column(String(40))
    unit: Mapped[str] = mapped_column(String(40))
    assignee: Mapped[str | None] = mapped_column(String(200))
    waiting_on: Mapped[str | None] = mapped_column(String(8))
    waiting_agency: Mapped[str | None] = mapped_column(String(20))
    due_on: Mapped[date | None]
    promised_on: Mapped[date | None]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    outcome: Mapped[str | None] = mapped_column(String(12))
    first_reply_at: Mapped[datetime | None]
    firm_spoke_at: Mapped[datetime | None]
    pending_extension: Mapped[bool] = mapped_column(default=False)
    confidential: Mapped[bool] = mapped_column(default=False)
    late: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=0)
    __table_args__ = (
        Index("ix_service_case_queue", "status", "unit", "due_on"),
        Index("ix_service_case_assignee_status", "assignee", "status"),
    )


class CaseEvent(Base):
    """One event of a case. ``at`` is when it happened, ``recorded_at`` when we learnt of it."""

    __tablename__ = "case_event"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(index=True)
    recorded_at: Mapped[datetime]
    event: Mapped[str] = mapped_column(String(24))
    by: Mapped[str | None] = mapped_column(String(200))
    data: Mapped[dict[str, Any]]
    __table_args__ = (UniqueConstraint("case_id", "seq"),)


class Serial(Base):
    """The last case number given on a day of receipt (Taipei)."""

    __tablename__ = "serial"
    agency: Mapped[str] = mapped_column(String(4), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]


class Message(Base):
    """Words or a file, from a firm (``in``), to it (``out``), or among staff (``note``). Erased ones keep their row."""

    __tablename__ = "message"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("service_case.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    direction: Mapped[str] = mapped_column(String(4))
    kind: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    by: Mapped[str | None] = mapped_column(String(200))
    via: Mapped[str] = mapped_column(String(12))
    doc_no: Mapped[str | None] = mapped_column(String(60))
    line_message_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    erased_at: Mapped[datetime | None]


class Media(Base):
    """A file a firm sent: fetched from LINE at once, since LINE keeps it for an unstated time only."""

    __tablename__ = "media"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    line_message_id: Mapped[str] = mapped_column(String(64), unique=True)
    file_name: Mapped[str | None] = mapped_column(String(200))
    content_type: Mapped[str | None] = mapped_column(String(100))
    size: Mapped[int | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    state: Mapped[str] = mapped_column(String(10), index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]


class Unsent(Base):
    """A message taken back before (or after) we handled it: a tombstone without content."""

    __tablename__ = "unsent"
    line_message_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]


class Withdrawn(Base):
    """What was taken back although it belonged to a case: an archive (檔案法 §12), for an administrator with a reason.

    ``sealed`` is compressed JSON, so that no search and no list meets the words by accident.
    """

    __tablename__ = "withdrawn"
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"), index=True)
    at: Mapped[datetime]
    sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class Lane(Base):
    """One lane a LINE user: whoever holds the lease handles that user's events, in the order of their timestamps."""

    __tablename__ = "lane"
    user_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    holder: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None]


class Inbox(Base):
    """A webhook event as it came, stored before LINE gets its 200."""

    __tablename__ = "inbox"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    webhook_event_id: Mapped[str] = mapped_column(String(80), unique=True)
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
        Index("ix_inbox_work", "state", "due_at"),
        Index("ix_inbox_lane", "user_key", "state", "event_at"),
    )


class Outbox(Base):
    """A message on its way out, written in the transaction of what it tells. ``payload`` is channel-neutral.

    ``doubtful``: a reply of which an earlier try may have arrived. Due times and leases are the database's time.
    """

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(6))
    retry_key: Mapped[str] = mapped_column(String(36), unique=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
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
    __table_args__ = (Index("ix_outbox_work", "state", "due_at"),)


class Enquiry(Base):
    """What a firm asked and what the bot made of it. The text stands in the message.

    ``probability``: that the best entry is right, as it was decided on; null where no threshold could have changed
    the decision.
    """

    __tablename__ = "enquiry"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("service_case.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(String(10))
    category: Mapped[str] = mapped_column(String(16))
    topic: Mapped[str | None] = mapped_column(String(40))
    decision: Mapped[str] = mapped_column(String(12))
    confidence: Mapped[float]
    probability: Mapped[float | None]
    alert: Mapped[str | None] = mapped_column(String(20))
    faq: Mapped[str | None] = mapped_column(String(80))
    offered: Mapped[list[Any]] = mapped_column(default=list)
    verdict: Mapped[str | None] = mapped_column(String(16))
