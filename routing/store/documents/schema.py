"""The table of official letters (公文) drafted from cases."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id


class CaseDocument(Base):
    """A letter drafted from a case (``routing.domain.letters.Letter``); its number comes back by hand or by file."""

    __tablename__ = "case_document"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"), index=True)
    letter: Mapped[dict[str, Any]]
    made_by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime]
    doc_no: Mapped[str | None] = mapped_column(String(60))
    sent_on: Mapped[date | None]
    numbered_by: Mapped[str | None] = mapped_column(String(200))
    numbered_at: Mapped[datetime | None]
    numbered_how: Mapped[str | None] = mapped_column(String(8))
