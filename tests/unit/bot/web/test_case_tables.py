"""Tables of cases and the mapping that says which column is what: the worked example of the manual, and its slips."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.web import case_tables
from bot.web.sheets import Line
from knowledge.calendar.republic import read_moment
from knowledge.offices.directory import load_offices
from routing.domain.errors import Invalid
from routing.domain.reporting.history import CaseHistory, KnownWords, parse_line

MANUAL = (Path(__file__).parents[4] / "docs" / "import.md").read_text("utf-8")
MAP = re.search(r"```yaml\n(.*?)```", MANUAL, re.DOTALL)[1]
TABLE = [
    [cell.strip() for cell in row.strip("|").split("|")]
    for row in re.findall(r"^\| (?:案號|KP-).*\|$", MANUAL, re.MULTILINE)
]
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def lines(rows, first=1):
    return [Line(number, tuple(cells)) for number, cells in enumerate(rows, start=first)]


def converted(rows, told=MAP):
    return case_tables.convert(lines(rows), case_tables.read_mapping(told, "map.yaml"))


def test_the_worked_example_of_the_manual_is_two_histories():
    made = converted([["案件清冊", *[""] * 11], *TABLE])
    assert made.bad == []
    assert made.lines[:2] == ["", ""]
    first, second = (
        parse_line(line, 1, KnownWords.of(load_offices()), NOW) for line in made.lines[2:]
    )  # fmt: skip
    assert isinstance(first, CaseHistory), first
    assert isinstance(second, CaseHistory), second
    assert [event.kind.value for event in first.events] == ["assigned", "replied", "closed"]
    assert first.events[1].at == datetime(2026, 1, 6, 6, 30, tzinfo=UTC)
    assert (first.opening.category, first.opening.firm_ubn) == ("land", "12345675")
    assert (second.opening.unit, second.events) == ("用地工程科", ())
    assert second.opening.received_at == datetime(2026, 1, 5, 2, 20, tzinfo=UTC)


def test_each_bad_cell_is_named_as_the_spreadsheet_names_it():
    rows = [list(row) for row in TABLE]
    rows[1][2], rows[1][5] = "115.13.1", "漁業"
    rows[2][0] = "KP-1150106-0002"
    made = converted(rows)
    assert [(bad.cell, bad.heading) for bad in made.bad] == [("F2", "類別"), ("C2", "受理日期")]
    assert made.lines[:2] == ["", ""]
    refused = parse_line(made.lines[2], 3, KnownWords.of(load_offices()), NOW)
    assert made.in_words(refused).startswith("第 3 列 A3「案號」：案號「KP-1150106-0002」的日期與受理日")


def test_a_table_without_numbers_is_numbered_by_day_and_row():
    told = MAP.replace("  number: 案號\n", "") + "agency: KX\n"
    made = converted([row[1:] for row in TABLE], told)
    assert [json.loads(line)["number"] for line in made.lines[1:]] == ["KX-1150105-0001", "KX-1150105-0002"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("columns:", "colums:", "沒有「colums」這一項"),
        ("  unit: 科別\n", "", "缺少必要的欄位 unit"),
        ("  number: 案號\n", "", "agency"),
        ("event: closed", "event: shut", "「shut」是未知的事件"),
        ("outcome: 結果", "result: 結果", "沒有「result」這一項"),
        ('closed: "17:00"', 'closed: "25:00"', "times.closed"),
        ("number: 案號", "number: 編號", "表格沒有「編號」這些表頭；第 1 列有：案號"),
        ("repeat: [科別]", "repeat: [科別", "map.yaml"),
    ],
)
def test_a_mapping_with_a_slip_is_refused_by_its_place(old, new, said):
    with pytest.raises(Invalid) as refused:
        converted(TABLE, MAP.replace(old, new, 1))
    assert said in refused.value.message
    assert refused.value.code == "mapping_invalid"


def test_days_are_read_as_offices_write_them():
    day = date(2026, 1, 5)
    for written in (
        "115.1.5",
        "115/01/05",
        "115年1月5日",
        "民國115年1月5日",
        "1150105",
        "2026-01-05",
        "20260105",
        "１１５．１．５",
    ):
        assert read_moment(written) == (day, None), written
    for written in ("115.1.5 14:30", "115年1月5日 下午2:30", "2026-01-05T14:30:00+08:00", "115/1/5 14時30分"):
        found, moment = read_moment(written)
        assert (found, moment.hour, moment.minute) == (day, 14, 30), written
    for written in ("115.13.1", "115.2.30", "明天", "115.1.5 25:00", "1150105 下午13:00", ""):
        assert read_moment(written) is None, written
