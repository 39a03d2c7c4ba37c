"""Figures for everybody: a table of a report with the meaning of its fields, in which no small number tells of anyone.

A number of one or two cases is not given (cells under 3), nor anything from which it could be worked out: what is given
beside it in its row, and, where only small ones are missing from a total, a larger one as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.web.report_tables import days, in_order, rate
from bot.web.tables import Cell, Table
from bot.web.words import word
from knowledge.calendar.office_calendar import local
from knowledge.calendar.republic import roc_written
from routing.domain.errors import Invalid
from routing.domain.reporting.figures import FigureSet
from routing.domain.reporting.statistics import ALL, GroupBy, Report

LEAST = 3
"""A number below it, other than 0, is not given."""
SPLITS = frozenset({GroupBy.CATEGORY, GroupBy.UNIT, GroupBy.PARK, GroupBy.CHANNEL, GroupBy.MONTH})
"""Splits that tell of no person and of no firm."""

DICTIONARY: Mapping[str, tuple[str, str]] = {
    "kind": ("案件性質", "一般諮詢、人民陳情或依法申請；期限各不相同，不合併計算"),
    "group": ("分組", "期末所屬之組別；「合計」為全部"),
    "received": ("受理", "期間內受理件數"),
    "closed_cases": ("辦結案件", "期末仍為辦結、最後一次辦結在期間內，且結果為答復或移請權責機關之件數"),
    "on_time": ("依限辦結", "辦結案件中，於當時限辦日期終了前辦結之件數"),
    "late": ("逾限辦結", "辦結案件中，逾限辦日期始辦結之件數"),
    "on_time_rate": ("依限辦結率（%）", "依限辦結÷辦結案件，四捨五入至小數二位"),
    "days_used_median": ("使用日數中位數", "收文次日起算之工作日，扣除待廠商補件等期間，四捨五入至小數一位"),
    "days_used_p90": ("使用日數第 90 百分位", "同上；九成案件不超過之日數（線性內插）"),
}
"""The fields by their names in JSON: what they are called, and what they mean."""
_COUNTS = ("received", "closed_cases", "on_time", "late")


@dataclass(frozen=True, slots=True)
class OpenData:
    """Rows of the fields of ``DICTIONARY`` and what is to be said of them; None: not given, or no case to say it of."""

    report: Report
    rows: Sequence[Mapping[str, Cell]]
    notes: Sequence[str]
    made_at: datetime

    def as_json(self) -> dict[str, Any]:
        """The rows with their dictionary."""
        period = self.report.period
        return {
            "from": period.start.isoformat(), "to": period.end.isoformat(),
            "made_at": local(self.made_at).isoformat(timespec="seconds"),
            "rules": self.report.rules, "calendar": self.report.calendar, "notes": list(self.notes),
            "dictionary": [{"field": name, "title": title, "meaning": meaning}
                           for name, (title, meaning) in DICTIONARY.items()],
            "rows": [dict(row) for row in self.rows],
        }  # fmt: skip

    def table(self) -> Table:
        """The same to be written as a file."""
        return Table(
            title="辦理時效開放資料", columns=[title for title, _ in DICTIONARY.values()],
            rows=[list(row.values()) for row in self.rows],
            notes=(*self.notes, *(f"{title}：{meaning}。" for title, meaning in DICTIONARY.values())),
            made_at=self.made_at,
        )  # fmt: skip


def dictionary(made_at: datetime) -> Table:
    """What the fields are called and mean, as a file beside that of the figures."""
    rows = [(title, name, meaning) for name, (title, meaning) in DICTIONARY.items()]
    return Table(title="欄位說明", columns=("欄位", "JSON 名稱", "說明"), rows=rows, notes=(), made_at=made_at)


def open_data(report: Report, label: Callable[[str], str], made_at: datetime, *, of: Sequence[str] = ()) -> OpenData:
    """What everybody may read of a report of one kind or of each kind.

    ``of``: what the report says of itself (``report_tables.edition``).

    Raises:
        Invalid: split in a way that tells of people or firms.
    """
    if report.by is not None and report.by not in SPLITS:
        raise Invalid("開放資料不以人員、機關或細項分組。", field="by")
    parts = report.by_kind.values() if report.kind == ALL else (report,)
    rows = [row for part in parts for row in _rows(part, label)]
    notes = (
        f"統計期間：{roc_written(report.period.start)}至{roc_written(report.period.end)}（含）。",
        *of,
        f"1 至 {LEAST - 1} 件之數字及可據以推算者不提供（空白）；沒有案件可計算者亦為空白。",
    )
    return OpenData(report, rows, notes, made_at)


def _rows(report: Report, label: Callable[[str], str]) -> Iterable[dict[str, Cell]]:
    kind = word(report.kind, "kind")
    groups = [("（無）" if one.key is None else label(one.key), one.figures) for one in in_order(report, label)]
    hidden, total = _hidden([figures for _, figures in groups], report.figures)
    for (name, figures), out in zip(groups, hidden, strict=True):
        yield {"kind": kind, "group": name, **_cells(figures, out)}
    yield {"kind": kind, "group": "合計", **_cells(report.figures, total)}


def _small(figures: FigureSet) -> frozenset[str]:
    """The counts of one row that are too small, and those that give one of them away."""
    out = {name for name in _COUNTS if 0 < figures.count(name) < LEAST}
    if out & {"on_time", "late"}:
        out |= {"on_time", "late"}
    if "closed_cases" in out:
        out |= {"on_time", "late"}
    return frozenset(out)


def _hidden(groups: Sequence[FigureSet], total: FigureSet) -> tuple[list[frozenset[str]], frozenset[str]]:
    """What is left out of each row, and of the total, so that nothing small can be read off the total.

    What is left out of a column are two numbers at least, and one of them is not small, or else the total goes too.
    """
    out, of_total = [set(_small(figures)) for figures in groups], set(_small(total))
    for name in ("received", "closed_cases", "late", "on_time"):
        missing = [groups[place].count(name) for place, one in enumerate(out) if name in one]
        known = len(missing) == 1 or (missing and max(missing) < LEAST and min(missing) > 0)
        if not known or name in of_total:
            continue
        others = [place for place, one in enumerate(out) if name not in one]
        large = [place for place in others if groups[place].count(name) >= LEAST]
        more = {name} if name == "received" else {"on_time", "late", name}
        if others:
            out[min(large or others, key=lambda place: (groups[place].count(name), place))] |= more
        else:
            of_total |= more
    return [frozenset(one) for one in out], frozenset(of_total)


def _cells(figures: FigureSet, out: frozenset[str]) -> dict[str, Cell]:
    spread = figures.distribution("days_used")
    counts: dict[str, Cell] = {name: None if name in out else figures.count(name) for name in _COUNTS}
    told = "closed_cases" not in out and spread.n >= LEAST
    of_time = "on_time" not in out and figures.on_time_rate is not None
    return {
        **counts,
        "on_time_rate": float(rate(figures.on_time_rate).removesuffix("%")) if of_time else None,
        "days_used_median": float(days(spread.median)) if told else None,
        "days_used_p90": float(days(spread.p90)) if told else None,
    }
