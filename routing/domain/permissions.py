"""Who may see and change a case (contract §5). One rule, asked by every page, call and list."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from routing.domain.case import Case, Wait
from routing.domain.errors import Forbidden


class Role(StrEnum):
    """What a member of staff is."""

    OFFICER = "officer"
    """承辦人: works on the cases of the own unit."""
    SUPERVISOR = "supervisor"
    """主管: sees and decides everything."""
    ADMIN = "admin"
    """系統管理: as a supervisor, and keeps accounts, calendar and knowledge."""
    PARTNER = "partner"
    """協力機關: sees what is asked of its agency, until it has answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts. ``role`` None is the system itself or the firm; it never comes from outside."""

    name: str
    email: str | None = None
    role: Role | None = None
    unit: str | None = None
    agency: str | None = None
    staff_id: int | None = None

    @property
    def leads(self) -> bool:
        """Whether this person sees and decides everything."""
        return self.role in {Role.SUPERVISOR, Role.ADMIN}


SYSTEM = Actor(name="系統")
FIRM = Actor(name="廠商")


def question_to(actor: Actor, case: Case) -> Wait | None:
    """The wait in which this person's agency is asked at this moment; None before, after, and for everybody else."""
    wait = case.waiting
    if actor.role is not Role.PARTNER or actor.agency is None or wait is None or wait.on != "agency":
        return None
    return wait if wait.agency == actor.agency else None


def may_read(actor: Actor, case: Case) -> bool:
    """Officers read all but other units' confidential cases; partners a question to them, until it is answered."""
    if actor.role is None or actor.leads:
        return True
    if actor.role is Role.PARTNER:
        return question_to(actor, case) is not None
    return not case.confidential or case.unit == actor.unit or case.assignee == actor.email


def may_write(actor: Actor, case: Case) -> bool:
    """Officers write the cases of their unit or given to them; leaders all; partners answer what waits on them."""
    if actor.role is None or actor.leads:
        return True
    if actor.role is Role.PARTNER:
        return question_to(actor, case) is not None
    return case.unit == actor.unit or case.assignee == actor.email


def confidential_scope(actor: Actor) -> tuple[str, str | None] | None:
    """Which confidential cases a list shows this person: those of a unit or given to an e-mail; None: all."""
    if actor.role is None or actor.leads:
        return None
    return actor.unit or "-", actor.email


def require_team(actor: Actor) -> None:
    """Raises Forbidden for partners, who only answer what was asked of them."""
    if actor.role is Role.PARTNER:
        raise Forbidden("協力機關帳號僅能查看及回復會辦事項。")
