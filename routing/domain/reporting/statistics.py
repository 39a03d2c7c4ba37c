"""The turnaround report (contract §8): what came, what went, how long it took, and what is overdue.

A report is a function of the events up to the end of its period. Each history is cut there and folded, so that a
report made years later says the same; pages, API, command line and files all print this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import Any

from knowledge.calendar.office_calendar import OfficeCalendar
from knowledge.offices.directory import Offices
from routing.domain.case import Case, Kind
from routing.domain.errors import Invalid
from routing.domain.reporting.figures import FigureSet, Tally
from routing.domain.reporting.history import CaseHistory
from routing.domain.reporting.measures import Measured, MetricContext, Timeline
from routing.domain.reporting.periods import Period, months, weeks

ALL = "all"
"""Every kind side by side."""

MOST_PERIODS = 600
"""More months or weeks than this in one report are a slip."""


class GroupBy(StrEnum):
    """What a report can be split by. A case counts in the group that it belongs to at the end of the period."""

    CATEGORY = "category"
    TOPIC = "topic"
    UNIT = "unit"
    OFFICER = "officer"
    PARK = "park"
    CHANNEL = "channel"
    LANGUAGE = "language"
    """The language in which the case was opened."""
    AGENCY = "agency"
    """The agency that was asked last; none for a case about which no agency was asked."""
    MONTH = "month"
    WEEK = "week"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a report is asked for: days, a kind (or ``all``) and how to split, if at all."""

    period: Period
    kind: Kind | str = Kind.ENQ
    by: GroupBy | None = None

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds that are counted."""
        return frozenset(Kind) if self.kind == ALL else frozenset({Kind(self.kind)})


@dataclass(frozen=True, slots=True)
class Group:
    """One group of a report. ``key`` None gathers the cases that have no such thing (no topic, no officer, …)."""

    key: str | None
    figures: FigureSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report on one kind, or on ``all`` kinds with one report per kind beside the common counts."""

    period: Period
    kind: str
    by: GroupBy | None
    rules: str
    calendar: str
    figures: FigureSet
    groups: tuple[Group, ...]
    by_kind: Mapping[Kind, Report]

    def as_json(self) -> dict[str, Any]:
        """The object of the contract. ``groups`` is always there and empty unless the report is split."""
        mixed = self.kind == ALL
        return {
            "from": self.period.start.isoformat(),
            "to": self.period.end.isoformat(),
            "kind": self.kind,
            "rules": self.rules,
            "calendar": self.calendar,
            **_json(self.figures, mixed=mixed),
            **({"by_kind": {kind.value: part.as_json() for kind, part in self.by_kind.items()}} if mixed else {}),
            "groups": [{"key": group.key, **_json(group.figures, mixed=mixed)} for group in self.groups],
        }

    def figures_of(self, key: str | None) -> FigureSet | None:
        """The figures of one group, None if it has no case in the period."""
        return next((group.figures for group in self.groups if group.key == key), None)


def _json(figures: FigureSet, *, mixed: bool) -> dict[str, Any]:
    return figures.counts_json() if mixed else figures.as_json()


def report(
    histories: Iterable[CaseHistory],
    *,
    start: date,
    end: date,
    kind: Kind | str = Kind.ENQ,
    by: GroupBy | None = None,
    calendar: OfficeCalendar,
    offices: Offices,
    rules_version: str,
    today: date = date.max,
) -> Report:
    """One report; see ``reports``.

    Args:
        histories: all cases, in any order; they are read once and may be streamed.
        start: first Taipei day of the period.
        end: last Taipei day of the period.
        kind: the kind that a case has at the end of the period, or ``all``.
        by: how to split, if at all.
        calendar: working days and closures.
        offices: the units and where they sit, which decides the closures that a case feels.
        rules_version: the version of the counting rules, printed with the figures.
        today: the day on which is asked, of a period that is not over.

    Raises:
        Invalid: an impossible period or too many groups.
        OnestopError: ``report_unbalanced``; the events do not add up and nothing is printed.
    """
    wanted = Wanted(period=Period(start, end), kind=kind, by=by)
    made = reports(histories, [wanted], calendar=calendar, offices=offices, rules_version=rules_version, today=today)
    return made[0]


def reports(
    histories: Iterable[CaseHistory],
    wanted: Sequence[Wanted],
    *,
    calendar: OfficeCalendar,
    offices: Offices,
    rules_version: str,
    today: date = date.max,
) -> tuple[Report, ...]:
    """Count and measure every case in one pass for several reports, which come in the order of ``wanted``.

    Raises:
        Invalid: too many groups.
        OnestopError: ``report_unbalanced``; the events do not add up and nothing is printed.
    """
    counts = [_Count.of(one) for one in wanted]
    kinds = frozenset[Kind]().union(*(one.kinds for one in wanted))
    metric_context = MetricContext(wanted=kinds, calendar=calendar, offices=offices, today=today)
    for history in histories:
        if metric_context.concerns(history):
            timeline = Timeline(history, metric_context)
            for count in counts:
                count.add(timeline)
    return tuple(count.report(calendar.version, rules_version) for count in counts)


