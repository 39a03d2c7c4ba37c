"""The turnaround report over the stored histories, and whether a report of a finished period was revised.

A report of a period that is over must not change. If an event is entered afterwards with an earlier time (or the
calendar is corrected), what is given out then is a revision and says so (contract §8). What was given out last is
kept as a fingerprint of the figures.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain.case import Kind
from routing.domain.errors import Forbidden
from routing.domain.permissions import Actor, Permission, confidential_scope, require_team
from routing.domain.reporting import compared, statistics, totals
from routing.domain.reporting.figures import DISTRIBUTIONS, MARKED, places_of
from routing.domain.reporting.periods import Period
from routing.domain.reporting.statistics import GroupBy, Report, Wanted
from routing.service.office_context import OfficeContext
from routing.service.reporting import measuring
from routing.store.reporting import queries as store
from routing.store.reporting import spells as spell_store


def check_split(actor: Actor, by: str | None) -> None:
    """Who may see figures: the team; split by person only those who lead it.

    Raises:
        Forbidden: the person is a partner, or an officer who asks for figures of colleagues.
    """
    require_team(actor)
    if by == "officer" and not actor.may(Permission.OFFICER_FIGURES):
        raise Forbidden("承辦人別的統計僅供主管查看。")


RULES_VERSION = "2026-11"
"""Goes up when the way of counting changes; printed with every report."""
LEAST_CASES = 5
"""A group with fewer cases tells of each of them."""
_OF_TIME = frozenset({GroupBy.MONTH, GroupBy.WEEK})
_NOT_FIGURES = ("rules", "calendar", "reclassified", "bands")
"""What tells no two reports apart. Changed kinds and bands of days move other figures too, and reports given out before
had none."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A report as it is given out: how often it was revised before, and whether that is yet to be written down."""

    report: Report
    revision: int
    marks: tuple[tuple[str, str], ...]
    """Keys and fingerprints that are to be kept: of the whole, and of the split; none while the period is not
    over, so that the report may still change."""
    recorded: bool
    left_out: int = 0
    """Groups that this person is not shown, since they would tell of a confidential case."""

    def as_json(self) -> dict[str, Any]:
        """The report of contract §8 with its revision."""
        more = {"groups_left_out": self.left_out} if self.left_out else {}
        return {**self.report.as_json(), "revision": self.revision, "revised": self.revision > 0, **more}


def beside(issued: Issued, base: Issued | None) -> dict[str, Any]:
    """The report as programs read it; with that of a base year, under ``base``, and by how much each figure moved."""
    if base is None:
        return issued.as_json()
    left_out = {"groups_left_out": base.left_out} if base.left_out else {}
    moved = [one.as_json() for one in compared.moved(issued.report, base.report)]
    return {**issued.as_json(), "base": {**base.report.as_json(), **left_out, "moved": moved}}


def make(
    session: Session,
    office: OfficeContext,
    *,
    start: date,
    end: date,
    kind: str = Kind.ENQ,
    by: str | None = None,
    now: datetime,
) -> Issued:
    """Count and measure; only reads. Callers that may write pass the result to ``record``.

    Raises:
        Invalid: an impossible period. OnestopError: the events do not add up (``report_unbalanced``).
    """
    wanted = Wanted(period=Period(start, end), kind=kind, by=GroupBy(by) if by is not None else None)
    return make_all(session, office, [wanted], now=now)[0]


def make_all(session: Session, office: OfficeContext, wanted: Sequence[Wanted], *, now: datetime) -> tuple[Issued, ...]:
    """Several reports out of one reading of what is kept, in the order of ``wanted``; else as ``make``.

    The first is given out; the others are shown beside it, and nothing is kept of them.
    While cases are yet to be measured the histories are folded: slower, and the same figures.
    """
    today = local(now).date()
    first, *more = _counted(session, office, wanted, today) or _folded(session, office, wanted, today)
    return (_issued(session, first, now), *(Issued(one, 0, (), recorded=True) for one in more))


def _counted(
    session: Session, office: OfficeContext, wanted: Sequence[Wanted], today: date
) -> tuple[Report, ...] | None:
    if not measuring.figures_hold(session, office):
        return None
    blocks = spell_store.read(session, totals.blocks_of(wanted))
    if not measuring.figures_hold(session, office):
        return None
    return totals.Counter(blocks, office.calendar.version, RULES_VERSION, today).reports(wanted)


def _folded(session: Session, office: OfficeContext, wanted: Sequence[Wanted], today: date) -> tuple[Report, ...]:
    histories = store.histories(
        session,
        received_before=max(one.period.ends_at for one in wanted),
        open_after=min(one.period.begins_at for one in wanted),
    )
    return statistics.reports(
        histories,
        wanted,
        calendar=office.calendar,
        offices=office.offices,
        rules_version=RULES_VERSION,
        today=today,
    )


def _issued(session: Session, made: Report, now: datetime) -> Issued:
    """A revision is known whatever the split: the whole has a mark of its own, and each split that was given out."""
    period = made.period
    if now < period.ends_at:
        return Issued(made, 0, (), recorded=True)
    key = f"{period.start}|{period.end}|{made.kind}|"
    marks = {key: _fingerprint(_whole(made))}
    if made.by is not None:
        marks[f"{key}{made.by}"] = _fingerprint(made)
    revision, recorded = 0, True
    for name, fingerprint in marks.items():
        last = store.issued(session, name)
        same = last is not None and last.fingerprint == fingerprint
        recorded = recorded and same
        if last is not None:
            revision = max(revision, last.revision if same else last.revision + 1)
    return Issued(made, revision, tuple(marks.items()), recorded=recorded)


