"""The glossary holds the words that firms and staff really read, and every word of a case's life."""

from __future__ import annotations

import re

import pytest
import yaml

from routing.domain.case import Kind, Outcome, Status
from tests.architecture.test_words import FORBIDDEN
from tests.architecture.tree import ROOT

GLOSSARY = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
WORDING = yaml.safe_load((ROOT / "knowledge/data/wording/notices.yaml").read_text(encoding="utf-8"))
NAMES = [key for key in WORDING if re.fullmatch(r"category\.\w+|kind\.\w+|case\.(number|unit|officer|promised)", key)]

STAFF = [
    "受理", "分案", "改分", "辦理中", "待廠商補件", "會辦中", "展期", "併案", "移請權責機關", "辦結", "限辦日期",
    "承辦人", "代理人", "預定回復日",
]  # fmt: skip


@pytest.mark.parametrize("key", NAMES)
def test_a_word_that_firms_read_stands_in_the_glossary_in_three_languages(key: str) -> None:
    words = WORDING[key]
    assert f"| {words['zh-TW']} | {words['en']} | {words['ja']} |".lower() in GLOSSARY.lower()


@pytest.mark.parametrize("code", [*Kind, *Status, *Outcome])
def test_every_kind_state_and_outcome_of_a_case_is_explained(code: str) -> None:
    assert f"`{code}`" in GLOSSARY


@pytest.mark.parametrize("word", STAFF)
def test_every_word_that_staff_read_is_explained(word: str) -> None:
    assert f"| {word} |" in GLOSSARY


def test_forbidden_words_stand_only_where_they_are_forbidden() -> None:
    before, _, after = GLOSSARY.partition("## Words we do not use")
    assert not FORBIDDEN.search(before)
    assert after
