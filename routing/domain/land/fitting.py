"""Whether a plot is what a firm looks for: each point by itself, with why and why not. No score, no order of merit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from knowledge.land import MEASURED, Range, features_in, industry_group
from knowledge.language.text import fold
from routing.domain.land.needs import Need, range_shown
from routing.domain.land.plots import Plot, figure_shown


class Verdict(StrEnum):
    """What is said of one point, or of a plot."""

    YES = "yes"
    NO = "no"
    OPEN = "open"
    """The list does not say: to be asked or looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point: the question, what is wanted and what the list has, in words for officers."""

    question: str
    verdict: Verdict
    wanted: str
    has: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A plot, held against a need. ``id``: of its row."""

    id: int
    plot: Plot
    points: tuple[Point, ...]

    @property
    def verdict(self) -> Verdict:
        """No, if a single point is no; else yes."""
        return Verdict.NO if any(point.verdict is Verdict.NO for point in self.points) else Verdict.YES


def fits(need: Need, plots: Iterable[tuple[int, Plot]], places: Mapping[str, Collection[str]]) -> list[Fit]:
    """Every plot held against a need, in the order in which they came.

    ``places``: district and county of each park, by its short name.
    """
    return [
        Fit(id=at, plot=plot, points=tuple(_points(need, plot, places.get(plot.park, ()))))
        for at, plot in plots
    ]  # fmt: skip


def _points(need: Need, plot: Plot, places: Collection[str]) -> Iterator[Point]:
    if need.parks or need.districts:
        here = plot.park in need.parks or any(place in need.districts for place in places)
        yield Point(
            question="where", verdict=Verdict.YES if here else Verdict.NO,
            wanted="、".join((*need.parks, *need.districts)), has=plot.park,
        )  # fmt: skip
    if need.form is not None:
        known = _same(need.form, plot.form)
        yield Point(question="form", verdict=known, wanted=need.form, has=plot.form or "")
    for name in MEASURED:
        wanted = need.measures.get(name)
        if wanted is not None:
            has = getattr(plot, name)
            yield Point(
                question=name, verdict=_enough(wanted, has, whole=name == "area"), wanted=range_shown(wanted, name),
                has=figure_shown(has, name) if has is not None else "",
            )  # fmt: skip
    if need.industry is not None:
        yield Point(
            question="industry",
            verdict=_industry(need.industry, plot.industry),
            wanted=need.industry,
            has=plot.industry,
        )
    if need.when is not None:
        has = plot.available_on.isoformat() if plot.available_on else ""
        yield Point(question="when", verdict=Verdict.OPEN, wanted=need.when, has=has)
    yield from _features(need, plot)


def _same(wanted: str, has: str | None) -> Verdict:
    if has is None:
        return Verdict.OPEN
    return Verdict.YES if wanted == has else Verdict.NO


def _enough(wanted: Range, has: float | None, *, whole: bool) -> Verdict:
    """An area lies within what is wanted; of power and water there is as much as is wanted at the most, or more."""
    if has is None:
        return Verdict.OPEN
    if not whole:
        needed = wanted.most if wanted.most is not None else wanted.least
        return Verdict.YES if needed is None or has >= needed else Verdict.NO
    low = wanted.least is None or has >= wanted.least
    high = wanted.most is None or has <= wanted.most
    return Verdict.YES if low and high else Verdict.NO


def _industry(wanted: str, has: str) -> Verdict:
    """Yes where the list names the business; what it does not name is for a person to judge, and no refusal."""
    group = industry_group(wanted)
    named = fold(wanted) in fold(has) or (
        group is not None and any(industry_group(part) == group for part in _parts(has))
    )
    return Verdict.YES if has and named else Verdict.OPEN


def _parts(text: str) -> list[str]:
    return [part for part in fold(text).replace("、", ",").replace("，", ",").replace(";", ",").split(",") if part]


def _features(need: Need, plot: Plot) -> Iterator[Point]:
    has = features_in(plot.features)
    for wanted in need.features:
        named = wanted in has
        yield Point(
            question="features", verdict=Verdict.YES if named else Verdict.OPEN, wanted=wanted,
            has=plot.features if named else "",
        )  # fmt: skip
