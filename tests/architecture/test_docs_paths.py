"""Paths that the documents name exist, so that a rename takes its documents along."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PATH = re.compile(r"`((?:bot|routing|knowledge|tests|docs|domain|service|store)/[\w./{},*-]*)`")
PICTURE = re.compile(r"^```mermaid$(.*?)^```$", re.MULTILINE | re.DOTALL)
IN_A_PICTURE = re.compile(r"(?<![\w/])((?:bot|knowledge|domain|service|store)/[\w./*-]*)")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
SHORT = {"domain", "service", "store"}
"""Folders of routing, named without it where a page speaks of nothing else."""


def spelled_out(path: str) -> Iterator[str]:
    """``a/{b,c}.py`` is two paths."""
    parts = [part.split(",") for part in re.split(r"[{}]", path)]
    yield from ("".join(choice) for choice in product(*parts))


def missing(document: Path) -> list[str]:
    text = document.read_text(encoding="utf-8")
    named = [one for path in PATH.findall(text) for one in spelled_out(path)]
    named += [path for picture in PICTURE.findall(text) for path in IN_A_PICTURE.findall(picture)]
    named = [f"routing/{path}" if path.split("/")[0] in SHORT else path for path in named]
    wanted = [one for one in named if not (list(ROOT.glob(one.rstrip("/"))) if "*" in one else (ROOT / one).exists())]
    return wanted + [link for link in LINK.findall(text) if not (document.parent / link).exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_a_document_names_is_there(document: Path) -> None:
    assert missing(document) == []


def test_a_path_that_is_gone_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "`service/telling.py`, `domain/{case,journal}.py`, `bot/line/*.py`, [one](away.md)", encoding="utf-8"
    )
    assert missing(page) == ["routing/service/telling.py", "routing/domain/journal.py", "away.md"]
