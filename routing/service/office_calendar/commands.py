"""Keeping the office calendar: published years, stops of work and their withdrawal, and what they move.

Open cases are counted anew whenever the calendar changes; closed ones are measured by their events when a report asks.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import YearCheck
from knowledge.calendar.official_days import (
    CalendarError,
    Closure,
    OfficialDay,
    decode_days,
    find_county,
    find_district,
    parse_days,
    parse_part,
    published,
)
from knowledge.calendar.republic import roc_date
from routing.domain.errors import Invalid, NotFound
from routing.domain.pagination import Page, before_of, page_of
from routing.domain.permissions import Actor, Role
from routing.service.accounts import queries as account_queries
from routing.service.accounts.commands import _LONGEST_SOURCE, record_audit
from routing.service.accounts.queries import require_admin
from routing.service.office_calendar import due_date_refresh
from routing.service.office_calendar.preview import Movement, moved_by
from routing.service.office_context import OfficeContext, OfficeContextProvider
from routing.service.reporting import measuring
from routing.store.accounts import queries as account_store
from routing.store.office_calendar import queries as calendar_store
from routing.store.office_calendar.schema import CalendarYear, ClosureRow


def closures(session: Session, *, limit: int, cursor: str | None) -> Page[ClosureRow]:
    """Closures, withdrawn ones too, the latest day first. Raises Invalid: the cursor is none of ours."""
    rows = calendar_store.closures(session, limit=limit + 1, before_id=before_of(limit, cursor))
    return page_of(rows, limit, lambda row: row.id)


def imported_years(session: Session) -> list[CalendarYear]:
    """Years of the office calendar that were imported here, the earliest first."""
    return calendar_store.imported_years(session)


def close_office(
    session: Session, office: OfficeContext, actor: Actor, *, day: date, county: str, district: str | None, part: str,
    source: str | None, now: datetime,
) -> str:  # fmt: skip
    """Enter that work is stopped on a day, whole or in part (天然災害停止上班及上課作業辦法); gives the place.

    The dates of open cases move with it; closed ones stay as they were measured by the events (trap S4).

    Raises:
        Invalid: an unknown county or district, a year that is not published, a source that is too long, a part that
            cannot be read, or the same closure stands already.
        Forbidden: the person is no administrator.
    """
    row = closure_of(
        session, office, actor, day=day, county=county, district=district, part=part, source=source, now=now
    )
    calendar_store.put_closure(session, row)
    record_audit(session, actor, "calendar.close", day.isoformat(), now, county=row.county, part=part)
    _refresh_due_dates(session, office, since=day, now=now)
    return row.county + (row.district or "")


def closure_of(
    session: Session, office: OfficeContext, actor: Actor, *, day: date, county: str, district: str | None, part: str,
    source: str | None, now: datetime,
) -> ClosureRow:  # fmt: skip
    """The closure that ``close_office`` would enter, checked and not entered. Raises as it does."""
    require_admin(actor)
    known = find_county(county)
    if known is None:
        raise Invalid("請選擇縣市。", field="county")
    place = find_district(known, district) if district else None
    if district and place is None:
        raise Invalid(f"{known}沒有「{district[:40]}」這個鄉鎮市區。", field="district", code="unknown_district")
    if office.calendar.is_provisional(day):
        text = f"{roc_date(day)} 所在年度的辦公日曆尚未公布；請先匯入該年度的辦公日曆，再登錄停班。"
        raise Invalid(text, field="day", code="year_not_published")
    if len(source or "") > _LONGEST_SOURCE:
        raise Invalid(f"公告依據請在 {_LONGEST_SOURCE} 字以內。", field="source", code="too_long")
    try:
        parse_part(part, office.calendar.hours.sessions)
    except CalendarError as error:
        raise Invalid(str(error), field="part") from None
    standing = calendar_store.find_closures(session, day=day, county=known)
    if any(row.district == place and row.part == part for row in standing):
        raise Invalid("同一地區、同一日的停班已登錄。", field="day", code="closure_exists")
    return ClosureRow(day=day, county=known, district=place, part=part, source=source, recorded_at=now)


def preview_closure(
    session: Session, office: OfficeContext, actor: Actor, *, day: date, county: str, district: str | None, part: str,
    source: str | None, now: datetime,
) -> Movement:  # fmt: skip
    """What that closure would move. Raises as ``close_office``."""
    row = closure_of(
        session, office, actor, day=day, county=county, district=district, part=part, source=source, now=now
    )
    closure = Closure(date=row.day, county=row.county, district=row.district, part=row.part)
    changed = office.calendar.with_closures([*office.calendar.closures, closure])
    return moved_by(session, office, changed, since=day, now=now)


def preview_withdrawal(
    session: Session, office: OfficeContext, actor: Actor, closure_id: int, *, now: datetime
) -> tuple[ClosureRow, Movement]:
    """The closure, and what its withdrawal would move. Raises as ``withdraw_closure``."""
    row = _standing(session, actor, closure_id)
    rest = calendar_store.standing_closures(session, but=row.id)
    return row, moved_by(session, office, office.calendar.with_closures(rest), since=row.day, now=now)


def withdraw_closure(session: Session, office: OfficeContext, actor: Actor, closure_id: int, *, now: datetime) -> None:
    """Withdraw a closure; its row stays. Raises NotFound if none stands, Forbidden for others than administrators."""
    row = _standing(session, actor, closure_id)
    _withdraw(session, actor, row, now=now)
    _refresh_due_dates(session, office, since=row.day, now=now)


def _standing(session: Session, actor: Actor, closure_id: int) -> ClosureRow:
    require_admin(actor)
    row = calendar_store.closure(session, closure_id)
    if row is None or row.withdrawn_at is not None:
        raise NotFound("查無生效中的停班紀錄。")
    return row


def _withdraw(session: Session, actor: Actor, row: ClosureRow, *, now: datetime) -> None:
    calendar_store.withdraw(session, row, now=now)
    record_audit(session, actor, "calendar.open", row.day.isoformat(), now, county=row.county, part=row.part)


def _refresh_due_dates(session: Session, office: OfficeContext, *, since: date, now: datetime) -> None:
    """Give every open case the dates, and those that reach the day the measures, that the closures standing make."""
    changed = replace(office, calendar=office.calendar.with_closures(calendar_store.standing_closures(session)))
    due_date_refresh.refresh_due_dates(session, changed, now=now)
    measuring.remeasure(session, changed, since=since)


CLI = Actor(name="cli", role=Role.ADMIN)
"""Whoever sits at the server."""


def import_file(
    session: Session, office_provider: OfficeContextProvider, raw: bytes, *, now: datetime, actor: Actor = CLI
) -> tuple[YearCheck, ...]:
    """Take in a published office calendar (行政院人事行政總處); its years replace those known.

    Raises:
        Invalid: the file is refused, with the line or the missing day; nothing is changed then.
    """
    days = _read(raw, actor)
    years = sorted({day.date.year for day in days})
    for year in years:
        text = published([day for day in days if day.date.year == year])
        calendar_store.put_year(session, year=year, csv=text, sha256=hashlib.sha256(text.encode()).hexdigest(), now=now)
        account_store.audit(session, at=now, actor=_name(actor), action="calendar.import", subject=str(year), detail={})
    session.flush()
    office = office_provider.office(session)
    due_date_refresh.refresh_due_dates(session, office, now=now)
    measuring.remeasure(session, office, since=date(years[0], 1, 1))
    return tuple(office.calendar.check_year(year) for year in years)


def _read(raw: bytes, actor: Actor) -> list[OfficialDay]:
    account_queries.require_admin(actor)
    try:
        return list(parse_days(decode_days(raw)))
    except CalendarError as error:
        raise Invalid(str(error), code=error.code, field="file") from error


def preview_file(
    session: Session, office: OfficeContext, raw: bytes, *, now: datetime, actor: Actor
) -> tuple[tuple[YearCheck, ...], Movement]:
    """The years of a published office calendar, with the days that differ from those known, and what it would move.

    Raises:
        Invalid, Forbidden: as ``import_file``.
    """
    days = _read(raw, actor)
    years = sorted({day.date.year for day in days})
    changed = office.calendar.with_days(published(days))
    checks = tuple(changed.check_year(year, office.calendar) for year in years)
    return checks, moved_by(session, office, changed, since=date(years[0], 1, 1), now=now)


def close(
    session: Session,
    office_provider: OfficeContextProvider,
    *,
    day: date,
    county: str,
    district: str | None,
    part: str,
    source: str,
    now: datetime,
    actor: Actor = CLI,
) -> str:
    """Enter that work is stopped on a day, for all of it or a part; gives the place's full name.

    Raises:
        Invalid: an unknown county or district, a part that cannot be read, or the same closure stands already.
    """
    office = office_provider.office(session)
    place = close_office(
        session, office, actor, day=day, county=county, district=district, part=part,
        source=source or None, now=now,
    )  # fmt: skip
    session.flush()
    return place


def reopen(
    session: Session,
    office_provider: OfficeContextProvider,
    *,
    day: date,
    county: str | None,
    district: str | None,
    now: datetime,
    actor: Actor = CLI,
) -> int:
    """Withdraw the closures of a day; says how many. Open cases are dated once, however many there are.

    Raises:
        NotFound: none stands. Forbidden: the person is no administrator.
    """
    require_admin(actor)
    named = (find_county(county) or county) if county else None
    place = (find_district(named or "", district) or district) if district else None
    rows = calendar_store.find_closures(session, day=day, county=named, district=place)
    if not rows:
        raise NotFound(f"{day} 沒有符合且生效中的停班紀錄。")
    for row in rows:
        _withdraw(session, actor, row, now=now)
    _refresh_due_dates(session, office_provider.office(session), since=day, now=now)
    return len(rows)


def _name(actor: Actor) -> str:
    return actor.email or actor.name
