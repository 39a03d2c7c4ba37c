"""What people type without looking for a button: each word does what it says, and drops nothing on the way."""

from dataclasses import replace

import pytest

from knowledge.calendar.office_calendar import Closure
from routing.domain.case import Outcome
from routing.service.cases import commands as case_commands
from routing.service.cases import notifications, notifying
from routing.store.cases.schema import Firm
from tests.harness.branch import MONDAY, unnotified
from tests.harness.chat import actions_of, buttons_of, said, words_of

WORDS = "圍牆外的大樹倒下來了，想請人來看"
UBN = "04595257"


def _close(branch, number):
    with branch.hold(number) as locked:
        case_commands.reply(locked, "已派員處理。", notify=unnotified)
        case_commands.close(locked, Outcome.ANSWERED, summary="已處理。", notify=unnotified)


def _at_the_summary(chat):
    chat.text(WORDS)
    chat.tap("open_case")
    for answer in ("晴川精密", "陳小姐", "07-3611212"):
        chat.text(answer)
    return chat.tap("park", id="nanzih")


@pytest.mark.parametrize("typed", ["人工", "客服", "我要找真人", "talk to a human", "担当者と話したい"])
def test_a_person_is_a_case_or_whoever_has_it(chat, typed):
    answer = chat.text(typed)
    assert chat.state.step.value == "describe"
    chat.text("取消")
    number = chat.opens()
    answer = chat.text(typed)
    assert number in words_of(answer)
    assert {"call_me", "open_case"} <= actions_of(answer)


@pytest.mark.parametrize(
    "typed",
    ["進度", "我的案件到哪了？", "怎麼還沒回覆", "When will I get a reply?", "いつ返事がもらえますか", "进度如何"],
)
def test_progress_is_told_of_the_firm_s_own_case(branch, chat, typed):
    number = chat.opens()
    with branch.hold(number) as locked:
        case_commands.reply(locked, "已收到，明日現勘。", notify=unnotified)
    answer = words_of(chat.text(typed))
    row = branch.row(number)
    assert WORDS in answer
    assert branch.office.offices.find_unit(row.unit).names[chat.contact.language or "zh-TW"] in answer
    assert f"{row.promised_on.month}" in answer
    assert number in answer


def test_progress_without_a_case_is_a_question_like_any_other(chat):
    assert not said(chat.text("多久會回覆"), "my_cases.none")


def test_several_cases_are_all_shown(chat):
    numbers = [chat.opens(), chat.opens("租金可以分期繳嗎，想請專人說明")]
    assert all(number in words_of(chat.text("進度")) for number in numbers)


@pytest.mark.parametrize(
    ("typed", "step"), [("改公司名稱", "firm"), ("電話打錯了", "phone"), ("改聯絡人", "contact"), ("改園區", "park")]
)
def test_one_detail_is_changed_at_the_summary_and_the_others_stay(chat, typed, step):
    _at_the_summary(chat)
    chat.text(typed)
    assert chat.state.step.value == step
    new = {"firm": "晴海精密", "phone": "07-9999999", "contact": "林先生", "park": "前鎮"}[step]
    shown = words_of(chat.text(new))
    assert new in shown
    kept = {"晴川精密", "陳小姐", "07-3611212", "楠梓"} - {
        {"firm": "晴川精密", "phone": "07-3611212", "contact": "陳小姐", "park": "楠梓"}[step]
    }
    assert all(value in shown for value in kept)


def _targets(answer, action):
    """The cases that the buttons with this action name."""
    return {button.data.partition("number=")[2].partition("&")[0] for button in buttons_of(answer)
            if button.data and f"action={action}&" in button.data}  # fmt: skip


@pytest.mark.parametrize("typed", ["打電話給我", "請打電話給我", "please call me back", "電話ください"])
def test_a_call_is_asked_for_in_words_and_when_it_suits(branch, chat, typed):
    number = chat.opens()
    asked = chat.text(typed)
    assert _targets(asked, "call_me") == {number}
    chat.press(next(button for button in buttons_of(asked) if button.data and "when=morning" in button.data))
    assert branch.events(number)[-1].event == "call_asked"


def test_of_several_cases_it_is_asked_which_one_the_call_is_about(chat):
    numbers = {chat.opens(), chat.opens("租金可以分期繳嗎，想請專人說明")}
    assert _targets(chat.text("打電話給我"), "call_me") == numbers


