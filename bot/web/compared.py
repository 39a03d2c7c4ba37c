"""Two periods side by side: the same days of a base year beside those asked for, on the page and in files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.web.report_tables import LABELS, PARTS, days, edition, minutes, rate, table
from bot.web.tables import Table
from knowledge.calendar.republic import roc_written
from routing.domain.reporting import compared
from routing.domain.reporting.annual import LEAST_COMPARED
from routing.domain.reporting.compared import Moved
from routing.domain.reporting.statistics import Report
from routing.service.reporting.turnaround import Issued

TOO_FEW = "件數不足"
COMPARED = (
    f"對照期為基準年之同期。比率與日數於兩期皆滿 {LEAST_COMPARED} 件時始列增減，未滿者列「{TOO_FEW}」；負數表示減少。"
)
"""What stands beside two periods."""


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of two periods in words, and by how much it moved; the name under which its cases are listed."""

    figure: str
    label: str
    now: str
    before: str
    moved: str
    part: str | None = None
    """Of a distribution, that its cases are listed around it."""


def lines(now: Report, before: Report) -> list[Line]:
    """The figures that are compared, in words."""
    return [_line(one) for one in compared.moved(now, before)]


def _line(one: Moved) -> Line:
    say = _SAID.get(one.figure, _count)
    label = LABELS[one.figure] + (f"－{PARTS[one.part]}" if one.part is not None else "")
    by = _points if one.figure == "on_time_rate" else say
    change = TOO_FEW if one.change is None else _signed(one.change, by)
    return Line(one.figure, label, say(one.now), say(one.before), change, one.part)


def _count(value: float | None) -> str:
    return f"{value or 0:,.0f}"


def _points(value: float | None) -> str:
    return rate(value).rstrip("%") + " 個百分點"


_SAID = {"on_time_rate": rate, "days_used": days, "first_reply_minutes": minutes}


def _signed(change: float, say: Callable[[float], str]) -> str:
    sign = "＋" if change > 0 else "－" if change < 0 else ""
    return sign + say(abs(change))


def report_table(issued: Issued, base: Issued | None, made_at: datetime, label: Callable[[str], str]) -> Table:
    """The report as a table to take away; with that of a base year in the same table, each row with its period."""
    now = table(issued.report, made_at, label, of=edition(issued))
    if base is None:
        return now
    before = table(base.report, made_at, label)
    spans = [f"{roc_written(one.report.period.start)}至{roc_written(one.report.period.end)}" for one in (issued, base)]
    rows = [(span, *row) for span, part in zip(spans, (now, before), strict=True) for row in part.rows]
    return replace(
        now,
        columns=("統計期間", *now.columns),
        rows=rows,
        notes=(*now.notes, f"對照期：{spans[1]}（含）", COMPARED),
        shown={place + 1: form for place, form in now.shown.items()},
    )
