"""The figures of contract §8 counted from spells: the same digits as ``statistics.reports`` gives by folding.

``figures.py`` says what each figure is; here the same is read off columns. Each figure is worked out when it is asked
for, so that a page which shows twelve numbers does not pay for thirty.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import cast

import numpy as np

from routing.domain.case import Kind
from routing.domain.errors import OnestopError
from routing.domain.reporting import columns
from routing.domain.reporting.columns import Array, Columns
from routing.domain.reporting.figures import BANDED, BANDS, Distribution, FigureSet, percentile
from routing.domain.reporting.periods import Period
from routing.domain.reporting.spells import COUNTED, EXTENDED, ON_TIME, closed_block, open_block
from routing.domain.reporting.statistics import ALL, Group, GroupBy, Report, Wanted, spans_of

_NO = Distribution(0, None, None, None, None, None)
_OF_TIME = frozenset({GroupBy.MONTH, GroupBy.WEEK})


@dataclass(frozen=True, slots=True)
class _Turned:
    """What the reopened cases add to the events of a period, in the order of their places."""

    open_at_start: Array
    received: Array
    reopened: Array
    closed: Array


class Totals(FigureSet):
    """The figures of some spells over a period; each spell is that of another case at the period's end."""

    def __init__(self, of: Columns, places: Array, period: Period, today: date, moved: Mapping[str, Array]) -> None:
        self._of, self._places, self._moved = of, places, moved
        self._start, self._end = period.start.toordinal(), period.end.toordinal()
        self._late = min(self._end, today.toordinal() - 1)
        self._known = min(self._end, today.toordinal())
        self._made: dict[str, Distribution] = {}

    @property
    def size(self) -> int:
        """How many cases any figure counts."""
        return len(self._places)

    def holds(self, cases: Mapping[int, str]) -> bool:
        """Whether one of these cases, by their rows, is among them."""
        return bool(cases) and bool(np.isin(self._column("case_id"), list(cases)).any())

    def count(self, name: str) -> int:
        """One of ``COUNTS``."""
        return int(self._times[name].sum())

    def reclassified(self, way: str) -> int:
        """One of ``RECLASSIFIED``."""
        return len(self._moved[way])

    def distribution(self, name: str) -> Distribution:
        """One of ``DISTRIBUTIONS``."""
        found = self._made.get(name)
        if found is None:
            found = self._made[name] = _distribution(
                self._samples(name)[1], halves=name.endswith("_days") or name.startswith("days_")
            )
        return found

    def waiting_days(self, on: str) -> int | None:
        """Working days that the closed cases waited on the ``firm`` or an ``agency``, summed; None without cases."""
        counted = self._counted
        return int(self._column(f"waited_{on}")[counted].sum(dtype=np.int64)) if counted.any() else None

    def bands(self, name: str) -> tuple[int, ...]:
        """How many cases lie in each band."""
        counts = np.bincount(_bands(self._samples(name)[1]), minlength=len(BANDS))
        return tuple(counts.tolist())

    def behind(self, name: str) -> tuple[list[int], list[float] | None]:
        """The cases behind a figure by their rows, and what each adds to it; in the order of ``Figures.behind``."""
        if name == "on_time_rate":
            name = "late"
        if name.startswith("reclassified."):
            moved = self._of.arrays["case_id"][self._moved[name.removeprefix("reclassified.")]]
            return np.sort(moved).tolist(), None
        ids = self._column("case_id")
        if name in self._times:
            times = self._times[name]
            order = np.argsort(ids, kind="stable")
            return np.repeat(ids[order], times[order].astype(np.int64)).tolist(), None
        banded, _, band = name.partition(".")
        places, values = self._samples(banded if banded in BANDED else name)
        if banded in BANDED and band:
            within = _bands(values) == [named for named, _ in BANDS].index(band)
            places, values = places[within], values[within]
        order = np.lexsort((ids[places], -values))
        return ids[places][order].tolist(), values[order].tolist()

    def _column(self, name: str) -> Array:
        found: Array = self._of.arrays[name][self._places]
        return found

    @cached_property
    def _open(self) -> Array:
        found: Array = self._column("closed") == 0
        return found

    @cached_property
    def _counted(self) -> Array:
        found: Array = (self._column("flags") & COUNTED) != 0
        return found

    @cached_property
    def _times(self) -> Mapping[str, Array]:
        """How often each case counts in each of ``COUNTS``."""
        flags, late_from = self._column("flags"), self._column("late_from")
        received_in = self._column("received") >= self._start
        opened, counted, turned = self._open, self._counted, self._turned
        on_time = (flags & ON_TIME) != 0
        found = {
            "open_at_start": (~received_in).astype(np.int32),
            "received": received_in.astype(np.int32),
            "reopened": np.zeros(len(opened), dtype=np.int32),
            "closed": (~opened).astype(np.int32),
        }
        for name, array in found.items():
            array[self._odd_places] = getattr(turned, name)
        return {
            **found,
            "open_at_end": opened,
            "closed_cases": counted,
            "on_time": counted & on_time,
            "extended": counted & ((flags & EXTENDED) != 0),
            "late": counted & ~on_time,
            "set_aside": ~opened & ~counted,
            "open_late": opened & (late_from != 0) & (late_from <= self._late),
        }

    @cached_property
    def _odd_places(self) -> Array:
        return np.flatnonzero(self._of.odd[self._places])

    @cached_property
    def _turned(self) -> _Turned:
        rows: list[tuple[int, int, int, int]] = []
        received, opened = self._column("received"), self._open
        for place in self._odd_places.tolist():
            days = self._of.turns[int(self._places[place])]
            before = [day for day in days if abs(day) < self._start]
            within = days[len(before) :]
            here = int(received[place]) >= self._start
            standing = bool(before) and before[-1] < 0
            row = (
                int(not here and not standing),
                int(here),
                sum(day > 0 for day in within),
                sum(day < 0 for day in within),
            )
            if row[0] + row[1] + row[2] - row[3] != opened[place]:
                raise OnestopError("案件的受理、重新開啟與辦結次數不平衡，報表不予產出。", code="report_unbalanced")
            rows.append(row)
        columns_of = np.array(rows, dtype=np.int32).reshape(-1, 4).T
        return _Turned(*columns_of)

    def _samples(self, name: str) -> tuple[Array, Array]:
        """The places of a distribution or of waiting days among these cases, and their values."""
        if name == "first_reply_minutes":
            values = self._column("reply_minutes")
            places = np.flatnonzero((self._column("replied") >= self._start) & ~np.isnan(values))
            return places, values[places]
        if name.startswith("waiting_days."):
            values = self._column(f"waited_{name.removeprefix('waiting_days.')}").astype(float)
            places = np.flatnonzero(self._counted & (values > 0))
            return places, values[places]
        if name == "open_age":
            places = np.flatnonzero(self._open)
            return places, (self._known - self._column("received")[places]).astype(float)
        places = np.flatnonzero(self._counted)
        return places, self._column(name)[places]


