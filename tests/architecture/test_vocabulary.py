"""Fixed words stand in knowledge/vocabulary.py and nowhere else as a list."""

import ast
from pathlib import Path

import pytest

from knowledge.vocabulary import CATEGORIES, PARK_KINDS, PHRASING_GROUPS, READING_LANGUAGES, Channel
from tests.architecture.tree import ROOT

SETS = {
    "category": set(CATEGORIES) - {"smalltalk"},
    "channel": set(Channel),
    "park": set(PARK_KINDS),
    "language": set(READING_LANGUAGES),
    "group": set(PHRASING_GROUPS),
}
SOURCES = sorted(
    path for package in ("bot", "routing", "knowledge") for path in (ROOT / package).rglob("*.py")
    if not path.is_relative_to(ROOT / "bot" / "simulator") and path != ROOT / "knowledge" / "vocabulary.py"
)  # fmt: skip


def lists_in(path: Path) -> set[str]:
    """Which of the sets stand whole in one tuple, list, set or Literal of a file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            words = {one.value for one in node.elts if isinstance(one, ast.Constant)}
            words |= {one.attr.lower() for one in node.elts if isinstance(one, ast.Attribute)}
            words |= {inner.elts[0].value for inner in node.elts if isinstance(inner, ast.Tuple) and inner.elts
                      and isinstance(inner.elts[0], ast.Constant)}  # fmt: skip
            found |= {name for name, wanted in SETS.items() if wanted <= words}
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_list_of_fixed_words_stands_outside_the_vocabulary(path):
    assert lists_in(path) == set()


def test_such_a_list_is_found(tmp_path):
    (tmp_path / "a.py").write_text(
        'X = (("zh-TW", "中"), ("en", "E"), ("ja", "日"))\nY = ["zh", "en", "ja", "ko"]\n', "utf-8"
    )
    assert lists_in(tmp_path / "a.py") == {"language", "group"}
