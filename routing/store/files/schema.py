"""Tables of files besides ``media``: what is to be taken away from where the bytes lie."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base


class Discarded(Base):
    """Bytes that no row speaks of any more: written in the transaction that let go of them, deleted after it."""

    __tablename__ = "discarded_file"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    due_at: Mapped[datetime]
