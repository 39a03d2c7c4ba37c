"""A small writer of OpenDocument spreadsheets (ODF 1.3, the format that agencies exchange): sheets of typed cells.

Structure after OASIS ODF 1.3 part 2 (packages: ``mimetype`` first and uncompressed) and part 3 (schema).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from xml.sax.saxutils import escape, quoteattr

Cell = str | int | float | date | datetime | None

MEDIA_TYPE = "application/vnd.oasis.opendocument.spreadsheet"

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
NAMESPACES = " ".join(
    f'xmlns:{prefix}="{_OASIS}:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
        ("number", "datastyle"),
        ("fo", "xsl-fo-compatible"),
        ("meta", "meta"),
    )
)
_DATE_PARTS = (
    '<number:year number:style="long"/><number:text>-</number:text><number:month number:style="long"/>'
    '<number:text>-</number:text><number:day number:style="long"/>'
)
_TIME_PARTS = (
    '<number:text> </number:text><number:hours number:style="long"/><number:text>:</number:text>'
    '<number:minutes number:style="long"/><number:text>:</number:text><number:seconds number:style="long"/>'
)
_STYLES = (
    "<office:automatic-styles>"
    f'<number:date-style style:name="Nday">{_DATE_PARTS}</number:date-style>'
    f'<number:date-style style:name="Ntime">{_DATE_PARTS}{_TIME_PARTS}</number:date-style>'
    '<style:style style:name="day" style:family="table-cell" style:data-style-name="Nday"/>'
    '<style:style style:name="time" style:family="table-cell" style:data-style-name="Ntime"/>'
    '<style:style style:name="head" style:family="table-cell">'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
    "</office:automatic-styles>"
)
_SPACES = re.compile(" {2,}|^ | $|\t")


def write(*, title: str, sheets: Sequence[tuple[str, Sequence[Sequence[Cell]]]], made_at: datetime) -> bytes:
    """A workbook. The first row of the first sheet is set as headings.

    Args:
        title: for the file's properties.
        sheets: name and rows of each. Times are written as the wall clock they show.
        made_at: aware; for the file's properties and the members' dates.
    """
    body = "".join(_sheet(name, rows, headed=position == 0) for position, (name, rows) in enumerate(sheets))
    members = {
        "content.xml": (
            f'{XML}<office:document-content {NAMESPACES} office:version="1.3">{_STYLES}'
            f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
        ),
        "styles.xml": f'{XML}<office:document-styles {NAMESPACES} office:version="1.3"/>',
    }
    return package(MEDIA_TYPE, members, title=escape(title), made_at=made_at)


def package(media_type: str, members: dict[str, str], *, title: str, made_at: datetime) -> bytes:
    """An OpenDocument package of these members; ``title`` as XML has it."""
    moment = made_at.astimezone(UTC)
    meta = (
        f'{XML}<office:document-meta {NAMESPACES} xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'office:version="1.3"><office:meta><dc:title>{title}</dc:title>'
        f"<meta:creation-date>{moment:%Y-%m-%dT%H:%M:%SZ}</meta:creation-date></office:meta></office:document-meta>"
    )
    whole = {"content.xml": members["content.xml"], "meta.xml": meta, "styles.xml": members["styles.xml"]}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        _add(archive, "mimetype", media_type, moment, zipfile.ZIP_STORED)
        for name, content in whole.items():
            _add(archive, name, content, moment, zipfile.ZIP_DEFLATED)
        _add(archive, "META-INF/manifest.xml", _manifest(whole, media_type), moment, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _add(package: zipfile.ZipFile, name: str, content: str, moment: datetime, method: int) -> None:
    member = zipfile.ZipInfo(name, moment.timetuple()[:6])
    member.compress_type = method
    package.writestr(member, content.encode())


def _manifest(names: Sequence[str] | dict[str, str], media_type: str) -> str:
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>' for name in names
    )
    return (
        f'{XML}<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0" manifest:version="1.3">'
        f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{media_type}"/>'
        f"{entries}</manifest:manifest>"
    )


def _sheet(name: str, rows: Sequence[Sequence[Cell]], *, headed: bool) -> str:
    width = max((len(row) for row in rows), default=1)
    lines = "".join(
        f"<table:table-row>{''.join(_cell(cell, head=headed and line == 0) for cell in row)}</table:table-row>"
        for line, row in enumerate(rows)
    )
    columns = f'<table:table-column table:number-columns-repeated="{max(width, 1)}"/>'
    return f"<table:table table:name={quoteattr(name)}>{columns}{lines}</table:table>"


def _cell(cell: Cell, *, head: bool) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, str):
        style = ' table:style-name="head"' if head else ""
        return f'<table:table-cell{style} office:value-type="string">{paragraphs_of(cell)}</table:table-cell>'
    if isinstance(cell, datetime):
        return _typed("date", f'office:date-value="{cell:%Y-%m-%dT%H:%M:%S}"', f"{cell:%Y-%m-%d %H:%M:%S}", "time")
    if isinstance(cell, date):
        return _typed("date", f'office:date-value="{cell.isoformat()}"', cell.isoformat(), "day")
    return _typed("float", f'office:value="{cell!r}"', repr(cell), "")


def _typed(kind: str, value: str, shown: str, style: str) -> str:
    styled = f' table:style-name="{style}"' if style else ""
    return f'<table:table-cell{styled} office:value-type="{kind}" {value}><text:p>{shown}</text:p></table:table-cell>'


def paragraphs_of(value: str) -> str:
    """One paragraph a line; runs of spaces and tabs are elements, for a reader folds bare ones into one space."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "".join(f"<text:p>{_SPACES.sub(_space, escape(line))}</text:p>" for line in lines)


def _space(match: re.Match[str]) -> str:
    return "<text:tab/>" if match[0] == "\t" else f'<text:s text:c="{len(match[0])}"/>'
