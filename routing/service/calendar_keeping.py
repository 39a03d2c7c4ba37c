"""Keeping the office calendar: published years, stops of work and their withdrawal, and what they move.

Open cases are counted anew whenever the calendar changes; closed ones are measured by their events when a report asks.
"""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import date, datetime

from sqlalchemy.orm import Session

from knowledge.calendar import YearCheck
from knowledge.office_days import (
    COLUMNS,
    WEEKDAYS,
    CalendarError,
    OfficialDay,
    decode_days,
    find_county,
    find_district,
    parse_days,
)
from routing.domain.errors import Invalid, NotFound
from routing.domain.permissions import Actor, Role
from routing.service import administration, redating
from routing.service.context import DeskSource
from routing.store import calendar as store
from routing.store import people

CLI = Actor(name="cli", role=Role.ADMIN)
"""Whoever sits at the server."""


def import_file(
    session: Session, desks: DeskSource, raw: bytes, *, now: datetime, actor: Actor = CLI
) -> tuple[YearCheck, ...]:
    """Take in a published office calendar (行政院人事行政總處); its years replace those known.

    Raises:
        Invalid: the file is refused, with the line or the missing day; nothing is changed then.
    """
    administration.require_admin(actor)
    try:
        days = parse_days(decode_days(raw))
    except CalendarError as error:
        raise Invalid(str(error), code=error.code, field="file") from error
    years = sorted({day.date.year for day in days})
    for year in years:
        text = _written([day for day in days if day.date.year == year])
        store.put_year(session, year=year, csv=text, sha256=hashlib.sha256(text.encode()).hexdigest(), now=now)
        people.audit(session, at=now, actor=_name(actor), action="calendar.import", subject=str(year), detail={})
    session.flush()
    desk = desks.desk(session)
    redating.follow(session, desk, now=now)
    return tuple(desk.calendar.check_year(year) for year in years)


def _written(days: list[OfficialDay]) -> str:
    """One year in the form in which it is published, so that each can be replaced alone."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for day in days:
        writer.writerow((f"{day.date:%Y%m%d}", WEEKDAYS[day.date.weekday()], "2" if day.off else "0", day.note))
    return out.getvalue()


def close(
    session: Session, desks: DeskSource, *, day: date, county: str, district: str | None, part: str, source: str,
    now: datetime, actor: Actor = CLI,
) -> str:  # fmt: skip
    """Enter that work is stopped on a day, for all of it or a part; gives the place's full name.

    Raises:
        Invalid: an unknown county or district, a part that cannot be read, or the same closure stands already.
    """
    desk = desks.desk(session)
    place = administration.close_office(
        session, desk, actor, day=day, county=county, district=district, part=part,
        source=source or None, now=now,
    )  # fmt: skip
    session.flush()
    return place


def reopen(
    session: Session, desks: DeskSource, *, day: date, county: str | None, district: str | None, now: datetime,
    actor: Actor = CLI,
) -> int:  # fmt: skip
    """Withdraw the closures of a day; says how many. Raises NotFound if none stands."""
    named = (find_county(county) or county) if county else None
    place = (find_district(named or "", district) or district) if district else None
    rows = store.find_closures(session, day=day, county=named, district=place)
    if not rows:
        raise NotFound(f"{day} 沒有符合且生效中的停班紀錄。")
    for row in rows:
        administration.withdraw_closure(session, desks.desk(session), actor, row.id, now=now)
    return len(rows)


def _name(actor: Actor) -> str:
    return actor.email or actor.name
