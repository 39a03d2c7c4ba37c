"""Two periods side by side: the same days of a base year beside those asked for, on the page and in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bot.web.report_tables import LABELS, days, minutes, rate
from bot.web.tables import Table
from knowledge.calendar.republic import roc_written
from routing.domain.reporting.annual import LEAST_COMPARED
from routing.domain.reporting.figures import FigureSet
from routing.domain.reporting.periods import Period
from routing.domain.reporting.statistics import ALL, Report

TOO_FEW = "件數不足"
COMPARED = (
    f"對照期為基準年之同期。比率與日數於兩期皆滿 {LEAST_COMPARED} 件時始列增減，未滿者列「{TOO_FEW}」；負數表示減少。"
)
"""What stands beside two periods."""
_COUNTS = ("received", "closed_cases", "on_time", "late", "open_late", "open_at_end")


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of two periods in words, and by how much it moved; the name under which its cases are listed."""

    figure: str
    label: str
    now: str
    before: str
    moved: str


def lines(now: Report, before: Report) -> list[Line]:
    """The figures that are compared, of one kind; of all kinds the counts alone."""
    found = [_count(name, now.figures, before.figures) for name in _COUNTS]
    if now.kind != ALL:
        found[3:3] = [_rate(now.figures, before.figures)]
        found += _spreads(now.figures, before.figures)
    return found


def _count(name: str, now: FigureSet, before: FigureSet) -> Line:
    one, other = now.count(name), before.count(name)
    return Line(name, LABELS[name], f"{one:,}", f"{other:,}", _signed(one - other, lambda value: f"{value:,.0f}"))


def _rate(now: FigureSet, before: FigureSet) -> Line:
    one, other = now.on_time_rate, before.on_time_rate
    ns = now.count("closed_cases"), before.count("closed_cases")
    moved = _moved(one, other, ns, lambda value: rate(value).rstrip("%") + " 個百分點")
    return Line("on_time_rate", LABELS["on_time_rate"], rate(one), rate(other), moved)


def _spreads(now: FigureSet, before: FigureSet) -> Iterator[Line]:
    for name, part, words, say in (
        ("days_used", "median", "中位數", days), ("days_used", "mean", "平均", days),
        ("days_used", "p90", "第 90 百分位", days), ("first_reply_minutes", "median", "中位數", minutes),
    ):  # fmt: skip
        one, other = now.distribution(name), before.distribution(name)
        values = getattr(one, part), getattr(other, part)
        label = f"{LABELS[name]}－{words}"
        yield Line(name, label, say(values[0]), say(values[1]), _moved(*values, (one.n, other.n), say))


def _moved(now: float | None, before: float | None, ns: tuple[int, int], say: Callable[[float], str]) -> str:
    """No claim where either period has few cases."""
    if now is None or before is None or min(ns) < LEAST_COMPARED:
        return TOO_FEW
    return _signed(now - before, say)


def _signed(moved: float, say: Callable[[float], str]) -> str:
    sign = "＋" if moved > 0 else "－" if moved < 0 else ""
    return sign + say(abs(moved))


def compared_table(now: Table, before: Table, periods: tuple[Period, Period]) -> Table:
    """Both reports in one table, each row with its period before it."""
    spans = [f"{roc_written(one.start)}至{roc_written(one.end)}" for one in periods]
    rows = [(span, *row) for span, table in zip(spans, (now, before), strict=True) for row in table.rows]
    return replace(
        now,
        columns=("統計期間", *now.columns),
        rows=rows,
        notes=(*now.notes, f"對照期：{spans[1]}（含）", COMPARED),
        shown={place + 1: form for place, form in now.shown.items()},
    )
