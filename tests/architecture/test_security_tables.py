"""The tables of ASVS, 附表十 and personal data: complete, and the tests that they name exist."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.architecture.test_deploy import ALL_TESTS
from tests.architecture.tree import ROOT

LEVELS_1_AND_2 = """
    1.1:1-2 1.2:1-9 1.3:1-11 1.4:1-3 1.5:1-2 2.1:1-3 2.2:1-3 2.3:1-4 2.4:1 3.2:1-2 3.3:1-4 3.4:1-6 3.5:1-5
    3.7:1-2 4.1:1-3 4.2:1 4.3:1-2 4.4:1-4 5.1:1 5.2:1-3 5.3:1-2 5.4:1-3 6.1:1-3 6.2:1-12 6.3:1-4 6.4:1-4 6.5:1-5
    6.6:1-3 6.8:1-4 7.1:1-3 7.2:1-4 7.3:1-2 7.4:1-5 7.5:1-2 7.6:1-2 8.1:1-2 8.2:1-3 8.3:1 8.4:1 9.1:1-3 9.2:1-4
    10.1:1-2 10.2:1-2 10.3:1-4 10.4:1-11 10.5:1-5 10.6:1-2 10.7:1-3 11.1:1-2 11.2:1-3 11.3:1-3 11.4:1-4 11.5:1
    11.6:1 12.1:1-3 12.2:1-2 12.3:1-4 13.1:1 13.2:1-5 13.3:1-2 13.4:1-5 14.1:1-2 14.2:1-4 14.3:1-3 15.1:1-3
    15.2:1-3 15.3:1-7 16.1:1 16.2:1-5 16.3:1-4 16.4:1-3 16.5:1-3 17.1:1 17.2:1-4 17.3:1-2
"""
"""Requirements of ASVS 5.0.0 up to level 2: section, and which of its numbers."""
STATES = {"tested", "page", "read", "operator", "no such thing", "partly", "not met", "conflict"}
Row = tuple[str, str, str, str]


def rows(page: str) -> list[Row]:
    """The rows of a page's tables."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    cells = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [(a, b, c, d) for a, b, c, d in cells if a not in {"requirements", "control", "line"}]


ROWS = [(page, row) for page in ("asvs.md", "protection-baseline.md", "compliance.md") for row in rows(page)]


def spelled_out(told: str) -> list[str]:
    """``1.2.5-1.2.8, 1.3.1`` one by one."""
    found = []
    for part in told.split(", "):
        first, _, last = part.partition("-")
        section, _, start = first.rpartition(".")
        end = int(last.rpartition(".")[2]) if last else int(start)
        found += [f"{section}.{number}" for number in range(int(start), end + 1)]
    return found


def test_every_requirement_of_asvs_stands_in_one_row() -> None:
    wanted = []
    for part in LEVELS_1_AND_2.split():
        section, _, numbers = part.partition(":")
        wanted += spelled_out(
            ", ".join("-".join(f"{section}.{number}" for number in one.split("-")) for one in numbers.split(","))
        )
    assert len(wanted) == 253
    found = Counter(one for told, *_ in rows("asvs.md") for one in spelled_out(told))
    assert found == Counter(wanted)


def test_every_control_of_the_baseline_stands_in_one_row() -> None:
    found = [re.match(r"D(\d+) ", told)[1] for told, *_ in rows("protection-baseline.md")]
    assert [int(one) for one in found] == [number for number in range(1, 33) if number != 4]


def test_every_line_on_personal_data_and_records_stands_in_one_row() -> None:
    found = [told.partition(" ")[0] for told, *_ in rows("compliance.md")]
    assert found == [*(f"A{number}" for number in range(1, 18)), *(f"B{number}" for number in range(1, 6))]


@pytest.mark.parametrize(("page", "row"), ROWS, ids=lambda one: one if isinstance(one, str) else one[0][:30])
def test_a_row_says_where_it_stands_and_names_tests_that_there_are(page: str, row: Row) -> None:
    _, state, how, named = row
    assert state in STATES
    tests = re.findall(r"`(\w+)`", named)
    assert [name for name in tests if name not in ALL_TESTS] == []
    assert tests if state == "tested" else how != "–", page
