"""After a case is closed: asked once with its subject, answered by one tap, a reason kept, lapsed, reopened."""

from dataclasses import replace
from datetime import timedelta

import pytest

from routing.domain.case import Outcome
from routing.domain.dialogue.state import Step
from routing.domain.errors import Forbidden, StepNotAllowed
from routing.domain.messages import from_plain
from routing.domain.permissions import SYSTEM
from routing.service.cases import commands as case_commands
from routing.service.cases import satisfaction
from tests.harness.branch import ENDING, branch_on, cast_in_every_unit, push
from tests.harness.cast import ALICE, CAROL
from tests.harness.chat import Chat, actions_of, buttons_of, said, words_of
from tests.harness.databases import BOTH

TREE, LAMP = "圍牆外的大樹倒下來了，想請人來看", "廠區門口的路燈不亮，請派人來修"


@pytest.fixture(params=BOTH)
def branch(request):
    with branch_on(request.param) as branch:
        cast_in_every_unit(branch)
        yield branch


@pytest.fixture
def chat(branch):
    return Chat(branch)


def close(branch, number, outcome=Outcome.REFERRED, into=None):
    with branch.hold(number) as locked:
        case_commands.close(locked, outcome, summary="已處理", notify=push, ending=replace(ENDING, into=into))


def surveys(branch):
    return [from_plain(row.payload)[0] for row in branch.outbox() if row.reason == "survey"]


def answered(branch, days=30):
    with branch.database.reading() as session:
        start = branch.now - timedelta(days=days)
        return satisfaction.answered(session, SYSTEM, start=start, end=branch.now + timedelta(days=1))


def rated(branch, number):
    """What was said last about how a case went: few answers are counted, not told, so the case itself is asked."""
    return [event.data for event in branch.events(number) if event.event == "rated"][-1]


def test_the_question_names_the_matter_and_one_tap_answers_it(branch, chat):
    number = chat.opens(TREE)
    close(branch, number)
    (card,) = surveys(branch)
    assert TREE in card.title
    assert card.alt == card.title
    chat.press(buttons_of([card])[0])
    assert (branch.case(number).rating, branch.case(number).rated_via) == (5, "line")
    found = answered(branch)
    assert (found.asked, found.n, rated(branch, number)["via"]) == (1, 1, "line")


@pytest.mark.parametrize("outcome", [Outcome.WITHDRAWN, Outcome.DECLINED, Outcome.DUPLICATE])
def test_nobody_is_asked_after_withdrawn_declined_or_duplicate(branch, chat, outcome):
    number = chat.opens()
    close(branch, number, outcome, into=branch.open())
    assert surveys(branch) == []
    assert said(chat.tap("rate", number=number, score=5), "expired")
    with pytest.raises(StepNotAllowed, match="不調查滿意度"), branch.hold(number) as locked:
        satisfaction.enter(locked, 4, via="phone")


def test_a_firm_is_asked_once_in_thirty_days_over_all_its_cases(branch, chat):
    first, second = chat.opens(TREE), chat.opens(LAMP)
    close(branch, first)
    branch.later(days=29)
    close(branch, second)
    assert len(surveys(branch)) == 1
    with branch.hold(second) as locked:
        case_commands.reopen(locked, reason="尚未解決", notify=push)
    branch.later(days=2)
    close(branch, second)
    assert len(surveys(branch)) == 2
    assert answered(branch, days=60).asked == 2


def test_a_colleague_of_the_same_firm_is_not_asked_within_the_thirty_days(branch):
    """The firm is known by its number, whoever of it writes."""
    cases = []
    for user in ("U1", "U2"):
        chat = Chat(branch, user)
        chat.text(TREE)
        chat.tap("open_case")
        for answer in ("晴川精密 04595257", "陳小姐", "07-3611212"):
            chat.text(answer)
        chat.tap("park", id="nanzih")
        chat.tap("confirm_case")
        cases += chat.numbers
    for number in cases:
        close(branch, number)
    assert len({branch.row(number).firm_id for number in cases}) == 1
    assert len(surveys(branch)) == 1


def test_the_question_lapses_after_seven_days_and_a_later_tap_is_told_so(branch, chat):
    number = chat.opens(TREE)
    close(branch, number)
    branch.later(days=7, hours=1)
    assert said(chat.tap("rate", number=number, score=5), "rated.lapsed", subject=TREE)
    assert branch.case(number).rating is None
    assert chat.state.step is Step.IDLE


