"""What an index asks for a word finds every text that the word's pattern finds."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from routing.domain.search_words import ending, grams, pattern, wanted

SIGNS = "臺台裡裏ＡaＢ9９12-–－()（%％_[］]^!?*\\/ 　漏水•é"


def held(word, text):
    """Whether an index that keeps these grams of a text names it for a word."""
    ways, kept = wanted(word), grams(text)
    if not ways:
        return True
    return any(
        all(one in kept or (len(one) < 2 and any(other.startswith(one) for other in kept)) for one in way)
        for way in ways
    )


@given(st.text(SIGNS, min_size=1, max_size=7), st.text(SIGNS, max_size=10), st.text(SIGNS, max_size=10))
@example("3•45", "07-", "")
@example("1・2・3・4・5・6", "", "1-2-3 456")
def test_no_text_that_holds_a_word_is_missed(word, before, after):
    for text in (before + word + after, before + word.replace("-", "－") + after, before + after):
        if re.search(pattern(word), text):
            assert held(word, text)
        if (end := ending(word)) is not None and re.search(end, text):
            assert held(word, text)


@pytest.mark.parametrize(("word", "text"), [
    ("漏水", "廠房屋頂漏水"), ("台電", "臺電停電"), ("abc", "ＡＢＣ廠"), ("073611212", "07-361-1212"), ("水", "漏水"),
    ("5678", "0912-345-678"), ("１２３", "x123"),
])  # fmt: skip
def test_two_signs_are_enough(word, text):
    assert held(word, text)


@pytest.mark.parametrize(("word", "text"), [
    ("漏水", "漏電停水"), ("0001", "0010"), ("屋漏", "漏屋"), ("5678", "5 6 7 9 8"),
])  # fmt: skip
def test_what_does_not_hold_it_is_mostly_left_out(word, text):
    assert not held(word, text)


def test_signs_alone_are_left_to_whoever_looks_at_every_row():
    assert wanted("%") == wanted(" - ") == []
