"""Tables of the office calendar: imported years and closures."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id


class CalendarYear(Base):
    """An imported year of the official office calendar; replaces the one that ships."""

    __tablename__ = "calendar_year"
    year: Mapped[int] = mapped_column(primary_key=True)
    csv: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[datetime]


class ClosureRow(Base):
    """Work stopped by order of a county or district for a day or a part of it; withdrawn ones keep their row."""

    __tablename__ = "closure"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    county: Mapped[str] = mapped_column(String(20))
    district: Mapped[str | None] = mapped_column(String(20))
    part: Mapped[str] = mapped_column(String(16))
    source: Mapped[str | None] = mapped_column(String(500))
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class KindLimit(Base):
    """A limit that the office has set for a kind of case: working days, for cases received on ``since`` or after it.

    One that holds stays for ever, since cases are measured by it; one that never began may be withdrawn and keeps its
    row.
    """

    __tablename__ = "kind_limit"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(4))
    since: Mapped[date]
    days: Mapped[int]
    why: Mapped[str] = mapped_column(String(300))
    set_by: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime]
    withdrawn_by: Mapped[str | None] = mapped_column(String(200))
    withdrawn_at: Mapped[datetime | None]
