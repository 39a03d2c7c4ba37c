"""Who there is: staff and how much they have open, absences with deputies (代理人), the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain.errors import Forbidden
from routing.domain.pagination import Page, page_of
from routing.domain.permissions import Actor, Permission, may, require_team
from routing.store.accounts import queries as account_store
from routing.store.accounts.schema import Absence, Audit, Staff
from routing.store.cases import queries as case_store


def require_admin(actor: Actor) -> None:
    """Let only administrators pass. Raises Forbidden for others."""
    if not actor.may(Permission.ADMINISTER):
        raise Forbidden("這個頁面僅供系統管理人員使用。")


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff and how many open cases they have."""

    row: Staff
    load: int


def staff(session: Session) -> list[Person]:
    """All accounts, closed ones last."""
    rows = sorted(account_store.all_staff(session), key=lambda row: row.disabled_at is not None)
    loads = case_store.loads(session, [row.email for row in rows])
    return [Person(row, loads[row.email]) for row in rows]


@dataclass(frozen=True, slots=True)
class Away:
    """An absence, who is away, and who stands in."""

    row: Absence
    person: str
    deputy: str | None


def absences(session: Session, *, now: datetime) -> list[Away]:
    """Absences that are not over, the earliest first."""
    names = {row.id: row.name for row in account_store.all_staff(session)}
    return [
        Away(absence, person.name, names.get(absence.deputy_id) if absence.deputy_id is not None else None)
        for absence, person in account_store.absences_until_now_or_later(session, local(now).date())
    ]


def audit_trail(session: Session, actor: Actor, *, before_id: int | None, limit: int = 50) -> Page[Audit]:
    """A page of who did what to what, newest first.

    Raises:
        Forbidden: the person is no administrator.
    """
    require_admin(actor)
    found = account_store.audit_page(session, before_id=before_id, limit=limit + 1)
    return page_of(found, limit, lambda row: row.id)


def colleagues(session: Session) -> list[Staff]:
    """People to whom a case can be given, by unit and name."""
    return [person for person in account_store.all_staff(session, active=True) if may(person.role, Permission.DESK)]


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff whose account is in use; ``absent``: away today."""

    row: Staff
    absent: bool


def in_use(session: Session, actor: Actor, *, now: datetime) -> list[Colleague]:
    """Everybody whose account is in use. Raises Forbidden: the person is a partner."""
    require_team(actor)
    absent = account_store.absences_on(session, local(now).date())
    return [Colleague(person, person.id in absent) for person in account_store.all_staff(session, active=True)]


def everybody(session: Session) -> list[Staff]:
    """All accounts, open and closed, for names by e-mail."""
    return account_store.all_staff(session)
