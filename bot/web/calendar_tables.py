"""A published office calendar as somebody sends it, CSV, XLSX or ODS, with each cell that cannot be used named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from bot.web import sheets
from bot.web.case_tables import BadCell, letter_of
from knowledge.calendar.official_days import COLUMNS, CalendarError, OfficialDay, published, read_row
from knowledge.calendar.republic import day_of
from knowledge.calendar.weekdays import CHINESE
from routing.domain.errors import Invalid

_DAY, _WEEKDAY, _OFF, _NOTE = COLUMNS
_NAMES = {_DAY: (_DAY, "日期", "國曆日期", "民國日期"), _WEEKDAY: (_WEEKDAY,), _OFF: (_OFF,), _NOTE: (_NOTE,)}
_MARKS = {"0": "0", "2": "2", "上班": "0", "否": "0", "放假": "2", "是": "2"}
_MOST_ROWS = 4_000
"""Ten years."""
_SHOWN = 20


def read(body: bytes) -> str:
    """The days of a file in the form in which a calendar is published.

    Days may be cells of days, of our era or of the Republic; a weekday that is left out is that of its day.

    Raises:
        Invalid: no table, columns that are missing, or cells that cannot be used, each with its place.
    """
    head, lines = sheets.headed(sheets.read(body))
    if len(lines) > _MOST_ROWS:
        raise Invalid(f"超過 {_MOST_ROWS:,} 列；請匯入一年或數年的辦公日曆表。", field="file", code="calendar_invalid")
    titles = [sheets.shown(cell) for cell in head.cells]
    places = {
        column: next((titles.index(name) for name in names if name in titles), None) for column, names in _NAMES.items()
    }
    if missing := [column for column, place in places.items() if place is None and column != _NOTE]:
        raise Invalid(
            f"第 {head.number} 列：缺少欄位 {'、'.join(missing)}；請匯入人事行政總處公布的辦公日曆表。", field="file",
            code="calendar_invalid",
        )  # fmt: skip
    bad: list[BadCell] = []
    days: dict[date, OfficialDay] = {}
    for line in lines:
        cells = {
            column: line.cells[place] if place is not None and place < len(line.cells) else None
            for column, place in places.items()
        }
        try:
            day = read_row(_row(cells), line.number)
        except CalendarError as error:
            bad.append(_bad(line.number, places, error.column or _DAY, error.message))
            continue
        if days.setdefault(day.date, day) is not day:
            bad.append(_bad(line.number, places, _DAY, f"{day.date} 重複。"))
    if bad:
        raise Invalid("；".join(_told(bad)), field="file", code="calendar_invalid")
    return published(days[day] for day in sorted(days))


def _bad(row: int, places: Mapping[str, int | None], column: str, message: str) -> BadCell:
    cell = f"{letter_of(places[column] or 0)}{row}"
    return BadCell(row, cell, column, message.removeprefix(f"第 {row} 行："))


def _row(cells: Mapping[str, sheets.Cell]) -> dict[str, str]:
    day, mark = cells[_DAY], sheets.shown(cells[_OFF])
    read = day if isinstance(day, date) else day_of(sheets.shown(day))
    weekday = sheets.shown(cells[_WEEKDAY])
    return {
        _DAY: f"{read:%Y%m%d}" if read else sheets.shown(day), _OFF: _MARKS.get(mark, mark),
        _WEEKDAY: weekday or (CHINESE[read.weekday()] if read else ""), _NOTE: sheets.shown(cells[_NOTE]),
    }  # fmt: skip


def _told(bad: list[BadCell]) -> Iterator[str]:
    yield from (str(one).removesuffix("。") for one in bad[:_SHOWN])
    if len(bad) > _SHOWN:
        yield f"另有 {len(bad) - _SHOWN} 格"
