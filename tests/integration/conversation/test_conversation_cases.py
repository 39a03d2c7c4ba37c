"""A firm on LINE and the cases it has: asking, adding, waiting ones, ratings, language, words taken back."""

import pytest

from routing.domain.case import Outcome
from routing.service.cases import commands as case_commands
from tests.harness.branch import ENDING, office, push, unnotified
from tests.harness.chat import Chat, actions_of, buttons_of, said, words_of
from tests.harness.databases import BOTH

TREE = "圍牆外的大樹倒下來了，想請人來看"
LAMP = "另外請問路燈壞掉要找誰"
MORE = "租約影本和印鑑證明"


def close(branch, number):
    with branch.hold(number) as locked:
        case_commands.close(locked, Outcome.REFERRED, summary="已移請台電", notify=push, ending=ENDING)


def wait(branch, number, on="firm"):
    with branch.hold(number) as locked:
        agency = "taipower" if on == "agency" else None
        case_commands.wait(locked, on, message="請補件", agency=agency, notify=unnotified)


def test_nobody_has_cases_at_first(chat):
    chat.text("您好")
    assert said(chat.tap("my_cases"), "my_cases.none")


def test_all_cases_are_listed_the_open_ones_first(branch, chat):
    first, second = chat.opens(), chat.opens("另外請問路燈壞掉要找誰")
    close(branch, second)
    (carousel,) = chat.tap("my_cases")
    numbers = [[row.value for row in card.rows if row.label == "服務案號"] for card in carousel.cards]
    assert numbers == [[first], [second]]
    assert {"case", "add_to_case", "reopen"} <= actions_of([carousel])


def test_a_case_shows_its_steps_and_its_promise(branch, chat):
    number = chat.opens()
    answer = chat.tap("case", number=number)
    for shown in (number, "受理", "分案", "預定回復日", "依承辦單位回復為準"):
        assert shown in words_of(answer)
    assert {"add_to_case", "call_me"} <= actions_of(answer)


@pytest.mark.parametrize("action", ["case", "add_to_case", "reopen", "rate", "call_me", "supplied", "withdraw", "move"])
def test_nobody_reaches_the_case_of_another_firm_by_its_number(branch, chat, action):
    number = chat.opens()
    close(branch, number) if action in {"reopen", "rate"} else None
    stranger = Chat(branch, "U2")
    stranger.text("您好")
    before = branch.row(number).version
    assert said(stranger.tap(action, number=number, score=1), "expired")
    assert number not in words_of(stranger.tap("my_cases"))
    assert branch.row(number).version == before


@pytest.mark.parametrize("branch", BOTH, indirect=True)
def test_what_is_added_goes_into_the_case_until_the_firm_is_done(branch, chat):
    number = chat.opens()
    assert said(chat.tap("add_to_case", number=number), "adding.ask", subject=TREE)
    assert said(chat.text(MORE), "adding.more", subject=TREE)
    chat.photo()
    chat.tap("cancel")
    chat.text("完全不同的另一件事情要問")
    assert [message.kind for message in branch.messages(number)] == ["text", "text", "image"]


def test_what_was_just_said_can_be_added_with_one_tap(branch, chat):
    number = chat.opens()
    answer = chat.text("排水溝堵住了要找誰處理呢？")
    (button,) = [found for found in buttons_of(answer) if found.data and "add_to_case" in found.data]
    assert said(chat.press(button), "added", subject=TREE)
    assert "排水溝" in branch.messages(number)[-1].text
    assert chat.state.pending == ()
    assert said(chat.press(button), "adding.ask", subject=TREE)


def test_words_for_a_case_closed_meanwhile_are_not_lost(branch, chat):
    number = chat.opens()
    chat.tap("add_to_case", number=number)
    close(branch, number)
    chat.text(MORE)
    assert len(branch.messages(number)) == 2
    assert len(chat.state.pending) == 1


