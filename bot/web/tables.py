"""One table as CSV, XLSX or ODS. A string stays a string in all three: nothing a firm wrote becomes a formula (S11).

The first sheet of a workbook is the table alone, headings in the first row, numbers in full precision; the second holds
the title and the notes. CSV has the table alone, with a byte order mark so that spreadsheets read it as UTF-8.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

import xlsxwriter

from bot.web import ods
from knowledge.calendar.office_calendar import TAIPEI
from routing.domain.errors import Invalid

Cell = ods.Cell

MOST_ROWS = 1_048_575
"""What a sheet holds below its headings."""
LONGEST_TEXT = 32_767
"""What a cell of a spreadsheet holds, in UTF-16 units."""
NOTES_SHEET = "說明"
AGENCY = "經濟部產業園區管理局高屏分局"
"""Stands above every printed page."""
_NOTES_WIDTH, _FIRST_WIDTH = 100, 24
_A4 = 9
"""Of XLSX's paper sizes."""

_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\']")


class Format(StrEnum):
    """The file formats a table can be taken away in; the value is the ending of the file's name."""

    CSV = "csv"
    XLSX = "xlsx"
    ODS = "ods"


MEDIA_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.ODS: "application/vnd.oasis.opendocument.spreadsheet",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A title, headings, rows of as many cells as headings, and notes (period, versions, definitions).

    ``made_at`` is the instant the table was made, for the file's own properties. ``shown``: how a spreadsheet shows the
    numbers of a column (as XLSX writes it, ``0.00%``), by its place; the value in the cell keeps its full precision.
    ``shown_at``: the same of one cell, by its row and column.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str]
    made_at: datetime
    shown: Mapping[int, str] = field(default_factory=dict)
    shown_at: Mapping[tuple[int, int], str] = field(default_factory=dict)


def write(table: Table, form: Format) -> bytes:
    """The file's bytes.

    Raises:
        Invalid: more rows than a sheet holds, or a row whose length is not that of the headings.
    """
    if len(table.rows) > MOST_ROWS and form is not Format.CSV:
        raise Invalid(f"資料超過 {MOST_ROWS:,} 列，試算表無法容納；請縮小範圍或改用 CSV。", code="table_too_long")
    if any(len(row) != len(table.columns) for row in table.rows):
        raise Invalid("資料列與欄位數不符。", code="table_ragged")
    return _WRITERS[form](table)


def write_some(
    tables: Mapping[str, Table], form: Format, *, table: str | None, title: str, notes: Sequence[str]
) -> bytes:
    """A sheet for each of these tables; or one of them alone, by its key, which is what CSV can hold.

    Raises:
        Invalid: as ``write``; no such table, or CSV without one: says which there are.
    """
    if table is None and form is not Format.CSV:
        return write_all(list(tables.values()), form, title=title, notes=notes)
    if table is None or table not in tables:
        said = "、".join(f"{key}（{one.title}）" for key, one in tables.items())
        wrong = "CSV 一次只含一張表，請以 table 指定" if table is None else "沒有這張表"
        raise Invalid(f"{wrong}；可用：{said}。", field="table")
    return write(tables[table], form)


def write_all(tables: Sequence[Table], form: Format, *, title: str, notes: Sequence[str]) -> bytes:
    """A workbook with a sheet for each table, its notes below it, and one that says what the whole is.

    Raises:
        Invalid: as ``write``; or CSV, which has one table alone.
    """
    if form is Format.CSV:
        raise Invalid("多張表格請下載 ODS 或 XLSX。", field="format")
    for table in tables:
        if any(len(row) != len(table.columns) for row in table.rows):
            raise Invalid("資料列與欄位數不符。", code="table_ragged")
    made_at = tables[0].made_at
    head: list[list[Cell]] = [[title], *_lines(notes)]
    sheets = [ods.Sheet(NOTES_SHEET, _fitted(head), widths=[_NOTES_WIDTH])]
    for table in tables:
        rows: list[Sequence[Cell]] = [list(table.columns), *table.rows, [], *_lines(table.notes)]
        widths = [_FIRST_WIDTH, *map(_width, table.columns[1:])]
        sheets.append(ods.Sheet(
            sheet_name(table.title), _fitted(rows), headed=True, shown=_below_head(table), widths=widths
        ))  # fmt: skip
    if form is Format.ODS:
        return ods.write(title=_fitting(title), agency=AGENCY, sheets=sheets, made_at=made_at)
    return _book(title, sheets, made_at)


def _book(title: str, sheets: Sequence[ods.Sheet], made_at: datetime) -> bytes:
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        made = made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        book.set_properties({"title": _fitting(title), "created": made})
        heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        times = _times(book)
        for one in sheets:
            formats = times | _shown(book, one.shown)
            sheet = book.add_worksheet(one.name)
            _for_print(sheet)
            for column, width in enumerate(one.widths):
                sheet.set_column(column, column, width)
            if one.headed:
                sheet.freeze_panes(1, 0)
                sheet.repeat_rows(0)
            for line, row in enumerate(one.rows):
                for column, cell in enumerate(row):
                    if one.headed and line == 0 and isinstance(cell, str):
                        sheet.write_string(0, column, cell, heading)
                    else:
                        _write_cell(sheet, line, column, cell, formats)
    return out.getvalue()


