"""Copies of words, whole or cut short, are found wherever a string holds them; other strings stay as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.domain.unsend import TAKEN_BACK, without

WORDS = "二期廠房旁邊的排水溝蓋板被貨車壓壞了，想請人來看要怎麼修，麻煩盡快派人來現場看，因為每天都有很多員工經過很危險"

COPIES = [
    (WORDS, TAKEN_BACK),
    (f"卡關：{WORDS}", f"卡關：{TAKEN_BACK}"),
    (f"前一句\n{WORDS}\n後一句", f"前一句\n{TAKEN_BACK}\n後一句"),
    (WORDS[:20] + "…", TAKEN_BACK),
    ("前一句\n" + WORDS[:1] + "…", f"前一句\n{TAKEN_BACK}"),
    (f"0001 {WORDS}"[:40], f"0001 {TAKEN_BACK}"),
    (f"線上申請：{WORDS}"[:50], f"線上申請：{TAKEN_BACK}"),
    ("我要問二期", "我要問二期"),
    ("標準廠房的租金怎麼算", "標準廠房的租金怎麼算"),
]


@pytest.mark.parametrize(("text", "left"), COPIES)
def test_copies_whole_and_cut(text, left):
    assert without(text, WORDS) == left
    assert without([{"a": text, "n": 1}], f" {WORDS}\n") == [{"a": left, "n": 1}]


@pytest.mark.parametrize(
    ("text", "left"), [("您好，請說明", "您好，請說明"), ("好", TAKEN_BACK), ("一\n好", f"一\n{TAKEN_BACK}")]
)
def test_a_short_word_is_a_copy_only_on_a_line_of_its_own(text, left):
    assert without(text, "好") == left


@given(st.text(min_size=4), st.text(max_size=20), st.integers(60, 300))
def test_no_copy_however_cut_keeps_the_words(words, before, cut):
    words = words.strip()
    whole = f"{before}\n{words}"
    copy = whole if len(whole) <= cut else whole[: cut - 1] + "…"
    left = without(copy, words)
    if len(words) >= 4 and words not in before and words not in TAKEN_BACK:
        assert words not in left


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_nothing_taken_back_changes_nothing(value):
    assert without(value, "") == value
