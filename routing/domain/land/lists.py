"""Reading a list of plots: which column is which, and every cell that cannot be used, by line and heading."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Protocol

from knowledge.calendar.republic import day_of
from knowledge.land import MEASURED, form_of, load_plots, unit_factor
from knowledge.language.text import fold
from knowledge.offices.records import Park
from routing.domain.errors import Invalid
from routing.domain.land.plots import FRESH_DAYS, Plot, fresh

_LONGEST = {"code": 60, "industry": 200, "rent": 200, "features": 500, "state": 40}
_NAMES = {
    "code": "編號", "park": "園區", "form": "類型", "area": "面積", "industry": "適用產業", "power": "供電",
    "water": "供水", "wastewater": "廢水", "available_on": "可交付日", "rent": "租金", "features": "設備",
    "state": "狀態", "as_of": "資料日期",
}  # fmt: skip
_MOST = {"area": 10_000_000.0, "power": 1_000_000.0, "water": 1_000_000.0, "wastewater": 1_000_000.0}
_NUMBER = re.compile(r"[+]?(\d[\d,]*(?:\.\d+)?)\s*(.{0,12})")
_BRACKETS = re.compile(r"[（(\[【].*?[）)\]】]")
_OLDEST = date(2000, 1, 1)
_MOST_PROBLEMS = 500


class Line(Protocol):
    """A row of a table with its number."""

    @property
    def number(self) -> int:
        """From 1."""

    @property
    def cells(self) -> Sequence[Any]:
        """Texts, numbers, days or None."""


class Parks(Protocol):
    """Which park words mean."""

    def __call__(self, text: str) -> Park | None:
        """None: none, or several."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A cell that cannot be used: its line, its heading, what stands in it, and why not."""

    line: int
    column: str
    value: str
    why: str

    def __str__(self) -> str:
        """As a preview says it."""
        said = f"「{self.value}」" if self.value else "空白"
        return f"第 {self.line} 列「{self.column}」{said}：{self.why}"


@dataclass(slots=True)
class PlotList:
    """What a file comes to. With a single problem nothing of it is taken."""

    plots: list[Plot] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def parks(self) -> tuple[str, ...]:
        """The parks whose plots it holds; theirs are replaced, others stay."""
        return tuple(sorted({plot.park for plot in self.plots}))


def read_list(lines: Sequence[Line], parks: Parks, *, today: date, as_of: date | None = None) -> PlotList:
    """The plots of a table.

    Args:
        lines: its rows, with whatever stands above the headings.
        parks: which park words mean.
        today: for days that lie ahead.
        as_of: the day of the whole list, where no line of it says one.

    Raises:
        Invalid: no row holds the headings that are needed (``plots_columns``).
    """
    found = PlotList()
    place, columns = _headings(lines)
    day = _day_of_list(lines, columns, place) or as_of
    if "as_of" not in columns and day is None:
        day = today
        found.remarks.append(f"清冊沒有資料日期，以匯入日 {today.isoformat()} 為資料日期。")
    elif "as_of" not in columns:
        found.remarks.append(f"資料日期 {day.isoformat() if day else ''}，取自清冊。" if day != as_of else "")
    unused = [str(cell) for at, cell in enumerate(lines[place].cells) if cell and at not in _places(columns)]
    if unused:
        found.remarks.append(f"未使用的欄位：{'、'.join(unused[:20])}。")
    heads = {name: str(lines[place].cells[at]) for name, at in columns.items()}
    seen: dict[tuple[str, str], int] = {}
    for line in lines[place + 1 :]:
        if not _is_row(line, columns):
            continue
        row = _Row(line, columns, heads, found.problems)
        plot = _plot(row, parks, today=today, as_of=day)
        if plot is not None and (before := seen.setdefault((plot.park, plot.code), line.number)) != line.number:
            row.wrong("code", f"與第 {before} 列重複。")
        elif plot is not None:
            found.plots.append(plot)
        if len(found.problems) >= _MOST_PROBLEMS:
            found.remarks.append(f"問題過多，只列出前 {_MOST_PROBLEMS} 項。")
            break
    _remark(found, today)
    return found


def _remark(found: PlotList, today: date) -> None:
    found.remarks = [remark for remark in found.remarks if remark]
    old = sum(not fresh(plot.as_of, today) for plot in found.plots)
    if old:
        found.remarks.append(f"{old} 筆的資料日期已逾 {FRESH_DAYS} 日，收下後不能傳送給廠商。")
    if not found.plots and not found.problems:
        found.remarks.append("清冊沒有任何一筆用地。")


def _is_row(line: Line, columns: Mapping[str, int]) -> bool:
    """A row that fills more than one of our columns: totals and remarks beneath a table are none."""
    cells = [line.cells[at] for at in columns.values() if at < len(line.cells)]
    first = str(cells[0] or "").strip() if cells else ""
    if first in {"合計", "總計", "小計", "備註", "註", "說明"} or first.startswith(
        ("備註：", "註：", "合計", "總計", "資料日期")
    ):
        return False
    return sum(cell not in (None, "") for cell in cells) > 1


def _headings(lines: Sequence[Line]) -> tuple[int, dict[str, int]]:
    """The row of the headings and the column of each field. Raises Invalid: no row has those that are needed."""
    best: dict[str, int] = {}
    required = load_plots().required
    for place, line in enumerate(lines[:20]):
        columns = _columns(line.cells)
        if all(name in columns for name in required):
            return place, columns
        best = max(best, columns, key=len)
    missing = [_NAMES[name] for name in required if name not in best]
    raise Invalid(
        f"找不到欄位：{'、'.join(missing)}。第一列請為欄名（至少有編號、園區、面積）。",
        field="file",
        code="plots_columns",
    )


