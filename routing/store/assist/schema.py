"""Tables of drafts by a language model: who decided that it may be asked, and what it was asked and answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id


class AssistDecision(Base):
    """Somebody turned the drafts on or off; the last row holds. ``host``: where the model is, without its key."""

    __tablename__ = "assist_decision"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(200))
    allowed: Mapped[bool]
    model: Mapped[str] = mapped_column(String(120))
    host: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(300))


class AssistOutput(Base):
    """One question to the model about a case, and what became of it.

    ``prompt``: all that went out, masked; ``answer``: as it came, masked; ``result``: as the officer reads it, names
    put back. All three are emptied by the period of keeping, when a message of the case is taken back, when its firm
    wants its data gone and when the case becomes confidential; ``erased_at`` says so. The rest are facts without words.
    ``message_id``: what was sent of it, ``draft_id``: what was given for approval (陳核); ``changed``: not as drafted.
    """

    __tablename__ = "assist_output"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"), index=True)
    use: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12), index=True)
    problem: Mapped[str | None] = mapped_column(String(40))
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    milliseconds: Mapped[int | None]
    model: Mapped[str] = mapped_column(String(120))
    host: Mapped[str] = mapped_column(String(200))
    rules: Mapped[str] = mapped_column(String(12))
    prompt: Mapped[str] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    result: Mapped[dict[str, Any] | None]
    masked: Mapped[int] = mapped_column(default=0)
    sentences: Mapped[int] = mapped_column(default=0)
    unproven: Mapped[int] = mapped_column(default=0)
    decided_by: Mapped[str | None] = mapped_column(String(200))
    decided_at: Mapped[datetime | None]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("case_draft.id"), index=True)
    changed: Mapped[bool | None]
    erased_at: Mapped[datetime | None]