@pytest.mark.parametrize("branch", BOTH, indirect=True)
@pytest.mark.parametrize("how", ["text", "photo"])
def test_the_waiting_case_gets_what_the_firm_sends_and_goes_on_when_it_says_that_all_is_there(branch, chat, how):
    number = chat.opens()
    wait(branch, number)
    answer = chat.text(MORE) if how == "text" else chat.photo()
    assert said(answer, "placed.piece", subject=TREE)
    assert branch.row(number).status == "waiting_firm"
    assert branch.row(number).firm_spoke_at is not None
    came = branch.now
    assert said(chat.tap("supplied", number=number), "notice.resumed.title")
    assert branch.row(number).status == "in_progress"
    assert branch.case(number).waits[-1].end == came


@pytest.mark.parametrize("words", ["謝謝", "謝謝您", "Thank you!"])
def test_thanks_end_no_wait(branch, chat, words):
    """L19"""
    number = chat.opens()
    wait(branch, number)
    chat.text(words)
    assert branch.row(number).status == "waiting_firm"


def test_a_sticker_changes_nothing_and_is_not_answered(branch, chat):
    """L19"""
    number = chat.opens()
    wait(branch, number)
    before = chat.state
    assert chat.sticker() == []
    assert (branch.row(number).status, chat.state) == ("waiting_firm", before)


@pytest.mark.parametrize("what", ["sticker", "謝謝"])
def test_thanks_after_closing_open_nothing(branch, chat, what):
    """L19"""
    number = chat.opens()
    close(branch, number)
    version = branch.row(number).version
    if what == "sticker":
        chat.sticker()
    else:
        chat.text(what)
    assert (branch.row(number).status, branch.row(number).version) == ("closed", version)


@pytest.mark.parametrize("how", ["text", "photo"])
def test_of_two_waiting_cases_the_firm_says_which(branch, chat, how):
    """L18"""
    numbers = [chat.opens(), chat.opens(LAMP)]
    for number in numbers:
        wait(branch, number)
    answer = chat.text(MORE) if how == "text" else chat.photo()
    assert said(answer, "which_case.title")
    assert [branch.row(number).status for number in numbers] == ["waiting_firm"] * 2
    offered = [found for found in buttons_of(answer) if found.data and "add_to_case" in found.data]
    assert len(offered) == 2
    (button,) = [found for found in offered if numbers[0] in found.data]
    assert said(chat.press(button), "placed.piece", subject=TREE)
    assert [branch.case(number).firm_answered for number in numbers] == [True, False]
    assert len(branch.messages(numbers[1])) == 2


def test_with_two_waiting_cases_another_matter_can_still_be_opened(branch, chat):
    for number in [chat.opens(), chat.opens("另外請問路燈壞掉要找誰")]:
        wait(branch, number)
    chat.text("第三件事：門口的水溝堵住了要找誰")
    assert "confirm_case" in actions_of(chat.tap("open_case"))


def test_an_emergency_comes_before_a_waiting_case(branch, chat):
    wait(branch, chat.opens())
    assert "119" in words_of(chat.text("工廠失火了，火很大！"))


def test_a_case_that_is_not_solved_is_reopened_and_the_firm_told_once(branch, chat):
    """L23"""
    number = chat.opens()
    close(branch, number)
    assert said(chat.tap("reopen", number=number), "notice.reopened.title")
    assert branch.row(number).status == "assigned"
    assert said(chat.tap("reopen", number=number), "expired")


def test_a_call_is_asked_for_with_the_number_we_know(branch, chat):
    number = chat.opens()
    assert said(chat.tap("call_me", number=number), "call.title", "call.morning")
    assert branch.events(number)[-1].event != "call_asked"
    told = office().sentences.say("call.morning", None)
    answer = chat.tap("call_me", number=number, when="morning")
    assert said(answer, "call_asked", subject=TREE, phone="07-3611212", when=told)
    assert (branch.events(number)[-1].event, branch.events(number)[-1].data) == ("call_asked", {"when": "morning"})


def test_a_call_about_a_closed_case_is_offered_as_its_reopening(branch, chat):
    number = chat.opens()
    close(branch, number)
    answer = chat.tap("call_me", number=number)
    assert said(answer, "call.closed", subject=TREE)
    assert "reopen" in actions_of(answer)


