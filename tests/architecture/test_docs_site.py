"""The site of the documents: its navigation names every page once, and links that leave docs/ are written out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from deploy.docs_site import DRAWINGS, blocks, drawing, drawn, inside
from tests.architecture.tree import ROOT

SITE = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))


def pages(nav: Any) -> Iterator[str]:
    """The pages of a part of the navigation."""
    if isinstance(nav, str):
        yield nav
    else:
        for one in nav.values() if isinstance(nav, dict) else nav:
            yield from pages(one)


def test_the_navigation_names_every_page_once() -> None:
    there = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    named = Counter(pages(SITE["nav"]))
    assert set(named) == there
    assert {page for page, times in named.items() if times > 1} == set()


def test_decisions_have_numbers_of_their_own_and_their_titles() -> None:
    titles = [title for part in SITE["nav"] for group in part.get("Changing it", []) if isinstance(group, dict)
              for one in group.get("Decisions", []) for title in one]  # fmt: skip
    written = [
        path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        for path in sorted((ROOT / "docs/decisions").glob("*.md"))
    ]
    assert titles == written
    assert len({title[:4] for title in titles}) == len(titles)


def test_every_picture_of_a_page_has_words_and_is_there() -> None:
    bare = [path.name for path in (ROOT / "docs").rglob("*.md") if "![](" in path.read_text(encoding="utf-8")]
    assert bare == []


def test_every_drawing_is_of_the_text_that_stands_in_its_page() -> None:
    """One that is missing: python deploy/drawings.py MERMAID_JS."""
    docs = ROOT / "docs"
    wanted = {
        drawing(path.relative_to(docs).as_posix(), text)
        for path in docs.rglob("*.md")
        for text in blocks(path.read_text(encoding="utf-8"))
    }
    assert wanted
    assert {path.relative_to(docs).as_posix() for path in (docs / DRAWINGS).iterdir()} == wanted


def test_a_drawing_stands_where_its_text_stood() -> None:
    page = "before\n\n```mermaid\nflowchart TB\n  a --> b\n```\n\nafter\n"
    found = drawn(page, "decisions/0001-x.md")
    assert "mermaid" not in found
    assert f"![0001-x](../{drawing('x/0001-x.md', blocks(page)[0])})" in found
    assert drawn(page, "index.md").startswith("before\n\n![index](./drawings/index-")


@pytest.mark.parametrize(
    ("folder", "given", "written"),
    [
        ("", "see [the file](../deploy/sbom.py).", "see the file (`deploy/sbom.py`)."),
        ("", "[`CHANGELOG.md`](../CHANGELOG.md)", "`CHANGELOG.md`"),
        (
            "decisions",
            "[layers](0001-layers.md) [up](../settings.md#x)",
            "[layers](0001-layers.md) [up](../settings.md#x)",
        ),
        (
            "guide",
            "![a](../screenshots/a.png) [b](https://line.me/x)",
            "![a](../screenshots/a.png) [b](https://line.me/x)",
        ),
    ],
)
def test_a_link_that_leaves_the_documents_is_its_path(folder: str, given: str, written: str) -> None:
    assert inside(given, folder) == written
