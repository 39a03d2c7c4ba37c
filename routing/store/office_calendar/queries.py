"""Queries on imported calendar years, closures, and limits that the office has set."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from knowledge.calendar.limits import SetLimit
from knowledge.calendar.official_days import Closure
from routing.store.office_calendar.schema import CalendarYear, ClosureRow, KindLimit

_CHANGED = "office_calendar"


def changed_here(session: Session) -> bool:
    """Whether this transaction has changed the calendar, so that what it reads may yet be rolled back."""
    return bool(session.info.get(_CHANGED))


def imported_years(session: Session) -> list[CalendarYear]:
    """Every imported year, the earliest first."""
    return list(session.scalars(select(CalendarYear).order_by(CalendarYear.year)))


def standing_closures(session: Session, *, but: int | None = None) -> tuple[Closure, ...]:
    """Closures that were not withdrawn, all ``but`` one."""
    query = select(ClosureRow).where(ClosureRow.withdrawn_at.is_(None)).order_by(ClosureRow.id)
    rows = session.scalars(query if but is None else query.where(ClosureRow.id != but))
    return tuple(
        Closure(date=row.day, county=row.county, district=row.district, part=row.part, source=row.source or "")
        for row in rows
    )


def closures(session: Session, *, limit: int = 200, before_id: int | None = None) -> list[ClosureRow]:
    """Closures, withdrawn ones too, the latest day first; ``before_id`` goes on after the last of the page before."""
    query = select(ClosureRow).order_by(ClosureRow.day.desc(), ClosureRow.id.desc())
    if before_id is not None:
        query = query.where(_after(ClosureRow.day, ClosureRow.id, before_id))
    return list(session.scalars(query.limit(limit)))


def _after(day: InstrumentedAttribute[date], row: InstrumentedAttribute[int], last: int) -> ColumnElement[bool]:
    """What comes after a row in a list whose latest day stands first."""
    its = select(day).where(row == last).scalar_subquery()
    return or_(day < its, and_(day == its, row < last))


def find_closures(
    session: Session, *, day: date, county: str | None = None, district: str | None = None
) -> list[ClosureRow]:
    """Standing closures of a day, in a county and district if given."""
    query = select(ClosureRow).where(ClosureRow.day == day, ClosureRow.withdrawn_at.is_(None))
    if county is not None:
        query = query.where(ClosureRow.county == county)
    if district is not None:
        query = query.where(ClosureRow.district == district)
    return list(session.scalars(query))


def put_year(session: Session, *, year: int, csv: str, sha256: str, now: datetime) -> None:
    """Keep an imported year, in place of an earlier import of the same."""
    session.info[_CHANGED] = True
    session.merge(CalendarYear(year=year, csv=csv, sha256=sha256, imported_at=now))


def put_closure(session: Session, row: ClosureRow) -> None:
    """Keep a closure."""
    session.info[_CHANGED] = True
    session.add(row)
    session.flush()


def withdraw(session: Session, row: ClosureRow, *, now: datetime) -> None:
    """Withdraw a closure; its row stays."""
    session.info[_CHANGED] = True
    row.withdrawn_at = now
    session.flush()


def closure(session: Session, closure_id: int) -> ClosureRow | None:
    """One closure, standing or withdrawn."""
    return session.get(ClosureRow, closure_id)


def set_limits(session: Session) -> frozenset[SetLimit]:
    """The limits of kinds that were set here and not withdrawn."""
    query = select(KindLimit.kind, KindLimit.since, KindLimit.days).where(KindLimit.withdrawn_at.is_(None))
    return frozenset(SetLimit(kind, since, days) for kind, since, days in session.execute(query))


def kind_limits(session: Session, *, limit: int, before_id: int | None = None) -> list[KindLimit]:
    """What was set, also what was withdrawn, the latest day first; ``before_id`` as for ``closures``."""
    query = select(KindLimit).order_by(KindLimit.since.desc(), KindLimit.id.desc())
    if before_id is not None:
        query = query.where(_after(KindLimit.since, KindLimit.id, before_id))
    return list(session.scalars(query.limit(limit)))


def coming_limits(session: Session, today: date) -> list[KindLimit]:
    """What was set, was not withdrawn and does not hold yet; the earliest first."""
    query = select(KindLimit).where(KindLimit.withdrawn_at.is_(None), KindLimit.since > today)
    return list(session.scalars(query.order_by(KindLimit.since, KindLimit.id)))


def kind_limit(session: Session, limit_id: int) -> KindLimit | None:
    """One of them, held for writing."""
    return session.get(KindLimit, limit_id, with_for_update=True, populate_existing=True)


def put_limit(session: Session, row: KindLimit) -> None:
    """Keep a limit."""
    session.info[_CHANGED] = True
    session.add(row)
    session.flush()


def withdraw_limit(session: Session, row: KindLimit, *, by: str, now: datetime) -> None:
    """Withdraw a limit that has not begun to hold; its row stays."""
    session.info[_CHANGED] = True
    row.withdrawn_by, row.withdrawn_at = by, now
    session.flush()
