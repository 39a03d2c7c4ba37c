"""Public figures: nothing small is given, nor can it be worked out of what is."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.open_data import DICTIONARY, LEAST, SPLITS, dictionary, open_data
from routing.domain.errors import Invalid
from routing.domain.reporting.figures import Tally
from routing.domain.reporting.periods import Period
from routing.domain.reporting.statistics import Group, GroupBy, Report

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
COUNTS = ("received", "closed_cases", "on_time", "late")


def figures(received, on_time, late):
    tally = Tally()
    for name, count in zip(COUNTS, (received, on_time + late, on_time, late), strict=True):
        tally.cases[name] = [f"KP-1140203-{place:04d}" for place in range(count)]
    tally.cases["open_at_end"] = tally.cases["received"]
    return tally.figures()


def report(rows, by=GroupBy.CATEGORY):
    groups = tuple(Group(f"g{place}", figures(*row)) for place, row in enumerate(rows))
    total = figures(*(sum(column) for column in zip(*rows, strict=True))) if rows else figures(0, 0, 0)
    return Report(
        period=Period(date(2025, 2, 1), date(2025, 2, 28)), kind="ENQ", by=by, rules="1", calendar="1",
        figures=total, groups=groups, by_kind={},
    )  # fmt: skip


def told(rows):
    return open_data(report(rows), str, NOW).rows


def test_large_numbers_are_given_as_they_are_and_nought_is_no_secret():
    first, second, total = told([(9, 7, 0), (12, 8, 4)])
    assert [first[name] for name in COUNTS] == [9, 7, 7, 0]
    assert [second[name] for name in COUNTS] == [12, 12, 8, 4]
    assert [total[name] for name in COUNTS] == [21, 19, 15, 4]
    assert total["on_time_rate"] == 78.95


def test_a_small_number_takes_with_it_what_it_could_be_worked_out_from():
    first, second, total = told([(9, 6, 1), (12, 8, 4)])
    assert [first[name] for name in COUNTS] == [9, 7, None, None]
    assert first["on_time_rate"] is None
    assert [second[name] for name in COUNTS] == [12, 12, None, None]
    assert total["late"] == 5


rows_of_counts = st.lists(st.tuples(*[st.integers(0, 6)] * 3), min_size=1, max_size=6)


@given(rows_of_counts)
def test_no_small_number_stands_in_any_cell_or_can_be_read_off_row_or_total(rows):
    *groups, total = told(rows)
    for row in (*groups, total):
        assert not any(row[name] is not None and 0 < row[name] < LEAST for name in COUNTS)
        assert [row[name] for name in COUNTS[1:]].count(None) != 1
    columns = {"received": [row[0] for row in rows], "closed_cases": [row[1] + row[2] for row in rows],
               "on_time": [row[1] for row in rows], "late": [row[2] for row in rows]}  # fmt: skip
    for name, real in columns.items():
        if total[name] is None:
            continue
        missing = [value for value, row in zip(real, groups, strict=True) if row[name] is None]
        # Alone, or all of them small with nothing else among them, they would be known.
        assert not missing or (len(missing) > 1 and (max(missing) >= LEAST or min(missing) == 0))


def test_the_dictionary_names_every_field_in_its_order():
    made = open_data(report([(9, 7, 0)]), str, NOW, of=("版次：初版。",))
    said = made.as_json()
    assert [one["field"] for one in said["dictionary"]] == list(DICTIONARY) == list(said["rows"][0])
    assert "版次：初版。" in said["notes"]
    assert json.dumps(said, ensure_ascii=False)
    assert made.table().columns == [title for title, _ in DICTIONARY.values()]
    assert [row[:2] for row in dictionary(NOW).rows] == [(title, name) for name, (title, _) in DICTIONARY.items()]
    assert said["made_at"] == "2026-11-22T09:00:00+08:00", "contract §2"


@pytest.mark.parametrize("by", sorted(set(GroupBy) - SPLITS))
def test_nothing_is_split_by_people_or_firms(by):
    with pytest.raises(Invalid):
        open_data(report([(9, 7, 0)], by=by), str, NOW)
