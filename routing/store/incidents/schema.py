"""Tables of incidents (集體事件). Which cases are in one stands in their events and, for lists, in their rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id


class Incident(Base):
    """One thing of which many firms tell. ``text``: what is known of it, for staff. ``version`` counts its changes."""

    __tablename__ = "incident"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    alert: Mapped[str | None] = mapped_column(String(20))
    parks: Mapped[list[Any]] = mapped_column(default=list)
    text: Mapped[str] = mapped_column(Text, default="")
    opened_at: Mapped[datetime] = mapped_column(index=True)
    opened_by: Mapped[str] = mapped_column(String(200))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(200))
    outcome: Mapped[str | None] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(default=1)


class IncidentAnswer(Base):
    """What was answered to all cases of an incident at once: how many were told, and how many could not be.

    ``kind``: a ``message``, or the ``close`` with its summary.
    """

    __tablename__ = "incident_answer"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(200))
    told: Mapped[int]
    failed: Mapped[int]
