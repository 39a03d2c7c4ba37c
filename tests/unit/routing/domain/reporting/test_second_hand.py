"""Reports agree to the last digit with a second implementation that was written from the contract alone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.domain.case import Kind
from routing.domain.reporting.statistics import ALL, GroupBy, Wanted
from tests.harness import second_hand
from tests.unit.routing.domain.reporting.test_statistics_properties import CALENDAR, OFFICES, histories, quick
from tests.unit.routing.domain.reporting.test_totals import counted, folded, periods

SPLITS = [by for by in GroupBy if by not in {GroupBy.MONTH, GroupBy.WEEK}]


def said(figures, true):
    """The figures of a report that the second hand knows, which are all of them but bands."""
    return {name: figures[name] for name in true}


def near(one, other):
    """The same numbers; a mean of minutes may differ in the last of its sixteen digits."""
    if isinstance(other, dict):
        return one.keys() == other.keys() and all(near(one[name], other[name]) for name in other)
    return one == other if not isinstance(other, float) else one == pytest.approx(other, rel=1e-15, abs=0)


def agree(report, cases, period, by, today):
    for kind in Kind:
        part = report["by_kind"][kind.value]
        whole, groups = second_hand.count(
            cases, period.start, period.end, kind.value, by, calendar=CALENDAR, offices=OFFICES, today=today
        )
        assert near(said(part, whole), whole), kind
        shown = {group["key"]: said(group, whole) for group in part.get("groups", [])}
        assert shown.keys() == groups.keys()
        for key, true in groups.items():
            assert near(shown[key], true), (kind, key)


@quick
@given(histories(), periods(), st.sampled_from(SPLITS), st.none() | st.integers(-3, 200))
def test_every_figure_and_grouping_is_that_of_the_second_hand(cases, period, by, days):
    """R1 to R18: reopened, waiting, extended, late, other kinds; counted from what is kept and by the fold."""
    today = date.max if days is None else period.start + timedelta(days=days)
    wanted = [Wanted(period=period, kind=ALL, by=by)]
    for made in (counted(cases, wanted, today), folded(cases, wanted, today)):
        agree(made[0].as_json(), cases, period, by.value, today)
