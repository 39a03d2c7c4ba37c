"""What people asked for about the data that is kept of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
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
