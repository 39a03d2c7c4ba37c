"""Trap L22: who holds a conversation is looked at when a message is answered, not when it was sent."""

from datetime import timedelta

from routing.domain.case import Outcome
from routing.service.cases import commands as case_commands
from tests.harness.branch import ENDING, push
from tests.harness.cast import SUE
from tests.harness.chat import words_of

TREE = "圍牆外的大樹倒下來了，想請人來看"
WHO = "那請問是找哪一家廠商來處理的"


def replies(branch, number, words="我是承辦人，今天會去看"):
    with branch.hold(number, SUE) as locked:
        case_commands.reply(locked, words, notify=push)


def test_l22_words_sent_before_an_officer_wrote_and_handled_after_get_no_answer_of_ours(branch, chat):
    """Trap L22: a message that waited in the inbox while a person took over is the person's."""
    number = chat.opens(TREE)
    replies(branch, number)
    chat.text("在南側圍牆邊")
    replies(branch, number, "好的，明天上午到")
    first = chat.text("收到，麻煩了", ago=30)
    late = chat.text(WHO, ago=20)
    assert not first
    assert "您想問的是" not in words_of(late)
    assert WHO in "\n".join(message.text for message in branch.messages(number))


def test_l22_an_answer_beside_an_officer_says_that_it_is_not_the_officers(branch, chat):
    """Trap L22: what the base surely knows is given all the same, and shows who speaks."""
    number = chat.opens(TREE)
    replies(branch, number)
    answer = chat.text("請問上班時間")
    assert answer
    assert all(message.speaker for message in answer)


def test_l22_what_was_to_be_said_of_a_closed_case_is_not_sent_once_it_is_open_again(branch, chat):
    """Trap L22: a survey that waits for its turn is taken back when the case goes on."""
    number = chat.opens(TREE)
    replies(branch, number)
    with branch.hold(number, SUE) as locked:
        case_commands.close(locked, Outcome.ANSWERED, summary="已移除", notify=push, ending=ENDING)
    branch.now += timedelta(minutes=1)
    chat.tap("reopen", number=number)
    assert [row.state for row in branch.outbox() if row.reason == "survey"] == ["cancelled"]
