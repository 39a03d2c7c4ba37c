"""Sizes and openings of modules: small enough to read, and each says what it is for."""

from __future__ import annotations

import ast

from tests.architecture.tree import PACKAGES, modules, shown

MODULE_LINES = 400
FUNCTION_LINES = 60
FOLDER_MODULES = 15  # the aim is ten; this is where a folder must be split


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        shown(path)
        for path, tree in modules(*PACKAGES, "tests")
        if tree.body and not (ast.get_docstring(tree) or "").strip()
    ]
    assert silent == []


def test_no_module_is_too_long() -> None:
    long = {
        shown(path): lines
        for path, _ in modules(*PACKAGES, "tests")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MODULE_LINES
    }
    assert long == {}


def test_no_function_is_too_long() -> None:
    long = {
        f"{shown(path)}:{node.lineno} {node.name}": lines
        for path, tree in modules(*PACKAGES, "tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    }
    assert long == {}


def test_no_folder_holds_too_many_modules() -> None:
    counts: dict[str, int] = {}
    for path, _ in modules(*PACKAGES):
        if path.name != "__init__.py":
            counts[shown(path.parent)] = counts.get(shown(path.parent), 0) + 1
    assert {folder: count for folder, count in counts.items() if count > FOLDER_MODULES} == {}
