"""Two periods side by side: which figures are compared, in which order, and by how much each moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from knowledge.calendar.republic import western_year
from routing.domain.errors import Invalid
from routing.domain.reporting.annual import LEAST_COMPARED
from routing.domain.reporting.figures import FigureSet
from routing.domain.reporting.periods import Period
from routing.domain.reporting.statistics import ALL, Report

COUNTED = ("received", "closed_cases", "on_time", "late", "open_late", "open_at_end")
MEASURED = (
    ("days_used", "median"), ("days_used", "mean"), ("days_used", "p90"), ("first_reply_minutes", "median"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moved:
    """A figure of two periods. ``part``: which value of a distribution; None of a count or rate.

    ``change``: now less before; None where no claim is made of so few cases.
    """

    figure: str
    part: str | None
    now: float | None
    before: float | None
    change: float | None

    def as_json(self) -> dict[str, Any]:
        """As programs read it, in full precision."""
        return {name: getattr(self, name) for name in ("figure", "part", "now", "before", "change")}


def base_of(period: Period, year: int) -> Period:
    """The same days of an earlier year, of the Republic or of our era. Raises Invalid: it is not earlier."""
    wanted = western_year(year)
    if wanted >= period.end.year:
        raise Invalid("請選擇早於統計期間之對照年。", field="base")
    return period.in_year(wanted)


def moved(now: Report, before: Report) -> list[Moved]:
    """The figures that are compared, of one kind; of all kinds the counts alone."""
    found = [_count(name, now.figures, before.figures) for name in COUNTED]
    if now.kind != ALL:
        found[3:3] = [_rate(now.figures, before.figures)]
        found += _spreads(now.figures, before.figures)
    return found


def _count(name: str, now: FigureSet, before: FigureSet) -> Moved:
    one, other = now.count(name), before.count(name)
    return Moved(name, None, one, other, one - other)


def _rate(now: FigureSet, before: FigureSet) -> Moved:
    one, other = now.on_time_rate, before.on_time_rate
    ns = now.count("closed_cases"), before.count("closed_cases")
    return Moved("on_time_rate", None, one, other, _change(one, other, ns))


def _spreads(now: FigureSet, before: FigureSet) -> Iterator[Moved]:
    for name, part in MEASURED:
        one, other = now.distribution(name), before.distribution(name)
        values = getattr(one, part), getattr(other, part)
        yield Moved(name, part, *values, _change(*values, (one.n, other.n)))


def _change(now: float | None, before: float | None, ns: tuple[int, int]) -> float | None:
    """No claim where either period has few cases."""
    return None if now is None or before is None or min(ns) < LEAST_COMPARED else now - before
