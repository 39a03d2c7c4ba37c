"""The figures of contract §8 counted from spells: the same digits as ``statistics.reports`` gives by folding.

``figures.py`` says what each figure is; here the same is read off columns. Each figure is worked out when it is asked
for, so that a page which shows twelve numbers does not pay for thirty, and once for the spells of all groups.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from routing.domain.case import Kind
from routing.domain.reporting import samples
from routing.domain.reporting.columns import Array, Columns
from routing.domain.reporting.figures import BANDED, BANDS, COUNTS, Distribution, FigureSet, Listing
from routing.domain.reporting.spells import closed_block, open_block
from routing.domain.reporting.statistics import ALL, Group, GroupBy, Report, Wanted, spans_of
from routing.domain.reporting.within import Coding, Within

_FEW = 4
"""Of how many one is to be shown, at most, for the rest to stay unordered."""
_OF_TIME = frozenset({GroupBy.MONTH, GroupBy.WEEK})


class _Pool:
    """Spells of a period in the order of their groups; ``places`` None: all, as they lie."""

    def __init__(self, within: Within, places: Array | None) -> None:
        self.within = within
        self._places = places
        self._made: dict[str, Array] = {}
        self.size = within.size if places is None else len(places)

    def column(self, name: str) -> Array:
        """A column of the spells."""
        return self._once(name, lambda: self.within.column(name))

    def times(self, name: str) -> Array:
        """How often each counts in one of ``COUNTS``."""
        return self._once(f"times {name}", lambda: self.within.times(name))

    def twice(self, name: str) -> Array:
        """Twice the days of one of the columns of days (``Within.twice``)."""
        return self._once(f"twice {name}", lambda: self.within.twice(name))

    def minutes(self) -> Array:
        """The minutes to first replies of the period."""
        return self._once("minutes", self.within.reply_minutes)

    def _once(self, name: str, whole: Callable[[], Array]) -> Array:
        found = self._made.get(name)
        if found is None:
            found = whole() if self._places is None else whole()[self._places]
            self._made[name] = found
        return found


class Totals(FigureSet):
    """The figures of some spells of a pool; each spell is that of another case at the period's end.

    ``moved``: the rows of cases that changed kind.
    """

    def __init__(self, pool: _Pool, begin: int, end: int, moved: Mapping[str, Array]) -> None:
        self._pool, self._here, self._moved = pool, slice(begin, end), moved
        self._counts: dict[str, int] = {}
        self._made: dict[str, Distribution] = {}
        self._halves: dict[str, Array] = {}

    @property
    def size(self) -> int:
        """How many cases any figure counts."""
        return self._here.stop - self._here.start

    def holds(self, cases: Mapping[int, str]) -> bool:
        """Whether one of these cases, by their rows, is among them."""
        return bool(cases) and bool(np.isin(self._column("case_id"), list(cases)).any())

    def count(self, name: str) -> int:
        """One of ``COUNTS``."""
        found = self._counts.get(name)
        if found is None:
            times = self._times(name)
            found = self._counts[name] = int(np.count_nonzero(times) if times.dtype == bool else times.sum())
        return found

    def reclassified(self, way: str) -> int:
        """One of ``RECLASSIFIED``."""
        return len(self._moved[way])

    def distribution(self, name: str) -> Distribution:
        """One of ``DISTRIBUTIONS``."""
        found = self._made.get(name)
        if found is None:
            if name == "first_reply_minutes":
                found = samples.of_numbers(self._pool.minutes()[self._here])
            else:
                found = samples.of_times(self._times_of_days(name))
            self._made[name] = found
        return found

    def _times_of_days(self, name: str) -> Array:
        """How often 0, ½, 1, … days were used by cases that count."""
        found = self._halves.get(name)
        if found is None:
            found = self._halves[name] = np.bincount(self._pool.twice(name)[self._here])[1:]
        return found

    def waiting_days(self, on: str) -> int | None:
        """Working days that the closed cases waited on the ``firm`` or an ``agency``, summed; None without cases."""
        if not self.count("closed_cases"):
            return None
        return int(np.sum(self._column(f"waited_{on}"), where=self._times("closed_cases"), dtype=np.int64))

    def bands(self, name: str) -> tuple[int, ...]:
        """How many cases lie in each band."""
        if name == "open_age":
            counts = np.bincount(_bands(self._samples(name)[1]), minlength=len(BANDS))
            return tuple(counts.tolist())
        up_to = np.concatenate(([0], np.cumsum(self._times_of_days(name))))
        # So many halves of days, and one more for none, lie under the end of each band.
        ends = [len(up_to) - 1 if under == math.inf else min(int(2 * under), len(up_to) - 1) for _, under in BANDS]
        return tuple(np.diff(up_to[ends], prepend=0).tolist())

    def behind(self, name: str) -> tuple[list[int], list[float] | None]:
        """The cases behind a figure by their rows, and what each adds to it; in the order of ``Figures.behind``."""
        name = "late" if name == "on_time_rate" else name
        if name in COUNTS:
            ids, places = self._column("case_id"), np.flatnonzero(self._times(name))
            places = places[np.argsort(ids[places], kind="stable")]
            return np.repeat(ids[places], self._times(name)[places].astype(np.int64)).tolist(), None
        found = self.listed(name)
        cases, values = found.cut(0, None)
        return [int(one) for one in cases], None if found.values is None else values

    def listed(self, name: str) -> Listing:
        """The cases behind a figure by their rows, each once."""
        name = "late" if name == "on_time_rate" else name
        ids = self._column("case_id")
        if name.startswith("reclassified."):
            moved = np.sort(self._moved[name.removeprefix("reclassified.")])
            return Listing(len(moved), moved, None)
        if name in COUNTS:
            return ToRank(self.count(name), ids[np.flatnonzero(self._times(name))], None)
        banded, _, band = name.partition(".")
        places, values = self._samples(banded if banded in BANDED else name)
        if banded in BANDED and band:
            within = _bands(values) == [named for named, _ in BANDS].index(band)
            places, values = places[within], values[within]
        return ToRank(len(places), ids[places], values)

    def _column(self, name: str) -> Array:
        found: Array = self._pool.column(name)[self._here]
        return found

    def _times(self, name: str) -> Array:
        found: Array = self._pool.times(name)[self._here]
        return found

    def _samples(self, name: str) -> tuple[Array, Array]:
        """The places of a distribution or of waiting days among these cases, and their values."""
        if name == "first_reply_minutes":
            values = self._pool.minutes()[self._here]
            places = np.flatnonzero(~np.isnan(values))
            return places, values[places]
        if name.startswith("waiting_days."):
            values = self._column(f"waited_{name.removeprefix('waiting_days.')}").astype(float)
            places = np.flatnonzero(self._times("closed_cases") & (values > 0))
            return places, values[places]
        if name == "open_age":
            places = np.flatnonzero(self._times("open_at_end"))
            return places, (self._pool.within.known - self._column("received")[places]).astype(float)
        places = np.flatnonzero(self._times("closed_cases"))
        return places, self._column(name)[places]


class ToRank(Listing):
    """Cases that are put in order as far as a page of them needs it."""

    __slots__ = ()

    def cut(self, skip: int, limit: int | None) -> tuple[list[int | str], list[float]]:
        """One page of the cases, and of the values."""
        count = len(self.cases) if limit is None else min(skip + limit, len(self.cases))
        order = _first(self.cases, self.values, count)[skip:]
        return self.cases[order].tolist(), [] if self.values is None else self.values[order].tolist()


def _first(ids: Array, values: Array | None, count: int) -> Array:
    """The places of the first of them: with the largest value, equal ones and those without values by their rows."""
    found: Array
    if _FEW * count > len(ids) or not count:
        found = np.argsort(ids, kind="stable")[:count] if values is None else _ranked(ids, values)[:count]
        return found
    if values is None:
        least = np.argpartition(ids, count - 1)[:count]
        found = least[np.argsort(ids[least])]
        return found
    bound = -np.partition(-values, count - 1)[count - 1]
    above, level = np.flatnonzero(values > bound), np.flatnonzero(values == bound)
    return np.concatenate(
        (above[_ranked(ids[above], values[above])], level[_first(ids[level], None, count - len(above))])
    )


def _ranked(ids: Array, values: Array) -> Array:
    """The order with the largest value first, equal ones by their rows."""
    order = np.argsort(ids, kind="stable")
    keys = -values[order]
    twice = 2 * keys
    if len(keys) and float(twice.min()) > np.iinfo(np.int16).min and (twice == np.floor(twice)).all():
        # Days come in halves, and short whole numbers are put in order in no time.
        keys = twice.astype(np.int16)
    found: Array = order[np.argsort(keys, kind="stable")]
    return found


def _bands(days: Array) -> Array:
    found: Array = np.searchsorted([under for _, under in BANDS], days, side="right")
    return found


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
class Counter:
    """Spells by block, counted as reports need them."""

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
        coding = Coding()
        return tuple(self._report(one, coding) for one in wanted)

    def _report(self, wanted: Wanted, coding: Coding) -> Report:
        alone = None if wanted.kind == ALL else str(wanted.kind)
        whole = Within(self.blocks, wanted.period, self.today, alone, coding)
        spans = {key: Within(self.blocks, span, self.today, alone, coding) for key, span in spans_of(wanted)}

        def part(kind: Kind | str, by_kind: Mapping[Kind, Report]) -> Report:
            if wanted.by in _OF_TIME:
                total = _of_kind(whole, kind)
                groups = tuple(Group(key, _of_kind(spans[key], kind)) for key in sorted(spans))
            elif wanted.by is not None:
                total, groups = _grouped(whole, kind, str(wanted.by))
            else:
                total, groups = _of_kind(whole, kind), ()
            for figures in (total, *(group.figures for group in groups)):
                figures.check()
            return Report(
                period=wanted.period, kind=str(kind), by=wanted.by, rules=self.rules, calendar=self.calendar,
                figures=total, groups=groups, by_kind=by_kind,
            )  # fmt: skip

        parts = {one: part(one, {}) for one in Kind} if wanted.kind == ALL else {}
        return part(wanted.kind, parts)


def _places(within: Within, kind: Kind | str) -> Array | None:
    """The places of a kind; None for all."""
    if kind == ALL:
        return None
    of_kind = within.column("kind") == within.code(str(kind))
    return None if of_kind.all() else np.flatnonzero(of_kind)


def _moved(within: Within, kind: Kind | str) -> dict[str, Array]:
    """For each way the places among ``within.moved`` of the cases that went it."""
    moved = within.moved
    if kind == ALL:
        every = np.arange(len(moved.ids))
        return {"in": every, "out": every}
    code = within.code(str(kind))
    return {"in": np.flatnonzero(moved.are == code), "out": np.flatnonzero(moved.were == code)}


def _of_kind(within: Within, kind: Kind | str) -> Totals:
    pool = _Pool(within, _places(within, kind))
    return Totals(pool, 0, pool.size, {way: within.moved.ids[those] for way, those in _moved(within, kind).items()})


def _grouped(within: Within, kind: Kind | str, by: str) -> tuple[Totals, tuple[Group, ...]]:
    """All of a kind, and its groups by their key; the one without any at the end."""
    codes, places, ids = within.column(by), _places(within, kind), within.moved.ids
    mine = codes if places is None else codes[places]
    order = np.argsort(mine, kind="stable")
    pool = _Pool(within, order if places is None else places[order])
    moved, theirs = _moved(within, kind), within.moved.codes(by)
    # A case that left this kind may have been the only one of its group.
    keys = np.unique(np.concatenate((mine, theirs[moved["out"]])))
    begins, ends = (np.searchsorted(mine[order], keys, side=side).tolist() for side in ("left", "right"))
    found = []
    for code, begin, end in zip(keys.tolist(), begins, ends, strict=True):
        here = {way: ids[those[theirs[those] == code]] for way, those in moved.items()}
        found.append((within.words[code], Totals(pool, begin, end, here)))
    groups = tuple(Group(key, totals) for key, totals in sorted(found, key=lambda one: (one[0] is None, one[0] or "")))
    return Totals(pool, 0, pool.size, {way: ids[those] for way, those in moved.items()}), groups
