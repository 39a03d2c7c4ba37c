"""Tables of reminders: the bell of each person, what they want sent where, their LINE account, mails on their way."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id


class Reminder(Base):
    """Something that a member of staff was told once: ``key`` names it (routing.domain.reminders). No words of a firm.

    ``day``: what it is about. ``detail``: the numbers of a digest. ``stands_for``: the e-mail of the person whose it
    is, where a deputy was told.
    """

    __tablename__ = "reminder"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    key: Mapped[str] = mapped_column(String(80))
    cause: Mapped[str] = mapped_column(String(16))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("service_case.id"), index=True)
    day: Mapped[date]
    stands_for: Mapped[str | None] = mapped_column(String(200))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime] = mapped_column(index=True)
    read_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("staff_id", "key"),
        Index("ix_reminder_staff_id_read_at", "staff_id", "read_at"),
    )


class ReminderWish(Base):
    """What a person wants sent beside the bell; whoever has no row wants nothing."""

    __tablename__ = "reminder_wish"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    mail: Mapped[bool] = mapped_column(default=False)
    chat: Mapped[bool] = mapped_column(default=False)
    digest_mail: Mapped[bool] = mapped_column(default=False)
    digest_chat: Mapped[bool] = mapped_column(default=False)


class StaffChat(Base):
    """The account on a channel (LINE) by which a member of staff is reminded. That account is no firm's by this."""

    __tablename__ = "staff_chat"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), unique=True)
    channel: Mapped[str] = mapped_column(String(12))
    bound_at: Mapped[datetime]


class StaffChatCode(Base):
    """The code that binds it, good once and for minutes; the newest of a person alone. Only its hash is kept."""

    __tablename__ = "staff_chat_code"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    code_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]


class StaffMail(Base):
    """A mail to a member of staff, at the address of the account. ``body`` is emptied once it has gone or is given up.

    ``state``: pending, sent or failed. ``due_at``: when to try (again); while it is in hand, until when it is held.
    """

    __tablename__ = "staff_mail"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10))
    sent_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_staff_mail_state_due_at", "state", "due_at"),)
