"""Limits as they are written, and the legal count of months (行政程序法 §48)."""

from datetime import date, timedelta

import pytest

from routing.domain.case import Kind
from routing.domain.errors import Invalid
from routing.domain.limits import LIMITS, PROMISES, parse_limit


@pytest.mark.parametrize("text", ["6d", "30d-legal", "2m-legal", "4h"])
def test_a_limit_reads_and_writes_the_same(text):
    limit = parse_limit(text)
    assert str(limit) == text
    assert limit.words


@pytest.mark.parametrize(
    "text", ["", "6", "d", "0d", "-3d", "2m", "4h-legal", "6w", "6d-LEGAL", "6 d", "6.5d", "1000d", "６d", "6d\n"]
)
def test_anything_else_is_refused_in_one_line(text):
    with pytest.raises(Invalid) as error:
        parse_limit(text)
    assert error.value.code == "bad_limit"
    assert error.value.field == "limit"


@pytest.mark.parametrize(
    ("received", "months", "ends"),
    [
        ("2026-01-15", 2, "2026-03-15"),
        ("2026-01-31", 2, "2026-03-31"),
        ("2025-12-30", 2, "2026-02-28"),
        ("2023-12-30", 2, "2024-02-29"),
        ("2026-02-28", 1, "2026-03-31"),
        ("2026-01-30", 1, "2026-02-28"),
        ("2025-11-30", 1, "2025-12-31"),
        ("2026-10-31", 12, "2027-10-31"),
    ],
)
def test_months_end_before_the_corresponding_day(received, months, ends):
    """§48(3); S18 for the leap day and the year's end."""
    start = date.fromisoformat(received)
    assert start + timedelta(days=parse_limit(f"{months}m-legal").legal_days(start)) == date.fromisoformat(ends)


def test_the_limits_of_the_kinds():
    assert {kind: str(limit) for kind, limit in LIMITS.items()} == {
        Kind.ENQ: "3d",
        Kind.PET: "30d",
        Kind.APP: "2m-legal",
    }
    assert str(PROMISES[Kind.PET]) == "30d-legal"
