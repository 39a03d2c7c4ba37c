"""The scoreboard has every row of stack.md 6.4, and the tests that stand for a row exist."""

from __future__ import annotations

import re

from tests.architecture.tree import ROOT
from tests.trial.scoreboard import BOTH, ROWS

WANTED = [*(f"R{n}" for n in range(1, 14)), "P1", "P2", *(f"S{n}" for n in range(1, 15))]


def test_every_row_is_there_once_and_does_something_or_says_that_it_was_not_tried() -> None:
    assert [row.id for row in ROWS] == WANTED
    assert [row.id for row in ROWS if row.play is None and not row.tests and not row.untried] == []
    assert [row.id for row in ROWS if row.play is not None and not (0 < row.short <= row.full)] == []
    assert [row.id for row in ROWS if set(row.on) - set(BOTH)] == []


def test_the_tests_of_a_row_exist() -> None:
    missing = []
    for row in ROWS:
        for node in row.tests:
            path, _, name = node.partition("::")
            there = (ROOT / path).is_file()
            if not there or (name and not re.search(rf"^def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE)):
                missing.append(f"{row.id}: {node}")
    assert missing == []


def test_what_was_measured_is_recorded_row_by_row() -> None:
    page = (ROOT / "docs/trial.md").read_text("utf-8").partition("\n# Growth")[0]
    assert [row.id for row in ROWS if not re.search(rf"^\| {row.id} \|", page, re.MULTILINE)] == []
    assert [row.untried for row in ROWS if row.untried and row.untried not in page] == []
