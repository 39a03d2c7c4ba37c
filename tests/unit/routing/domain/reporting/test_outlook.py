"""What the week may bring, from small lists counted by hand."""

from datetime import date

import pytest

from knowledge.calendar.office_calendar import load_calendar
from routing.domain.reporting.outlook import Held, Load, Week, begins, holding, overloaded, rising, week_of

CALENDAR = load_calendar()


def load(email, number, *, capacity=None, unit="用地工程科"):
    return Load(email=email, unit=unit, load=number, capacity=capacity)


def test_a_week_goes_on_to_its_sunday():
    assert week_of(date(2026, 11, 25)) == Week(date(2026, 11, 25), date(2026, 11, 29))
    assert week_of(date(2026, 11, 29)).name == "2026-W48"
    assert week_of(date(2027, 1, 1)).name == "2026-W53"


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2026, 11, 23), True),
        (date(2026, 11, 24), True),
        (date(2026, 11, 25), False),
        (date(2026, 2, 23), True),
        (date(2026, 2, 24), True),
        (date(2026, 2, 25), False),
    ],
)
def test_it_is_told_on_the_first_two_working_days(day, told):
    """Also after a holiday: the 23rd of February 2026 is the first working day after the Lunar New Year."""
    assert begins(day, CALENDAR, None) is told


def test_who_has_as_much_as_fits_or_twice_what_is_usual_is_named():
    loads = [
        load("a", 5, capacity=5),
        load("b", 4.5, capacity=5),
        load("c", 30),
        load("d", 12),
        load("e", 8),
        load("f", 9, unit="投資服務科"),
        load("g", 1, unit="投資服務科"),
        load("h", 1, unit="投資服務科"),
    ]
    assert [one.email for one in overloaded(loads)] == ["a", "c"]
    assert overloaded([]) == []


def test_a_topic_rises_by_twice_the_weekly_mean_and_five_enquiries():
    now = {("land", None): 5, ("tax", "credit"): 20, ("other", "labour"): 4, ("utilities", None): 9}
    before = {("land", None): 10, ("tax", "credit"): 16, ("utilities", None): 20}
    assert [(one.topic[0], one.asked, one.before) for one in rising(now, before)] == [
        ("tax", 20, 4.0),
        ("land", 5, 2.5),
    ]


def test_open_questions_are_summed_by_who_was_asked_in_working_days():
    asked = [("taipower", date(2026, 11, 16)), ("taipower", date(2026, 11, 20)), ("ntb", date(2026, 11, 17))]
    found = holding(asked, date(2026, 11, 23), CALENDAR)
    assert found == [Held("taipower", 2, 6, 5), Held("ntb", 1, 4, 4)]
