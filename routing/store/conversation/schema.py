"""Tables of conversations: contacts, their addresses, what was said, files, tombstones of what was taken back.

What people wrote stands in ``message.text`` and nowhere else, so that erasing it there erases it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id


class Contact(Base):
    """A person who writes for a firm. ``dialogue`` is where the conversation stands.

    ``park_kind``: what the firm said when asked, while its park is not known.
    ``language``: what is read; ``language_chosen``: the firm chose it, so its sentences do not change it.
    ``quiet``: wants no messages that merely inform.
    ``firm_said``: the firm in this person's own words; chats show no name that another person gave.
    ``flooded_at``: the last event beyond the limit.
    """

    __tablename__ = "contact"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    display_name: Mapped[str | None] = mapped_column(String(200))
    name: Mapped[str | None] = mapped_column(String(80))
    phone: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str | None] = mapped_column(String(10))
    language_chosen: Mapped[bool] = mapped_column(default=False)
    quiet: Mapped[bool] = mapped_column(default=False)
    park: Mapped[str | None] = mapped_column(String(40))
    park_kind: Mapped[str | None] = mapped_column(String(12))
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id"), index=True)
    firm_said: Mapped[str | None] = mapped_column(String(120))
    dialogue: Mapped[dict[str, Any]] = mapped_column(default=dict)
    notice_version: Mapped[str | None] = mapped_column(String(20))
    notice_at: Mapped[datetime | None]
    flooded_at: Mapped[datetime | None]
    last_event_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class ContactAddress(Base):
    """Where a channel finds a contact: the channel's own name for a person, one row each.

    ``reachable``: the person has not blocked us there. ``reach_at``: when that happened by which it stands.
    """

    __tablename__ = "contact_address"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    channel: Mapped[str] = mapped_column(String(12))
    address: Mapped[str] = mapped_column(String(80))
    reachable: Mapped[bool] = mapped_column(default=True)
    reach_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("channel", "address"),)


class Message(Base):
    """Words or a file, from a firm (``in``), to it (``out``), or among staff (``note``). Erased ones keep their row.

    ``external_id``: by which ``channel`` knows it; both are null if no channel carried it here.
    ``placed_by``: why a firm's message stands in its case (routing.domain.dialogue.placement.Reason).
    """

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
    channel: Mapped[str | None] = mapped_column(String(12))
    external_id: Mapped[str | None] = mapped_column(String(64))
    placed_by: Mapped[str | None] = mapped_column(String(12))
    erased_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("channel", "external_id"),)


class Media(Base):
    """A file of a message: of a firm's, fetched from its channel at once, or of one that staff wrote.

    ``key`` and ``thumbnail`` say where its bytes lie (routing.store.files); the database holds none. ``due_at``: when
    there is work on it again, by the database's time; null: none. ``problem``: why it is not kept. ``link``: what was
    drawn by lot for the firm's link; null: the firm has none, or it was taken back. ``content``: bytes from before
    files had a place of their own, until the worker has moved them.
    """

    __tablename__ = "media"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    channel: Mapped[str | None] = mapped_column(String(12))
    external_id: Mapped[str | None] = mapped_column(String(64))
    file_name: Mapped[str | None] = mapped_column(String(200))
    content_type: Mapped[str | None] = mapped_column(String(100))
    size: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    key: Mapped[str | None] = mapped_column(String(64), unique=True)
    thumbnail: Mapped[str | None] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(10), index=True)
    problem: Mapped[str | None] = mapped_column(String(12))
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    link: Mapped[str | None] = mapped_column(String(24))
    link_until: Mapped[datetime | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    __table_args__ = (UniqueConstraint("channel", "external_id"),)


class Unsent(Base):
    """A message taken back before (or after) we handled it: a tombstone without content."""

    __tablename__ = "unsent"
    channel: Mapped[str] = mapped_column(String(12), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]


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
