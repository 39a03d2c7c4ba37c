"""Counting and cutting as LINE counts: UTF-16 units for words, graphemes for what is tapped (trap L15)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.line import limits

words = st.text(st.characters(codec="utf-8"), max_size=200)


@pytest.mark.parametrize(
    ("text", "units", "seen"),
    [
        ("", 0, 0),
        ("停電", 2, 2),
        ("🍎", 2, 1),
        ("𠮷野", 3, 2),
        ("e\u0301", 2, 1),
        ("👨\u200d👩\u200d👧", 8, 1),
        ("👍🏽", 4, 1),
        ("🇹🇼🇯🇵", 8, 2),
        ("☎\ufe0f", 2, 1),
        ("각", 1, 1),
        ("\u1100\u1161\u11a8", 3, 1),
        ("か\u3099", 2, 1),
    ],
)
def test_units_and_graphemes(text: str, units: int, seen: int) -> None:
    assert limits.utf16(text) == units
    assert limits.grapheme_length(text) == seen


def test_a_label_is_shortened_by_what_is_seen_and_a_family_stays_whole() -> None:
    family = "👨\u200d👩\u200d👧"
    assert limits.shorten("請專人協助", 5) == "請專人協助"
    assert limits.shorten("請專人協助我", 5) == "請專人協…"
    assert limits.shorten(family * 20, 5) == family * 2 + "…"  # five characters may have twenty units
    assert limits.shorten("好" * 10 + family + "嗎", 11) == "好" * 10 + "…"


@given(words, st.integers(1, 60))
def test_a_shortened_text_is_never_longer_than_allowed(text: str, limit: int) -> None:
    assert limits.grapheme_length(limits.shorten(text, limit)) <= limit


@given(st.text(max_size=300))
def test_a_clean_text_can_be_written_as_json_in_utf8(text: str) -> None:
    cleaned = limits.clean(text)
    assert "\x00" not in cleaned
    assert limits.clean(cleaned) == cleaned
    cleaned.encode("utf-8")


def test_half_a_pair_becomes_a_replacement_and_two_halves_an_emoji() -> None:
    assert limits.clean("a\ud83d") == "a\ufffd"
    assert limits.clean("\ud83d\ude00") == "😀"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("一二三。四五六七", ["一二三。", "四五六七"]),
        ("一二\n\n三四五六七", ["一二", "三四五六七"]),
        ("一二三 四五\n六七八", ["一二三 四五", "六七八"]),
        ("a b c d e f g", ["a b c", "d e f", "g"]),
        ("一二三四五六七八九", ["一二三四五六", "七八九"]),
        ("🍎🍎🍎🍎", ["🍎🍎🍎", "🍎"]),
    ],
)
def test_a_text_is_cut_at_the_best_border_near_the_end(text: str, parts: list[str]) -> None:
    """L15: after a paragraph, a line, a sentence or a word, and never inside a character."""
    assert limits.split_text(text, 6) == parts


@given(st.text(st.sampled_from("停電。，\n 🍎ab\u3099\u200d"), max_size=400), st.integers(12, 60))
def test_parts_fit_and_lose_nothing_but_white_space(text: str, limit: int) -> None:
    """L15: any text in parts within the limit."""
    parts = limits.split_text(text, limit)
    assert all(0 < limits.utf16(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
