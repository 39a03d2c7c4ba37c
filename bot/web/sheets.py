"""Reading one table that somebody sends: CSV, XLSX or ODS. What it is is read off its content, never off its name.

Of a workbook the first sheet that holds anything is read. A cell keeps its type: a date of a spreadsheet is a date.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from bot.web import merged_cells
from bot.web.merged_cells import Range
from routing.domain.errors import Invalid

Cell = str | int | float | bool | date | datetime | None

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
LONGEST_CELL = 32_767
_MOST_UNPACKED = 128 * 1024 * 1024
_ENCODINGS = ("utf-8-sig", "cp950")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_OLE = b"\xd0\xcf\x11\xe0"
_SEPARATORS = ",\t;"


@dataclass(frozen=True, slots=True)
class Line:
    """A row with its number as the spreadsheet shows it, from 1."""

    number: int
    cells: tuple[Cell, ...]


def read(body: bytes) -> list[Line]:
    """The rows of a file that hold anything.

    Raises:
        Invalid: it is too large, none of the three formats, locked, broken, or empty (``table_unreadable``).
    """
    if len(body) > MOST_BYTES:
        raise _unreadable(f"檔案超過 {MOST_BYTES // 1024 // 1024} MB。")
    if body.startswith(_OLE):
        raise _unreadable("這是舊式 Excel 檔或加密檔；請另存為 XLSX、ODS 或 CSV。")
    rows = _workbook(body) if body.startswith(b"PK") else _csv(body)
    lines = [
        Line(number, tuple(cells))
        for number, cells in enumerate(rows, start=1)
        if any(cell not in (None, "") for cell in cells)
    ]  # fmt: skip
    if not lines:
        raise _unreadable("檔案沒有內容。")
    return lines


def read_file(path: Path) -> list[Line]:
    """As ``read``, of a file on this machine; of one that is too large no more than shows it."""
    with path.open("rb") as source:
        return read(source.read(MOST_BYTES + 1))


def _unreadable(message: str) -> Invalid:
    return Invalid(message, field="file", code="table_unreadable")


def decoded(body: bytes) -> str:
    """The text of a CSV in UTF-8, with or without a mark, in UTF-16 with one, or in Big5. Raises Invalid: neither."""
    encodings = ("utf-16",) if body.startswith(_UTF16) else _ENCODINGS
    for encoding in encodings:
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable("檔案不是 CSV、XLSX 或 ODS，或文字編碼不是 UTF-8 或 Big5。")


def _csv(body: bytes) -> list[list[Cell]]:
    text = decoded(body)
    if "\x00" in text:
        raise _unreadable("檔案不是 CSV、XLSX 或 ODS。")
    head = text.lstrip("\r\n").partition("\n")[0]
    separator = max(_SEPARATORS, key=head.count)
    rows: list[list[Cell]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            rows.append([_words(cell) for cell in cells[:MOST_COLUMNS]])
            _bounded(len(rows))
    except csv.Error:
        raise _unreadable(f"CSV 第 {len(rows) + 1} 列格式錯誤（引號未成對或內容過長）。") from None
    return rows


def _workbook(body: bytes) -> list[list[Cell]]:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            unpacked = sum(one.file_size for one in package.infolist())
            locked = any(one.flag_bits & 1 for one in package.infolist())
        if unpacked > _MOST_UNPACKED or locked:
            raise _unreadable("檔案加密，或解開後過大。")
        return _first_sheet(CalamineWorkbook.from_filelike(io.BytesIO(body)), body)
    except (CalamineError, zipfile.BadZipFile, ValueError, KeyError, OSError, NotImplementedError):
        raise _unreadable("試算表檔案損壞、加密，或不是 XLSX、ODS。") from None


def _first_sheet(book: CalamineWorkbook, body: bytes) -> list[list[Cell]]:
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        _bounded(sheet.total_height)
        rows = sheet.to_python(skip_empty_area=False)
        if rows:
            ranges = sheet.merged_cell_ranges
            _fill_merged(rows, merged_cells.of_ods(body, name) if ranges is None else ranges)
            return [[_cell(value) for value in cells[:MOST_COLUMNS]] for cells in rows]
    return []


def _fill_merged(rows: list[list[Any]], ranges: Sequence[Range]) -> None:
    """A cell merged over several rows counts in each of them. One merged over columns is a title, and does not."""
    for (top, left), (bottom, right) in ranges:
        if left == right and top < len(rows) and left < len(rows[top]):
            for row in rows[top + 1 : bottom + 1]:
                row[left] = rows[top][left]


def _bounded(rows: int) -> None:
    if rows > MOST_ROWS:
        raise _unreadable(f"超過 {MOST_ROWS:,} 列，請分批匯入。")


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return _words(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, bool | int | float | datetime | date):
        return value
    return str(value) if isinstance(value, time | timedelta) else None


def _words(value: str) -> str:
    return value.strip().removeprefix("\ufeff")[:LONGEST_CELL]


def shown(cell: Cell) -> str:
    """A cell as a person reads it."""
    return "" if cell is None else str(cell)


def headed(lines: Sequence[Line]) -> tuple[Line, Sequence[Line]]:
    """The row of the headings and those below: a title above a table fills one cell alone."""
    for place, line in enumerate(lines[:20]):
        if sum(cell not in (None, "") for cell in line.cells) > 1:
            return line, lines[place + 1 :]
    return lines[0], lines[1:]
