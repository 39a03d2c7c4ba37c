"""Outgoing messages as JSON and back."""

import json
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.domain.messages import SUBJECT, Button, Text, from_plain, heading, postback, subject_of, to_plain
from tests.harness.strategies import outgoing, words


@given(st.lists(outgoing, max_size=3))
def test_every_message_comes_back_equal_through_json(messages):
    assert from_plain(json.loads(json.dumps(to_plain(messages)))) == messages


@pytest.mark.parametrize("value", [{}, {"type": "text"}, {"type": "card", "title": "x"}, {"type": "text", "x": 1}])
def test_what_we_did_not_write_is_refused(value):
    with pytest.raises((KeyError, TypeError)):
        from_plain([value])


@given(words.filter(bool), st.integers(1, 5))
def test_postbacks_are_query_strings_that_begin_with_the_action(value, score):
    data = postback("rate", number=value, score=score)
    assert data.startswith("action=rate&")
    assert dict(parse_qsl(data)) == {"action": "rate", "number": value, "score": str(score)}


def test_messages_are_values():
    assert Text("a", quick=(Button("b", data="action=menu"),)) == Text("a", quick=(Button("b", data="action=menu"),))


def test_a_heading_is_one_line_of_forty_chinese_or_eighty_latin_characters() -> None:
    assert heading("一\n二  三") == "一 二 三"
    assert heading("字" * 40) == "字" * 40
    assert heading("字" * 41) == "字" * 39 + "…"
    assert heading("A big tree fell over the wall of our plant in Qianzhen") == (
        "A big tree fell over the wall of our plant in Qianzhen"
    )
    assert len(heading("x" * 200)) == 80
    assert heading("") == ""


def test_no_word_is_cut_in_two_and_no_heading_ends_with_a_full_stop() -> None:
    """Before: a card was headed 'Please send someon' and 修理をお願いします。 had a line for its last sign."""
    long = "The street light at our back gate has been broken for a week. Please send someone to repair it."
    assert subject_of(long) == "The street light at our back gate has been broken for a week. Please send…"
    assert heading(subject_of(long)) == subject_of(long)
    assert heading("裏門の街灯が壊れています。修理をお願いします。") == "裏門の街灯が壊れています。修理をお願いします"
    assert heading("please wait...") == "please wait..."
    assert subject_of("字" * 81) == "字" * 79 + "…"
    assert len(subject_of("x" * 300)) == SUBJECT
