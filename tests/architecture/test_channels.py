"""A channel is a plug: the core knows none by its name, and neither pages nor API ask for one."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.channels import CARRIERS
from knowledge.vocabulary import Channel
from routing.store.session import METADATA
from tests.architecture.tree import ROOT

CORE = sorted(path for path in (ROOT / "routing").rglob("*.py") if "migrations" not in path.parts)
EDGES = sorted(path for folder in ("desk", "api", "web") for path in (ROOT / "bot" / folder).rglob("*.py"))
TEMPLATES = sorted((ROOT / "bot" / "desk").rglob("*.html"))
CARRIED = ("line",)
"""The names of channels that carry messages today; other words (phone, letter …) are ways of answering too."""


def comparisons(source: str) -> list[str]:
    """The words of channels with which something is compared, or that stand in a set that is asked."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and part.value in CARRIED:
                    found.append(str(part.value))
                if (
                    isinstance(part, ast.Attribute)
                    and ast.unparse(part.value) == "Channel"
                    and part.attr in Channel.__members__
                ):
                    found.append(part.attr)
    return found


def names(source: str) -> list[str]:
    """Everything that is called something with LINE, and every word of its own."""
    found = []
    for node in ast.walk(ast.parse(source)):
        called = getattr(node, "id", None) or getattr(node, "arg", None) or getattr(node, "attr", None)
        called = called or getattr(node, "name", None)
        if isinstance(called, str) and re.search(r"(^|_)line_|^by_line$", called, re.IGNORECASE):
            found.append(called)
        if isinstance(node, ast.Constant) and node.value in CARRIED:
            found.append(repr(node.value))
    return found


def test_the_names_that_are_looked_for_are_those_that_are_plugged_in():
    assert {name: one.made_by for name, one in CARRIERS.items()} == {one: f"bot.{one}.channel:plug" for one in CARRIED}


def in_files(paths: list[Path], look: Callable[[str], list[str]]) -> dict[str, list[str]]:
    """What is found, by file."""
    found = {str(path.relative_to(ROOT)): look(path.read_text(encoding="utf-8")) for path in paths}
    return {path: names for path, names in found.items() if names}


def test_the_core_names_no_channel():
    assert in_files(CORE, lambda source: comparisons(source) + names(source)) == {}


def test_neither_pages_nor_api_compare_with_a_channel():
    assert in_files(EDGES, comparisons) == {}


def test_no_template_compares_with_a_channel():
    assert in_files(TEMPLATES, lambda source: re.findall(r"[!=]= *'line'|in \('line'", source)) == {}


def test_no_column_names_a_channel():
    columns = [f"{table.name}.{column.name}" for table in METADATA.sorted_tables for column in table.columns]
    assert [name for name in columns if re.search(r"\bline_|_line\b", name)] == []


@pytest.mark.parametrize(
    ("source", "compared", "named"),
    [
        ('if via == "line": pass', ["line"], ["'line'"]),
        ("x = via in {Channel.LINE, other}", ["LINE"], []),
        ("row.line_user_id = 1", [], ["line_user_id"]),
        ("def f(line_id): pass", [], ["line_id"]),
        ('x = "online"', [], []),
    ],
)
def test_what_this_test_finds(source, compared, named):
    assert (comparisons(source), names(source)) == (compared, named)
