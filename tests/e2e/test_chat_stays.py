"""After the receipt the chat stays with the firm, walked over LINE's own ids and clocks (contract §9)."""

from time import monotonic

import pytest

from tests.harness.simulator import words
from tests.harness.waiting import eventually


@pytest.fixture
def firm(product):
    return product.line.person()


def messages(product, number):
    return [one["text"] for one in product.api("sue", "GET", f"/cases/{number}")["messages"]]


def test_a_quoted_reply_of_the_officer_finds_its_case(product, firm):
    """L18"""
    lift = firm.open_case("B棟貨梯電梯故障，想請人來看")
    tree = firm.open_case("圍牆外的大樹倒下來了，想請人來看", known="yes")
    seen = len(firm.received())
    for number, text in ((lift, "技師明天上午會到"), (tree, "已聯絡園藝廠商")):
        product.api("sue", "POST", f"/cases/{number}/messages", {"text": text}, expect=201)
    eventually(lambda: len(firm.received()) >= seen + 2, what="both replies")
    quoted = next(bubble for bubble in firm.received() if "技師明天" in words(bubble["message"]))
    assert quoted["message"]["sender"]["name"].startswith("承辦人")
    firm.say("可以改成下午嗎？", quotedMessageId=quoted["id"])
    assert "可以改成下午嗎？" in messages(product, lift)
    assert "可以改成下午嗎？" not in messages(product, tree)


def test_three_short_texts_are_answered_once(product, firm):
    """L16"""
    seen = len(firm.received())
    for text in ("您好", "想請問一下", "租地要繳多少預約金？"):
        firm.do("text", text=text)
    firm.answer_after(seen)
    product.settled()
    calls = product.line.calls("reply", "push")
    assert len(calls) == 1
    assert "預約金" in words(*firm.answer_after(seen))


def test_a_complete_question_is_not_kept_waiting(product, firm):
    began = monotonic()
    firm.say("租地要繳多少預約金？")
    assert monotonic() - began < 5, "on a busy machine; the bench measures the second"
