"""Closing an account and opening it again: open cases of whoever leaves are handed on, and to whom is asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from routing.domain.errors import Invalid
from routing.domain.permissions import Actor
from routing.service.accounts import authentication
from routing.service.accounts.queries import require_admin
from routing.service.cases import assignment, locked_case, notifications, notifying
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.cases import queries as case_store

BY_RULE = "auto"
"""Handed on to whom the rules of assignment choose, case by case; what nobody can take goes into the unit's queue."""


def disable_staff(
    session: Session, office: OfficeContext, actor: Actor, email: str, *, to: str | None, now: datetime
) -> list[str]:
    """Close an account and hand its open cases on ``to`` a colleague or BY_RULE; says their numbers.

    Raises:
        Invalid: there is no such account, it is the person's own, or it has open cases and nobody was named
            (``open_cases``). Forbidden: the person is no administrator.
    """
    require_admin(actor)
    person = account_store.staff_by_email(session, email)
    if person is None:
        raise Invalid(f"查無帳號：{email}。", field="email", code="unknown_staff")
    if person.email == actor.email:
        raise Invalid("不能停用自己的帳號；請由另一位系統管理人員操作。", field="email", code="own_account")
    numbers = case_store.open_numbers_of(session, person.email)
    if numbers and not to:
        raise Invalid(f"{person.name}尚有 {len(numbers)} 件未結案件；請選擇由誰接辦。", field="to", code="open_cases")
    if to == person.email:
        raise Invalid("不能移交給停用的本人。", field="to", code="unknown_assignee")
    authentication.disable_staff(session, person.email, now=now, by=actor.email or actor.name)
    for number in numbers:
        locked = locked_case.change(session, office, number, actor, now=now)
        receiver = assignment.hand_on(locked, None if to == BY_RULE else to, reason=f"{person.name}帳號停用，移交")
        if receiver is not None:
            notifying.push(locked, "assigned", notifications.assigned(locked))
        locked_case.audit(locked, "case.assign", to=receiver)
    return numbers


def enable_staff(session: Session, actor: Actor, email: str, *, now: datetime) -> None:
    """Open a closed account again.

    Raises:
        Invalid: there is none, or it is in use. Forbidden: the person is no administrator.
    """
    require_admin(actor)
    authentication.enable_staff(session, email, now=now, by=actor.email or actor.name)
