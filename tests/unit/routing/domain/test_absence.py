"""Who is away until when, and who really stands in."""

from datetime import date

import pytest

from routing.domain.absence import AbsentDays, leaves_on


def day(number):
    return date(2026, 3, number)


def away(person, first, last, deputy=None):
    return AbsentDays(person=person, first=day(first), last=day(last), deputy=deputy)


@pytest.mark.parametrize(
    ("what", "absences", "until", "stand_in"),
    [
        ("one day", [away("a", 4, 4, "b")], 4, "b"),
        ("not yet, and over already", [away("a", 5, 6), away("a", 2, 3)], None, None),
        ("two that touch are one", [away("a", 3, 4, "b"), away("a", 5, 9, "c")], 9, "b"),
        ("two apart are two", [away("a", 3, 4, "b"), away("a", 6, 9, "c")], 4, "b"),
        ("nobody named", [away("a", 4, 5)], 5, None),
        ("the deputy is away too, with one of their own", [away("a", 4, 5, "b"), away("b", 4, 4, "c")], 5, "c"),
        ("the deputy is away, without one", [away("a", 4, 5, "b"), away("b", 4, 4)], 5, None),
        ("the deputy comes back before", [away("a", 3, 5, "b"), away("b", 3, 3)], 5, "b"),
        ("each the other's", [away("a", 4, 5, "b"), away("b", 4, 4, "a")], 5, None),
        ("a closed account", [away("a", 4, 5, "gone")], 5, None),
    ],
)
def test_until_when_and_who_stands_in(what, absences, until, stand_in):
    leave = leaves_on(day(4), absences, at_work={"a", "b", "c"}).get("a")
    assert (leave and leave.until, leave and leave.stand_in) == (day(until) if until else None, stand_in)
