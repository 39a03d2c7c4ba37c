"""The table of canned replies (常用回復)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id


class CannedReply(Base):
    """Words that are used again and again. ``unit`` null: for every unit. ``texts`` by language.

    ``version`` counts changes, so that nobody writes over what somebody else has changed meanwhile.
    """

    __tablename__ = "canned_reply"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    unit: Mapped[str | None] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(40))
    texts: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_canned_reply_unit_withdrawn_at", "unit", "withdrawn_at"),)
