"""Accounts are made by administrators, absences with deputies (代理人) entered by supervisors too. All is audited.

Closing accounts is the work of ``leaving``; passwords, sessions and tokens that of ``authentication``.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from routing.domain.errors import Forbidden, Invalid, NotFound
from routing.domain.permissions import Actor, Permission, may
from routing.service.accounts import authentication
from routing.service.accounts.passwords import Hashed
from routing.service.accounts.queries import enters_leave_of, require_admin, require_leave
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.accounts.schema import Absence, Staff

_LONGEST_SOURCE = 500


def add_staff(
    session: Session, office: OfficeContext, actor: Actor, *, email: str, name: str, role: str, unit: str | None,
    agency: str | None, categories: tuple[str, ...], password: Hashed, now: datetime,
) -> None:  # fmt: skip
    """A new account, whose person changes the password at the first sign-in.

    Raises:
        Invalid: a field is missing, unknown or taken. Forbidden: the person is no administrator.
    """
    require_admin(actor)
    checked = authentication.checked_role(office, name=name, role=role, unit=unit, agency=agency)
    authentication.add_staff(
        session, email=email, name=name, role=checked, unit=unit, categories=categories, agency=agency,
        password=password, now=now, by=actor.email or actor.name, first_password=True,
    )  # fmt: skip


def add_absence(
    session: Session, actor: Actor, *, email: str, first: date, last: date, deputy: str | None, now: datetime
) -> None:
    """Days on which a person gets no new cases, and who stands in.

    Raises:
        Invalid: unknown people, the end before the start, days already entered, or a person as their own deputy.
        Forbidden: the person may not enter leave, or not of people of that unit.
    """
    require_leave(actor)
    person = _active(session, email, field="email")
    _require_unit(actor, person)
    stand_in = _active(session, deputy, field="deputy") if deputy else None
    if last < first:
        raise Invalid("請假迄日早於起日。", field="last")
    if stand_in is not None and stand_in.id == person.id:
        raise Invalid("代理人不能是本人。", field="deputy")
    if account_store.overlapping_absence(session, person.id, first, last) is not None:
        raise Invalid("這段期間已登錄過請假。", field="first", code="absence_overlaps")
    session.add(
        Absence(staff_id=person.id, first_day=first, last_day=last, deputy_id=stand_in.id if stand_in else None)
    )
    record_audit(session, actor, "absence.add", person.email, now, first=first.isoformat(), last=last.isoformat())


def _require_unit(actor: Actor, person: Staff) -> None:
    if not enters_leave_of(actor, person):
        raise Forbidden("只能登錄本單位同仁的請假。")


def reset_password(session: Session, actor: Actor, email: str, password: Hashed, *, now: datetime) -> None:
    """Another first password for somebody, who changes it at the next sign-in; sessions and tokens end.

    Raises:
        Invalid: no such active account, or one's own. Forbidden: the person is no administrator.
    """
    require_admin(actor)
    if email.strip().lower() == actor.email:
        raise Invalid("自己的密碼請在「我的登入」變更。", field="email", code="own_account")
    authentication.set_password(session, email, password, now=now, by=actor.email or actor.name)


def _active(session: Session, email: str, *, field: str) -> Staff:
    person = account_store.staff_by_email(session, email)
    if person is None or person.disabled_at is not None or not may(person.role, Permission.DESK):
        raise Invalid("請選擇啟用中的同仁。", field=field, code="unknown_staff")
    return person


def remove_absence(session: Session, actor: Actor, absence_id: int, *, now: datetime) -> None:
    """Take an absence back.

    Raises:
        NotFound: there is none. Forbidden: the person may not enter leave, or not of people of that unit.
    """
    require_leave(actor)
    row = account_store.absence(session, absence_id)
    person = session.get(Staff, row.staff_id) if row is not None else None
    if row is None or person is None:
        raise NotFound("查無這筆請假紀錄。")
    _require_unit(actor, person)
    record_audit(session, actor, "absence.remove", str(row.staff_id), now, first=row.first_day.isoformat())
    session.delete(row)


def record_audit(session: Session, actor: Actor, action: str, subject: str, now: datetime, **detail: object) -> None:
    """Note in the audit trail who did what to whom; ``detail`` never holds what anybody wrote."""
    account_store.audit(session, at=now, actor=actor.email or actor.name, action=action, subject=subject, detail=detail)
