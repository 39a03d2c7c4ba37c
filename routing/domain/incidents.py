"""Reports of one thing (集體事件): which cases are alike enough that an incident is offered for them.

Alike are reports of the same emergency, or of the same category and topic, from one park, whose firms differ and which
came within an hour of each other. A person decides; by itself only what is announced and in force is gathered
(``routing.service.feeds.outages``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WITHIN = timedelta(hours=1)
"""Reports that come within so long belong together."""
OFFERED_FOR = timedelta(hours=8)
"""So long after its newest report an incident is offered."""
ENOUGH_OF_AN_ALERT, ENOUGH = 2, 3
"""So many firms make an incident likely: of an emergency two, of anything else three."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An open case that is in no incident. ``firm`` tells one firm from another, however it is known."""

    number: str
    received_at: datetime
    park: str | None
    category: str
    topic: str | None
    alert: str | None
    firm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An incident that goes on."""

    id: int
    alert: str | None
    parks: tuple[str, ...]
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Cases that are likely one thing. ``incident``: one that goes on, into which they fit; None: a new one."""

    park: str
    alert: str | None
    category: str
    topic: str | None
    numbers: tuple[str, ...]
    firms: int
    first_at: datetime
    last_at: datetime
    incident: int | None = None


_Kind = tuple[str, str | None, str, str | None]


def suggestions(
    reports: Iterable[Report], now: datetime, *, going_on: Sequence[Standing] = ()
) -> tuple[Suggestion, ...]:
    """What is likely one thing, the newest first. ``now`` and the reports' times are aware instants."""
    alike: defaultdict[_Kind, list[Report]] = defaultdict(list)
    for report in reports:
        if report.park is not None and report.received_at <= now:
            # One emergency is told in many ways: its kind alone says that it is the same.
            rest = ("", None) if report.alert else (report.category, report.topic)
            alike[report.park, report.alert, *rest].append(report)
    found = [one for kind, group in alike.items() for one in _of(kind, group, going_on)]
    return tuple(sorted((one for one in found if now - one.last_at <= OFFERED_FOR), key=_newest_first))


def _newest_first(one: Suggestion) -> tuple[float, str]:
    return -one.last_at.timestamp(), one.numbers[0]


def _of(kind: _Kind, group: list[Report], going_on: Sequence[Standing]) -> Iterable[Suggestion]:
    park, alert, _, _ = kind
    incident = next((one for one in going_on if alert and one.alert == alert and park in one.parks), None)
    for run in _runs(sorted(group, key=lambda one: (one.received_at, one.number))):
        firms = len({one.firm for one in run})
        fits = incident if incident is not None and run[-1].received_at >= incident.since - WITHIN else None
        if fits is None and firms < (ENOUGH_OF_AN_ALERT if alert else ENOUGH):
            continue
        yield Suggestion(
            park=park, alert=alert, category=run[-1].category, topic=run[-1].topic, firms=firms,
            numbers=tuple(one.number for one in run), first_at=run[0].received_at, last_at=run[-1].received_at,
            incident=fits.id if fits else None,
        )  # fmt: skip


def _runs(ordered: list[Report]) -> Iterable[list[Report]]:
    """Reports in their order, parted where more than an hour lies between two."""
    run: list[Report] = []
    for report in ordered:
        if run and report.received_at - run[-1].received_at > WITHIN:
            yield run
            run = []
        run.append(report)
    if run:
        yield run
