"""Figures as a page shows them: rounded once, empty where there is no case, small groups of people left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.web.report_tables import BAND_WORDS, LABELS, NO_CASES, PARTS, days, hide_small, in_order, minutes
from routing.domain.reporting.figures import DISTRIBUTIONS, FigureSet
from routing.domain.reporting.statistics import GroupBy, Report


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group: what it is called, the key for its address (empty for none), and its figures."""

    name: str
    key: str
    figures: FigureSet


@dataclass(frozen=True, slots=True)
class Spread:
    """One distribution in words: its name for addresses, its label, how many, and the rest rounded."""

    figure: str
    label: str
    n: int
    values: tuple[str, ...]

    @property
    def parts(self) -> list[tuple[str, str]]:
        """The rest by the names of its parts."""
        return list(zip((part for part in PARTS if part != "n"), self.values, strict=True))


def distributions(figures: FigureSet) -> list[Spread]:
    """Working days, calendar days and minutes to the first reply of a report."""
    found = []
    for name in DISTRIBUTIONS:
        values = figures.distribution(name).as_json()
        say = minutes if name == "first_reply_minutes" else days
        shown = tuple(NO_CASES if values[part] is None else say(values[part]) for part in PARTS if part != "n")
        found.append(Spread(name, LABELS[name], int(values["n"] or 0), shown))
    return found


def bands(figures: FigureSet, name: str) -> list[tuple[str, str, int]]:
    """Bands of days: name for addresses, words, and how many cases lie in each; none where there are no cases."""
    counts = figures.bands(name)
    rows = zip(BAND_WORDS.items(), counts, strict=True)
    return [(f"{name}.{band}", words, count) for (band, words), count in rows] if any(counts) else []


_IN_UNITS = {"mean": "次", "good": "分", "margin": "分", "score": "分", "set.times": "次"}


def measured(values: Mapping[str, float], figure: str) -> dict[str, str]:
    """What each case adds to a figure of days or minutes, in words by its number; empty for counts."""
    if figure in _IN_UNITS:
        return {number: f"{value:,.0f} {_IN_UNITS[figure]}" for number, value in values.items()}
    if figure.startswith("open_age"):
        return {number: f"{value:,.0f} 日" for number, value in values.items()}
    if figure == "first_reply_minutes":
        return {number: f"{minutes(value)} 分鐘" for number, value in values.items()}
    return {number: f"{days(value)} 日" for number, value in values.items()}


def group_rows(report: Report, name: Callable[[str], str]) -> tuple[list[GroupRow], int]:
    """The groups that a page may show, and how many it must not (people with few cases)."""
    groups, hidden = in_order(report, name), 0
    if report.by is GroupBy.OFFICER:
        visible = hide_small(groups)
        groups, hidden = visible.groups, len(visible.hidden)
    return [
        GroupRow("（無）" if one.key is None else name(one.key), one.key or "", one.figures) for one in groups
    ], hidden