def test_a_case_is_taken_back_after_one_question(branch, chat):
    number = chat.opens()
    answer = chat.tap("withdraw", number=number)
    assert said(answer, "withdraw.title")
    assert branch.row(number).status != "closed"
    (yes,) = [found for found in buttons_of(answer) if "sure=yes" in (found.data or "")]
    answer = chat.press(yes)
    assert said(answer, "notice.closed.withdrawn")
    assert "rate" not in actions_of(answer)
    assert (branch.row(number).status, branch.row(number).outcome) == ("closed", "withdrawn")
    assert said(chat.press(yes), "expired")


@pytest.mark.parametrize(("lang", "first"), [("en", "Case no."), ("ja", "受付番号"), ("zh-TW", "服務案號")])
def test_the_chosen_language_holds_for_answers_and_notices(branch, chat, lang, first):
    chat.text("您好")
    assert said(chat.tap("language", lang=lang), "language.set", language=lang)
    number = chat.opens()
    assert first in words_of(chat.tap("case", number=number))
    with branch.hold(number) as locked:
        case_commands.reply(locked, "OK", notify=push)
    assert office().sentences.say("notice.replied.title", lang) in str(branch.outbox()[-1].payload)
    chat.text("請問租金")
    assert chat.contact.language == lang


FIRST = [
    ("How do I rent land in the park?", "en"), ("工場を建てる許可について教えてください", "ja"),
    ("租地要繳多少預約金", "zh-TW"), ("我想问一下租金怎么算", "zh-TW"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "language"), FIRST)
def test_the_first_words_decide_the_language(chat, words, language):
    chat.text(words)
    assert chat.contact.language == language
    chat.text("OK")
    assert chat.contact.language == language


def test_a_firms_name_in_latin_letters_decides_no_language(chat):
    chat.photo()
    chat.tap("open_case")
    chat.text("12345")
    chat.text("ACME Precision Ltd")
    chat.text("John Smith")
    assert chat.contact.language is None


def test_a_category_a_question_and_its_verdict(branch, chat):
    chat.text("您好")
    answer = chat.tap("category", category="land")
    faq = next(button for button in buttons_of(answer) if button.data and button.data.startswith("action=faq"))
    answer = chat.press(faq)
    assert {"helpful", "not_helpful", "open_case"} <= actions_of(answer)
    assert said(answer, "faq.footer", "faq.verified")
    entry = chat.state.last_entry
    answer = chat.tap("not_helpful", faq=entry)
    assert said(answer, "not_helpful.body")
    assert "open_case" in actions_of(answer)
    assert said(chat.tap("helpful", faq=entry), "helpful.thanks")


def test_every_answer_leads_to_a_person(chat):
    for words in ("租地要繳多少預約金", "園區", "完全沒有人問過的怪問題一二三", "您好", "🙂"):
        assert "open_case" in actions_of(chat.text(words)), words
    assert "open_case" in actions_of(chat.strange())
    assert "open_case" in actions_of(chat.photo())


def test_smalltalk_never_becomes_a_case_by_itself(chat):
    chat.text("謝謝")
    assert chat.state.pending == ()
    assert said(chat.tap("open_case"), "opening.describe")


def test_words_taken_back_are_gone_from_case_title_and_our_own_answers(branch, chat):
    """L27"""
    chat.text("祕密的配方外流了想請人協助處理", message_id="secret")
    chat.tap("open_case")
    for answer in ("晴川精密", "陳小姐", "07-3611212", "楠梓"):
        chat.text(answer)
    chat.tap("confirm_case")
    number = chat.numbers[0]
    assert "祕密" in branch.row(number).subject
    with branch.database.writing() as session:
        for row in branch.outbox():
            session.merge(row).state = "accepted"
    chat.unsend("secret")
    assert branch.row(number).subject == "（訊息已收回）"
    assert [message.text for message in branch.messages(number)] == [""]
    assert "祕密" not in str([row.payload for row in branch.outbox()])


def test_words_taken_back_before_the_case_was_opened_are_asked_for_again(chat):
    """L27"""
    chat.text("祕密的配方外流了想請人協助處理", message_id="secret")
    chat.tap("open_case")
    for answer in ("晴川精密", "陳小姐", "07-3611212", "楠梓"):
        chat.text(answer)
    chat.unsend("secret")
    assert said(chat.tap("confirm_case"), "opening.describe")
    assert chat.numbers == []