def _bands(days: Array) -> Array:
    found: Array = np.searchsorted([under for _, under in BANDS], days, side="right")
    return found


def _distribution(values: Array, *, halves: bool) -> Distribution:
    if not len(values):
        return _NO
    ordered = np.sort(values)
    # Sums of halves are exact in any order; those of minutes are rounded once.
    total = float(ordered.sum()) if halves else math.fsum(ordered.tolist())
    at = cast("Sequence[float]", ordered)
    return Distribution(
        n=len(ordered), mean=total / len(ordered), median=float(percentile(at, 50)), p90=float(percentile(at, 90)),
        min=float(at[0]), max=float(at[-1]),
    )  # fmt: skip


def blocks_of(wanted: Iterable[Wanted]) -> frozenset[int]:
    """The blocks of spells that reports are counted from."""
    found = {0}
    for one in wanted:
        first, last = one.period.start.toordinal(), one.period.end.toordinal()
        found.update(range(closed_block(first), closed_block(last) + 1, 2))
        for _, span in (*spans_of(one), ("", one.period)):
            found.update((open_block(span.start.toordinal() - 1), open_block(span.end.toordinal())))
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class _Within:
    """Spells of a period: the places of those that hold at its end and add to it.

    ``moved``: the places of those whose case was open before the period and of another kind then: ``were``.
    """

    of: Columns
    places: Array
    moved: Array
    were: Array


