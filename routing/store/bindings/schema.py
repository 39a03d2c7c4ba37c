"""Who speaks for which firm: codes given out or mailed, the bindings they lead to, and cases colleagues may see."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id


class BindingCode(Base):
    """A code that an officer gave to a firm, good once and for a while. Only its hash is kept."""

    __tablename__ = "binding_code"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    code_sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))
    expires_at: Mapped[datetime]
    wrong: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class Binding(Base):
    """That a person speaks for a firm, from one instant to another; ``ended_at`` null: still."""

    __tablename__ = "binding"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    bound_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(200))


class CaseShare(Base):
    """That the person who opened a case lets colleagues of the same firm see it."""

    __tablename__ = "case_share"
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    since: Mapped[datetime]


class CodeMail(Base):
    """A code on its way to a firm by e-mail. ``body`` is emptied once it has gone, or is given up.

    ``state``: pending, sent or failed. ``due_at``: when to try (again); while it is in hand, until when it is held.
    """

    __tablename__ = "code_mail"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    to_address: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10))
    sent_at: Mapped[datetime | None]