def _columns(cells: Sequence[Any]) -> dict[str, int]:
    names = {_name(str(cell or "")): at for at, cell in reversed(list(enumerate(cells)))}
    found: dict[str, int] = {}
    for of, headings in load_plots().columns.items():
        at = next((names[_name(heading)] for heading in headings if _name(heading) in names), None)
        if at is not None and at not in found.values():
            found[of] = at
    return found


def _places(columns: Mapping[str, int]) -> set[int]:
    return set(columns.values())


def _name(heading: str) -> str:
    """A heading without blanks and what stands in brackets."""
    return re.sub(r"[\s*:：]", "", _BRACKETS.sub("", unicodedata.normalize("NFKC", heading)))


def _day_of_list(lines: Sequence[Line], columns: Mapping[str, int], place: int) -> date | None:
    """The day that a line above or beneath the table names: 資料日期：115.11.01."""
    if "as_of" in columns:
        return None
    words = "|".join(map(re.escape, load_plots().dated))
    for line in (*lines[:place], *lines[-5:]):
        for cell in line.cells:
            match = re.search(
                rf"(?:{words})\s*[:：]?\s*(?:中華)?(?:民國)?\s*([\d][\d\s./年月日-]{{5,14}})", str(cell or "")
            )
            if match and (day := day_of(match[1].strip())):
                return day
    return None


@dataclass(slots=True)
class _Row:
    line: Line
    columns: Mapping[str, int]
    heads: Mapping[str, str]
    problems: list[Problem]

    def cell(self, name: str) -> Any:
        at = self.columns.get(name)
        return self.line.cells[at] if at is not None and at < len(self.line.cells) else None

    def wrong(self, name: str, why: str) -> None:
        value = self.cell(name)
        shown = "" if value is None else str(value)
        head = self.heads.get(name, _NAMES[name])
        self.problems.append(Problem(self.line.number, head, shown[:60], why))

    def text(self, name: str) -> str:
        value = self.cell(name)
        words = "" if value is None else " ".join(unicodedata.normalize("NFC", str(value)).replace("\x00", "").split())
        if name in _LONGEST and len(words) > _LONGEST[name]:
            self.wrong(name, f"請在 {_LONGEST[name]} 字以內。")
            return words[: _LONGEST[name]]
        return "" if fold(words) in load_plots().blank and name != "code" else words

    def day(self, name: str) -> date | None:
        value = self.cell(name)
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        words = self.text(name)
        if not words:
            return None
        day = day_of(words)
        if day is None:
            self.wrong(name, "日期無法判讀；請寫成 115.11.01 或 2026-11-01。")
        return day

    def figure(self, name: str) -> float | None:
        words = self.text(name)
        if not words:
            return None
        found = None
        if not isinstance(self.cell(name), bool | date):
            found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", words))
        if found is None:
            self.wrong(name, "不是一個數字；請只填一個數字，單位可寫在欄名或數字之後。")
            return None
        unit = unit_factor(found[2] or self.heads.get(name, ""), name)
        if found[2] and unit is None:
            self.wrong(name, f"不認得單位「{found[2]}」。")
            return None
        number = float(Fraction(found[1].replace(",", "")) * (unit or 1))
        if number > _MOST[name]:
            self.wrong(name, "數字超出合理範圍。")
            return None
        return round(number, 4)


def _plot(row: _Row, parks: Parks, *, today: date, as_of: date | None) -> Plot | None:
    before = len(row.problems)
    code = row.text("code")
    if not code:
        row.wrong("code", "請填寫。")
    park = _park(row, parks)
    figures = {name: row.figure(name) for name in MEASURED}
    if len(row.problems) == before and not figures["area"]:
        row.wrong("area", "請填寫大於 0 的數字。")
    form = _form(row)
    day = _as_of(row, today, as_of)
    available = row.day("available_on")
    words = {name: row.text(name) for name in ("industry", "rent", "features", "state")}
    if len(row.problems) > before or park is None or day is None or not figures["area"]:
        return None
    offered = not any(word in words["state"] for word in load_plots().taken)
    return Plot(
        code=code, park=park.name, form=form, area=figures["area"], power=figures["power"], water=figures["water"],
        wastewater=figures["wastewater"], available_on=available, offered=offered, as_of=day, **words,
    )  # fmt: skip


def _park(row: _Row, parks: Parks) -> Park | None:
    words = row.text("park")
    park = parks(words) if words else None
    if park is None:
        row.wrong("park", "不認得這個園區。" if words else "請填寫。")
    elif not park.own:
        row.wrong("park", "不是本分局的園區。")
    else:
        return park
    return None


def _form(row: _Row) -> str | None:
    words = row.text("form")
    if not words:
        return None
    form = form_of(words)
    if form is None:
        row.wrong("form", "不認得；請填寫土地或廠房。")
    return form


def _as_of(row: _Row, today: date, as_of: date | None) -> date | None:
    day = row.day("as_of") if "as_of" in row.columns else as_of
    if day is None:
        if "as_of" in row.columns and not row.text("as_of"):
            row.wrong("as_of", "請填寫。")
    elif not _OLDEST <= day <= today:
        row.wrong("as_of", "資料日期在未來，或過於久遠。")
    return day
