"""Days held by unit or person, for people: the same words on page, API's files, and command."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.web.report_tables import LEAST_CASES, unfinished
from bot.web.tables import Cell, Table
from bot.web.words import word
from knowledge.calendar.republic import roc_written
from routing.domain.reporting.held_totals import HeldBy
from routing.domain.reporting.statistics import GroupBy
from routing.service.reporting.held import HeldReport

HELD = {"cases": "經手案件", "days": "經手日數", "late": "逾限時經手（已辦結）", "open_late": "逾限時經手（未結）"}
"""What the figures are called, in their order."""
NOBODY = "（待分案）"
HELD_DEFINITIONS = (
    "經手日數：辦結案件之使用日數，依實際經手之單位（承辦人）分計；各列之和等於全部使用日數。",
    "移交當日計入移出者，接手者自次日起算；當日收結之 0.5 日計入辦結者。待廠商補件及辦結至重新開啟之期間不計。",
    "逾限時經手：限辦日期屆滿時經手該案者，與辦結時或期末之承辦單位（承辦人）可能不同。",
    "一件案件由數個單位（承辦人）經手者，各列一件，故經手案件之和可能大於合計。",
)
"""What the figures mean."""


def named(report: HeldReport, label: Callable[[str], str]) -> list[tuple[str, HeldBy]]:
    """The groups by their words, in the order of these: no order of who took longest; 待分案 at the end."""
    found = [(NOBODY if group.key is None else label(group.key), group) for group in report.groups]
    return sorted(found, key=lambda pair: (pair[1].key is None, pair[0], pair[1].key or ""))


def shown(report: HeldReport, label: Callable[[str], str]) -> tuple[list[tuple[str, HeldBy]], int]:
    """As ``named`` for a page: without people of few cases, and how many those are; a single one could be read off."""
    rows = named(report, label)
    if report.by is not GroupBy.OFFICER:
        return rows, 0
    by_size = sorted((group for _, group in rows if group.key is not None), key=lambda group: group.size)
    few = sum(group.size < LEAST_CASES for group in by_size)
    hidden = {group.key for group in by_size[: 2 if few == 1 else few]}
    return [(name, group) for name, group in rows if group.key not in hidden], len(hidden)


def held_table(report: HeldReport, made_at: datetime, label: Callable[[str], str]) -> Table:
    """The report as a table in full precision, its total first."""
    kind, by = word(report.kind, "kind"), word(report.by.value, "by")
    rows = [(kind, "合計", *_cells(report.total))]
    rows += [(kind, name, *_cells(group)) for name, group in named(report, label)]
    return Table(
        title=f"經手日數 {report.period.start:%Y%m%d}-{report.period.end:%Y%m%d}",
        columns=("案件種類", by, *HELD.values()),
        rows=rows,
        notes=(
            f"統計期間：{roc_written(report.period.start)}至{roc_written(report.period.end)}（含）",
            *unfinished(report.period, made_at),
            f"計算規則版本：{report.rules}；辦公日曆版本：{report.calendar}",
            *HELD_DEFINITIONS,
        ),
        made_at=made_at,
        shown={2: "#,##0", 3: "0.0", 4: "#,##0", 5: "#,##0"},
    )


def _cells(held: HeldBy) -> tuple[Cell, ...]:
    return held.cases, held.days, held.late, held.open_late
