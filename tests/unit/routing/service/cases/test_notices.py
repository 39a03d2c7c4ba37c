"""Small parts of what firms are told about their cases."""

from __future__ import annotations

import re

import pytest

from knowledge.wording import load_sentences
from routing.domain.data_rights import masked
from routing.domain.messages import drawn_width
from routing.service.cases.notifications import numbered, short_name


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("請補租約影本", "請補租約影本"),
        ("租約影本\n平面圖", "1. 租約影本\n2. 平面圖"),
        ("請補：\n1. 租約影本\n2. 平面圖", "請補：\n1. 租約影本\n2. 平面圖"),
        ("Please send:\n- lease\n- plan", "Please send:\n1. lease\n2. plan"),
    ],
)
def test_items_are_numbered_and_what_leads_in_is_none(typed: str, shown: str) -> None:
    """Before: 請補： was item 1."""
    assert numbered(typed) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("現場照片.jpg", "現場照片.jpg"),
        ("廠房設施修繕申請表（空白）範本.pdf", "廠房設施修繕申請….pdf"),
        ("repair-request-form-blank.pdf", "repair-request-f….pdf"),
    ],
)
def test_a_long_name_on_a_button_keeps_its_ending(name: str, shown: str) -> None:
    made = short_name(name, 21)
    assert made == shown
    assert drawn_width(made) <= 21
    assert made.endswith(name.rpartition(".")[2][-3:])


@pytest.mark.parametrize("language", ["zh-TW", "ja"])
def test_no_blank_stands_between_a_date_and_the_word_behind_it(language: str) -> None:
    """A date ends with （三）, which brings its own room."""
    date = re.compile(r"\{(promised|due|start|end)\} (?=[\u3040-\u9fff])")
    wrong = [key for key, said in load_sentences().sentences.items() if date.search(said[language])]
    assert wrong == []


def test_an_officers_full_stop_is_not_followed_by_ours() -> None:
    """Before: 因料件待交貨。，本案展期."""
    for language, end in (("zh-TW", "待交貨。"), ("en", "Parts are missing."), ("ja", "部品待ちです。")):
        said = load_sentences().say("notice.extended.body", language, reason=end, promised="2026/12/7")
        assert said.endswith(end)
        assert "2026/12/7" in said


def test_a_long_name_is_masked_in_a_line() -> None:
    assert masked("Sunny River Precision Co., Ltd.", ends=2) == "S＊＊＊＊＊＊d."
    assert masked("晴川精密有限公司", ends=2) == "晴＊＊＊＊＊公司"
    assert masked("07-3611212", ends=3) == "0＊＊＊＊＊＊212"
