"""Tables go out as CSV, XLSX and ODS and are read back by a program that shares nothing with the writers."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import pytest
from python_calamine import CalamineWorkbook

from bot.web.tables import AGENCY, LONGEST_TEXT, MEDIA_TYPES, Format, Table, sheet_name, write, write_all
from routing.domain.errors import Invalid

MADE_AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
FORMULAS = [
    "=1+1",
    '=HYPERLINK("http://evil.example","點我")',
    "+886-7-3611212",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =cmd|'/c calc'!A1",
    "＝1+1",
    "=" * 300,
]
SPREADSHEETS = [Format.XLSX, Format.ODS]


def table(*rows, columns=("甲",), title="辦理時效", notes=("規則版本 1",)):
    return Table(title, columns, rows, notes, MADE_AT)


def sheet(content, number=0):
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(number).to_python()


def lines(content):
    assert content.startswith(b"\xef\xbb\xbf"), "without the mark Excel reads Big5"
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("value", FORMULAS)
@pytest.mark.parametrize("form", SPREADSHEETS)
def test_a_string_that_looks_like_a_formula_stays_a_string_in_a_workbook(form, value):
    """S11: no formula on read-back."""
    content = write(table([value]), form)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = [name for name in package.namelist() if name.startswith(("xl/worksheets/", "content"))]
        xml = "".join(package.read(name).decode() for name in names)
    for mark in ("<f>", "table:formula", "<hyperlink", "text:a "):
        assert mark not in xml
    # A line break in XML is one character however it was written; the reader at hand knows no ODF tabs.
    assert sheet(content)[1][0].strip() == value.strip()


@pytest.mark.parametrize("value", FORMULAS)
def test_a_string_that_looks_like_a_formula_is_marked_as_text_in_csv(value):
    """S11."""
    (cell,) = lines(write(table([value]), Format.CSV))[1]
    assert cell == f"'{value}"


@pytest.mark.parametrize("form", Format)
def test_headings_are_guarded_like_cells(form):
    """S11: a group key that a firm chose may become a heading."""
    content = write(table(["a"], columns=("=1+1",)), form)
    head = lines(content)[0][0] if form is Format.CSV else sheet(content)[0][0]
    assert head == ("'=1+1" if form is Format.CSV else "=1+1")


@pytest.mark.parametrize("form", SPREADSHEETS)
def test_a_workbook_keeps_types_and_full_precision(form):
    row = ["楠梓\n精密", 3, 2.3333333333333335, None, date(2025, 1, 3), datetime(2025, 1, 3, 16, 30, 5, tzinfo=UTC), -4]
    read = sheet(write(table(row, columns="abcdefg"), form))
    assert read[0] == list("abcdefg")
    assert read[1][:2] == ["楠梓\n精密", 3]
    assert read[1][2] == pytest.approx(2.3333333333333335, rel=1e-15)
    assert [str(cell) for cell in read[1][3:]] == ["", "2025-01-03", "2025-01-04 00:30:05", "-4.0"]


def test_csv_keeps_full_precision_and_writes_taipei_times():
    """R12: 16:30 UTC is the next day in Taipei."""
    row = ["楠梓\n精密", 3, 2.3333333333333335, None, date(2025, 1, 3), datetime(2025, 1, 3, 16, 30, 5, tzinfo=UTC), -4]
    head, body = lines(write(table(row, columns="abcdefg"), Format.CSV))
    assert head == list("abcdefg")
    assert body == ["楠梓\n精密", "3", "2.3333333333333335", "", "2025-01-03", "2025-01-04 00:30:05", "-4"]


@pytest.mark.parametrize("form", SPREADSHEETS)
def test_title_and_notes_stand_on_a_sheet_of_their_own(form):
    content = write(table(["a"], title="辦理時效：114年1月", notes=("規則版本 1", "=2")), form)
    assert sheet(content, 1) == [["辦理時效：114年1月"], ["規則版本 1"], ["=2"]]


@pytest.mark.parametrize("form", SPREADSHEETS)
@pytest.mark.parametrize("value", ["a  b   c", " 前後 ", "<b>&amp;\"'</b>", "𠮷野家", "e\u0301", "\u202e反向", "😀"])
def test_awkward_text_comes_back_unchanged(form, value):
    assert sheet(write(table([value], ["x"]), form))[1][0] == value


@pytest.mark.parametrize("form", Format)
def test_characters_that_no_file_can_hold_are_left_out(form):
    content = write(table(["a\x00b\x0bc\ud800d\ufffe"]), form)
    cell = lines(content)[1][0] if form is Format.CSV else sheet(content)[1][0]
    assert cell == "abcd"


@pytest.mark.parametrize("form", SPREADSHEETS)
def test_text_longer_than_a_cell_is_cut_and_marked_instead_of_lost(form):
    read = sheet(write(table(["😀" * 20_000]), form))[1][0]
    assert read.endswith("…")
    assert len(read.encode("utf-16-le")) // 2 <= LONGEST_TEXT


@pytest.mark.parametrize("form", Format)
def test_a_table_without_rows_is_still_a_file(form):
    content = write(table(columns=("案號", "單位")), form)
    assert (lines(content) if form is Format.CSV else sheet(content)) == [["案號", "單位"]]


@pytest.mark.parametrize("form", Format)
def test_the_same_table_gives_the_same_bytes(form):
    made = [write(table(["a", 1], columns="ab"), form) for _ in range(2)]
    assert made[0] == made[1]


def test_a_ragged_row_is_refused():
    with pytest.raises(Invalid) as caught:
        write(table(["a", "b"]), Format.CSV)
    assert caught.value.code == "table_ragged"


def test_more_rows_than_a_sheet_holds_are_refused_with_a_way_out():
    with pytest.raises(Invalid, match="CSV") as caught:
        write(Table("長", ("a",), [("x",)] * 1_048_576, (), MADE_AT), Format.XLSX)
    assert caught.value.code == "table_too_long"


@pytest.mark.parametrize(
    ("title", "name"),
    [("時效[1]:*?/\\", "時效1"), ("說明", "資料"), ("", "資料"), ("長" * 40, "長" * 31), ("'引號'", "引號")],
)
def test_sheet_names_are_made_acceptable(title, name):
    assert sheet_name(title) == name
    assert (
        CalamineWorkbook.from_filelike(io.BytesIO(write(table(["a"], title=title), Format.XLSX))).sheet_names[0] == name
    )


def test_the_opendocument_package_is_in_order():
    """ODF 1.3 part 2 §3.3: ``mimetype`` comes first, uncompressed, without an extra field; every part is listed."""
    with zipfile.ZipFile(io.BytesIO(write(table(["a"]), Format.ODS))) as package:
        first = package.infolist()[0]
        assert (first.filename, first.compress_type, first.extra) == ("mimetype", zipfile.ZIP_STORED, b"")
        assert package.read("mimetype").decode() == MEDIA_TYPES[Format.ODS]
        manifest = package.read("META-INF/manifest.xml").decode()
        for name in set(package.namelist()) - {"mimetype", "META-INF/manifest.xml"}:
            assert f'full-path="{name}"' in manifest
            ET.parse(package.open(name))  # noqa: S314 - our own file
        assert 'office:version="1.3"' in package.read("content.xml").decode()


@pytest.mark.parametrize("form", SPREADSHEETS)
def test_numbers_are_shown_as_the_page_shows_them_and_keep_their_value(form):
    """Of a column by its place, of a cell by its row and column; of one table and of several."""
    one = Table(
        "甲表",
        ("項目", "率", "數值"),
        [("a", 0.5, 1234), ("b", 1 / 3, 2.25)],
        (),
        MADE_AT,
        {1: "0.00%"},
        {(1, 2): "0.0"},
    )
    for content, first in ((write(one, form), 0), (write_all([one], form, title="全部", notes=()), 1)):
        assert sheet(content, first)[2][1:] == pytest.approx([1 / 3, 2.25], rel=1e-15)
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            xml = package.read("content.xml" if form is Format.ODS else "xl/styles.xml").decode()
        if form is Format.ODS:
            assert xml.count('table:style-name="n0d00p" office:value-type="percentage"') == 2
            assert xml.count('table:style-name="n0d0" office:value-type="float"') == 1
        else:
            assert 'formatCode="0.0"' in xml
            assert 'formatCode="0.00%"' in xml


def test_an_ods_prints_across_with_the_agency_and_pages_and_repeats_its_headings():
    content = write(table(["a"], columns=("甲",)), Format.ODS)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        page, body = (package.read(name).decode() for name in ("styles.xml", "content.xml"))
    for part in ("landscape", AGENCY, "<text:page-number>", "<text:page-count>", 'style:scale-to-X="1"'):
        assert part in page
    assert body.count("<table:table-header-rows>") == 1
    for member in (page, body):
        ET.fromstring(member)  # noqa: S314 - ours
