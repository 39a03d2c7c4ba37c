"""Short messages in a row are one enquiry; what is complete does not wait (contract §9 "One enquiry", trap L16)."""

# ruff: noqa: E501 - word lists are read as lists, not as lines
from datetime import timedelta

import pytest

from routing.domain.dialogue.bursts import A_MOMENT, AT_ONCE, GAP, MOST, complete, patience, together
from routing.domain.dialogue.state import Step
from routing.domain.inbound import Inbound, InboundKind
from tests.harness.branch import MONDAY


def text(words, seconds=0.0, **more):
    return Inbound(
        kind=InboundKind.TEXT, at=MONDAY + timedelta(seconds=seconds), text=words, user_id="U1", channel="line", **more
    )


def photo(seconds=0.0, **more):
    return Inbound(
        kind=InboundKind.MEDIA,
        at=MONDAY + timedelta(seconds=seconds),
        media="image",
        user_id="U1",
        channel="line",
        **more,
    )


def tap(seconds=0.0):
    return Inbound(kind=InboundKind.POSTBACK, at=MONDAY + timedelta(seconds=seconds), user_id="U1", channel="line")


@pytest.mark.parametrize(
    ("messages", "number"),
    [
        ([text("您好")], 1),
        ([text("您好"), text("想請問", 1.9), text("租金怎麼算", 3.8)], 3),
        ([text("您好"), text("租金怎麼算", 2.1)], 1),
        ([text("漏水的地方"), photo(1), photo(2)], 3),
        ([photo(album="a"), photo(9, album="a")], 2),
        ([text("您好"), tap(0.5), text("租金怎麼算", 1)], 1),
        ([tap(), text("您好", 1)], 1),
        ([text("a", shared=True), text("b", 1, shared=True)], 1),
        ([text(str(n), n / 10) for n in range(MOST + 5)], MOST),
    ],
)
def test_messages_that_follow_each_other_at_once_belong_together(messages, number):
    assert together(messages) == number


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("租金怎麼算？", True), ("標準廠房租金怎麼算", True), ("想租廠房，請與我聯絡。", True), ("我的案件", True), ("人工", True),
        ("可以分期繳嗎", True), ("How much is the rent?", True), ("how much is the rent", True), ("管理費はいくらですか", True),
        ("您好", False), ("請問", False), ("我想請問一下", False), ("不好意思", False), ("我們在楠梓", False), ("標準廠房", False), ("Hello", False),
    ],
)  # fmt: skip
def test_a_complete_question_is_told_from_a_beginning(words, whole):
    assert complete(words) is whole


@pytest.mark.parametrize(
    ("messages", "step", "wait"),
    [
        ([text("工廠失火了")], Step.IDLE, AT_ONCE),
        ([text("租金怎麼算？")], Step.IDLE, A_MOMENT),
        ([text("您好")], Step.IDLE, GAP),
        ([text("租金怎麼算？"), text("在楠梓", 1)], Step.IDLE, GAP),
        ([text("陳小姐")], Step.CONTACT, AT_ONCE),
        ([text("圍牆倒了一半")], Step.DESCRIBE, GAP),
        ([photo()], Step.IDLE, GAP),
        ([photo(album="a", album_size=2)], Step.IDLE, GAP),
        ([photo(album="a", album_size=2), photo(1, album="a", album_size=2)], Step.IDLE, AT_ONCE),
        ([tap()], Step.IDLE, AT_ONCE),
        ([text(str(n), n / 10) for n in range(MOST)], Step.IDLE, AT_ONCE),
    ],
)
def test_what_may_go_on_is_waited_for(messages, step, wait):
    assert patience(messages, step) == wait