@dataclass(frozen=True, slots=True)
class _Count:
    """One report under way."""

    wanted: Wanted
    spans: tuple[tuple[str, Period], ...]
    boards: Mapping[str, _Board]

    @classmethod
    def of(cls, wanted: Wanted) -> _Count:
        spans = spans_of(wanted)
        return cls(wanted, spans, {one: _Board.of(spans) for one in (wanted.kind, *wanted.kinds)})

    def add(self, timeline: Timeline) -> None:
        key_of = _KEYS.get(self.wanted.by) if self.wanted.by is not None else None
        measured = timeline.measure(self.wanted.period)
        if measured is not None:
            for board in _boards_for(measured, self.boards):
                board.total.add(measured)
                if key_of is not None:
                    board.group(key_of(measured.case)).add(measured)
        for key, part in timeline.over(self.spans):
            for board in _boards_for(part, self.boards):
                board.group(key).add(part)
        self._add_reclassified(timeline, key_of)

    def _add_reclassified(self, timeline: Timeline, key_of: Callable[[Case], str | None] | None) -> None:
        for way, case, board in self._moves(timeline, self.wanted.period):
            board.total.moved[way].append(case.opening.number)
            if key_of is not None:
                board.group(key_of(case)).moved[way].append(case.opening.number)
        for key, span in self.spans:
            for way, case, board in self._moves(timeline, span):
                board.group(key).moved[way].append(case.opening.number)

    def _moves(self, timeline: Timeline, period: Period) -> Iterator[tuple[str, Case, _Board]]:
        found = timeline.reclassified(period)
        if found is not None:
            before, case = found
            for way, kind in (("in", case.kind), ("out", before)):
                yield from ((way, case, self.boards[name]) for name in (ALL, kind) if name in self.boards)

    def report(self, calendar: str, rules: str) -> Report:
        kind = self.wanted.kind
        parts = {one: self._part(one, calendar, rules, {}) for one in Kind} if kind == ALL else {}
        return self._part(kind, calendar, rules, parts)

    def _part(self, kind: Kind | str, calendar: str, rules: str, by_kind: Mapping[Kind, Report]) -> Report:
        board = self.boards[kind]
        return Report(
            period=self.wanted.period,
            kind=str(kind),
            by=self.wanted.by,
            rules=rules,
            calendar=calendar,
            figures=board.total.figures(),
            groups=board.made(),
            by_kind=by_kind,
        )


def spans_of(wanted: Wanted) -> tuple[tuple[str, Period], ...]:
    """The months or weeks of a report that is split by them; none for any other.

    Raises:
        Invalid: there are too many.
    """
    split = {GroupBy.MONTH: months, GroupBy.WEEK: weeks}.get(wanted.by) if wanted.by is not None else None
    if split is None:
        return ()
    spans = tuple(islice(split(wanted.period), MOST_PERIODS + 1))
    if len(spans) > MOST_PERIODS:
        raise Invalid(f"統計期間過長；一份報表最多 {MOST_PERIODS} 個月或週。", code="period_invalid", field="to")
    return spans


@dataclass(slots=True)
class _Board:
    """Where the cases of one kind, or of all, are being counted."""

    total: Tally
    groups: dict[str | None, Tally]

    @classmethod
    def of(cls, spans: Sequence[tuple[str, Period]]) -> _Board:
        return cls(total=Tally(), groups={key: Tally() for key, _ in spans})

    def group(self, key: str | None) -> Tally:
        return self.groups.setdefault(key, Tally())

    def made(self) -> tuple[Group, ...]:
        keys = sorted(self.groups, key=lambda key: (key is None, key or ""))
        return tuple(Group(key, self.groups[key].figures()) for key in keys)


def _boards_for(measured: Measured, boards: Mapping[str, _Board]) -> Iterator[_Board]:
    for name in (ALL, measured.case.kind):
        if name in boards:
            yield boards[name]


_KEYS: dict[GroupBy, Callable[[Case], str | None]] = {
    GroupBy.CATEGORY: lambda case: case.category,
    GroupBy.TOPIC: lambda case: case.topic,
    GroupBy.UNIT: lambda case: case.unit,
    GroupBy.OFFICER: lambda case: case.assignee,
    GroupBy.PARK: lambda case: case.park,
    GroupBy.CHANNEL: lambda case: case.opening.channel,
    GroupBy.LANGUAGE: lambda case: case.opening.language,
    GroupBy.AGENCY: lambda case: case.agency_asked,
}
