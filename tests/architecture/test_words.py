"""What firms and staff read uses the words of docs/glossary.md, and none of the words that mean something else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.architecture.tree import PACKAGES, ROOT, modules, shown

# Each with the neighbours that make it another word: 施工單位, 保存查詢, 加速件數.
FORBIDDEN = re.compile(
    r"工單(?![位一獨純元據])|客戶(?!外)|(?<!食)指派|\bSLA\b|(?<![保儲留庫暫])存查(?![詢看閱驗核證找明對])|(?<![快加迅高])速件"
)
# What firms type is theirs: it is compared with, never shown.
THEIRS = frozenset({"phrasings", "phrases", "aliases", "terms", "examples", "patterns"})


def strings_of(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every string literal that does something: docstrings, of attributes too, are for readers of the code."""
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.lineno, node.value


def texts_of(value: Any) -> Iterator[str]:
    """Every text in a data file that a person may be shown."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in THEIRS:
                yield from texts_of(item)


def visible() -> Iterator[tuple[str, str]]:
    """Where a text stands and the text: string literals, templates, scripts, data."""
    for path, tree in modules(*PACKAGES):
        for line, text in strings_of(tree):
            yield f"{shown(path)}:{line}", text
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            yield from _lines_of(path)


def _lines_of(path: Path) -> Iterator[tuple[str, str]]:
    if path.suffix in {".html", ".js", ".svg", ".txt", ".csv"}:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            yield f"{shown(path)}:{number}", line
    elif path.suffix == ".yaml" and path.parent.name != "clauses":  # the words of the law are the law's
        for text in texts_of(yaml.safe_load(path.read_text(encoding="utf-8"))):
            yield shown(path), text


def test_no_forbidden_word_is_shown_to_anybody() -> None:
    found = [f"{where}: {match.group()}" for where, text in visible() for match in FORBIDDEN.finditer(text)]
    assert found == []


@pytest.mark.parametrize("text", ["開立工單", "貴客戶", "已指派承辦人", "超過 SLA", "存查", "速件處理"])
def test_a_forbidden_word_is_found(text: str) -> None:
    assert FORBIDDEN.search(text)


@pytest.mark.parametrize("text", ["施工單位", "保存查詢結果", "員工單一窗口", "訪客戶外活動", "SLAB", "加速件數"])
def test_a_word_that_only_looks_like_it_is_left_alone(text: str) -> None:
    assert not FORBIDDEN.search(text)


def test_a_docstring_is_not_shown_but_a_message_is() -> None:
    source = '"""工單"""\nLIMIT = 3\n"""客戶"""\ndef f():\n    """速件"""\n    raise ValueError(f"指派 {LIMIT}")\n'
    assert [text.strip() for _, text in strings_of(ast.parse(source))] == ["指派"]


def test_what_firms_type_may_hold_any_word() -> None:
    entry = {"question": "問", "phrasings": {"zh": ["我的客戶"]}, "en": {"answer": "ours"}}
    assert list(texts_of(entry)) == ["問", "ours"]
