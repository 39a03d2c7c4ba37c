"""The table of consultations: a projection of the events of cases, for lists; the events are the truth."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id


class JointQuestion(Base):
    """A question put once about many cases: whom, when, by whom. Each of the cases has a consultation that names it."""

    __tablename__ = "joint_question"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    agency: Mapped[str | None] = mapped_column(String(20))
    unit: Mapped[str | None] = mapped_column(String(40))
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(200))


class Consultation(Base):
    """One question of a case to an agency or a unit. ``no`` counts them within the case; words stand in messages.

    An ``agency`` is asked by its code, a ``unit`` by its name. ``how`` says how it ended (``answered``,
    ``withdrawn``, ``ended``); None: it waits for an answer.
    """

    __tablename__ = "consultation"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    no: Mapped[int]
    agency: Mapped[str | None] = mapped_column(String(20))
    unit: Mapped[str | None] = mapped_column(String(40))
    office: Mapped[str | None] = mapped_column(String(80))
    asked_at: Mapped[datetime] = mapped_column(index=True)
    asked_by: Mapped[str | None] = mapped_column(String(200))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    lead: Mapped[int | None]
    joint_id: Mapped[int | None] = mapped_column(ForeignKey("joint_question.id"), index=True)
    expected_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    how: Mapped[str | None] = mapped_column(String(12))
    result: Mapped[str | None] = mapped_column(String(20))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    answered_by: Mapped[str | None] = mapped_column(String(80))
    phone: Mapped[str | None] = mapped_column(String(40))
    entered_by: Mapped[str | None] = mapped_column(String(200))
    __table_args__ = (
        UniqueConstraint("case_id", "no"),
        Index("ix_consultation_agency_ended_at", "agency", "ended_at"),
        Index("ix_consultation_unit_ended_at", "unit", "ended_at"),
    )
