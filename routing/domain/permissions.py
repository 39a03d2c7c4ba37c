"""Who may do what (contract §5): one table of roles and permissions, and the rules on a case that follow from it.

Pages, calls, lists and templates ask for a permission by its name; none of them names a role.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from routing.domain.case import Case
from routing.domain.consultations import Consultation
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


class TokenScope(StrEnum):
    """What a program may do with a token, of what its person may."""

    READ = "read"
    FULL = "full"


class Permission(StrEnum):
    """What a role lets its people do."""

    DESK = "desk"
    """The pages, lists and steps of the service team."""
    UNIT_WORK = "unit_work"
    """Is given cases of the own unit, sees the own ones first, and decides on the unit's knowledge."""
    ALL_CASES = "all_cases"
    """Reads and writes every case, confidential ones too."""
    EXTEND = "extend"
    """Puts an extension in force without asking."""
    DECIDE_EXTENSIONS = "decide_extensions"
    """Decides on extensions that others ask for."""
    APPROVE_ANSWERS = "approve_answers"
    """Approves answers that others have written (陳核)."""
    OFFICER_FIGURES = "officer_figures"
    """Sees figures by person."""
    ALL_KNOWLEDGE = "all_knowledge"
    """Decides on entries, corrections and online services of every unit."""
    DATA_REQUESTS = "data_requests"
    """Decides on requests about personal data (個人資料保護法 §13)."""
    ENTER_LEAVE = "enter_leave"
    """Enters who is away and who stands in: of the own unit, of everybody without one."""
    APPROVE_NOTICES = "approve_notices"
    """Decides on announcements that others wrote, and stops them."""
    ADMINISTER = "administer"
    """Accounts, everybody's absences, calendar, audit trail."""
    ANSWER_QUESTIONS = "answer_questions"
    """Sees and answers what is asked of the own agency, and nothing else."""


_LEAD = frozenset({
    Permission.DESK, Permission.ALL_CASES, Permission.EXTEND, Permission.DECIDE_EXTENSIONS, Permission.APPROVE_ANSWERS,
    Permission.OFFICER_FIGURES, Permission.ALL_KNOWLEDGE, Permission.DATA_REQUESTS, Permission.ENTER_LEAVE,
    Permission.APPROVE_NOTICES,
})  # fmt: skip
PERMISSIONS: Mapping[Role | None, frozenset[Permission]] = {
    Role.OFFICER: frozenset({Permission.DESK, Permission.UNIT_WORK}),
    Role.SUPERVISOR: _LEAD,
    Role.ADMIN: _LEAD | {Permission.ADMINISTER},
    Role.PARTNER: frozenset({Permission.ANSWER_QUESTIONS}),
    None: frozenset({Permission.DESK, Permission.ALL_CASES, Permission.EXTEND}),
}
"""The table. None is the system itself or the firm."""


@dataclass(frozen=True, slots=True)
class SignInRules:
    """The agency's rules: the people of which roles need a second factor, and of which come by single sign-on alone."""

    second_factor: frozenset[Role] = frozenset()
    single_sign_on: frozenset[Role] = frozenset()

    def ask_second_factor(self, role: str | None) -> bool:
        """Whether the people of a role need a second factor."""
        return not self.second_factor.isdisjoint({role})

    def ask_single_sign_on(self, role: str | None) -> bool:
        """Whether a password of the people of a role is not enough, however good."""
        return not self.single_sign_on.isdisjoint({role})


ANY_SIGN_IN = SignInRules()
"""No rules: a password is enough."""


def may(role: str | None, permission: str) -> bool:
    """Whether a role has a permission. Raises ValueError for words that are neither: a slip in a template."""
    return Permission(permission) in PERMISSIONS[Role(role) if role is not None else None]


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """The roles that have a permission."""
    return tuple(role for role in Role if permission in PERMISSIONS[role])


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts. ``role`` None is the system itself or the firm; it never comes from outside.

    ``stands_in_for``: e-mails of those whose deputy (代理人) this person is today; ``stands_in_as``: their roles.
    """

    name: str
    email: str | None = None
    role: Role | None = None
    unit: str | None = None
    agency: str | None = None
    staff_id: int | None = None
    stands_in_for: tuple[str, ...] = ()
    stands_in_as: frozenset[Role] = frozenset()

    @property
    def hands(self) -> tuple[str, ...]:
        """Whose cases are this person's to work on: the own ones, and those of whom they stand in for."""
        return (*((self.email,) if self.email else ()), *self.stands_in_for)

    def may(self, permission: str) -> bool:
        """Whether this person's role has a permission. Raises ValueError for a word that is none."""
        return may(self.role, permission)


SYSTEM = Actor(name="系統")
FIRM = Actor(name="廠商")


def question_to(actor: Actor, case: Case) -> Consultation | None:
    """What this person's agency is asked at this moment; None before, after, and for everybody else."""
    if actor.agency is None or not actor.may(Permission.ANSWER_QUESTIONS):
        return None
    return next((one for one in case.consulting if one.unit is None and one.agency == actor.agency), None)


def may_answer(actor: Actor, case: Case, asked: Consultation) -> bool:
    """Whoever is asked answers: the agency's partners, the unit's officers; who writes the case enters it for them."""
    if actor.may(Permission.ANSWER_QUESTIONS):
        return asked.unit is None and asked.agency is not None and asked.agency == actor.agency
    return may_write(actor, case) or (asked.unit is not None and asked.unit == actor.unit)


def may_see_consultation(actor: Actor, case: Case, asked: Consultation) -> bool:
    """The team sees what it may read, units what is asked of them; partners what is asked of them, until it is over."""
    if actor.may(Permission.ANSWER_QUESTIONS):
        return asked.end is None and may_answer(actor, case, asked)
    return may_read(actor, case) or (asked.unit is not None and asked.unit == actor.unit)


def may_read(actor: Actor, case: Case) -> bool:
    """Officers read all but other units' confidential cases; partners a question to them, until it is answered."""
    if actor.may(Permission.ALL_CASES):
        return True
    if actor.may(Permission.ANSWER_QUESTIONS):
        return question_to(actor, case) is not None
    return not case.confidential or _in_hand(actor, case)


def _in_hand(actor: Actor, case: Case) -> bool:
    return case.unit == actor.unit or (case.assignee is not None and case.assignee in actor.hands)


def may_write(actor: Actor, case: Case) -> bool:
    """Officers write the cases of their unit, given to them, or to somebody whom they stand in for, whatever the unit.

    Leaders write all; partners answer what waits on them.
    """
    if actor.may(Permission.ALL_CASES):
        return True
    if actor.may(Permission.ANSWER_QUESTIONS):
        return question_to(actor, case) is not None
    return _in_hand(actor, case)


def may_add(actor: Actor, case: Case) -> bool:
    """Everybody who writes a case, and whoever entered it: notes and files, also if another unit has it."""
    if may_write(actor, case):
        return True
    entered = actor.email is not None and case.opening.entered_by == actor.email
    return entered and actor.may(Permission.DESK) and may_read(actor, case)


Scope = tuple[str, tuple[str, ...]]
"""A unit, and e-mails."""


def confidential_scope(actor: Actor) -> Scope | None:
    """Which confidential cases a list shows this person: those of a unit or given to one of the e-mails; None: all."""
    if actor.may(Permission.ALL_CASES):
        return None
    return actor.unit or "-", actor.hands


def require_team(actor: Actor) -> None:
    """Raises Forbidden for partners, who only answer what was asked of them."""
    if not actor.may(Permission.DESK):
        raise Forbidden("協力機關帳號僅能查看及回復會辦事項。")
