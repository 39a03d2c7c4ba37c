"""Tables of reporting: which reports were issued, and with what fingerprint."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base


class IssuedReport(Base):
    """The fingerprint of a report of a finished period as it was last given out; a change makes a revision."""

    __tablename__ = "issued_report"
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int] = mapped_column(default=0)
    issued_at: Mapped[datetime]
