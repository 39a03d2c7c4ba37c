"""Who there is: staff and how much they have open, absences with deputies (代理人)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain.errors import Forbidden
from routing.domain.permissions import Actor, Permission, may, require_team
from routing.store.accounts import queries as account_store
from routing.store.accounts.schema import Absence, Staff
from routing.store.cases import queries as case_store


def require_admin(actor: Actor) -> None:
    """Let only administrators pass. Raises Forbidden for others."""
    if not actor.may(Permission.ADMINISTER):
        raise Forbidden("這個頁面僅供系統管理人員使用。")


def require_leave(actor: Actor) -> None:
    """Let those pass who enter leave. Raises Forbidden for others."""
    require_team(actor)
    if not actor.may(Permission.ENTER_LEAVE):
        raise Forbidden("請假由單位主管或系統管理人員登錄。")


def enters_leave_of(actor: Actor, person: Staff) -> bool:
    """Administrators enter anybody's leave, a supervisor that of the own unit; one without a unit leads them all."""
    if not actor.may(Permission.ENTER_LEAVE):
        return False
    return actor.may(Permission.ADMINISTER) or actor.unit is None or person.unit == actor.unit


@dataclass(frozen=True, slots=True)
class OnLeave:
    """Somebody is away until a day, included; ``deputy``: the name of whoever stands in, None if nobody does."""

    until: date
    deputy: str | None


def on_leave(session: Session, *, now: datetime) -> dict[str, OnLeave]:
    """Everybody who is away today, by e-mail: what every list of people says beside a name."""
    leaves = account_store.leaves_on(session, local(now).date())
    names = account_store.names(session, [leave.stand_in for leave in leaves.values()])
    return {
        person: OnLeave(leave.until, names.get(leave.stand_in) if leave.stand_in else None)
        for person, leave in leaves.items()
    }


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff, how many open cases they have, and until when they are away, if they are."""

    row: Staff
    load: int
    leave: OnLeave | None


def staff(session: Session, *, now: datetime) -> list[Person]:
    """All accounts, closed ones last."""
    rows = sorted(account_store.all_staff(session), key=lambda row: row.disabled_at is not None)
    loads, away = case_store.loads(session, [row.email for row in rows]), on_leave(session, now=now)
    return [Person(row, loads[row.email], away.get(row.email)) for row in rows]


@dataclass(frozen=True, slots=True)
class Away:
    """An absence, who is away, who stands in, and how many cases of that person are open."""

    row: Absence
    person: str
    email: str
    deputy: str | None
    open_cases: int


def absences(session: Session, actor: Actor, *, now: datetime) -> list[Away]:
    """Absences that are not over, the earliest first, of those whose leave this person enters."""
    names = {row.id: row.name for row in account_store.all_staff(session)}
    found = [
        (absence, person)
        for absence, person in account_store.absences_until_now_or_later(session, local(now).date())
        if enters_leave_of(actor, person)
    ]
    open_cases = case_store.loads(session, {person.email for _, person in found})
    return [
        Away(
            row=absence,
            person=person.name,
            email=person.email,
            deputy=names.get(absence.deputy_id) if absence.deputy_id is not None else None,
            open_cases=open_cases[person.email],
        )
        for absence, person in found
    ]


def may_be_away(session: Session, actor: Actor) -> list[Staff]:
    """People whose leave this person enters."""
    return [person for person in colleagues(session) if enters_leave_of(actor, person)]


def colleagues(session: Session) -> list[Staff]:
    """People to whom a case can be given, by unit and name."""
    return [person for person in account_store.all_staff(session, active=True) if may(person.role, Permission.DESK)]


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff whose account is in use; ``leave``: away today, and until when."""

    row: Staff
    leave: OnLeave | None


def in_use(session: Session, actor: Actor, *, now: datetime) -> list[Colleague]:
    """Everybody whose account is in use. Raises Forbidden: the person is a partner."""
    require_team(actor)
    away = on_leave(session, now=now)
    return [Colleague(person, away.get(person.email)) for person in account_store.all_staff(session, active=True)]


def active(session: Session) -> list[Staff]:
    """Everybody whose account is in use, by unit and name."""
    return account_store.all_staff(session, active=True)


def everybody(session: Session) -> list[Staff]:
    """All accounts, open and closed, for names by e-mail."""
    return account_store.all_staff(session)
