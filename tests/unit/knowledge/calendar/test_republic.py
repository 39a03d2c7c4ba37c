"""Dates of the Republic, in every form in which they are written."""

from datetime import UTC, date, datetime

import pytest

from knowledge.calendar.republic import (
    roc_date,
    roc_digits,
    roc_instant,
    roc_month,
    roc_written,
    roc_year,
    western_year,
)
from tests.architecture.tree import ROOT, modules, shown

DAY = date(2026, 1, 5)
TEMPLATES = sorted((ROOT / "bot").rglob("*.html"))


def test_each_form():
    assert (roc_date(DAY), roc_written(DAY), roc_digits(DAY)) == ("115.01.05", "115 年 1 月 5 日", "1150105")
    assert roc_instant(datetime(2026, 1, 4, 16, 30, tzinfo=UTC)) == "115.01.05 00:30"
    assert (roc_date(None), roc_instant(None)) == ("—", "—")


@pytest.mark.parametrize(
    ("key", "long", "short"), [("2025-02", "114 年 2 月", "114.2"), ("2025-W07", "2025-W07", "2025-W07"), ("", "", "")]
)
def test_months_are_written_and_other_keys_stay(key, long, short):
    assert (roc_month(key), roc_month(key, short=True)) == (long, short)


def test_years_of_both_eras_are_read():
    assert (western_year(115), western_year(2026)) == (2026, 2026)
    assert roc_year(2026) == 115


def test_nobody_else_counts_from_1911():
    found = [
        shown(path) for path in (*(path for path, _ in modules("bot", "routing", "knowledge")), *TEMPLATES)
        if any(sign in path.read_text("utf-8") for sign in ("- 1911", "+ 1911")) and path.name != "republic.py"
    ]  # fmt: skip
    assert found == []
