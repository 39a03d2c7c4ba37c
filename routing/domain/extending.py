"""How far a case may be extended, by whom, and to which date; asked before an extension is put in force."""

from __future__ import annotations

from datetime import datetime

from knowledge.calendar.office_calendar import Office, OfficeCalendar, local
from routing.domain import clock
from routing.domain.case import Case, Event, EventKind, Kind, apply
from routing.domain.errors import Forbidden, Invalid, OnestopError, StepNotAllowed
from routing.domain.limits import LIMITS
from routing.domain.permissions import Actor, Permission

MOST_DAYS = 365
"""Of one extension, where no law says less."""


def most_days(case: Case) -> int:
    """The days of an extension at most: of an application its original period (行政程序法 §51 III)."""
    if case.kind is not Kind.APP:
        return MOST_DAYS
    return LIMITS[case.kind].legal_days(local(case.receipt).date())


def check_days(case: Case, days: int) -> None:
    """Raises Invalid: so many days are no extension, or more than the law allows."""
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"展期日數必須在 1 到 {MOST_DAYS} 之間。", field="days")
    if days > most_days(case):
        raise Invalid(_too_long(case), code="extension_too_long", field="days")


def _too_long(case: Case) -> str:
    return f"依法申請案件展期不得逾原處理期間 {most_days(case)} 日（行政程序法第 51 條第 3 項）。"


def used_up(case: Case) -> StepNotAllowed | None:
    """Why this case is not extended any more: an application is extended once (行政程序法 §51 III)."""
    if case.kind is not Kind.APP or not case.extensions:
        return None
    return StepNotAllowed(
        "本案已展期；依法申請案件以展期一次為限（行政程序法第 51 條第 3 項）。", code="extension_once"
    )


def alone(case: Case, actor: Actor) -> bool:
    """Whether this person's own call puts days in force: a leader's, for a case that somebody else works on.

    Who has the case in hand asks as an officer does, so that an extension always takes two.
    """
    return actor.may(Permission.EXTEND) and (case.assignee is None or case.assignee not in actor.hands)


def barred(case: Case, actor: Actor, *, late: bool) -> OnestopError | None:
    """Why this person cannot approve of what was asked for; refusing it is always possible."""
    if late:
        return StepNotAllowed("已逾限辦日期，不能再展期。", code="extension_too_late")
    if (used := used_up(case)) is not None:
        return used
    pending = case.pending_extension
    if pending is None:
        return None
    if pending.days > most_days(case):
        return StepNotAllowed(_too_long(case) + "請退回，由承辦人重新申請。", code="extension_too_long")
    if actor.email is not None and pending.asked_by == actor.email:
        return Forbidden("展期須由申請人以外的主管核定。", code="second_person_needed")
    return None


def extended(case: Case, days: int, calendar: OfficeCalendar, office: Office | None, now: datetime) -> clock.Reading:
    """The clocks of the case if days were put in force now: what an extension would come to."""
    at = now if case.last_at is None else max(now, case.last_at)
    return clock.read(apply(case, Event(at=at, kind=EventKind.EXTENDED, data={"days": days})), calendar, office, now)