def test_a_call_about_a_closed_case_offers_to_open_it_again(branch, chat):
    number = chat.opens()
    _close(branch, number)
    assert _targets(chat.text("打電話給我"), "reopen") == {number}
    assert branch.row(number).status == "closed"


@pytest.mark.parametrize("typed", ["撤回", "我要撤回案件", "取消", "cancel my case", "取り下げたいです"])
def test_a_case_is_withdrawn_by_its_firm_after_one_question(branch, chat, typed):
    number = chat.opens()
    asked = chat.text(typed)
    assert branch.row(number).status != "closed"
    chat.press(next(button for button in buttons_of(asked) if button.data and "sure=yes" in button.data))
    assert (branch.row(number).status, branch.row(number).outcome) == ("closed", "withdrawn")


def test_of_several_cases_it_is_asked_which_one_is_withdrawn(branch, chat):
    numbers = {chat.opens(), chat.opens("租金可以分期繳嗎，想請專人說明")}
    assert _targets(chat.text("撤回"), "withdraw") == numbers
    assert {branch.row(number).status for number in numbers} & {"closed"} == set()


def test_nothing_is_withdrawn_where_there_is_no_case(chat):
    assert "withdraw" not in actions_of(chat.text("撤回"))
    assert said(chat.text("取消"), "greeting.body")


@pytest.mark.parametrize("typed", ["隱私", "privacy policy", "個人情報の取り扱い"])
def test_privacy_is_shown_on_request(chat, typed):
    assert "my_data" in actions_of(chat.text(typed))


@pytest.mark.parametrize(
    ("typed", "what"), [("刪除我的資料", "delete"), ("delete my data", "delete"), ("我的資料", "show")]
)
def test_one_s_data_are_asked_for_in_words(chat, typed, what):
    chat.opens()
    answer = chat.text(typed)
    assert ("sure=yes" in str([button.data for button in buttons_of(answer)])) is (what == "delete")
    assert chat.numbers


@pytest.mark.parametrize("words", ["不用了", "不用了，謝謝"])
def test_what_an_officer_may_be_told_is_no_command_while_a_case_is_open(branch, chat, words):
    chat.opens()
    assert not said(chat.text(words), "greeting.title")


@pytest.mark.parametrize("typed", ["還是沒解決", "还是没解决", "still not solved", "まだ解決していません"])
def test_what_is_not_solved_is_opened_again(branch, chat, typed):
    number = chat.opens()
    _close(branch, number)
    chat.text(typed)
    assert branch.row(number).status != "closed"


@pytest.mark.parametrize("typed", ["ok", "好", "謝謝", "收到", "thanks", "了解です", "👍"])
def test_thanks_after_closing_open_nothing(branch, chat, typed):
    """L19"""
    number = chat.opens()
    _close(branch, number)
    chat.text(typed)
    assert branch.row(number).status == "closed"
    assert len(chat.numbers) == 1


@pytest.mark.parametrize(
    ("hour", "day", "told"),
    [
        (10, 0, ("08:30–12:30", "今天是上班日", "現在是上班時間")),
        (21, 0, ("今天是上班日", "現在非上班時間", "3/3")),
        (10, 5, ("今天不是上班日", "3/9")),
    ],
)
def test_office_hours_come_from_the_calendar(branch, chat, hour, day, told):
    branch.now = MONDAY.replace(hour=hour, day=MONDAY.day + day)
    answer = words_of(chat.text("請問你們幾點上班？"))
    assert all(part in answer for part in told)


def test_today_s_closure_is_told(branch, chat):
    closed = Closure(date=branch.now.date(), county="高雄市", part="full")
    branch.office = replace(branch.office, calendar=branch.office.calendar.with_closures([closed]))
    assert "今天全日停止上班" in words_of(chat.text("今天有上班嗎"))
    assert "closed all day" in words_of(chat.text("Are you open today?"))


@pytest.mark.parametrize("typed", ["不要再傳", "stop sending messages", "通知を止めて"])
def test_whoever_wants_silence_gets_what_matters_and_nothing_that_merely_informs(branch, chat, typed):
    number = chat.opens()
    chat.text(typed)
    before = len(branch.outbox())
    with branch.hold(number) as locked:
        notifying.push(locked, "assigned", notifications.assigned(locked))
        notifying.push(locked, "replied", notifications.replied(locked, "好", via="line", at=branch.now))
    assert [row.reason for row in branch.outbox()[before:]] == ["replied"]
    assert number in words_of(chat.text("我的案件"))
    chat.text("恢復通知")
    assert not chat.contact.quiet


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("English please", "en"),
        ("可以說英文嗎", "en"),
        ("日本語でお願いします", "ja"),
        ("請用日文", "ja"),
        ("do you speak Japanese", "ja"),
    ],
)
def test_a_language_is_asked_for_in_any_language_and_stays(chat, typed, language):
    chat.text(typed)
    assert (chat.contact.language, chat.contact.language_chosen) == (language, True)
    chat.text("租金可以分期繳嗎？")
    assert chat.contact.language == language
    chat.text("請說中文")
    assert chat.contact.language == "zh-TW"


