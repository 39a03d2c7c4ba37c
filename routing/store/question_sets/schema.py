"""Tables of question sets: their versions, and what cases were asked and answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id


class QuestionSetEdit(Base):
    """A version of a question set made at the desk: draft, approved or rejected; the newest approved one is asked."""

    __tablename__ = "question_set_edit"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    set_id: Mapped[str] = mapped_column(String(80))
    body: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10))
    author: Mapped[str] = mapped_column(String(200))
    approver: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_question_set_edit_set_id_state", "set_id", "state"), Index("ix_question_set_edit_state", "state"),
    )  # fmt: skip


class CaseQuestions(Base):
    """What a case was asked: the set as it was then (``version`` 0: as shipped), and what was answered.

    ``answered``: how many of ``questions`` have an answer. ``by``: who entered it last; None: the firm.
    """

    __tablename__ = "case_questions"
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    set_id: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(Id)
    body: Mapped[dict[str, Any]]
    answers: Mapped[dict[str, Any]]
    questions: Mapped[int]
    answered: Mapped[int]
    asked_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    by: Mapped[str | None] = mapped_column(String(200))
