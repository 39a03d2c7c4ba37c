"""When like reports are offered as an incident."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.domain.incidents import OFFERED_FOR, WITHIN, Report, Standing, suggestions
from tests.harness.branch import at


def report(number, minutes, **changes):
    values = {"park": "楠梓", "category": "utilities", "topic": "power", "alert": "outage_power", "firm": f"f{number}"}
    return Report(number=f"KP-{number}", received_at=at() + timedelta(minutes=minutes), **{**values, **changes})


NOW = at(2)


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ([report(1, 0)], []),
        ([report(1, 0), report(2, 59)], [("KP-1", "KP-2")]),
        ([report(1, 0), report(2, 61)], []),
        ([report(1, 0), report(2, 40), report(3, 80)], [("KP-1", "KP-2", "KP-3")]),
        ([report(1, 0), report(2, 5, firm="f1")], []),
        ([report(1, 0), report(2, 5, park="臨廣")], []),
        ([report(1, 0, park=None), report(2, 5, park=None)], []),
        ([report(1, 0), report(2, 5, alert="outage_water")], []),
        ([report(1, 0, topic="water"), report(2, 5)], [("KP-1", "KP-2")]),
        ([report(1, 0, alert=None), report(2, 5, alert=None)], []),
        ([report(n, n, alert=None) for n in (1, 2, 3)], [("KP-1", "KP-2", "KP-3")]),
        ([report(n, n, alert=None, topic=str(n)) for n in (1, 2, 3)], []),
    ],
)
def test_alike_are_reports_of_different_firms_of_one_park_within_an_hour(reports, expected):
    assert [one.numbers for one in suggestions(reports, NOW)] == expected


def test_it_is_offered_for_a_working_day_and_no_longer():
    two = [report(1, 0), report(2, 5)]
    last = two[-1].received_at
    assert suggestions(two, last + OFFERED_FOR)
    assert suggestions(two, last + OFFERED_FOR + timedelta(seconds=1)) == ()


def test_one_more_report_is_offered_to_the_incident_that_goes_on():
    standing = Standing(id=7, alert="outage_power", parks=("楠梓",), since=at())
    (one,) = suggestions([report(3, 50)], NOW, going_on=[standing])
    assert (one.incident, one.numbers) == (7, ("KP-3",))
    assert suggestions([report(3, 50, park="臨廣")], NOW, going_on=[standing]) == ()


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 4), st.booleans()), max_size=25))
def test_no_report_is_offered_twice_and_none_stands_alone(told):
    reports = [report(n, minutes, firm=str(firm), alert="fire" if fire else None)
               for n, (minutes, firm, fire) in enumerate(told)]  # fmt: skip
    found = suggestions(reports, at(5))
    numbers = [number for one in found for number in one.numbers]
    assert len(numbers) == len(set(numbers))
    by_number = {one.number: one for one in reports}
    for one in found:
        times = sorted(by_number[number].received_at for number in one.numbers)
        assert all(later - earlier <= WITHIN for earlier, later in pairwise(times))
        assert one.firms >= 2
