"""The figures counted from spells are those of the fold, to the last digit, whatever happened to the cases."""

import json
from datetime import date, datetime, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.calendar.office_calendar import TAIPEI
from routing.domain.case import Event, EventKind, Kind, Opening
from routing.domain.reporting import columns, totals
from routing.domain.reporting.figures import BANDED, BANDS
from routing.domain.reporting.history import CaseHistory
from routing.domain.reporting.periods import Period
from routing.domain.reporting.spells import COLUMNS, Measuring
from routing.domain.reporting.statistics import ALL, GroupBy, Wanted, reports
from routing.domain.reporting.totals import Counter, blocks_of
from tests.unit.routing.domain.reporting.test_statistics_properties import (
    CALENDAR,
    OFFICES,
    histories,
    quick,
)

MEASURING = Measuring(CALENDAR, OFFICES)


def blocks(cases, measuring=MEASURING, *, through_bytes=True):
    rows = {}
    for case_id, case in enumerate(cases, start=1):
        for spell in measuring.spells(case.opening, sorted(case.events, key=lambda event: event.at)):
            named = {**{name: getattr(spell, name) for name in COLUMNS}, "case_id": case_id}
            rows.setdefault(spell.block, []).append([named[name] for name in columns.READ])
    made = {block: columns.of_rows(found) for block, found in rows.items()}
    return {block: columns.unpacked(columns.packed(one)) for block, one in made.items()} if through_bytes else made


def counted(cases, wanted, today=date.max):
    kept = blocks(cases)
    needed = {block: one for block, one in kept.items() if block in blocks_of(wanted)}
    return Counter(needed, CALENDAR.version, "1", today).reports(wanted)


def folded(cases, wanted, today=date.max):
    return reports(cases, wanted, calendar=CALENDAR, offices=OFFICES, rules_version="1", today=today)


@st.composite
def periods(draw):
    start = date(2024, 12, 25) + timedelta(days=draw(st.integers(0, 120)))
    return Period(start, start + timedelta(days=draw(st.integers(0, 150))))


def behind(report, figure, cases):
    def numbers(figures):
        found, values = figures.behind(figure)
        names = [one if isinstance(one, str) else cases[one - 1].number for one in found]
        return list(zip(names, values, strict=True)) if values is not None else names

    return [numbers(report.figures), *((group.key, numbers(group.figures)) for group in report.groups)]


@quick
@given(histories(), periods(), st.sampled_from([ALL, "ENQ", "PET", "APP"]), st.sampled_from([None, *GroupBy]))
def test_spells_give_the_digits_of_the_fold(cases, period, kind, by):
    """R1, R13, R14: reopened cases, waits, extensions, late closes, other kinds; every figure and grouping."""
    wanted = [Wanted(period=period, kind=kind, by=by), Wanted(period=period, kind="ENQ", by=GroupBy.MONTH)]
    for spelt, true in zip(counted(cases, wanted), folded(cases, wanted), strict=True):
        # Letter by letter: a report is known again by its hash, in which 2 is not 2.0.
        assert json.dumps(spelt.as_json()) == json.dumps(true.as_json())


@quick
@given(histories(), periods(), st.integers(-3, 200), st.sampled_from([None, GroupBy.MONTH, GroupBy.UNIT]))
def test_in_a_period_that_is_not_over_what_is_due_today_is_not_late(cases, period, days, by):
    """Contract §8, open_late: due in the period and before today."""
    wanted, today = [Wanted(period=period, kind=ALL, by=by)], period.start + timedelta(days=days)
    (spelt,), (true,) = counted(cases, wanted, today), folded(cases, wanted, today)
    assert spelt.as_json() == true.as_json()
    assert true.figures.count("open_late") <= folded(cases, wanted)[0].figures.count("open_late")


def test_a_park_that_was_put_right_counts_from_that_day_on_as_the_fold_has_it():
    at = datetime(2025, 1, 10, 9, tzinfo=TAIPEI)
    opening = Opening(
        number="KP-1140110-0001", kind=Kind.ENQ, category="land", topic=None, channel="line", park="楠梓",
        unit="用地工程科", language="zh-TW", subject="", first_contact_at=at, received_at=at,
    )  # fmt: skip
    corrected = {"fields": ["park"], "park": "前鎮", "park_before": "楠梓"}
    later = at + timedelta(days=25)
    case = CaseHistory(opening=opening, events=(Event(at=later, kind=EventKind.CORRECTED, by=None, data=corrected),))
    months = [Period(date(2025, 1, 1), date(2025, 1, 31)), Period(date(2025, 2, 1), date(2025, 2, 28))]
    wanted = [Wanted(period=period, kind="ENQ", by=GroupBy.PARK) for period in months]
    spelt, true = counted([case], wanted), folded([case], wanted)
    assert [one.as_json() for one in spelt] == [one.as_json() for one in true]
    assert [group.key for one in spelt for group in one.groups] == ["楠梓", "前鎮"]


FIGURES = [
    "open_at_start", "received", "reopened", "closed", "open_at_end", "closed_cases", "on_time", "extended", "late",
    "set_aside", "open_late", "reclassified.in", "reclassified.out", "on_time_rate", "days_used", "gross_days",
    "first_reply_minutes", "waiting_days.firm",
    "waiting_days.agency", "open_age", *(f"{name}.{band}" for name in BANDED for band, _ in BANDS),
]  # fmt: skip


@quick
@given(histories(), periods(), st.sampled_from([None, *GroupBy]))
def test_spells_name_the_cases_behind_each_figure_as_the_fold_does(cases, period, by):
    wanted = [Wanted(period=period, kind="ENQ", by=by)]
    (spelt,), (true,) = counted(cases, wanted), folded(cases, wanted)
    for figure in FIGURES:
        assert behind(spelt, figure, cases) == behind(true, figure, cases)
    assert spelt.figures.size == true.figures.size


@quick
@given(
    st.lists(st.sampled_from([0.5, 1.0, 2.0, 7.5]), max_size=60), st.integers(0, 70), st.integers(0, 9), st.booleans()
)
def test_a_page_of_many_cases_is_a_page_of_all_of_them_in_order(days, skip, limit, valued):
    """Largest first, equal ones as they were entered, whether all are put in order or only the page is."""
    ids = np.array(Random(len(days)).sample(range(1000), len(days)), dtype=np.int64)
    listing = totals.ToRank(len(ids), ids, np.array(days, dtype=float) if valued else None)
    pairs = sorted(zip(ids.tolist(), days, strict=True), key=lambda pair: (-pair[1] * valued, pair[0]))
    page = pairs[skip : skip + limit]
    assert listing.cut(skip, limit) == ([one for one, _ in page], [value for _, value in page] if valued else [])
    assert listing.cut(0, None)[0] == [one for one, _ in pairs]


@pytest.mark.parametrize("by", [None, *GroupBy])
def test_no_case_at_all_is_told_as_the_fold_tells_it(by):
    """R5, R9."""
    wanted = [Wanted(period=Period(date(2025, 1, 1), date(2025, 2, 3)), kind=ALL, by=by)]
    assert counted([], wanted)[0].as_json() == folded([], wanted)[0].as_json()