def test_the_reason_is_kept_with_the_score_and_opens_no_matter(branch, chat):
    number = chat.opens(TREE)
    close(branch, number)
    answer = chat.tap("rate", number=number, score=2)
    assert said(answer, "rated.low", subject=TREE)
    assert {"reopen", "cancel"} <= actions_of(answer)
    told = chat.text("等了太久才有人回電給我們")
    assert said(told, "rated.reason", subject=TREE)
    assert chat.state.pending == ()
    assert chat.numbers == [number]
    event = branch.events(number)[-1]
    kept = branch.messages(number)[-1]
    assert (event.event, event.data["score"], event.data["message_id"]) == ("rated", 2, kept.id)
    assert kept.text == "等了太久才有人回電給我們"
    assert branch.row(number).firm_spoke_at is None
    assert answered(branch).n == 1


@pytest.mark.parametrize("words", ["土地租金怎麼算？", "謝謝", "不用了", "👍"])
def test_a_question_thanks_or_no_is_not_the_reason(branch, chat, words):
    """L19"""
    number = chat.opens(TREE)
    close(branch, number)
    chat.tap("rate", number=number, score=4)
    version = branch.row(number).version
    assert chat.text(words)
    assert branch.row(number).version == version
    assert rated(branch, number).get("message_id") is None


def test_words_of_the_next_day_are_a_matter_of_their_own(branch, chat):
    number = chat.opens(TREE)
    close(branch, number)
    chat.tap("rate", number=number, score=4)
    branch.later(days=1)
    chat.text("廠區後面的排水溝整條塞住了")
    assert rated(branch, number).get("message_id") is None
    assert len(chat.state.pending) == 1


def test_an_emergency_is_never_taken_for_a_reason(branch, chat):
    number = chat.opens(TREE)
    close(branch, number)
    chat.tap("rate", number=number, score=4)
    assert "119" in words_of(chat.text("工廠失火了，火很大！"))


def test_the_first_score_of_a_close_counts_and_another_tap_is_told_so(branch, chat):
    number = chat.opens(TREE)
    close(branch, number)
    chat.tap("rate", number=number, score=4)
    for score in (1, 5, 4):
        assert said(chat.tap("rate", number=number, score=score), "rated.given", subject=TREE)
    assert (answered(branch).n, branch.case(number).rating) == (1, 4)


def test_an_answer_by_telephone_or_paper_is_entered_once_for_a_close(branch):
    number = branch.open()
    close(branch, number)
    with pytest.raises(Forbidden), branch.hold(number, CAROL) as locked:
        satisfaction.enter(locked, 4, via="letter")
    with branch.hold(number, ALICE) as locked:
        satisfaction.enter(locked, 4, via="letter", reason="很仔細")
    with pytest.raises(StepNotAllowed, match="已有滿意度"), branch.hold(number, ALICE) as locked:
        satisfaction.enter(locked, 5, via="phone")
    found = answered(branch)
    assert (found.asked, found.n) == (0, 1)
    assert (branch.case(number).rating, rated(branch, number)["via"]) == (4, "letter")
    assert branch.messages(number)[-1].text == "很仔細"


def test_staff_do_not_replace_what_the_firm_said_itself(branch, chat):
    number = chat.opens(TREE)
    close(branch, number)
    chat.tap("rate", number=number, score=1)
    with pytest.raises(StepNotAllowed, match="已有滿意度"), branch.hold(number) as locked:
        satisfaction.enter(locked, 5, via="phone")
    assert branch.case(number).rating == 1


def test_a_question_that_has_not_gone_out_is_taken_back_when_the_case_is_reopened(branch, chat):
    number = chat.opens(TREE)
    close(branch, number)
    chat.tap("reopen", number=number)
    assert [row.state for row in branch.outbox() if row.reason == "survey"] == ["cancelled"]


def test_whoever_blocked_the_account_is_not_asked(branch, chat):
    number = chat.opens(TREE)
    chat.unfollow()
    close(branch, number)
    assert surveys(branch) == []
    assert "surveyed" not in [event.event for event in branch.events(number)]


def test_reopening_without_a_number_asks_which_of_several_by_subject(branch, chat):
    first, second = chat.opens(TREE), chat.opens(LAMP)
    for number in (first, second):
        close(branch, number)
    answer = chat.tap("reopen")
    labels = [button.label for button in buttons_of(answer)]
    assert any(TREE in label for label in labels)
    assert any(LAMP in label for label in labels)
    assert {branch.row(number).status for number in (first, second)} == {"closed"}
    chat.press(next(button for button in buttons_of(answer) if TREE in button.label))
    assert (branch.row(first).status, branch.row(second).status) == ("assigned", "closed")


def test_typed_words_reopen_the_only_closed_case_and_join_it(branch, chat):
    number = chat.opens(TREE)
    close(branch, number)
    assert said(chat.text("這件事還沒解決"), "notice.reopened.title")
    assert branch.row(number).status == "assigned"
    assert branch.messages(number)[-1].text == "這件事還沒解決"
    assert chat.state.pending == ()


def test_nothing_closed_shows_the_cases_instead(branch, chat):
    number = chat.opens(TREE)
    assert number in words_of(chat.tap("reopen"))
    assert branch.row(number).status != "closed"
