"""One table in the forms in which offices send it: CSV in their encodings, and workbooks whose cells are merged."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from xml.sax.saxutils import escape

import xlsxwriter

Cell = str | float | date | None
FORMS = ("utf-8", "utf-8-sig", "cp950", "utf-16", "xlsx", "ods")
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_NAMES = " ".join(f'xmlns:{name}="{_OASIS}:{name}:1.0"' for name in ("office", "table", "text"))


def sent(rows: Sequence[Sequence[Cell]], form: str, *, title: str = "", merged: Sequence[int] = ()) -> bytes:
    """The bytes of a table.

    Args:
        rows: the headings first.
        form: an encoding of a CSV, or ``xlsx`` or ``ods``, where days are typed cells.
        title: a first row that is merged over all columns, if any.
        merged: places of columns in which equal cells that follow each other below the headings are one merged cell;
            in a CSV, as exports have them, the first of them is written and the others are empty.
    """
    whole = [[title, *[None] * (len(rows[0]) - 1)], *rows] if title else list(rows)
    first = len(whole) - len(rows) + 1
    spans = {place: list(_runs([row[place] for row in whole], first)) for place in merged}
    covered = {(line, place) for place, runs in spans.items() for top, end in runs for line in range(top + 1, end)}
    if form == "xlsx":
        return _xlsx(whole, spans, covered, bool(title))
    if form == "ods":
        return _ods(whole, spans, covered, bool(title))
    lines = (
        ",".join("" if (line, place) in covered else _word(cell) for place, cell in enumerate(row))
        for line, row in enumerate(whole)
    )
    return "\r\n".join(lines).encode(form)


def _runs(column: Sequence[Cell], first: int) -> Sequence[tuple[int, int]]:
    found, line = [], first
    for _, group in groupby(column[first:]):
        count = len(list(group))
        if count > 1:
            found.append((line, line + count))
        line += count
    return found


def _word(cell: Cell) -> str:
    if isinstance(cell, date):
        return f"{cell.year - 1911}.{cell.month:02}.{cell.day:02}"
    return "" if cell is None else str(cell)


def _xlsx(rows: Sequence[Sequence[Cell]], spans, covered, titled: bool) -> bytes:  # type: ignore[no-untyped-def]
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet, day = book.add_worksheet("清冊"), book.add_format({"num_format": "yyyy/mm/dd"})
        for line, row in enumerate(rows):
            for place, cell in enumerate(row):
                if cell is None or (line, place) in covered:
                    continue
                if isinstance(cell, date):
                    sheet.write_datetime(line, place, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
                else:
                    sheet.write(line, place, cell)
        if titled:
            sheet.merge_range(0, 0, 0, len(rows[0]) - 1, rows[0][0])
        for place, runs in spans.items():
            for top, end in runs:
                sheet.merge_range(top, place, end - 1, place, rows[top][place])
    return out.getvalue()


def _ods(rows: Sequence[Sequence[Cell]], spans, covered, titled: bool) -> bytes:  # type: ignore[no-untyped-def]
    tops = {(top, place): end - top for place, runs in spans.items() for top, end in runs}
    written = []
    for line, row in enumerate(rows):
        cells = []
        for place, cell in enumerate(row):
            if (line, place) in covered or (titled and line == 0 and place):
                cells.append("<table:covered-table-cell/>")
                continue
            span = f' table:number-rows-spanned="{tops[line, place]}"' if (line, place) in tops else ""
            span += f' table:number-columns-spanned="{len(row)}"' if titled and line == 0 else ""
            cells.append(f"<table:table-cell{span}{_typed(cell)}</table:table-cell>")
        written.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMES} office:version="1.3"><office:body>'
        f'<office:spreadsheet><table:table table:name="清冊">{"".join(written)}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0" manifest:version="1.3">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", kind)
        package.writestr("content.xml", body)
        package.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()


def _typed(cell: Cell) -> str:
    if cell is None:
        return ">"
    if isinstance(cell, date):
        return f' office:value-type="date" office:date-value="{cell.isoformat()}"><text:p>{cell}</text:p>'
    if isinstance(cell, str):
        return f' office:value-type="string"><text:p>{escape(cell)}</text:p>'
    return f' office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p>'
