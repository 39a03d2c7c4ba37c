"""The figures of contract §8 for one set of cases: each a count or a distribution, each with the cases behind it.

Nothing is rounded here; a figure without cases is None, never 0 and never 100 %.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from routing.domain.clock import Reading
from routing.domain.errors import OnestopError
from routing.domain.reporting.measures import Measured

COUNTS = (
    "open_at_start",
    "received",
    "reopened",
    "closed",
    "open_at_end",
    "closed_cases",
    "on_time",
    "extended",
    "late",
    "set_aside",
    "open_late",
)
"""Figures that count cases or events, in the order of the contract."""

RECLASSIFIED = ("in", "out")
"""Cases that were open at the start and changed their kind in the period: into this one, and out of it."""

DISTRIBUTIONS = ("days_used", "gross_days", "first_reply_minutes")
"""Figures that are n, mean, median, p90, min and max: working days, calendar days, business minutes."""

BANDS = (("0", 1), ("1-3", 4), ("4-6", 7), ("7-29", 30), ("30+", math.inf))
"""Bands of days by name, each with the days under which it ends; they follow the limits of official letters."""

BANDED = ("days_used", "open_age")
"""What is told in bands: working days of closed cases; calendar days from receipt of those open at the end."""


def band_of(days: float) -> int:
    """The place among ``BANDS`` of a number of days."""
    return next(place for place, (_, under) in enumerate(BANDS) if days < under)


@dataclass(frozen=True, slots=True)
class Distribution:
    """What a sample of values looks like; all but ``n`` are None where there is no value."""

    n: int
    mean: float | None
    median: float | None
    p90: float | None
    min: float | None
    max: float | None

    def as_json(self) -> dict[str, float | None]:
        """The object of the contract."""
        return {name: getattr(self, name) for name in ("n", "mean", "median", "p90", "min", "max")}


def distribution(values: Sequence[float]) -> Distribution:
    """n, mean, percentiles by linear interpolation, extremes: all but n as floats, whole or not, however counted."""
    if not values:
        return Distribution(0, None, None, None, None, None)
    ordered = sorted(map(float, values))
    return Distribution(
        n=len(ordered),
        mean=math.fsum(ordered) / len(ordered),
        median=percentile(ordered, 50),
        p90=percentile(ordered, 90),
        min=ordered[0],
        max=ordered[-1],
    )


def percentile(ordered: Sequence[float], percent: int) -> float:
    """The percentile of ascending values: at ``percent``/100 of the way from the first to the last, in between linear.

    The position is computed in whole numbers, so that a value that is met exactly is given exactly.
    """
    below, rest = divmod(percent * (len(ordered) - 1), 100)
    if rest == 0:
        return ordered[below]
    return ordered[below] + (ordered[below + 1] - ordered[below]) * rest / 100


MARKED = ("max", "p90", "median", "min")
"""Parts of a distribution that are read off single values."""


def places_of(part: str, n: int) -> tuple[int, ...]:
    """Where a part of a distribution of ``n`` values is read off, from 0 with the largest first.

    One place, or two between which it lies; none for a part that is of all of them, or without values.
    """
    if n < 1 or part not in MARKED:
        return ()
    percent = {"max": 100, "p90": 90, "median": 50, "min": 0}[part]
    below, rest = divmod(percent * (n - 1), 100)
    return (n - 1 - below,) if rest == 0 else (n - 2 - below, n - 1 - below)


@dataclass(slots=True)
class Tally:
    """Collects cases into figures."""

    cases: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in COUNTS})
    samples: dict[str, list[tuple[float, str]]] = field(default_factory=lambda: {name: [] for name in DISTRIBUTIONS})
    waiting: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: {"firm": [], "agency": []})
    moved: dict[str, list[str]] = field(default_factory=lambda: {way: [] for way in RECLASSIFIED})
    ages: list[tuple[int, str]] = field(default_factory=list)

    def add(self, measured: Measured) -> None:
        """Count one case."""
        number = measured.case.opening.number
        open_at_end = measured.case.closed is None
        if measured.open_at_start + measured.received + measured.reopened - measured.closed != open_at_end:
            raise OnestopError(
                f"案件 {number} 的受理、重新開啟與辦結次數不平衡，報表不予產出；請先更正該案歷程。",
                code="report_unbalanced",
            )
        for name, times in (
            ("open_at_start", measured.open_at_start),
            ("received", measured.received),
            ("reopened", measured.reopened),
            ("closed", measured.closed),
            ("open_at_end", open_at_end),
            ("set_aside", measured.set_aside),
            ("open_late", measured.open_late),
        ):
            self.cases[name].extend([number] * times)
        if measured.age is not None:
            self.ages.append((measured.age, number))
        if measured.first_reply_minutes is not None:
            self.samples["first_reply_minutes"].append((measured.first_reply_minutes, number))
        if measured.counted and measured.reading is not None:
            self._add_closed(number, measured.reading)

    def _add_closed(self, number: str, reading: Reading) -> None:
        self.cases["closed_cases"].append(number)
        self.cases["on_time" if reading.on_time else "late"].append(number)
        if reading.on_time_only_by_extension:
            self.cases["extended"].append(number)
        for name, value in (("days_used", reading.days_used), ("gross_days", reading.gross_days)):
            if value is not None:
                self.samples[name].append((value, number))
        self.waiting["firm"].append((reading.waiting_days_firm, number))
        self.waiting["agency"].append((reading.waiting_days_agency, number))

    def figures(self) -> Figures:
        """The figures, checked.

        Raises:
            OnestopError: ``report_unbalanced`` if what was open, came and went does not add up to what is open.
        """
        figures = Figures(
            cases={name: tuple(numbers) for name, numbers in self.cases.items()},
            samples={name: tuple(pairs) for name, pairs in self.samples.items()},
            waiting={name: tuple(pairs) for name, pairs in self.waiting.items()},
            moved={way: tuple(numbers) for way, numbers in self.moved.items()},
            ages=tuple(self.ages),
        )
        figures.check()
        return figures


@dataclass(frozen=True, slots=True)
class Listing:
    """The cases behind a figure, each once, in the order of a list: by row or by number; ``times`` they count in all.

    ``cases`` and ``values`` (what each adds, where it adds something of its own) may be arrays; they are cut, not read.
    """

    times: int
    cases: Any
    values: Any

    def cut(self, skip: int, limit: int | None) -> tuple[list[int | str], list[float]]:
        """One page of the cases, and of the values."""
        here = slice(skip, None if limit is None else skip + limit)
        page = self.cases[here]
        values = self.values[here] if self.values is not None else []
        return (page if isinstance(page, list) else page.tolist()), [float(value) for value in values]


class FigureSet(ABC):
    """The figures of one set of cases, however they were counted, with the cases behind each."""

    @property
    @abstractmethod
    def size(self) -> int:
        """How many cases any figure counts."""

    @abstractmethod
    def holds(self, cases: Mapping[int, str]) -> bool:
        """Whether one of these cases (numbers by their rows) is among them."""

    @abstractmethod
    def count(self, name: str) -> int:
        """One of ``COUNTS``."""

    @abstractmethod
    def reclassified(self, way: str) -> int:
        """One of ``RECLASSIFIED``."""

    @abstractmethod
    def distribution(self, name: str) -> Distribution:
        """One of ``DISTRIBUTIONS``."""

    @abstractmethod
    def waiting_days(self, on: str) -> int | None:
        """Working days that the closed cases waited on the ``firm`` or an ``agency``, summed; None without cases."""

    @abstractmethod
    def bands(self, name: str) -> tuple[int, ...]:
        """How many cases lie in each of ``BANDS``; of one of ``BANDED``."""

    @abstractmethod
    def behind(self, name: str) -> tuple[Sequence[int] | Sequence[str], Sequence[float] | None]:
        """The cases that make up a figure, by row or by number, those that explain it best first; what each adds.

        Events that happened twice to a case name it twice. Distributions come with the largest value first, waiting
        days (``waiting_days.firm``, ``waiting_days.agency``) name only cases that waited, and ``on_time_rate`` is
        answered by the cases that stand against it; ``reclassified.in`` and ``.out`` are
        named so, bands of days ``days_used.1-3``. Equal ones come as they were entered. Counts have no values.
        """

    def listed(self, name: str) -> Listing:
        """As ``behind``, each case once, for whoever shows a page of many."""
        found, values = self.behind(name)
        return Listing(len(found), list(dict.fromkeys(found)), values)

    @property
    def on_time_rate(self) -> float | None:
        """on_time / closed_cases, None without closed cases."""
        closed = self.count("closed_cases")
        return self.count("on_time") / closed if closed else None

    def check(self) -> None:
        """See that the parts add up.

        Raises:
            OnestopError: ``report_unbalanced``; the report must not be printed.
        """
        start, received, reopened, closed, end = (self.count(name) for name in COUNTS[:5])
        if start + received + reopened - closed != end:
            equation = f"期初未結 {start}＋受理 {received}＋重新開啟 {reopened}－辦結 {closed}"
            raise OnestopError(f"{equation} 不等於期末未結 {end}，報表不予產出。", code="report_unbalanced")
        if self.count("on_time") + self.count("late") != self.count("closed_cases"):
            raise OnestopError("依限與逾限件數之和不等於辦結案件數，報表不予產出。", code="report_unbalanced")

    def counts_json(self) -> dict[str, Any]:
        """The counts alone, for cases of different kinds, across which nothing is averaged."""
        counts: dict[str, Any] = {name: self.count(name) for name in COUNTS}
        return {**counts, "reclassified": {way: self.reclassified(way) for way in RECLASSIFIED}}

    def as_json(self) -> dict[str, Any]:
        """All figures of the contract in full precision."""
        counts = self.counts_json()
        after_rate = {name: counts.pop(name) for name in ("set_aside", "open_late", "reclassified")}
        return {
            **counts,
            "on_time_rate": self.on_time_rate,
            **after_rate,
            **{name: self.distribution(name).as_json() for name in DISTRIBUTIONS},
            "waiting_days": {on: self.waiting_days(on) for on in ("firm", "agency")},
            "bands": {name: dict(zip((band for band, _ in BANDS), self.bands(name), strict=True)) for name in BANDED},
        }


@dataclass(frozen=True, slots=True)
class Figures(FigureSet):
    """The figures of one set of cases as the fold gives them, with the case numbers behind each."""

    cases: Mapping[str, tuple[str, ...]]
    samples: Mapping[str, tuple[tuple[float, str], ...]]
    waiting: Mapping[str, tuple[tuple[int, str], ...]]
    moved: Mapping[str, tuple[str, ...]]
    ages: tuple[tuple[int, str], ...]

    @property
    def size(self) -> int:
        """How many cases any figure counts."""
        return len(self.all_cases())

    def holds(self, cases: Mapping[int, str]) -> bool:
        """Whether one of these cases is among them."""
        return bool(cases) and not self.all_cases().isdisjoint(cases.values())

    def count(self, name: str) -> int:
        """One of ``COUNTS``."""
        return len(self.cases[name])

    def reclassified(self, way: str) -> int:
        """One of ``RECLASSIFIED``."""
        return len(self.moved[way])

    def distribution(self, name: str) -> Distribution:
        """One of ``DISTRIBUTIONS``."""
        return distribution([value for value, _ in self.samples[name]])

    def waiting_days(self, on: str) -> int | None:
        """Working days that the closed cases waited on the ``firm`` or an ``agency``, summed; None without cases."""
        return sum(days for days, _ in self.waiting[on]) if self.waiting[on] else None

    def bands(self, name: str) -> tuple[int, ...]:
        """How many cases lie in each band."""
        found = [band_of(days) for days, _ in self._days(name)]
        return tuple(found.count(place) for place in range(len(BANDS)))

    def _days(self, name: str) -> tuple[tuple[float, str], ...]:
        return self.ages if name == "open_age" else self.samples[name]

    def _within(self, name: str, band: str) -> tuple[tuple[float, str], ...]:
        return tuple(one for one in self._days(name) if not band or BANDS[band_of(one[0])][0] == band)

    def behind(self, name: str) -> tuple[tuple[str, ...], tuple[float, ...] | None]:
        """As the figures of any set say it."""
        if name == "on_time_rate":
            return self.cases["late"], None
        if name in self.cases:
            return self.cases[name], None
        if name.startswith("reclassified."):
            return self.moved[name.removeprefix("reclassified.")], None
        banded, _, band = name.partition(".")
        pairs = self._within(banded, band) if banded in BANDED else self.samples.get(name)
        pairs = pairs or self.waiting.get(name.removeprefix("waiting_days."), ())
        ranked = sorted(pairs, key=lambda pair: -pair[0])
        kept = [(number, value) for value, number in ranked if value or banded in BANDED or name in self.samples]
        return tuple(number for number, _ in kept), tuple(float(value) for _, value in kept)

    def cases_behind(self, name: str) -> tuple[str, ...]:
        """The numbers of the cases behind a figure, in the order of ``behind``."""
        return self.behind(name)[0]

    def all_cases(self) -> frozenset[str]:
        """The numbers of all cases that any figure counts."""
        pairs = (*self.samples.values(), *self.waiting.values())
        return frozenset(n for numbers in self.cases.values() for n in numbers) | {n for pair in pairs for _, n in pair}
