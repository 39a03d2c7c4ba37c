"""Who held a case, for how many days, and who held it when it became late.

The days are those of ``days_used`` (contract §7), shared out: day 1 of a unit or person is the day after they got the
case, up to and including the day on which they gave it away or closed it. So whoever gets a case in its last hours held
it for no day, and the shares of a case add up to its days used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from knowledge.calendar.office_calendar import TAIPEI, Office, OfficeCalendar, local
from routing.domain import clock
from routing.domain.case import Case, Event, Opening, apply, begin

Holder = tuple[str, str | None]
"""A unit and a person (e-mail or name as written), None while it was given to nobody."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A holder, from an instant on."""

    holder: Holder
    since: datetime


def turns(opening: Opening, events: Sequence[Event]) -> tuple[Case, tuple[Turn, ...]]:
    """The case after its events (in the order they happened), and who held it in turn."""
    case = begin(opening)
    found = [Turn((case.unit, case.assignee), opening.received_at)]
    for event in events:
        case = apply(case, event)
        holder = (case.unit, case.assignee)
        if holder != found[-1].holder:
            found.append(Turn(holder, event.at))
    return case, tuple(found)


def days_held(
    case: Case, held: Sequence[Turn], calendar: OfficeCalendar, office: Office | None
) -> list[tuple[Holder, float]]:
    """The days used of a closed case by holder in turn; empty while it is open.

    The half day of a case that used none belongs to whoever closed it.
    """
    if case.closed is None:
        return []
    course = clock.course_of(case, case.closed.start)
    counting = clock.Counting(calendar, office, clock.days_out(course.taken_out))
    first, last = local(course.receipt).date(), local(case.closed.start).date()
    days = [first, *(min(max(local(turn.since).date(), first), last) for turn in held[1:]), last]
    shares = [float(counting.between(start, end)) for start, end in pairwise(days)]
    if not any(shares):
        shares[-1] = clock.HALF_DAY
    return [(turn.holder, share) for turn, share in zip(held, shares, strict=True)]


def held_when_late(held: Sequence[Turn], due_on: date) -> Holder:
    """Who held the case at the end of its due date, when it became late."""
    ended = datetime.combine(due_on + timedelta(days=1), time.min, TAIPEI)
    before = [turn for turn in held if turn.since < ended]
    return (before[-1] if before else held[0]).holder