def _for_print(sheet: xlsxwriter.worksheet.Worksheet) -> None:
    """A4 across, as wide as the page, with the agency and the sheet's name above, the number of the page below."""
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&L{AGENCY}  &A")
    sheet.set_footer("&C第 &P 頁，共 &N 頁")


def _lines(notes: Sequence[str]) -> list[list[Cell]]:
    return [[note] for note in notes]


def _fitted(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    return [[_fitting(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]


def _csv(table: Table) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([_harmless(label) for label in table.columns])
    for row in table.rows:
        writer.writerow([_harmless(cell) if isinstance(cell, str) else _plain(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _harmless(value: str) -> str:
    """Text that no spreadsheet takes for a formula; CSV has no types, so an apostrophe has to say it."""
    clean = _UNPRINTABLE.sub("", value)
    return f"'{clean}" if clean.lstrip().startswith(_FORMULA_STARTS) or clean.startswith(("\t", "\r", "\n")) else clean


def _plain(cell: Cell) -> str | int | float | None:
    """What a file without aware times can hold: Taipei's wall clock to the second, ISO dates, numbers as they are."""
    if isinstance(cell, datetime):
        return cell.astimezone(TAIPEI).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date):
        return cell.isoformat()
    return cell


def _xlsx(table: Table) -> bytes:
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        made = table.made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        book.set_properties({"title": _fitting(table.title), "created": made})
        heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        formats = _times(book) | _shown(book, _below_head(table))
        sheet = book.add_worksheet(sheet_name(table.title))
        sheet.freeze_panes(1, 0)
        _for_print(sheet)
        sheet.repeat_rows(0)
        for column, label in enumerate(table.columns):
            sheet.write_string(0, column, _fitting(label), heading)
            sheet.set_column(column, column, _width(label))
        for line, row in enumerate(table.rows, start=1):
            for column, cell in enumerate(row):
                _write_cell(sheet, line, column, cell, formats)
        notes = book.add_worksheet(NOTES_SHEET)
        _for_print(notes)
        notes.set_column(0, 0, _NOTES_WIDTH)
        for line, note in enumerate((table.title, *table.notes)):
            notes.write_string(line, 0, _fitting(note))
    return out.getvalue()


def _times(book: xlsxwriter.Workbook) -> dict[object, object]:
    return {
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
    }


def _below_head(table: Table) -> dict[int | tuple[int, int], str]:
    """How numbers are shown in the sheet, whose first row is that of the headings."""
    found = dict[int | tuple[int, int], str](table.shown.items())
    found.update(((line + 1, column), form) for (line, column), form in table.shown_at.items())
    return found


def _shown(book: xlsxwriter.Workbook, shown: Mapping[int | tuple[int, int], str]) -> dict[object, object]:
    made = {form: book.add_format({"num_format": form}) for form in dict.fromkeys(shown.values())}
    return {at: made[form] for at, form in shown.items()}


def _write_cell(
    sheet: xlsxwriter.worksheet.Worksheet, line: int, column: int, cell: Cell, formats: Mapping[object, object]
) -> None:
    """``formats``: of instants and days by their type, of numbers by their column or their row and column."""
    if isinstance(cell, datetime):
        wall = cell.astimezone(TAIPEI).replace(tzinfo=None)
        sheet.write_datetime(line, column, wall, formats[datetime])
    elif isinstance(cell, date):
        sheet.write_datetime(line, column, cell, formats[date])
    elif isinstance(cell, str):
        sheet.write_string(line, column, _fitting(cell))
    elif cell is not None:
        sheet.write_number(line, column, cell, formats.get((line, column)) or formats.get(column))


def _ods(table: Table) -> bytes:
    rows = [[_fitting(cell) if isinstance(cell, str) else _on_the_wall(cell) for cell in row] for row in table.rows]
    notes = [[_fitting(note)] for note in (table.title, *table.notes)]
    head: list[ods.Cell] = [_fitting(label) for label in table.columns]
    return ods.write(
        title=_fitting(table.title),
        agency=AGENCY,
        sheets=[
            ods.Sheet(
                sheet_name(table.title),
                [head, *rows],
                headed=True,
                shown=_below_head(table),
                widths=list(map(_width, table.columns)),
            ),
            ods.Sheet(NOTES_SHEET, notes, widths=[_NOTES_WIDTH]),
        ],
        made_at=table.made_at,
    )


def _on_the_wall(cell: Cell) -> Cell:
    return cell.astimezone(TAIPEI).replace(tzinfo=None) if isinstance(cell, datetime) else cell


def _fitting(value: str) -> str:
    """Text without characters that XML forbids, cut to what a cell holds and marked where it was cut."""
    clean = _UNPRINTABLE.sub("", value)
    units = clean.encode("utf-16-le")
    if len(units) <= 2 * LONGEST_TEXT:
        return clean
    return units[: 2 * (LONGEST_TEXT - 1)].decode("utf-16-le", "ignore") + "…"


def sheet_name(title: str) -> str:
    """A name that spreadsheets accept: at most 31 characters, no brackets or slashes, not that of the notes."""
    name = _NOT_IN_SHEET_NAMES.sub("", _UNPRINTABLE.sub("", title)).strip()[:31]
    return name if name and name != NOTES_SHEET else "資料"


def _width(label: str) -> int:
    return min(40, max(10, 2 * len(label) + 2))


_WRITERS = {Format.CSV: _csv, Format.XLSX: _xlsx, Format.ODS: _ods}
