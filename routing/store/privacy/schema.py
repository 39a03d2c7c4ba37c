"""What people asked for about the data that is kept of them, and incidents in which it got out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id


class DataRequest(Base):
    """A request by 個人資料保護法 §3, with the clock of §13.

    ``contact_id``: who asked in a chat; null for a request on paper, by telephone or at the counter, of which
    ``asked_by`` holds the name. ``gone``: how much went at once, by kind, without any of it.
    """

    __tablename__ = "data_request"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    right: Mapped[str] = mapped_column(String(12))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    asked_by: Mapped[str | None] = mapped_column(String(80))
    channel: Mapped[str] = mapped_column(String(12))
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    extended_at: Mapped[datetime | None]
    extension_reason: Mapped[str | None] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(8))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(String(300))
    gone: Mapped[dict[str, Any]] = mapped_column(default=dict)
    __table_args__ = (Index("ix_data_request_state_due_on", "state", "due_on"),)


class Breach(Base):
    """An incident in which personal data got out (個人資料保護法 §12; 通報及應變辦法 §3).

    ``level``: of the incident, 1 to 4. ``since`` to ``until``: whose data of which days; ``numbers``: only of these
    cases, all of them if empty. ``told_at``: when the persons had been told.
    """

    __tablename__ = "breach"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    known_at: Mapped[datetime]
    level: Mapped[int]
    facts: Mapped[str] = mapped_column(Text)
    effects: Mapped[str] = mapped_column(Text)
    measures: Mapped[str] = mapped_column(Text)
    support: Mapped[str] = mapped_column(Text)
    since: Mapped[date | None]
    until: Mapped[date | None]
    numbers: Mapped[list[Any]] = mapped_column(default=list)
    entered_by: Mapped[str] = mapped_column(String(200))
    entered_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    told_by: Mapped[str | None] = mapped_column(String(200))
