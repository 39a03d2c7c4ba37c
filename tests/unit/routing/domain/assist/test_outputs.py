"""A model's answer is read by its schema, saved where it broke off, or taken as plain words; nothing is believed."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.domain.assist import outputs
from routing.domain.assist.outputs import Source
from routing.domain.errors import ModelError

SOURCES = (Source("faq", "條目", "規費 5,000 元，30 日內。"), Source("m1", "115.11.16 廠商", "想續租。"))
GOOD = {"sentences": [{"text": "規費 5,000 元。", "sources": ["faq"]}, {"text": "廠商想續租。", "sources": ["m1"]}]}


def read(content, leaks=lambda _text: ()):
    return outputs.sentences(content, SOURCES, leaks)


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(GOOD), f"```json\n{json.dumps(GOOD)}\n```", f"<think>hm {{}}</think>{json.dumps(GOOD)}",
        f"好的，如下：\n{json.dumps(GOOD)}", json.dumps(GOOD)[:-2] + ', {"text": "第三',
    ],
    ids=["plain", "fenced", "thought", "talked", "cut"],
)  # fmt: skip
def test_what_follows_the_schema_is_read_however_it_is_wrapped(content):
    assert [(one.text, one.sources, one.gaps) for one in read(content)] == [
        ("規費 5,000 元。", ("faq",), ()), ("廠商想續租。", ("m1",), ()),
    ]  # fmt: skip


def test_plain_words_have_no_source_and_say_so():
    found = read("規費 5,000 元。請於 30 日內辦理。")
    assert [one.text for one in found] == ["規費 5,000 元。", "請於 30 日內辦理。"]
    assert all((outputs.NO_SOURCE, "") in one.gaps for one in found)
    assert outputs.as_text(found).count(outputs.UNPROVEN) == 2


@pytest.mark.parametrize("content", ['{"sentences": [{"text": "規', "[]", "{}", '{"sentences": []}', "   ", "<think>x"])
def test_a_broken_answer_is_none(content):
    with pytest.raises(ModelError):
        read(content)


def test_a_source_that_is_not_there_proves_nothing_nor_does_another_sentence_s():
    found = read(json.dumps({"sentences": [
        {"text": "規費 5,000 元。", "sources": ["law-x"]}, {"text": "規費 5,000 元。", "sources": ["m1"]},
        {"text": "規費 5,000 元。", "sources": "faq"},
        {"text": "廠商想續租。規費 8,000 元。", "sources": ["faq", "m1"]},
    ]}))  # fmt: skip
    assert [one.gaps for one in found] == [
        (("unknown_source", "law-x"), ("no_source", ""), ("number", "5,000 元")), (("number", "5,000 元"),),
        (("no_source", ""), ("number", "5,000 元")), (), (("number", "8,000 元"),),
    ]  # fmt: skip


def test_what_identifies_somebody_and_was_not_told_is_struck_out():
    one = read(json.dumps({"sentences": [{"text": "請洽王大明。", "sources": ["m1"]}]}), lambda _text: ("王大明",))[0]
    shown = outputs.shown(one, lambda text: text)
    assert ("王大明" in shown.text, shown.gaps) == (False, (("personal", ""),))


@pytest.mark.parametrize("content", ['{"translation": "5,000 dollars"}', "5,000 dollars"])
def test_a_translation_comes_by_schema_or_plain(content):
    assert outputs.translation(content, "5,000 元", lambda _text: ()).lost == ()


NAMES = st.sampled_from(["sentences", "text", "sources", "translation"])
VALUES = st.recursive(
    st.none() | st.text(max_size=8), lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=12
)


@given(st.text(max_size=200) | VALUES.map(json.dumps))
def test_nothing_that_a_model_says_breaks_the_reading(content):
    for reading in (read, lambda said: outputs.translation(said, "x", lambda _text: ())):
        with suppress(ModelError):
            assert reading(content)
