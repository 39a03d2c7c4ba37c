"""Which cells of an OpenDocument spreadsheet are merged: the reader of tables says so of XLSX alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from lxml import etree

Range = tuple[tuple[int, int], tuple[int, int]]
"""The first and the last cell, each as row and column from 0."""

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_CONTENT = "content.xml"
_MOST = 100_000
"""Ranges that are looked at; a table has few."""


def of_ods(body: bytes, sheet: str) -> list[Range]:
    """The merged cells of a sheet; none where the file is no ODS or holds no such sheet.

    ODF 1.3 part 3, 19.638 and 19.679: a cell says over how many rows and columns it spans, and rows and cells that are
    alike are written once with how often they come.

    Raises:
        ValueError: its content is no XML.
    """
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        if _CONTENT not in package.namelist():
            return []
        content = package.read(_CONTENT)
    try:
        return list(_merged(content, sheet))
    except etree.XMLSyntaxError as error:
        raise ValueError("content.xml") from error


def _merged(content: bytes, sheet: str) -> Iterator[Range]:
    row = column = found = 0
    inside = False
    # Entities are not followed, the network is not asked, and what was read is let go again.
    events = etree.iterparse(
        io.BytesIO(content), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False,
        tag=tuple(f"{_TABLE}{name}" for name in ("table", "table-row", "table-cell", "covered-table-cell")),
    )  # fmt: skip
    for event, element in events:
        name = element.tag.removeprefix(_TABLE)
        if name == "table":
            if event == "start":
                inside, row = element.get(f"{_TABLE}name") == sheet, 0
            elif inside:
                return
        elif name == "table-row" and event == "end":
            row, column = row + _count(element, "number-rows-repeated"), 0
            element.clear()
        elif event == "end" and inside:
            down, across = _count(element, "number-rows-spanned"), _count(element, "number-columns-spanned")
            if down > 1 or across > 1:
                found += 1
                yield (row, column), (row + down - 1, column + across - 1)
            column += _count(element, "number-columns-repeated")
            if found >= _MOST:
                return


def _count(element: etree._Element, name: str) -> int:
    written = element.get(f"{_TABLE}{name}") or "1"
    return int(written) if written.isascii() and written.isdigit() and len(written) < 8 else 1
