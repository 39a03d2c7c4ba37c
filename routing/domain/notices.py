"""Kinds of messages to firms, and when each is pushed: a table of data.

What a firm just did is answered free, by reply. A notice that comes of our own account is pushed at once, or parked: it
is handed over with the next free reply, and pushed by itself only where its kind's policy says so. Policies are edited
at the desk (routing.service.messaging.policies); what stands here is what ships.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from knowledge.calendar.office_calendar import TAIPEI, Office, OfficeCalendar, local
from routing.domain.survey import LAPSES

REST = "rest"
"""What of an answer did not fit into its call."""


class When(StrEnum):
    """When a notice is pushed."""

    AT_ONCE = "at_once"
    HOURS = "hours"
    """If it was not handed over within so many hours; outside office hours at the next opening."""
    DAY_END = "day_end"
    """If it was not handed over by the end of the working day."""
    NEVER = "never"
    """With a free reply only."""


MOST_HOURS = 240


@dataclass(frozen=True, slots=True)
class Policy:
    """When a kind is pushed; ``hours`` for HOURS alone. ``holds``: kept back when the month's messages run low."""

    when: When
    hours: int | None = None
    holds: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeKind:
    """A kind of notice, by its reason in the outbox, with the policy that ships.

    ``fixed``: pushed at once whatever is wished, because a clock or a duty hangs on its arrival. ``informs``: whoever
    asked for silence is not sent it. ``overtakes``: parked notices of the same case that say nothing any more once this
    one is sent. ``life``: how long a parked one is worth handing over.
    """

    policy: Policy
    fixed: bool = False
    informs: bool = False
    overtakes: frozenset[str] = frozenset()
    life: timedelta = timedelta(days=30)


_COURSE = frozenset({"assigned", "moved", "waiting_agency", "agency_answered"})
_PUSH, _CAN_WAIT, _PARK = Policy(When.AT_ONCE), Policy(When.AT_ONCE, holds=True), Policy(When.NEVER, holds=True)

KINDS: Mapping[str, NoticeKind] = {
    "replied": NoticeKind(policy=_PUSH, fixed=True, overtakes=_COURSE),
    "waiting_firm": NoticeKind(policy=_PUSH, fixed=True, overtakes=_COURSE),
    "extended": NoticeKind(policy=_PUSH, fixed=True),
    "closed": NoticeKind(policy=_PUSH, fixed=True, overtakes=_COURSE),
    "data_request": NoticeKind(policy=_PUSH, fixed=True),
    "file_sent": NoticeKind(policy=_PUSH),
    "plots": NoticeKind(policy=_PUSH),
    "file_problem": NoticeKind(policy=_CAN_WAIT),
    "code_mail_failed": NoticeKind(policy=_CAN_WAIT),
    "reopened": NoticeKind(policy=_CAN_WAIT),
    "resumed": NoticeKind(policy=_CAN_WAIT, informs=True),
    "kind": NoticeKind(policy=Policy(When.DAY_END, holds=True), informs=True),
    "assigned": NoticeKind(policy=_PARK, informs=True, overtakes=frozenset({"assigned", "moved"})),
    "moved": NoticeKind(policy=_PARK, informs=True, overtakes=frozenset({"assigned", "moved"})),
    "waiting_agency": NoticeKind(
        policy=_PARK, informs=True, overtakes=frozenset({"waiting_agency", "agency_answered"})
    ),
    "agency_answered": NoticeKind(
        policy=_PARK, informs=True, overtakes=frozenset({"waiting_agency", "agency_answered"})
    ),
    "redated": NoticeKind(policy=_PARK, informs=True, overtakes=frozenset({"redated"})),
    "notice_urgent": NoticeKind(policy=_CAN_WAIT),
    "notice": NoticeKind(policy=_PARK, informs=True),
    "survey": NoticeKind(policy=_PARK, informs=True, overtakes=frozenset({"survey"}), life=LAPSES),
    REST: NoticeKind(policy=Policy(When.HOURS, 1, holds=True)),
}
"""By reason. What is not among them is an answer, or is sent at once as it always was."""

INFORMS = frozenset(reason for reason, kind in KINDS.items() if kind.informs)


def push_at(policy: Policy, now: datetime, calendar: OfficeCalendar, office: Office | None) -> datetime | None:
    """When a parked notice is pushed by itself; None: never.

    Nobody is woken by one: it is in office hours or at their end (trap S15).
    """
    if policy.when is When.NEVER:
        return None
    if policy.when is When.AT_ONCE:
        return now
    if policy.when is When.HOURS:
        due = now + timedelta(hours=policy.hours or 0)
        return due if calendar.is_open(due, office) else calendar.next_opening(due, office)
    day = local(now).date()
    end = calendar.hours.sessions[-1][1]
    if not calendar.is_working_day(day, office) or local(now).time() >= end:
        day = calendar.next_working_day(day, office)
    return datetime.combine(day, end, tzinfo=TAIPEI)
