"""What administrators keep: accounts, absences with deputies (代理人), closures of the office, and the audit trail.

Closing an account goes through ``signing_in``; here stands what the pages need beside it. Everything is audited.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from knowledge.calendar import local
from knowledge.office_days import CalendarError, find_county, find_district, parse_part
from routing.domain.errors import Forbidden, Invalid, NotFound
from routing.domain.permissions import Actor, Role
from routing.service import redating, signing_in
from routing.service.access.passwords import Hashed
from routing.service.context import Desk
from routing.store import calendar, cases, desk_reads, people
from routing.store.schema_desk import Absence, Audit, CalendarYear, Closure, Staff

_LONGEST_SOURCE = 500


def require_admin(actor: Actor) -> None:
    """Let only administrators pass. Raises Forbidden for others."""
    if actor.role is not Role.ADMIN:
        raise Forbidden("這個頁面僅供系統管理人員使用。")


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff and how many open cases they have."""

    row: Staff
    load: int


def staff(session: Session) -> list[Person]:
    """Everybody, closed accounts last."""
    rows = sorted(people.all_staff(session), key=lambda row: row.disabled_at is not None)
    loads = cases.loads(session, [row.email for row in rows])
    return [Person(row, loads[row.email]) for row in rows]


def add_staff(
    session: Session, desk: Desk, actor: Actor, *, email: str, name: str, role: str, unit: str | None,
    agency: str | None, categories: tuple[str, ...], password: Hashed, now: datetime,
) -> None:  # fmt: skip
    """A new account.

    Raises:
        Invalid: a field is missing, unknown or taken. Forbidden: the person is no administrator.
    """
    require_admin(actor)
    if not name.strip():
        raise Invalid("請填寫姓名。", field="name")
    if role not in {known.value for known in Role}:
        raise Invalid("請選擇角色。", field="role")
    if unit is not None and desk.offices.find_unit(unit) is None:
        raise Invalid(f"查無單位「{unit}」。", field="unit")
    if agency is not None and desk.offices.agency(agency) is None:
        raise Invalid("查無這個協力機關。", field="agency")
    signing_in.add_staff(
        session, email=email, name=name, role=Role(role), unit=unit, categories=categories, agency=agency,
        password=password, now=now, by=actor.email or actor.name,
    )  # fmt: skip


def disable_staff(session: Session, actor: Actor, email: str, *, now: datetime) -> None:
    """Close an account.

    Raises:
        Invalid: there is none, or it is the person's own. Forbidden: the person is no administrator.
    """
    require_admin(actor)
    if email == actor.email:
        raise Invalid("不能停用自己的帳號；請由另一位系統管理人員操作。", field="email", code="own_account")
    signing_in.disable_staff(session, email, now=now, by=actor.email or actor.name)


@dataclass(frozen=True, slots=True)
class Away:
    """An absence, who is away, and who stands in."""

    row: Absence
    person: str
    deputy: str | None


def absences(session: Session, *, now: datetime) -> list[Away]:
    """Absences that are not over, the earliest first."""
    names = {row.id: row.name for row in people.all_staff(session)}
    return [
        Away(absence, person.name, names.get(absence.deputy_id) if absence.deputy_id is not None else None)
        for absence, person in desk_reads.absences_until_now_or_later(session, local(now).date())
    ]


def add_absence(
    session: Session, actor: Actor, *, email: str, first: date, last: date, deputy: str | None, now: datetime
) -> None:
    """Days on which a person gets no new cases, and who stands in.

    Raises:
        Invalid: unknown people, the end before the start, days already entered, or a person as their own deputy.
        Forbidden: the person is no administrator.
    """
    require_admin(actor)
    person = _active(session, email, field="email")
    stand_in = _active(session, deputy, field="deputy") if deputy else None
    if last < first:
        raise Invalid("請假迄日早於起日。", field="last")
    if stand_in is not None and stand_in.id == person.id:
        raise Invalid("代理人不能是本人。", field="deputy")
    if desk_reads.overlapping_absence(session, person.id, first, last) is not None:
        raise Invalid("這段期間已登錄過請假。", field="first", code="absence_overlaps")
    session.add(
        Absence(staff_id=person.id, first_day=first, last_day=last, deputy_id=stand_in.id if stand_in else None)
    )
    _audit(session, actor, "absence.add", person.email, now, first=first.isoformat(), last=last.isoformat())


