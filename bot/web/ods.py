"""A small writer of OpenDocument spreadsheets (ODF 1.3, the format that agencies exchange): sheets of typed cells.

Structure after OASIS ODF 1.3 part 2 (packages: ``mimetype`` first and uncompressed) and part 3 (schema).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from xml.sax.saxutils import escape, quoteattr

Cell = str | int | float | date | datetime | None
Shown = Mapping[int | tuple[int, int], str]
"""How numbers are shown, by their column or their row and column."""

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
    f'<number:date-style style:name="Nday">{_DATE_PARTS}</number:date-style>'
    f'<number:date-style style:name="Ntime">{_DATE_PARTS}{_TIME_PARTS}</number:date-style>'
    '<style:style style:name="day" style:family="table-cell" style:data-style-name="Nday"/>'
    '<style:style style:name="time" style:family="table-cell" style:data-style-name="Ntime"/>'
    '<style:style style:name="head" style:family="table-cell">'
    '<style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"/>'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="sheet" style:family="table" style:master-page-name="Default">'
    '<style:table-properties table:display="true"/></style:style>'
)
_NUMBERS = re.compile(r"(?P<grouped>#,##)?0(?:\.(?P<places>0+))?(?P<percent>%?)")
"""How numbers are shown, as XLSX writes it."""
_CHARACTER = 0.19
"""Centimetres of one, as columns are measured."""
_SPACES = re.compile(" {2,}|^ | $|\t")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of typed cells. Times are written as the wall clock they show.

    ``headed``: the first row is that of the headings, which every printed page repeats. ``shown``: how the numbers of a
    column or of one cell (row, column) are shown, as XLSX writes it. ``widths``: of the columns, in characters.
    """

    name: str
    rows: Sequence[Sequence[Cell]]
    headed: bool = False
    shown: Shown = field(default_factory=dict)
    widths: Sequence[int] = ()


def write(*, title: str, agency: str, sheets: Sequence[Sheet], made_at: datetime) -> bytes:
    """A workbook that prints on A4 across, as wide as the page, with the agency and the sheet above, pages below.

    Args:
        title: for the file's properties.
        agency: whose paper it is.
        sheets: in their order.
        made_at: aware; for the file's properties and the members' dates.
    """
    widths = sorted({width for sheet in sheets for width in sheet.widths})
    shown = sorted({form for sheet in sheets for form in sheet.shown.values()})
    styles = "".join((*(_column_style(one) for one in widths), *(_number_style(one) for one in shown)))
    body = "".join(map(_sheet, sheets))
    members = {
        "content.xml": (
            f'{XML}<office:document-content {NAMESPACES} office:version="1.3">'
            f"<office:automatic-styles>{_STYLES}{styles}</office:automatic-styles>"
            f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
        ),
        "styles.xml": (
            f'{XML}<office:document-styles {NAMESPACES} office:version="1.3">{_page(agency)}</office:document-styles>'
        ),
    }
    return package(MEDIA_TYPE, members, title=escape(title), made_at=made_at)


def _page(agency: str) -> str:
    return (
        '<office:automatic-styles><style:page-layout style:name="A4"><style:page-layout-properties '
        'fo:page-width="29.7cm" fo:page-height="21cm" style:print-orientation="landscape" fo:margin="1.5cm" '
        'style:scale-to-X="1" style:scale-to-Y="0"/></style:page-layout></office:automatic-styles>'
        '<office:master-styles><style:master-page style:name="Default" style:page-layout-name="A4">'
        f'<style:header><text:p>{escape(agency)}<text:s text:c="2"/><text:sheet-name/></text:p></style:header>'
        "<style:footer><text:p>第 <text:page-number>1</text:page-number> 頁，共 <text:page-count>1</text:page-count> 頁"
        "</text:p></style:footer></style:master-page></office:master-styles>"
    )


def _column_style(width: int) -> str:
    return (
        f'<style:style style:name="w{width}" style:family="table-column"><style:table-column-properties '
        f'style:column-width="{width * _CHARACTER:.2f}cm"/></style:style>'
    )


def _style_of(form: str) -> str:
    """The name of the style that shows numbers so; by its marks, for names of styles have none of them."""
    return "n" + form.translate(str.maketrans("#,.%", "gcdp"))


def _number_style(form: str) -> str:
    found = _NUMBERS.fullmatch(form)
    if found is None:
        raise ValueError(form)
    name, kind = _style_of(form), "percentage" if found["percent"] else "number"
    places = len(found["places"] or "")
    grouping = ' number:grouping="true"' if found["grouped"] else ""
    number = f'<number:number number:decimal-places="{places}" number:min-integer-digits="1"{grouping}/>'
    after = "<number:text>%</number:text>" if found["percent"] else ""
    return (
        f'<number:{kind}-style style:name="N{name}">{number}{after}</number:{kind}-style>'
        f'<style:style style:name="{name}" style:family="table-cell" style:data-style-name="N{name}"/>'
    )


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


def _sheet(sheet: Sheet) -> str:
    count = max((len(row) for row in sheet.rows), default=1) or 1
    widths = [*sheet.widths[:count], *[None] * (count - len(sheet.widths))]
    columns = "".join(
        "<table:table-column/>" if width is None else f'<table:table-column table:style-name="w{width}"/>'
        for width in widths
    )
    lines = list(_rows(sheet))
    if sheet.headed and lines:
        lines[0] = f"<table:table-header-rows>{lines[0]}</table:table-header-rows>"
    return (
        f'<table:table table:name={quoteattr(sheet.name)} table:style-name="sheet">{columns}{"".join(lines)}'
        "</table:table>"
    )


def _rows(sheet: Sheet) -> Iterable[str]:
    shown = sheet.shown
    for line, row in enumerate(sheet.rows):
        head = sheet.headed and line == 0
        cells = (_cell(cell, shown.get((line, at)) or shown.get(at), head=head) for at, cell in enumerate(row))
        yield f"<table:table-row>{''.join(cells)}</table:table-row>"


def _cell(cell: Cell, shown: str | None, *, head: bool) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, str):
        style = ' table:style-name="head"' if head else ""
        return f'<table:table-cell{style} office:value-type="string">{paragraphs_of(cell)}</table:table-cell>'
    if isinstance(cell, datetime):
        return _typed("date", f'office:date-value="{cell:%Y-%m-%dT%H:%M:%S}"', f"{cell:%Y-%m-%d %H:%M:%S}", "time")
    if isinstance(cell, date):
        return _typed("date", f'office:date-value="{cell.isoformat()}"', cell.isoformat(), "day")
    kind = "percentage" if shown is not None and shown.endswith("%") else "float"
    return _typed(kind, f'office:value="{cell!r}"', repr(cell), _style_of(shown) if shown is not None else "")


def _typed(kind: str, value: str, shown: str, style: str) -> str:
    styled = f' table:style-name="{style}"' if style else ""
    return f'<table:table-cell{styled} office:value-type="{kind}" {value}><text:p>{shown}</text:p></table:table-cell>'


def paragraphs_of(value: str) -> str:
    """One paragraph a line; runs of spaces and tabs are elements, for a reader folds bare ones into one space."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "".join(f"<text:p>{_SPACES.sub(_space, escape(line))}</text:p>" for line in lines)


def _space(match: re.Match[str]) -> str:
    return "<text:tab/>" if match[0] == "\t" else f'<text:s text:c="{len(match[0])}"/>'
