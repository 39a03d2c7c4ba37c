"""The yearly papers of the branch: tables of a year, what is sealed of them, and the sums that only they need.

Bot answers, cases and contacts are counted in tables of their own and never added. A figure that no system measures is
entered by hand, with its evidence and who answers for it.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from knowledge.calendar.republic import roc_year, western_year
from routing.domain.errors import Invalid
from routing.domain.reporting.periods import Period

LEAST_COMPARED = 30
"""Cases, or answers of firms, under which no share and no saving is claimed."""
_Z = 1.96
"""Of a confidence of 95 per cent."""


class Section(StrEnum):
    """Where a figure that was entered by hand stands."""

    STRATEGY = "strategy"
    """執行策略 × 構面."""
    PROACTIVE = "proactive"
    """主動及客製化服務."""
    INCLUSION = "inclusion"
    """多元包容: accessibility, equality, small firms."""
    SURROUNDINGS = "surroundings"
    """洽公環境: parking, greening, the counter."""
    THEMES = "themes"
    """滿意度意見主題及改善."""
    LATE = "late"
    """Reason (figure) and remedy (evidence) of a late case, whose number is the label."""
    FOLLOW_UP = "follow_up"
    """前次考核意見辦理情形."""
    BASE_YEAR = "base_year"
    """The year that later ones are compared with; its figure is the year of the Republic."""


DIMENSIONS = ("創新性", "效益及影響", "可持續性", "擴散應用")
"""The four of the award (政府服務獎)."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with the address of the cases behind it."""

    value: int | float | None
    cases: str


Cell = str | int | float | Figure | None


@dataclass(frozen=True, slots=True)
class AnnualTable:
    """One table: a title, headings, rows of as many cells, and notes."""

    key: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        """Cells as they are; a figure as ``{"value", "cases"}``."""
        return {
            "key": self.key, "title": self.title, "columns": list(self.columns),
            "rows": [[_cell(cell) for cell in row] for row in self.rows], "notes": list(self.notes),
        }  # fmt: skip


def _cell(cell: Cell) -> Any:
    return {"value": cell.value, "cases": cell.cases} if isinstance(cell, Figure) else cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Annual:
    """A year's tables. ``through``: the last day that they know of; of a year that is not over, today."""

    year: int
    through: date
    finished: bool
    rules: str
    calendar: str
    base_year: int | None
    tables: Sequence[AnnualTable] = field(default_factory=tuple)

    def content(self) -> dict[str, Any]:
        """What is handed in, and sealed."""
        return {
            "year": self.year, "roc_year": roc_year(self.year), "from": date(self.year, 1, 1).isoformat(),
            "to": self.through.isoformat(), "finished": self.finished, "rules": self.rules, "calendar": self.calendar,
            "base_year": self.base_year, "tables": [table.as_json() for table in self.tables],
        }  # fmt: skip


def digest(content: dict[str, Any]) -> str:
    """The hash by which content is known: of its JSON with sorted keys."""
    written = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def same_figures(sealed: dict[str, Any], counted: dict[str, Any]) -> bool:
    """Whether what was sealed is what is counted now.

    Words around the figures and addresses of lists may be others, and another program may have tables of its own.
    """
    one, other = ({table["key"]: _values(table) for table in content["tables"]} for content in (sealed, counted))
    return all(one[key] == other[key] for key in one.keys() & other.keys())


def _values(table: dict[str, Any]) -> list[list[Any]]:
    return [[cell["value"] if isinstance(cell, dict) else cell for cell in row] for row in table["rows"]]


def year_asked(written: int, today: date) -> int:
    """The year of our era for one of it or of the Republic. Raises Invalid: before the first case, or not begun."""
    year = western_year(written)
    if not 2024 <= year <= today.year:
        raise Invalid(f"年度須為 113 至 {roc_year(today.year)} 年。", field="year", code="year_invalid")
    return year


def period_of(year: int, today: date) -> Period:
    """The days of a year up to its end or today."""
    return Period(date(year, 1, 1), min(date(year, 12, 31), today))


def quarters(year: int, today: date) -> list[Period]:
    """The quarters of a year that are over."""
    ends = [date(year, 3, 31), date(year, 6, 30), date(year, 9, 30), date(year, 12, 31)]
    return [Period(date(year, end.month - 2, 1), end) for end in ends if end < today]


def saving(before: float | None, now: float | None, cases: Sequence[int]) -> float | None:
    """By which share a median fell since the base year; None where either rests on too few cases."""
    if not before or now is None or min(cases) < LEAST_COMPARED:
        return None
    return (before - now) / before


def margin(share: float, answers: int, asked: int) -> float | None:
    """The margin of a share of answers at 95 per cent, of all that were asked; None under thirty answers."""
    if answers < LEAST_COMPARED:
        return None
    rest = (asked - answers) / (asked - 1) if asked > max(answers, 1) else 0.0
    return _Z * math.sqrt(share * (1 - share) / answers * rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A figure entered by hand. ``dimension`` of strategies alone."""

    section: Section
    label: str
    figure: str
    evidence: str
    owner: str
    dimension: str | None = None

    def __post_init__(self) -> None:
        for name, most in (("label", 120), ("figure", 500), ("evidence", 500), ("owner", 80)):
            value = getattr(self, name)
            if not value.strip() or len(value) > most:
                raise Invalid(f"{_NAMES[name]}為必填，最多 {most} 字。", field=name)
        if self.section is Section.STRATEGY and self.dimension not in DIMENSIONS:
            raise Invalid(f"構面請選擇{'、'.join(DIMENSIONS)}。", field="dimension")
        if self.section is Section.BASE_YEAR and not (self.figure.isdecimal() and 113 <= int(self.figure) <= 200):
            raise Invalid("基準年請填民國年，例如 114。", field="figure")


_NAMES = {"label": "事項", "figure": "數據或說明", "evidence": "佐證", "owner": "負責單位或人員"}