@dataclass(frozen=True, slots=True)
class Counter:
    """Spells by block, joined as reports need them."""

    blocks: Mapping[int, Columns]
    calendar: str
    rules: str
    today: date = date.max
    """The day on which is asked: what is due on it is not yet late."""

    def reports(self, wanted: Sequence[Wanted]) -> tuple[Report, ...]:
        """The reports, in the order of ``wanted``.

        Raises:
            OnestopError: ``report_unbalanced``; the events do not add up and nothing is printed.
        """
        return tuple(self._report(one) for one in wanted)

    def _report(self, wanted: Wanted) -> Report:
        split = wanted.by in _OF_TIME
        whole = self._within(wanted.period)
        spans = {key: self._within(span) for key, span in spans_of(wanted)}
        periods = dict(spans_of(wanted))

        def part(kind: Kind | str, by_kind: Mapping[Kind, Report]) -> Report:
            total = _of_kind(whole, kind, wanted.period, self.today)
            if split:
                groups = tuple(
                    Group(key, _of_kind(spans[key], kind, periods[key], self.today)) for key in sorted(spans)
                )
            else:
                groups = _groups(whole, kind, wanted, self.today) if wanted.by is not None else ()
            for figures in (total, *(group.figures for group in groups)):
                figures.check()
            return Report(
                period=wanted.period, kind=str(kind), by=wanted.by, rules=self.rules, calendar=self.calendar,
                figures=total, groups=groups, by_kind=by_kind,
            )  # fmt: skip

        parts = {one: part(one, {}) for one in Kind} if wanted.kind == ALL else {}
        return part(wanted.kind, parts)

    def _within(self, period: Period) -> _Within:
        first, last = period.start.toordinal(), period.end.toordinal()
        wanted = [*range(closed_block(first), closed_block(last) + 1, 2), open_block(first - 1), open_block(last), 0]
        of = columns.joined(self.blocks[block] for block in dict.fromkeys(wanted) if block in self.blocks)
        arrays = of.arrays
        closed = arrays["closed"]
        holds = (arrays["since"] <= last) & (arrays["until"] > last)
        places = np.flatnonzero(holds & ((closed == 0) | (closed >= first)))
        before = np.flatnonzero((arrays["since"] < first) & (arrays["until"] >= first) & (closed == 0))
        ids, kinds = arrays["case_id"], arrays["kind"]
        _, then, now = np.intersect1d(ids[before], ids[places], assume_unique=True, return_indices=True)
        were, are = kinds[before[then]], kinds[places[now]]
        return _Within(of, places, places[now[were != are]], were[were != are])


def _places(within: _Within, kind: Kind | str) -> Array:
    if kind == ALL:
        return within.places
    found: Array = within.places[within.of.arrays["kind"][within.places] == (within.of.code(str(kind)) or -1)]
    return found


def _moved(within: _Within, kind: Kind | str) -> dict[str, Array]:
    if kind == ALL:
        return {"in": within.moved, "out": within.moved}
    code = within.of.code(str(kind)) or -1
    are = within.of.arrays["kind"][within.moved]
    return {"in": within.moved[are == code], "out": within.moved[within.were == code]}


def _of_kind(within: _Within, kind: Kind | str, period: Period, today: date) -> Totals:
    return Totals(within.of, _places(within, kind), period, today, _moved(within, kind))


def _groups(within: _Within, kind: Kind | str, wanted: Wanted, today: date) -> tuple[Group, ...]:
    of, places, moved = within.of, _places(within, kind), _moved(within, kind)
    codes = of.arrays[str(wanted.by)]
    order = places[np.argsort(codes[places], kind="stable")]
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1)) if len(order) else np.zeros(0, dtype=int)
    by_code = {int(codes[members[0]]): members for members in np.split(order, starts[1:]) if len(members)}
    # A case that left this kind may have been the only one of its group.
    for code in np.unique(codes[moved["out"]]).tolist():
        by_code.setdefault(code, places[:0])
    found = []
    for code, members in by_code.items():
        here = {way: those[codes[those] == code] for way, those in moved.items()}
        found.append((of.words[code], Totals(of, members, wanted.period, today, here)))
    return tuple(Group(key, totals) for key, totals in sorted(found, key=lambda one: (one[0] is None, one[0] or "")))
