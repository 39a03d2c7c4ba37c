"""What staff are reminded of, when, and whom: pure, so that a table of cases and instants says all of it.

Nobody is reminded outside the hours of the case's office (trap S15). Each thing is said once to each person: ``key``
names it, and the database keeps one row a person and key, however many workers look. What has stood for longer than
``STALE`` working days is in the lists and the daily digest, and is not told anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from knowledge.calendar.office_calendar import TAIPEI, Office, OfficeCalendar, local
from routing.domain.absence import Leave
from routing.domain.case import Kind, Status


class Cause(StrEnum):
    """Why somebody is reminded."""

    BEFORE = "before"
    """The promised day comes near."""
    DUE = "due"
    """It is today."""
    LATE = "late"
    """It has passed: for those who lead the unit."""
    CALL = "call"
    """A firm is to be called, and the hours that suit it have come."""
    CONSULTATION = "consultation"
    """An answer was expected from an agency or a unit, and has not come."""
    SNOOZE = "snooze"
    """Put off until today (暫緩)."""
    UNASSIGNED = "unassigned"
    """Nobody has it: its unit is away or full (trap A4). For those who lead."""
    MENTION = "mention"
    """A colleague has named them in a note."""
    DIGEST = "digest"
    """What the day begins with."""
    WEEK = "week"
    """What the week may bring, for those who lead."""


SAID: Mapping[Cause, str] = {
    Cause.BEFORE: "即將到期", Cause.DUE: "今日到期", Cause.LATE: "已逾限，請督導", Cause.CALL: "請回電給廠商",
    Cause.CONSULTATION: "會辦逾預定回復日", Cause.SNOOZE: "暫緩屆日，請續辦",
    Cause.UNASSIGNED: "待分案已逾一小時", Cause.MENTION: "同仁在註記中提及您", Cause.DIGEST: "每日摘要",
    Cause.WEEK: "本週展望",
}  # fmt: skip
"""In the words of the desk, for pages, mails and messages alike."""
DAYS_BEFORE: Mapping[str, tuple[int, ...]] = {Kind.ENQ: (1,), Kind.PET: (1, 5), Kind.APP: (1, 5)}
"""Working days before the promised day on which its officer is told, by kind of case."""
STALE = 5
"""Working days after which something that was not said is not told any more."""
CALL_AFTER = timedelta(hours=1)
"""Office time after which a call without hours of its own is reminded of; half of it within the hours that suit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What of a case decides on reminders. ``expected``: open consultations, by their number in the case.

    ``joint``: those of them that are of one question about many cases (合併會辦), with that question's row.
    """

    number: str
    kind: str
    status: str
    unit: str
    assignee: str | None
    received_at: datetime | None = None
    promised_on: date | None = None
    snoozed_until: date | None = None
    call_asked_at: datetime | None = None
    call_when: str | None = None
    expected: tuple[tuple[int, date], ...] = ()
    joint: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something to be said now. ``on``: the day that it is about; ``leads``: to those who lead the unit.

    ``shared``: the same in other cases, and said once to each person however many of them they have.
    """

    cause: Cause
    on: date
    key: str
    leads: bool = False
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may be reminded. ``leads``: leads the own unit, or every unit if it has none."""

    email: str
    unit: str | None = None
    leads: bool = False


def due_now(case: Standing, calendar: OfficeCalendar, office: Office | None, now: datetime) -> list[Due]:
    """What is to be said of a case at an instant, whether or not it has been said; nothing while the office is shut."""
    if not calendar.is_open(now, office):
        return []
    found = [
        *_dates(case, calendar, office, local(now).date()), *_calls(case, calendar, office, now),
        *_unassigned(case, calendar, office, now),
    ]  # fmt: skip
    return [one if one.shared else replace(one, key=f"{case.number} {one.key}") for one in found]


def _dates(case: Standing, calendar: OfficeCalendar, office: Office | None, today: date) -> Iterable[Due]:
    if case.status == Status.CLOSED:
        return
    if case.promised_on is not None and case.status != Status.WAITING_FIRM:
        yield from _promised(case.kind, case.promised_on, calendar, office, today)
    for no, expected in case.expected:
        if calendar.roll(expected, office) <= today and _fresh(expected, today, calendar, office):
            joint = case.joint.get(no)
            which = f"{no}" if joint is None else f"joint {joint}"
            key = f"{Cause.CONSULTATION} {which} {expected}"
            yield Due(cause=Cause.CONSULTATION, on=expected, key=key, shared=joint is not None)
    if case.snoozed_until is not None and calendar.roll(case.snoozed_until, office) == today:
        yield Due(cause=Cause.SNOOZE, on=case.snoozed_until, key=f"{Cause.SNOOZE} {case.snoozed_until}")


def _promised(
    kind: str, day: date, calendar: OfficeCalendar, office: Office | None, today: date
) -> Iterable[Due]:  # fmt: skip
    if day == today:
        yield Due(cause=Cause.DUE, on=day, key=f"{Cause.DUE} {day}")
    elif day < today:
        if _fresh(day, today, calendar, office):
            yield Due(cause=Cause.LATE, on=day, key=f"{Cause.LATE} {day}", leads=True)
    else:
        left = calendar.working_days_between(today, day, office)
        reached = [days for days in DAYS_BEFORE.get(kind, (1,)) if left <= days]
        if reached:
            yield Due(cause=Cause.BEFORE, on=day, key=f"{Cause.BEFORE} {day} {min(reached)}")


def _fresh(day: date, today: date, calendar: OfficeCalendar, office: Office | None) -> bool:
    return calendar.working_days_between(day, today, office) <= STALE


def _unassigned(case: Standing, calendar: OfficeCalendar, office: Office | None, now: datetime) -> Iterable[Due]:
    if case.assignee is not None or case.received_at is None or case.status == Status.CLOSED:
        return
    day = local(case.received_at).date()
    if calendar.add_business_time(case.received_at, CALL_AFTER, office) <= now and _fresh(
        day, local(now).date(), calendar, office
    ):
        yield Due(cause=Cause.UNASSIGNED, on=day, key=Cause.UNASSIGNED.value, leads=True)


def _calls(case: Standing, calendar: OfficeCalendar, office: Office | None, now: datetime) -> Iterable[Due]:
    """A wish for a call outlives the close of its case."""
    if case.call_asked_at is None:
        return
    at = call_at(case.call_asked_at, case.call_when, calendar, office)
    day = local(at).date()
    if at <= now and _fresh(day, local(now).date(), calendar, office):
        yield Due(cause=Cause.CALL, on=day, key=f"{Cause.CALL} {local(case.call_asked_at):%Y-%m-%dT%H:%M:%S}")


def call_at(asked: datetime, when: str | None, calendar: OfficeCalendar, office: Office | None) -> datetime:
    """When an officer is reminded of a call: as the hours that suit begin; else an hour of office time after the wish.

    Asked for within those hours, it is reminded of half an hour later, or as they end.
    """
    if when not in {"morning", "afternoon"}:
        return calendar.add_business_time(asked, CALL_AFTER, office)
    begin, end = calendar.hours.sessions[0 if when == "morning" else -1]
    day = local(asked).date()
    if not calendar.is_working_day(day, office) or local(asked).time() >= end:
        day = calendar.next_working_day(day, office)
    opens = datetime.combine(day, begin, TAIPEI)
    if asked <= opens:
        return calendar.next_opening(opens, office)
    last = datetime.combine(day, end, TAIPEI) - timedelta(minutes=1)
    return calendar.next_opening(min(asked + CALL_AFTER / 2, last), office)


def hearers(
    due: Due, case: Standing, people: Mapping[str, Person], leaves: Mapping[str, Leave]
) -> list[str]:  # fmt: skip
    """Whom it is said to, by e-mail: the officer, the deputy (代理人) while away; those who lead where nobody else is.

    Args:
        due: what is said.
        case: of which.
        people: everybody at the desk whose account is in use, by e-mail.
        leaves: who is away today, and who stands in.
    """
    own = None if due.leads or case.assignee is None else at_work(case.assignee, people, leaves)
    return [own] if own is not None else leading(case.unit, people, leaves)


def at_work(email: str, people: Collection[str], leaves: Mapping[str, Leave]) -> str | None:
    """The person, or whoever stands in while they are away; None if nobody does, or the account is closed."""
    there = leaves[email].stand_in if email in leaves else email
    return there if there is not None and there in people else None


def leading(unit: str, people: Mapping[str, Person], leaves: Mapping[str, Leave]) -> list[str]:
    """Those who lead a unit and are at work, or stand in for them; where a unit has none, those who lead all."""
    leaders = [one for one in people.values() if one.leads]
    of_unit = [one for one in leaders if one.unit == unit] or [one for one in leaders if one.unit is None]
    found = (at_work(one.email, people, leaves) for one in of_unit)
    return list(dict.fromkeys(email for email in found if email is not None))
