"""Who edits the knowledge finds every file and every field of an entry explained."""

from __future__ import annotations

from dataclasses import fields

from knowledge.entries import Basis, FaqEntry
from tests.architecture.tree import ROOT

PAGE = (ROOT / "docs/knowledge.md").read_text(encoding="utf-8")


def test_every_field_of_an_entry_is_explained() -> None:
    names = [field.name for kind in (FaqEntry, Basis) for field in fields(kind)]
    assert [name for name in names if f"`{name}`" not in PAGE] == []


def test_every_file_of_the_knowledge_is_explained() -> None:
    places = [path.name + "/" * path.is_dir() for path in (ROOT / "knowledge/data").iterdir()]
    assert [place for place in places if f"`{place}" not in PAGE] == []
