"""Who held a case, for how many days, and who held it when it became late.

The days are those of ``days_used`` (contract §7), shared out: day 1 of a unit or person is the day after they got the
case, up to and including the day on which they gave it away or closed it. So whoever gets a case in its last hours held
it for no day, and the shares of a case add up to its days used.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
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
    return list(zip([turn.holder for turn in held], shares(borders(case, held), counting), strict=True))


def borders(case: Case, held: Sequence[Turn]) -> tuple[date, ...]:
    """The days between which each holder in turn had a closed case: that of receipt first, that of the close last."""
    if case.closed is None:
        raise ValueError(case.opening.number)
    first, last = local(case.receipt).date(), local(case.closed.start).date()
    return first, *(min(max(local(turn.since).date(), first), last) for turn in held[1:]), last


def shares(days: Sequence[date], counting: clock.Counting) -> list[float]:
    """The counted days between each two of these days; half a day for the last where there are none."""
    found = [float(counting.between(start, end)) for start, end in pairwise(days)]
    if not any(found):
        found[-1] = clock.HALF_DAY
    return found


def held_when_late(held: Sequence[Turn], due_on: date) -> Holder:
    """Who held the case at the end of its due date, when it became late."""
    return held[place_when_late(held, due_on)].holder


def place_when_late(held: Sequence[Turn], due_on: date) -> int:
    """Which of the holders had the case at the end of its due date."""
    ended = datetime.combine(due_on + timedelta(days=1), time.min, TAIPEI)
    return max(sum(turn.since < ended for turn in held) - 1, 0)


def written(holders: Sequence[Holder], days: Sequence[float], late: int | None) -> str:
    """Who held a case in turn, for how many days, and which of them when it became late: as it is kept."""
    return _written(tuple(holders), tuple(days), late)


@lru_cache(maxsize=4096)
def _written(holders: tuple[Holder, ...], days: tuple[float, ...], late: int | None) -> str:
    """As ``written``: very many cases were held by the same people for the same days."""
    parts = [[*holder, share] for holder, share in zip(holders, days, strict=True)]
    return json.dumps([late, parts], ensure_ascii=False, separators=(",", ":"))


def unwritten(said: str) -> tuple[int | None, list[tuple[Holder, float]]]:
    """What ``written`` was given."""
    late, parts = json.loads(said)
    return late, [((unit, person), share) for unit, person, share in parts]