def _active(session: Session, email: str, *, field: str) -> Staff:
    person = people.staff_by_email(session, email)
    if person is None or person.disabled_at is not None or person.role == Role.PARTNER:
        raise Invalid("請選擇啟用中的同仁。", field=field, code="unknown_staff")
    return person


def remove_absence(session: Session, actor: Actor, absence_id: int, *, now: datetime) -> None:
    """Take an absence back. Raises NotFound if there is none, Forbidden if the person is no administrator."""
    require_admin(actor)
    row = desk_reads.absence(session, absence_id)
    if row is None:
        raise NotFound("查無這筆請假紀錄。")
    _audit(session, actor, "absence.remove", str(row.staff_id), now, first=row.first_day.isoformat())
    session.delete(row)


def closures(session: Session) -> list[Closure]:
    """Closures, withdrawn ones too, the latest day first."""
    return calendar.closures(session)


def imported_years(session: Session) -> list[CalendarYear]:
    """Years of the office calendar that were imported here, the earliest first."""
    return calendar.imported_years(session)


def close_office(
    session: Session, desk: Desk, actor: Actor, *, day: date, county: str, district: str | None, part: str,
    source: str | None, now: datetime,
) -> str:  # fmt: skip
    """Enter that work is stopped on a day, whole or in part (天然災害停止上班及上課作業辦法); gives the place.

    The dates of open cases move with it; closed ones stay as they were measured by the events (trap S4).

    Raises:
        Invalid: an unknown county or district, a source that is too long, a part that cannot be read, or the same
            closure stands already.
        Forbidden: the person is no administrator.
    """
    require_admin(actor)
    known = find_county(county)
    if known is None:
        raise Invalid("請選擇縣市。", field="county")
    place = find_district(known, district) if district else None
    if district and place is None:
        raise Invalid(f"{known}沒有「{district[:40]}」這個鄉鎮市區。", field="district", code="unknown_district")
    if len(source or "") > _LONGEST_SOURCE:
        raise Invalid(f"公告依據請在 {_LONGEST_SOURCE} 字以內。", field="source", code="too_long")
    try:
        parse_part(part, desk.calendar.hours.sessions)
    except CalendarError as error:
        raise Invalid(str(error), field="part") from None
    standing = calendar.find_closures(session, day=day, county=known)
    if any(row.district == place and row.part == part for row in standing):
        raise Invalid("同一地區、同一日的停班已登錄。", field="day", code="closure_exists")
    session.add(Closure(day=day, county=known, district=place, part=part, source=source, recorded_at=now))
    _audit(session, actor, "calendar.close", day.isoformat(), now, county=known, part=part)
    session.flush()
    _follow_the_calendar(session, desk, now=now)
    return known + (place or "")


def withdraw_closure(session: Session, desk: Desk, actor: Actor, closure_id: int, *, now: datetime) -> None:
    """Withdraw a closure; its row stays. Raises NotFound if none stands, Forbidden for others than administrators."""
    require_admin(actor)
    row = desk_reads.closure(session, closure_id)
    if row is None or row.withdrawn_at is not None:
        raise NotFound("查無生效中的停班紀錄。")
    row.withdrawn_at = now
    _audit(session, actor, "calendar.open", row.day.isoformat(), now, county=row.county, part=row.part)
    session.flush()
    _follow_the_calendar(session, desk, now=now)


def _follow_the_calendar(session: Session, desk: Desk, *, now: datetime) -> None:
    """Give every open case the dates that the closures standing in this transaction make."""
    changed = replace(desk, calendar=desk.calendar.with_closures(calendar.standing_closures(session)))
    redating.follow(session, changed, now=now)


def audit_trail(session: Session, actor: Actor, *, before_id: int | None, limit: int = 50) -> list[Audit]:
    """Who did what to what, newest first; one more than ``limit`` if there is a next page.

    Raises:
        Forbidden: the person is no administrator.
    """
    require_admin(actor)
    return people.audit_page(session, before_id=before_id, limit=limit + 1)


def _audit(session: Session, actor: Actor, action: str, subject: str, now: datetime, **detail: object) -> None:
    people.audit(session, at=now, actor=actor.email or actor.name, action=action, subject=subject, detail=detail)
