"""Every code that an error can carry is explained in docs/errors.md, and the codes there are stable words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.tree import PACKAGES, ROOT, modules, shown

CODE = re.compile(r"[a-z][a-z_]+")
DOCUMENTED = set(re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "docs/errors.md").read_text("utf-8"), re.MULTILINE))
# The simulator plays LINE and has LINE's errors; a rule's code names a rule.
NOT_ERRORS = {"Rule"}


def codes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Codes given to errors and problems, and those that error classes have."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            found = [] if name in NOT_ERRORS else [word.value for word in node.keywords if word.arg == "code"]
            if name in {"problem", "answer"}:
                found += node.args[1:3]
        elif isinstance(node, ast.ClassDef):
            found = [part.value for part in node.body if _is_code(part)]
        else:
            continue
        for value in found:
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and CODE.fullmatch(value.value):
                yield value.lineno, value.value


def _is_code(part: ast.stmt) -> bool:
    return isinstance(part, ast.Assign) and [getattr(target, "id", "") for target in part.targets] == ["code"]


def test_every_code_is_documented() -> None:
    found = [
        f"{shown(path)}:{line} {code}"
        for path, tree in modules(*PACKAGES)
        if "simulator" not in path.parts
        for line, code in codes(tree)
        if code not in DOCUMENTED
    ]
    assert found == []


def test_a_code_is_found_wherever_it_is_given() -> None:
    source = 'class A:\n    code = "one"\nraise B("…", code="two")\nproblem(404, "three", "…")\nRule(code="rule")\n'
    assert [code for _, code in codes(ast.parse(source))] == ["one", "two", "three"]
