"""Queries on plots, needs and what was sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from routing.domain.land.plots import PlotFilter
from routing.domain.permissions import Scope
from routing.store.cases.schema import Case as CaseRow
from routing.store.land.schema import LandNeed, PlotRow, PlotSent
from routing.store.session import changed


def put(session: Session, plots: Iterable[dict[str, Any]], parks: Collection[str], *, now: datetime) -> tuple[int, int]:
    """The plots of a list, in place of those that the parks had; says how many are new, and how many went."""
    standing = {
        (row.park, row.code): row for row in session.scalars(select(PlotRow).where(PlotRow.park.in_(parks)))
    }  # fmt: skip
    new, kept = 0, set()
    for values in plots:
        key = values["park"], values["code"]
        row = standing.get(key)
        new += row is None or row.gone_at is not None
        if row is None:
            row = PlotRow(park=key[0], code=key[1])
            session.add(row)
        for name, value in values.items():
            setattr(row, name, value)
        row.imported_at, row.gone_at = now, None
        kept.add(key)
    session.flush()
    left = [row.id for key, row in standing.items() if key not in kept and row.gone_at is None]
    gone = changed(session, update(PlotRow).where(PlotRow.id.in_(left)).values(gone_at=now)) if left else 0
    return new, gone


def listed(
    session: Session, wanted: PlotFilter | None = None, *, after_id: int | None = None, limit: int | None = None
) -> list[PlotRow]:
    """The plots that the lists name now, in the order in which they came into them."""
    query = select(PlotRow).where(PlotRow.gone_at.is_(None), *_conditions(wanted or PlotFilter()))
    if after_id is not None:
        query = query.where(PlotRow.id > after_id)
    return list(session.scalars(query.order_by(PlotRow.id).limit(limit)))


def count(session: Session, wanted: PlotFilter) -> int:
    """How many there are."""
    query = select(func.count()).select_from(PlotRow).where(PlotRow.gone_at.is_(None), *_conditions(wanted))
    return session.scalar(query) or 0


def _conditions(wanted: PlotFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in ((PlotRow.park, wanted.park), (PlotRow.form, wanted.form), (PlotRow.offered, wanted.offered)):
        if value is not None:
            found.append(column == value)
    if wanted.least is not None:
        found.append(PlotRow.area >= wanted.least)
    if wanted.most is not None:
        found.append(PlotRow.area <= wanted.most)
    if wanted.as_of_from is not None:
        found.append(PlotRow.as_of >= wanted.as_of_from)
    if wanted.word:
        columns = (PlotRow.code, PlotRow.industry, PlotRow.features)
        found.append(or_(*(column.icontains(wanted.word, autoescape=True) for column in columns)))
    return found


def by_ids(session: Session, ids: Collection[int]) -> dict[int, PlotRow]:
    """Plots by their ids, listed still or not."""
    return {row.id: row for row in session.scalars(select(PlotRow).where(PlotRow.id.in_(ids)))}


def ages(session: Session) -> list[tuple[str, int, date, date, datetime]]:
    """Of each park: how many plots, the oldest and the newest day of its list, and when it was imported."""
    query = select(
        PlotRow.park, func.count(), func.min(PlotRow.as_of), func.max(PlotRow.as_of), func.max(PlotRow.imported_at)
    ).where(PlotRow.gone_at.is_(None))
    return [tuple(row) for row in session.execute(query.group_by(PlotRow.park).order_by(PlotRow.park))]  # type: ignore[misc]


def need(session: Session, case_id: int) -> LandNeed | None:
    """What the firm of a case looks for, if it said anything or was asked."""
    return session.get(LandNeed, case_id)


def put_need(session: Session, case_id: int, plain: dict[str, Any], *, now: datetime, by: str | None) -> None:
    """Keep it."""
    row = session.get(LandNeed, case_id) or LandNeed(case_id=case_id)
    row.need, row.updated_at, row.by = plain, now, by
    session.add(row)
    session.flush()


def open_needs(
    session: Session, scope: Scope | None, *, since: datetime | None = None
) -> list[tuple[CaseRow, LandNeed]]:
    """The cases with a need that are open, or were opened since; confidential ones only as far as they may be seen."""
    query = select(CaseRow, LandNeed).join(LandNeed, LandNeed.case_id == CaseRow.id)
    query = query.where(CaseRow.closed_at.is_(None) if since is None else CaseRow.received_at >= since)
    if scope is not None:
        query = query.where(
            or_(CaseRow.confidential.is_(False), CaseRow.unit == scope[0], CaseRow.assignee.in_(scope[1]))
        )
    return [(row, held) for row, held in session.execute(query.order_by(CaseRow.id).limit(5000))]


def put_sent(session: Session, case_id: int, rows: Iterable[PlotRow], *, now: datetime, by: str | None) -> None:
    """That plots were sent."""
    session.add_all(PlotSent(case_id=case_id, plot_id=row.id, as_of=row.as_of, at=now, by=by) for row in rows)
    session.flush()


def sent(session: Session, case_id: int) -> list[tuple[PlotSent, PlotRow]]:
    """What was sent to the firm of a case, the newest first."""
    query = select(PlotSent, PlotRow).join(PlotRow, PlotRow.id == PlotSent.plot_id).where(PlotSent.case_id == case_id)
    return [(one, row) for one, row in session.execute(query.order_by(PlotSent.id.desc()))]


def oldest_sent(session: Session, case_id: int, at: datetime) -> date | None:
    """The oldest day of a list among what was sent to a case at an instant."""
    query = select(func.min(PlotSent.as_of)).where(PlotSent.case_id == case_id, PlotSent.at == at)
    return session.scalar(query)
