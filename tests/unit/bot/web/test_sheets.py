"""Reading a table that somebody sends, in the formats and disguises in which offices send one."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime

import pytest

from bot.web import sheets
from bot.web.tables import Format, Table, write
from routing.domain.errors import Invalid

ROWS = [("楠梓園區", 660.5, 12, date(2026, 11, 1)), ("=1+1", None, 3, None)]
TABLE = Table(
    title="用地清冊", columns=("園區", "面積", "數量", "日期"), rows=ROWS, notes=("說明",),
    made_at=datetime(2026, 11, 22, tzinfo=UTC),
)  # fmt: skip


@pytest.mark.parametrize("form", [Format.XLSX, Format.ODS])
def test_what_we_wrote_is_read_back_with_its_types(form: Format) -> None:
    lines = sheets.read(write(TABLE, form))
    assert [line.number for line in lines] == [1, 2, 3]
    assert lines[0].cells == ("園區", "面積", "數量", "日期")
    assert lines[1].cells == ROWS[0]
    assert lines[2].cells[0] == "=1+1"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp950", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_csv_of_any_office_is_read(encoding: str, separator: str) -> None:
    text = f'園區{separator}面積\r\n\r\n楠梓園區{separator}"1{separator}200"\r\n'
    lines = sheets.read(text.encode(encoding))
    assert [(line.number, line.cells) for line in lines] == [
        (1, ("園區", "面積")), (3, ("楠梓園區", f"1{separator}200")),
    ]  # fmt: skip


def test_a_title_above_the_table_is_no_heading() -> None:
    lines = sheets.read("可供用地清冊,,\n園區,面積,備註\n楠梓,10,\n".encode())
    head, rows = sheets.headed(lines)
    assert head.cells[:2] == ("園區", "面積")
    assert [line.number for line in rows] == [3]


def _zip(name: str, body: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, body)
    return out.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        b"", b"  \n , \n", b"\xff\xfe\x00", b"\x81\xff\x81\xff", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
        b"PK\x03\x04broken", _zip("xl/workbook.xml", b"<x"), _zip("a.txt", b"words"),
        _zip("content.xml", b"\x00" * (129 * 1024 * 1024)), b"a\x00b,c\n", b'"never closed,1\n2,3\n',
        b"a,b\n" * (sheets.MOST_ROWS + 1), b"x" * (sheets.MOST_BYTES + 1),
    ],
    ids=[
        "empty", "blank", "half a utf-16", "no encoding", "old excel", "cut", "no workbook", "no table", "bomb", "nul",
        "quote", "long", "large",
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        sheets.read(body)
    assert refused.value.code == "table_unreadable"
    assert refused.value.field == "file"