@pytest.mark.parametrize("typed", ["我的案件", "進度", "幾點上班", "不要再傳"])
def test_looking_at_something_in_the_middle_of_opening_drops_nothing(chat, typed):
    chat.opens()
    chat.text("租金可以分期繳嗎，想請專人說明")
    chat.tap("open_case")
    chat.text("修改聯絡資料")
    before = chat.state
    answer = chat.text(typed)
    assert chat.state == before
    assert said(answer, "opening.firm")


def test_what_was_cancelled_is_named_and_can_be_taken_up_again(chat):
    chat.text(WORDS)
    chat.tap("open_case")
    chat.text("晴川精密")
    assert said(chat.text("取消"), "cancelled.about", about=WORDS)
    chat.text("請問辦公時間？")
    assert said(chat.text("繼續剛才的"), "opening.contact")
    assert chat.state.firm_name == "晴川精密"


def test_cancelling_twice_does_not_grow(chat):
    for _ in range(3):
        chat.text(WORDS)
        chat.tap("open_case")
        chat.text("取消")
        chat.tap("take_up")
        chat.text("取消")
    assert "dropped" not in (chat.state.dropped or {}) or chat.state.dropped["dropped"] is None


@pytest.mark.parametrize(
    ("typed", "key", "values"),
    [
        ("4595257", "opening.firm_ubn_length", {"n": 7}),
        ("12345678", "opening.firm_bad_ubn", {}),
        ("0459525712", "opening.firm_ubn_length", {"n": 10}),
    ],
)
def test_seven_digits_are_told_apart_from_a_wrong_check_digit(chat, typed, key, values):
    chat.text(WORDS)
    chat.tap("open_case")
    assert said(chat.text(typed), key, **values)
    assert chat.state.step.value == "firm"


@pytest.fixture
def known_firm(branch):
    with branch.database.writing() as session:
        session.add(Firm(name="晴川精密股份有限公司", ubn=UBN, verified=True, created_at=branch.now))


@pytest.mark.parametrize(("answer", "ubn"), [("是", UBN), ("不是", None)])
def test_a_known_number_is_confirmed_by_the_firm_with_the_name_masked(branch, chat, known_firm, answer, ubn):
    """Nobody reads another person's firm in full by typing its number."""
    chat.text(WORDS)
    chat.tap("open_case")
    asked = chat.text(UBN)
    assert "晴○○○股份有限公司" in words_of(asked)
    assert "晴川" not in words_of(asked)
    said(chat.text(answer), "opening.contact" if ubn else "opening.firm_name")
    assert chat.state.ubn == ubn
    if ubn is None:
        chat.text("乙化工有限公司")
    chat.text("陳小姐")
    chat.text("07-3611212")
    summary = words_of(chat.tap("park", id="nanzih"))
    assert "晴川" not in summary
    chat.tap("confirm_case")
    with branch.database.reading() as session:
        firm = session.get(Firm, branch.row(chat.numbers[0]).firm_id)
    assert (firm.name == "晴川精密股份有限公司") is (ubn is not None)


def test_a_number_that_no_officer_verified_shows_nothing(branch, chat):
    with branch.database.writing() as session:
        session.add(Firm(name="晴川精密股份有限公司", ubn=UBN, verified=False, created_at=branch.now))
    chat.text(WORDS)
    chat.tap("open_case")
    assert said(chat.text(UBN), "opening.contact")


@pytest.mark.parametrize(
    "typed", ["取消出口報單怎麼辦", "人工費用怎麼算", "客服中心設在廠內要申請嗎", "進度款何時撥付", "上班時間要打卡嗎"]
)
def test_look_alike_sentences_are_answered_as_questions(chat, typed):
    chat.opens()
    before = chat.state.step
    chat.text(typed)
    assert chat.state.step is before
    assert not chat.contact.quiet
