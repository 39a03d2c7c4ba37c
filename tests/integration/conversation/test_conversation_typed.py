"""Typing instead of tapping, and what people do besides: plain words take a conversation through every step."""

import pytest

from knowledge.common import load_common
from knowledge.language.text import detect_language
from knowledge.loading import load_knowledge
from knowledge.vocabulary import Language
from routing.service.cases import commands as case_commands
from tests.harness.branch import unnotified
from tests.harness.chat import actions_of, buttons_of, said, words_of

WORDS = "圍牆外的大樹倒下來了，想請人來看"


def test_a_case_is_opened_without_a_single_tap(branch, chat):
    chat.text(WORDS)
    assert said(chat.text("請專人協助"), "opening.firm")
    chat.text("我們是晴川精密")
    chat.text("我叫陳小美")
    chat.text("07-3611212")
    assert "楠梓科技產業園區" in words_of(chat.text("楠梓"))
    assert "環保" in words_of(chat.text("環保"))
    assert "KP-" in words_of(chat.text("確認送出"))
    assert [message.text for message in branch.messages(chat.numbers[-1])] == [WORDS]
    assert chat.contact.name == "陳小美"


@pytest.mark.parametrize(
    ("firm", "person", "phone"),
    [
        ("大火鍋店", "馬", "0911911119"),
        ("炎洲火花塞有限公司", "林火旺", "07-3119119"),
        ("洪水木水電行", "水", "0912119119"),
    ],
)
def test_names_and_numbers_given_in_answer_set_off_no_alarm(branch, chat, firm, person, phone):
    chat.text(WORDS)
    chat.text("請專人協助")
    for answer in (firm, person, phone):
        assert all(getattr(message, "tone", None) != "alert" for message in chat.text(answer)), answer
    chat.text("楠梓")
    chat.text("環保")
    assert "KP-" in words_of(chat.text("確認送出"))
    assert branch.row(chat.numbers[-1]).alert is None
    assert chat.contact.name == person


@pytest.mark.parametrize("typed", ["我的案件", "我的案件。", "查進度"])
def test_my_cases_are_asked_for_in_words(chat, typed):
    number = chat.opens()
    assert number in words_of(chat.text(typed))
    assert number in words_of(chat.text(number.lower()))


def test_a_number_of_nobody_we_know_shows_the_own_cases(chat):
    assert said(chat.text("KP-1151122-0001"), "my_cases.none")


def test_thanks_at_the_summary_are_no_part_of_the_case(chat):
    chat.opens()
    chat.text(WORDS)
    chat.tap("open_case")
    summary = chat.text("謝謝")
    assert "confirm_case" in actions_of(summary)
    assert "謝謝" not in words_of(summary)


def test_a_question_in_place_of_a_name_joins_the_case_and_the_name_is_asked_again(branch, chat):
    chat.text(WORDS)
    chat.tap("open_case")
    assert said(chat.text("請問要附什麼文件？"), "opening.media_kept", "opening.firm")
    assert chat.state.firm_name is None
    assert len(chat.state.pending) == 2


def test_a_short_name_of_two_kinds_of_park_is_asked_about(chat):
    chat.text(WORDS)
    for words in ("請專人協助", "晴川精密", "陳小美", "07-3611212"):
        chat.text(words)
    labels = [button.label for button in buttons_of(chat.text("屏東")) if "action=park" in (button.data or "")]
    assert labels[:2] == ["屏東科技產業園區", "屏東產業園區"]
    assert len(labels) == 3


def test_done_with_adding_says_what_was_done(chat):
    number = chat.opens()
    chat.tap("add_to_case", number=number)
    chat.text("租約影本如附")
    assert said(chat.text("好了"), "adding.done", number=number)


def test_another_language_in_the_middle_asks_the_same_question_again(chat):
    chat.text(WORDS)
    chat.tap("open_case")
    assert said(chat.tap("language", lang="en"), "opening.firm", language="en")
    assert said(chat.text("Clear River Ltd."), "opening.contact", language="en")


@pytest.mark.parametrize(("typed", "told"), [("there is a fire in our plant", "119"), ("工場で火事です", "避難")])
def test_danger_is_answered_in_the_language_it_is_told_in(chat, typed, told):
    chat.tap("language", lang="zh-TW")
    answer = words_of(chat.text(typed))
    assert told in answer
    assert "請先撥打" not in answer


def test_photos_after_words_for_a_waiting_case_go_to_the_same_case(branch, chat):
    number = chat.opens()
    with branch.hold(number) as locked:
        case_commands.wait(locked, "firm", message="請補件", notify=unnotified)
    chat.text("租約影本如附")
    assert said(chat.photo(), "placed.piece", subject=WORDS)
    assert said(chat.photo(), "placed.piece", subject=WORDS)
    assert len(branch.messages(number)) == 5


def test_emoji_alone_end_no_wait(branch, chat):
    """S3: thanks and stickers, in whatever form."""
    number = chat.opens()
    with branch.hold(number) as locked:
        case_commands.wait(locked, "firm", message="請補件", notify=unnotified)
    assert "open_case" in actions_of(chat.text("👍🙏"))
    assert branch.row(number).status == "waiting_firm"


def test_somebody_is_wanted(chat):
    assert said(chat.text("我要找真人"), "opening.describe")
    chat.tap("cancel")
    number = chat.opens()
    answer = chat.text("我要找真人")
    assert said(answer, "person.which")
    assert number in words_of(answer)


@pytest.mark.parametrize("typed", ["hi", "OK", "KP-1151122-0001"])
def test_a_hello_or_a_number_does_not_make_a_firm_english(chat, typed):
    chat.text(typed)
    assert chat.contact.language is None
    assert "類別" in words_of(chat.tap("menu"))


@pytest.mark.parametrize("text", ["可否准予展延", "請惠予說明應備文件", "予以補助的條件"])
def test_the_language_of_official_letters_is_chinese(text):
    assert detect_language(text) is Language.ZH_TW


def test_what_the_menu_offers_first_are_answers_of_that_category():
    entries = {entry.id: entry for entry in load_knowledge().entries}
    for category, names in load_common().items():
        assert len(names) == 4
        assert all(entries[name].category.value == category and entries[name].kind.value == "answer" for name in names)
