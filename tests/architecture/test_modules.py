"""Sizes and openings of modules: each says what it is for; what has grown long is named, what is far too long fails."""

from __future__ import annotations

import ast

from tests.architecture.tree import PACKAGES, modules, shown

LOOK_AGAIN_LINES, TOO_MANY_LINES = 400, 600
"""Of a module. A module ends where its subject ends: the first number is for thinking, the second is the bound."""
LOOK_AGAIN_FUNCTION, TOO_LONG_FUNCTION = 60, 80


def long_modules(over: int) -> dict[str, int]:
    return {
        shown(path): lines
        for path, _ in modules(*PACKAGES, "tests")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > over
    }


def long_functions(over: int) -> dict[str, int]:
    return {
        f"{shown(path)}:{node.lineno} {node.name}": lines
        for path, tree in modules(*PACKAGES, "tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > over
    }


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        shown(path)
        for path, tree in modules(*PACKAGES, "tests")
        if tree.body and not (ast.get_docstring(tree) or "").strip()
    ]
    assert silent == []


def test_no_module_is_far_too_long(record_property) -> None:
    record_property("look_again", long_modules(LOOK_AGAIN_LINES))
    assert long_modules(TOO_MANY_LINES) == {}


def test_no_function_is_far_too_long(record_property) -> None:
    record_property("look_again", long_functions(LOOK_AGAIN_FUNCTION))
    assert long_functions(TOO_LONG_FUNCTION) == {}
