"""The report for people shows the report's own numbers, rounded once and half up."""

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from bot.web.report_tables import LABELS, NO_CASES, PARTS, days, hide_small, minutes, rate, table
from bot.web.tables import Format, write
from knowledge.calendar.office_calendar import load_calendar
from knowledge.offices.directory import load_offices
from routing.domain.reporting.figures import Tally
from routing.domain.reporting.history import KnownWords, read
from routing.domain.reporting.statistics import ALL, Group, GroupBy, report

GOLDEN = Path(__file__).parents[4] / "golden" / "histories.jsonl"
MADE_AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
OFFICES = load_offices()


def made(**changes):
    histories = read(GOLDEN.read_text("utf-8").splitlines(), KnownWords.of(OFFICES), MADE_AT)
    given = {"start": date(2025, 2, 1), "end": date(2025, 2, 28), "rules_version": "1", **changes}
    return report(histories, calendar=load_calendar(), offices=OFFICES, **given)


def group(key, closed_cases):
    tally = Tally()
    tally.cases["closed_cases"] = tally.cases["on_time"] = ["KP-1140203-0001"] * closed_cases
    return Group(key, tally.figures())


@pytest.mark.parametrize(
    ("value", "shown"),
    [(2.25, "2.3"), (2.35, "2.4"), (0.05, "0.1"), (0.5, "0.5"), (3, "3.0"), (249, "249.0"), (1e-9, "0.0")],
)
def test_days_have_one_decimal_rounded_half_up(value, shown):
    """R3: rounded once, at display."""
    assert days(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(2 / 3, "66.67%"), (1.0, "100.00%"), (0.0, "0.00%"), (1 / 800, "0.13%"), (0.99995, "100.00%")]
)
def test_rates_have_two_decimals_rounded_half_up(value, shown):
    assert rate(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(59.5, "60"), (0, "0"), (2385.25, "2,385")])
def test_minutes_are_whole(value, shown):
    assert minutes(value) == shown


@pytest.mark.parametrize("shown", [days, rate, minutes])
def test_nothing_is_said_where_there_is_no_case(shown):
    """R5, R9."""
    assert shown(None) == NO_CASES


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({"a": 9, "b": 7, "c": 2, "d": 1}, ("c", "d")),
        ({"a": 9, "b": 7, "c": 2}, ("b", "c")),
        ({"a": 9, "b": 7}, ()),
        ({"a": 0}, ("a",)),
        ({"a": 5, None: 4}, ("a", None)),
        ({}, ()),
    ],
)
def test_small_groups_of_people_are_hidden_and_cannot_be_read_off_the_total(sizes, hidden):
    """R17."""
    visible = hide_small([group(key, size) for key, size in sizes.items()])
    assert visible.hidden == hidden
    assert [one.key for one in visible.groups] == [key for key in sizes if key not in hidden]


@pytest.mark.parametrize("by", [None, GroupBy.OFFICER, GroupBy.MONTH])
def test_the_table_carries_the_numbers_of_the_json(by):
    """R13: file and API cannot disagree; nothing is rounded and nobody is hidden in a file."""
    whole = made(by=by)
    as_table = table(whole, MADE_AT)
    expected = [whole.as_json(), *whole.as_json()["groups"]]
    assert len(as_table.rows) == len(expected)
    for row, figures in zip(as_table.rows, expected, strict=True):
        flat = []
        for name in LABELS:
            outer, _, inner = name.partition(".")
            of = figures["bands"] if outer in figures["bands"] and inner else figures
            value = of[outer][inner] if inner else of[outer]
            flat += [value[part] for part in PARTS] if isinstance(value, dict) else [value]
        assert list(row[2:]) == flat


def test_a_table_of_all_kinds_averages_nothing_across_them():
    as_table = table(made(kind=ALL, by=GroupBy.CATEGORY), MADE_AT)
    rate_column = as_table.columns.index(LABELS["on_time_rate"])
    by_kind = {row[0]: row for row in as_table.rows if row[1] == "合計"}
    assert list(by_kind) == ["全部", "一般諮詢", "人民陳情", "依法申請"]
    assert by_kind["全部"][rate_column] is None
    assert by_kind["一般諮詢"][rate_column] == 14 / 21


def test_group_keys_are_written_in_the_words_given():
    words = {"land": "土地"}
    rows = table(made(by=GroupBy.CATEGORY), MADE_AT, lambda key: words.get(key, key)).rows
    assert "土地" in [row[1] for row in rows]
    assert "land" not in [row[1] for row in rows]


@pytest.mark.parametrize("form", Format)
def test_every_file_says_the_same(form):
    """R13."""
    as_table = table(made(by=GroupBy.UNIT), MADE_AT)
    content = write(as_table, form)
    if form is Format.CSV:
        read_back = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        read_back = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert read_back[0] == list(as_table.columns)
    for cells, row in zip(read_back[1:], as_table.rows, strict=True):
        for cell, value in zip(cells, row, strict=True):
            if isinstance(value, str) or value is None:
                assert cell == (value or "")
            else:
                assert float(cell) == pytest.approx(value, rel=1e-15)
