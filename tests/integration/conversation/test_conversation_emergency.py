"""An emergency: whom to call, what the firm must report, a case without questions before it, and nothing promised."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from routing.store.conversation.schema import Enquiry
from tests.harness.branch import MONDAY
from tests.harness.chat import actions_of, buttons_of, said, words_of

FIRE = "工廠失火了，火很大！"


def _opened(chat, words=FIRE):
    """A case of words by two taps; gives the answer to the second."""
    chat.text(words)
    chat.tap("open_case")
    return chat.tap("confirm_case")


def test_the_case_is_open_after_one_question_and_the_rest_is_asked_afterwards(branch, chat):
    chat.text(FIRE)
    summary = chat.tap("open_case")
    assert "confirm_case" in actions_of(summary)
    assert said(summary, "summary.later", "summary.footer_alert")
    receipt = chat.tap("confirm_case")
    number = chat.numbers[0]
    assert branch.row(number).alert == "fire"
    assert said(receipt, "notice.alert.title", "filling.intro", "opening.phone")
    for answer, key in (("07-3611212", "firm"), ("晴川精密有限公司", "contact"), ("陳小姐", "park")):
        assert said(chat.text(answer), f"opening.{key}")
    assert said(chat.text("楠梓"), "filling.done")
    row = branch.row(number)
    assert (row.contact_phone, row.contact_name, row.park, row.firm_id is None) == (
        "07-3611212",
        "陳小姐",
        "楠梓",
        False,
    )
    assert (chat.contact.phone, chat.contact.park, chat.state.step.value) == ("07-3611212", "楠梓", "idle")
    assert len(chat.numbers) == 1


def test_a_known_firm_is_asked_nothing_but_whether_to_send(branch, chat):
    chat.opens()
    assert "filling.intro" not in words_of(_opened(chat))
    assert branch.row(chat.numbers[-1]).contact_phone == "07-3611212"
    assert chat.state.step.value == "idle"


def test_no_ordinary_period_is_promised_until_somebody_has_answered(branch, chat):
    shown = words_of(_opened(chat)) + words_of(chat.tap("my_cases"))
    day = branch.row(chat.numbers[0]).promised_on
    assert f"{day.month}/{day.day}" not in shown
    assert "緊急案件，優先處理" in shown


@pytest.mark.parametrize(("hour", "closed"), [(10, False), (23, True)])
def test_at_night_it_is_said_who_can_be_reached_now(branch, chat, hour, closed):
    branch.now = MONDAY.replace(hour=hour)
    answers = words_of(chat.text(FIRE)), words_of(_opened(chat))
    assert all(("現在聯絡得到的是：\n119" in answer) is closed for answer in answers)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("有員工被機台夾到手，流血不止", ("8 小時內", "勞動檢查機構", "職業安全衛生法 §37")),
        ("硫酸桶破了，正流到水溝", ("3 小時內", "當地主管機關", "水污染防治法 §28")),
        ("A worker fell from a ladder and is unconscious", ("within 8 hours", "labour inspection")),
        ("作業員が機械に挟まれて出血しています", ("8時間以内", "労働検査機構")),
    ],
)
def test_the_card_says_what_the_firm_itself_must_report_to_whom_and_by_when(chat, words, told):
    answer = chat.text(words)
    assert all(part in words_of(answer) for part in told)
    assert any(button.url and "law.moj.gov.tw" in button.url for button in buttons_of(answer))


@pytest.mark.parametrize("word", ["水", "電", "瓦斯", "火", "gas", "water", "ガス"])
def test_one_word_is_a_question_and_no_alarm(chat, word):
    assert all(getattr(message, "tone", None) != "alert" for message in chat.text(word))


@pytest.mark.parametrize("words", ["圍牆倒了", "圍牆倒了，請派人來修", "廠房圍牆倒了一段", "排水溝蓋板破了"])
def test_something_broken_is_a_repair_with_a_way_to_a_person(branch, chat, words):
    answer = chat.text(words)
    assert all(getattr(message, "tone", None) != "alert" for message in answer)
    assert "open_case" in actions_of(answer)
    assert branch.row(chat.opens(words)).alert is None


@pytest.mark.parametrize("words", ["圍牆倒塌壓到人", "招牌掉下來砸到員工", "大樹倒了，下面還有人"])
def test_something_fallen_on_somebody_is_an_alarm(chat, words):
    assert chat.text(words)[0].tone == "alert"


def test_more_about_the_matter_while_the_rest_is_asked_joins_the_open_case(branch, chat):
    _opened(chat)
    for answer in (chat.photo(), chat.text("消防車可以從哪個門進來？")):
        assert said(answer, "opening.phone")
        assert "move" in actions_of(answer), "filed under the wrong thing, it can be moved"
    assert [message.kind for message in branch.messages(chat.numbers[0])] == ["text", "image", "text"]


def test_whoever_does_not_want_to_tell_the_rest_keeps_the_case(branch, chat):
    _opened(chat)
    assert said(chat.text("取消"), "filling.skipped")
    assert branch.row(chat.numbers[0]).status != "closed"
    assert chat.state.step.value == "idle"


def test_what_staff_entered_meanwhile_is_not_overwritten(branch, chat):
    _opened(chat)
    with branch.hold(chat.numbers[0]) as locked:
        locked.row.contact_phone = "07-1111111"
    chat.text("07-3611212")
    assert branch.row(chat.numbers[0]).contact_phone == "07-1111111"


@pytest.mark.parametrize("words", ["我不想活了", "I want to die", "死にたい", "压力大到想自杀"])
def test_words_of_distress_are_met_with_care_numbers_and_a_person(branch, chat, words):
    answer = chat.text(words)
    assert all(number in words_of(answer) for number in ("1925", "1995", "110"))
    assert {button.url for button in buttons_of(answer) if button.url} == {"tel:1925", "tel:1995", "tel:110"}
    language = chat.contact.language or "zh-TW"
    assert said(chat.tap("open_case"), "notice.distress.body", "filling.gently", language=language)
    assert branch.row(chat.numbers[0]).alert == "self_harm"
    assert said(chat.text("0912-345678"), "filling.done", language=language)
    assert branch.row(chat.numbers[0]).contact_phone == "0912-345678"
    assert chat.state.step.value == "idle"


def test_words_of_distress_are_read_by_those_who_are_to_help_alone(branch, chat):
    chat.text("我不想活了")
    chat.tap("open_case")
    assert branch.row(chat.numbers[0]).confidential
    assert branch.case(chat.numbers[0]).confidential
    with branch.database.reading() as session:
        assert session.scalars(select(Enquiry)).all() == [], "no list of enquiries shows them to every unit"


def test_distress_is_heard_in_the_middle_of_opening_a_case(chat):
    chat.text("圍牆外的大樹倒下來了，想請人來看")
    chat.tap("open_case")
    assert "1925" in words_of(chat.text("我不想活了"))


def test_an_old_tap_opens_no_second_case(branch, chat):
    """L3, L21"""
    _opened(chat)
    assert said(chat.tap("confirm_case"), "expired")
    branch.now += timedelta(hours=1)
    assert len(chat.numbers) == 1
