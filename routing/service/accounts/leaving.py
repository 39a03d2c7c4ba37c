"""Closing an account, opening it again and moving it to another unit: open cases of whoever leaves are handed on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from routing.domain.errors import Invalid
from routing.domain.permissions import SYSTEM, Actor, Permission, may
from routing.service.accounts import authentication
from routing.service.accounts.queries import require_admin
from routing.service.cases import assignment, locked_case, notifications, notifying
from routing.service.cases.assignment import BY_RULE
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.accounts.schema import Staff
from routing.store.cases import queries as case_store

MOST_CASES = 500


def disable_staff(
    session: Session, office: OfficeContext, actor: Actor, email: str, *, to: str | None, now: datetime
) -> list[str]:
    """Close an account and hand its open cases on ``to`` a colleague or BY_RULE; says their numbers.

    Raises:
        Invalid: there is no such account, it is the person's own, or it has open cases and nobody was named
            (``open_cases``). Forbidden: the person is no administrator.
    """
    require_admin(actor)
    person = authentication.known(session, email)
    if person.email == actor.email:
        raise Invalid("不能停用自己的帳號；請由另一位系統管理人員操作。", field="email", code="own_account")
    numbers = _to_hand_on(session, person, to)
    authentication.disable_staff(session, person.email, now=now, by=actor.email or actor.name)
    _hand_on(session, office, actor, numbers, to, reason=f"{person.name}帳號停用，移交", now=now)
    return numbers


def close_idle(session: Session, office: OfficeContext, email: str, *, days: int, now: datetime) -> None:
    """The window itself closes an account that was not used for so many days; its open cases go by the rules."""
    person = authentication.known(session, email)
    numbers = case_store.open_numbers_of(session, person.email)
    authentication.disable_staff(session, person.email, now=now, by=SYSTEM.name, detail={"idle_days": days})
    _hand_on(session, office, SYSTEM, numbers, BY_RULE, reason=f"{person.name}帳號閒置停用，移交", now=now)


def change_staff(
    session: Session, office: OfficeContext, actor: Actor, email: str, *, name: str, role: str, unit: str | None,
    agency: str | None, categories: tuple[str, ...], to: str | None, now: datetime, capacity: int | None = None,
) -> list[str]:  # fmt: skip
    """Another name, role, unit, agency, categories or capacity (open cases; None: no bound).

    Who leaves a unit, or cases altogether, hands on what is open. Says the numbers of the cases handed on ``to`` a
    colleague or BY_RULE.

    Raises:
        Invalid: as ``add_staff`` of ``commands``; there is no such account; the role is the person's own; or there are
            open cases and nobody was named (``open_cases``). Forbidden: the person is no administrator.
    """
    require_admin(actor)
    person = authentication.known(session, email)
    if capacity is not None and not 1 <= capacity <= MOST_CASES:
        raise Invalid(f"在辦上限請填 1 至 {MOST_CASES} 件，或留空。", field="capacity")
    checked = authentication.checked_role(office, name=name, role=role, unit=unit, agency=agency)
    if person.email == actor.email and checked.value != person.role:
        raise Invalid("不能變更自己的角色；請由另一位系統管理人員操作。", field="role", code="own_account")
    leaves = person.unit != unit or not may(checked, Permission.DESK)
    numbers = _to_hand_on(session, person, to) if leaves else []
    before = {"role": person.role, "unit": person.unit}
    person.name, person.role, person.unit, person.agency = name.strip(), checked.value, unit, agency
    person.categories, person.capacity = list(categories), capacity
    session.flush()
    detail: dict[str, object] = {
        "role": person.role,
        "unit": unit,
        "before": before,
        "handed": len(numbers),
        "capacity": capacity,
    }
    account_store.audit(
        session, at=now, actor=actor.email or actor.name, action="staff.change", subject=person.email, detail=detail
    )
    _hand_on(session, office, actor, numbers, to, reason=f"{person.name}調整職務，移交", now=now)
    return numbers


def _to_hand_on(session: Session, person: Staff, to: str | None) -> list[str]:
    numbers = case_store.open_numbers_of(session, person.email)
    if numbers and not to:
        raise Invalid(f"{person.name}尚有 {len(numbers)} 件未結案件；請選擇由誰接辦。", field="to", code="open_cases")
    if to == person.email:
        raise Invalid("不能移交給本人。", field="to", code="unknown_assignee")
    return numbers


def _hand_on(
    session: Session, office: OfficeContext, actor: Actor, numbers: list[str], to: str | None, *, reason: str,
    now: datetime,
) -> None:  # fmt: skip
    for number in numbers:
        locked = locked_case.change(session, office, number, actor, now=now)
        # What nobody can take by the rules goes into the unit's queue.
        receiver = assignment.hand_on(locked, None if to == BY_RULE else to, reason=reason)
        if receiver is not None:
            notifying.push(locked, "assigned", notifications.assigned(locked))
        locked_case.audit(locked, "case.assign", to=receiver)


def enable_staff(session: Session, actor: Actor, email: str, *, now: datetime) -> None:
    """Open a closed account again.

    Raises:
        Invalid: there is none, or it is in use. Forbidden: the person is no administrator.
    """
    require_admin(actor)
    authentication.enable_staff(session, email, now=now, by=actor.email or actor.name)