def _whole(made: Report) -> Report:
    parts = {kind: replace(part, by=None, groups=()) for kind, part in made.by_kind.items()}
    return replace(made, by=None, groups=(), by_kind=parts)


def report(
    session: Session,
    office: OfficeContext,
    *,
    start: date,
    end: date,
    kind: str = Kind.ENQ,
    by: str | None = None,
    now: datetime,
) -> dict[str, Any]:
    """The report as JSON; only reads."""
    return make(session, office, start=start, end=end, kind=kind, by=by, now=now).as_json()


def record(session: Session, issued: Issued, *, now: datetime) -> None:
    """Keep what was given out; the same figures again change nothing."""
    if not issued.recorded:
        for key, fingerprint in issued.marks:
            store.issue(session, key, fingerprint, now=now)


def for_person(session: Session, actor: Actor, issued: Issued) -> Issued:
    """The report as this person may read it: without small groups that hold a confidential case hidden from them.

    A group of one says of that case what it is about and where. Totals and larger groups count it as they count all.
    """
    report, scope = issued.report, confidential_scope(actor)
    if scope is None or report.by is None or report.by in _OF_TIME:
        return issued
    hidden = store.hidden_cases(session, seen_by=scope)
    if not hidden:
        return issued
    covered = _covered(report, hidden)
    parts = {kind: _covered(part, hidden) for kind, part in report.by_kind.items()}
    left_out = len(report.groups) - len(covered.groups)
    left_out += sum(len(report.by_kind[kind].groups) - len(part.groups) for kind, part in parts.items())
    return replace(issued, report=replace(covered, by_kind=parts), left_out=left_out)


def _covered(report: Report, hidden: Mapping[int, str]) -> Report:
    """Without groups of few cases with a hidden one; a single one could be read off the total, so another goes too."""
    sizes = {group.key: group.figures.size for group in report.groups}
    few = (group for group in report.groups if sizes[group.key] < LEAST_CASES)
    small = groups_to_hide(sizes, {group.key for group in few if group.figures.holds(hidden)})
    return replace(report, groups=tuple(group for group in report.groups if group.key not in small))


def groups_to_hide(sizes: Mapping[str | None, int], holding: AbstractSet[str | None]) -> set[str | None]:
    """Groups that would tell of a hidden case: small ones that hold one, and another if that is a single one.

    Args:
        sizes: how many cases each group has, by key.
        holding: keys of groups with a hidden case.
    """
    small = {key for key in holding if sizes[key] < LEAST_CASES}
    others = sorted((key for key in sizes if key not in small), key=lambda key: (sizes[key], key or ""))
    if len(small) == 1:
        small.update(others[:1])
    return small


@dataclass(frozen=True, slots=True)
class Behind:
    """Cases behind a figure: how often they count, how many they are, and one page of them with what each adds.

    ``skip``: how many stand before the page. ``marks``: what is read off a case of the page (``figures.MARKED``).
    """

    times: int
    cases: int
    numbers: tuple[str, ...]
    values: Mapping[str, float]
    skip: int = 0
    marks: Mapping[str, Sequence[str]] = field(default_factory=dict)


def page_around(part: str | None, n: int, skip: int, limit: int | None) -> int:
    """How many of ``n`` values stand before the page that a part of their distribution is read off; else ``skip``."""
    places = places_of(part, n) if part is not None else ()
    return places[0] // limit * limit if places and limit else skip


def marks(n: int, skip: int, count: int) -> dict[int, list[str]]:
    """What is read off which of ``n`` values, by its place among the ``count`` that stand after ``skip`` of them."""
    found: dict[int, list[str]] = {}
    for part in MARKED:
        for place in places_of(part, n):
            if skip <= place < skip + count:
                found.setdefault(place - skip, []).append(part)
    return found


def cases_behind(
    session: Session, issued: Issued, figure: str, *, group: str | None = None, grouped: bool = False, skip: int = 0,
    limit: int | None = None, part: str | None = None,
) -> Behind:  # fmt: skip
    """The cases behind a figure, of the whole report or (``grouped``) of one of its groups, each once.

    ``part`` of a distribution: the page on which it is read off, instead of that after ``skip`` cases.
    """
    figures = issued.report.figures_of(group) if grouped else issued.report.figures
    if figures is None:
        return Behind(0, 0, (), {})
    found, spread = figures.listed(figure), figure in DISTRIBUTIONS
    count = len(found.cases)
    skip = page_around(part, count, skip, limit) if spread else skip
    page, added = found.cut(skip, limit)
    names = spell_store.numbers_of(session, [one for one in page if isinstance(one, int)])
    numbers = tuple(one if isinstance(one, str) else names[one] for one in page)
    read_off = marks(count, skip, len(page)) if spread else {}
    return Behind(
        found.times, count, numbers, dict(zip(numbers, added, strict=False)), skip,
        {numbers[place]: parts for place, parts in read_off.items()},
    )  # fmt: skip


def _fingerprint(made: Report) -> str:
    return hashlib.sha256(json.dumps(_figures(made.as_json()), sort_keys=True).encode()).hexdigest()


def _figures(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _figures(child) for name, child in value.items() if name not in _NOT_FIGURES}
    return [_figures(child) for child in value] if isinstance(value, list) else value
