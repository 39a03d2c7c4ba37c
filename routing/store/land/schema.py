"""Tables of land: the plots of the lists that were imported, what firms look for, and what was sent to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id


class PlotRow(Base):
    """A plot of the newest list of its park. ``gone_at``: since when the list names it no more; it was sent before.

    Figures as in ``routing.domain.land.plots.Plot``.
    """

    __tablename__ = "plot"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    park: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(60))
    form: Mapped[str | None] = mapped_column(String(12))
    area: Mapped[float]
    industry: Mapped[str] = mapped_column(String(200), default="")
    power: Mapped[float | None]
    water: Mapped[float | None]
    wastewater: Mapped[float | None]
    available_on: Mapped[date | None]
    rent: Mapped[str] = mapped_column(String(200), default="")
    features: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[str] = mapped_column(String(40), default="")
    offered: Mapped[bool] = mapped_column(default=True)
    as_of: Mapped[date]
    imported_at: Mapped[datetime]
    gone_at: Mapped[datetime | None] = mapped_column(index=True)
    __table_args__ = (UniqueConstraint("park", "code"),)


class LandNeed(Base):
    """What the firm of a case looks for (``routing.domain.land.needs.Need``). ``by``: an officer; None: the firm."""

    __tablename__ = "land_need"
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    need: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
    by: Mapped[str | None] = mapped_column(String(200))


class PlotSent(Base):
    """That a plot was sent to the firm of a case, as its list said it on ``as_of``."""

    __tablename__ = "plot_sent"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    plot_id: Mapped[int] = mapped_column(ForeignKey("plot.id"), index=True)
    as_of: Mapped[date]
    at: Mapped[datetime]
    by: Mapped[str | None] = mapped_column(String(200))
    __table_args__ = (Index("ix_plot_sent_case_id", "case_id", "at"),)
