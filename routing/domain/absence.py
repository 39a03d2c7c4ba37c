"""Who is away until when, and who stands in (代理人): what lists, queues and the giving out of cases ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsentDays:
    """Days, both included, on which a person is away, and the deputy named for them."""

    person: str
    first: date
    last: date
    deputy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Somebody is away today: ``until`` is the last day, ``stand_in`` whoever really stands in, if anybody does."""

    until: date
    stand_in: str | None


def leaves_on(today: date, absences: Iterable[AbsentDays], *, at_work: Iterable[str]) -> dict[str, Leave]:
    """Everybody who is away on a day. ``at_work``: people whose accounts are in use.

    Absences that touch are one. A deputy who is away as well passes the work on to their own; a chain that ends at
    nobody, at a closed account or at itself leaves nobody standing in.
    """
    rows = sorted(absences, key=lambda row: (row.person, row.first))
    named = {row.person: row.deputy for row in rows if row.first <= today <= row.last}
    active = set(at_work)
    return {
        person: Leave(until=_until(today, [row for row in rows if row.person == person]),
                      stand_in=_end_of_chain(person, named, active))
        for person in named
    }  # fmt: skip


def _until(today: date, rows: Iterable[AbsentDays]) -> date:
    last = today
    for row in rows:
        if row.first <= last + timedelta(days=1) and row.last >= today:
            last = max(last, row.last)
    return last


def _end_of_chain(person: str, named: Mapping[str, str | None], active: set[str]) -> str | None:
    passed = {person}
    here = named[person]
    while here is not None and here in named and here not in passed:
        passed.add(here)
        here = named[here]
    return here if here is not None and here not in passed and here in active else None
