"""Texts are compared in one form, whatever way they were written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.language.text import Language, asking_sentences, detect_language, normalise


@given(st.text(max_size=80))
def test_normalising_twice_changes_nothing(text):
    once = normalise(text)
    assert normalise(once) == once


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("臺電停電", "台电停电"),
        ("ＡＢＣ補助", "abc补助"),
        ("汙水處理", "污水处理"),
        ("廃水の処理", "废水の处理"),
        ("300㎡", "300平方公尺"),
        ("1,000噸", "1000公噸"),
        ("怎麼申請？！", "怎麼申請"),
    ],
)
def test_different_spellings_become_one(left, right):
    """Traps 1.2: normalise first."""
    assert normalise(left) == normalise(right)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("土地租金怎麼算", Language.ZH_TW),
        ("厂房租金怎么算", Language.ZH_CN),
        ("How is rent calculated?", Language.EN),
        ("土地の賃料はいくらですか", Language.JA),
        ("産業廃棄物処理許可", Language.JA),
        ("我們的VAT要怎麼報", Language.ZH_TW),
        ("楠梓の園區可以租嗎", Language.ZH_TW),
        ("", Language.ZH_TW),
        ("🙂🙂", Language.ZH_TW),
    ],
)
def test_language(text, language):
    assert detect_language(text) is language


def test_asking_sentences_are_found_in_a_letter():
    letter = "本公司設於楠梓園區。從事電子零件製造。請問土地租金如何計算？敬請惠復。"
    assert asking_sentences(letter) == ("請問土地租金如何計算？",)
