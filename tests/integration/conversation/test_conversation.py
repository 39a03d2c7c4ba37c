"""A firm on LINE from its first words to its case: facts, park, summary, receipt, and every way back (contract §4)."""

import pytest

from routing.service.cases import commands as case_commands
from tests.harness.branch import MONDAY, push
from tests.harness.chat import actions_of, said, words_of
from tests.harness.databases import BOTH

WORDS = "圍牆外的大樹倒下來了，想請人來看"


@pytest.mark.parametrize("branch", BOTH, indirect=True)
def test_words_first_then_every_fact_then_the_receipt(branch, chat):
    chat.text(WORDS)
    began = branch.now
    asked = chat.tap("open_case")
    assert said(asked, "opening.firm")
    assert "https://window.example/privacy" in words_of(asked)
    assert said(chat.text("晴川精密有限公司"), "opening.contact")
    assert said(chat.text("陳小姐"), "opening.phone")
    asked = chat.text("07-3611212 分機 12")
    assert said(asked, "opening.park")
    assert "park" in actions_of(asked)
    summary = chat.tap("park", id="nanzih")
    for shown in (WORDS, "晴川精密有限公司", "陳小姐 07-3611212 分機 12", "楠梓"):
        assert shown in words_of(summary)
    assert "confirm_case" in actions_of(summary)
    assert chat.numbers == []
    receipt = chat.tap("confirm_case")
    (number,) = chat.numbers
    row = branch.row(number)
    assert number == "KP-1150302-0001"
    for shown in (number, "服務案號", "預定回復日", "2026/3/5", "依承辦單位回復為準", row.unit):
        assert shown in words_of(receipt)
    assert (row.first_contact_at, row.received_at) == (began, branch.now)
    assert (row.channel, row.kind, row.park, row.contact_name) == ("line", "ENQ", "楠梓", "陳小姐")
    assert [message.text for message in branch.messages(number)] == [WORDS]
    assert chat.state.pending == ()


def test_a_known_firm_goes_straight_to_the_summary_and_sees_no_privacy_line_again(branch, chat):
    """L18: the second case has its own clock."""
    first = chat.opens()
    branch.later(days=1)
    chat.text("另外想請問路燈壞掉要找誰修理")
    summary = chat.tap("open_case")
    assert "confirm_case" in actions_of(summary)
    assert "/privacy" not in words_of(summary)
    chat.tap("confirm_case")
    second = chat.numbers[-1]
    assert second != first
    assert branch.row(second).received_at > branch.row(first).received_at
    assert [message.text for message in branch.messages(second)] == ["另外想請問路燈壞掉要找誰修理"]


def test_the_privacy_line_is_not_shown_to_a_firm_that_is_known(chat):
    """It comes with the first contact and before the first question of who it is; then no more."""
    assert "/privacy" in words_of(chat.text(WORDS))
    assert "/privacy" in words_of(chat.tap("open_case"))
    chat.tap("cancel")
    chat.opens()
    chat.text(WORDS)
    assert "/privacy" not in words_of(chat.tap("open_case"))


def test_without_anything_said_the_matter_is_asked_first(branch, chat):
    assert said(chat.tap("open_case"), "opening.describe")
    began = chat.text(WORDS)
    assert said(began, "opening.firm")
    assert "/privacy" in words_of(began)
    contact_at = branch.now
    for answer in ("晴川精密", "陳小姐", "07-3611212"):
        chat.text(answer)
    chat.tap("park", id="none")
    chat.tap("confirm_case")
    row = branch.row(chat.numbers[0])
    assert (row.first_contact_at, row.park, row.subject) == (contact_at, None, WORDS)


@pytest.mark.parametrize("branch", BOTH, indirect=True)
def test_a_photo_without_words_is_asked_about_first_and_goes_with_the_case(branch, chat):
    """L20"""
    assert said(chat.photo(), "media.ask", days=1)
    assert said(chat.tap("open_case"), "opening.describe_media")
    assert said(chat.photo(), "opening.describe_media")
    assert said(chat.text(WORDS), "opening.firm")
    for answer in ("晴川精密", "陳小姐", "07-3611212"):
        chat.text(answer)
    assert "2" in words_of(chat.tap("park", id="nanzih"))
    chat.tap("confirm_case")
    assert [message.kind for message in branch.messages(chat.numbers[0])] == ["image", "image", "text"]


def test_a_category_tapped_before_any_words_keeps_asking_for_words(chat):
    chat.tap("open_case")
    assert said(chat.tap("category", category="tax"), "opening.describe")
    chat.text(WORDS)
    assert chat.state.category == "tax"


def test_a_photo_in_between_is_kept_and_the_question_asked_again(chat):
    chat.text(WORDS)
    chat.tap("open_case")
    assert said(chat.photo(), "opening.media_kept", "opening.firm")
    assert len(chat.state.pending) == 2


def test_more_words_at_the_summary_go_into_the_case(branch, chat):
    chat.opens()
    chat.text(WORDS)
    chat.tap("open_case")
    assert "樹幹壓到電線" in words_of(chat.text("補充：樹幹壓到電線"))
    chat.tap("confirm_case")
    assert [message.text for message in branch.messages(chat.numbers[-1])] == [WORDS, "補充：樹幹壓到電線"]


UBNS = [("04595257", True), ("０４５９５２５７", True), ("0459 5257", True), ("12345678", False), ("123", False)]


@pytest.mark.parametrize(("typed", "good"), UBNS)
def test_a_tax_id_is_checked_and_asked_again(chat, typed, good):
    chat.text(WORDS)
    chat.tap("open_case")
    answer = chat.text(typed)
    bad = {"123": "opening.firm_ubn_length"}.get(typed, "opening.firm_bad_ubn")
    assert said(answer, "opening.contact" if good else bad, n=len(typed))
    assert chat.state.ubn == ("04595257" if good else None)


def test_a_name_with_its_tax_id_gives_both(branch, chat):
    chat.text(WORDS)
    chat.tap("open_case")
    chat.text("晴川精密（統編：04595257）")
    assert (chat.state.firm_name, chat.state.ubn) == ("晴川精密", "04595257")


@pytest.mark.parametrize(
    ("typed", "good"), [("０７－３６１１２１２", True), ("+886 7 361-1212", True), ("沒有", False), ("12", False)]
)
def test_a_telephone_number_is_asked_again_until_it_is_one(chat, typed, good):
    chat.text(WORDS)
    chat.tap("open_case")
    chat.text("晴川精密")
    chat.text("陳小姐")
    assert said(chat.text(typed), "opening.park" if good else "opening.phone_again")


def _at_the_park(chat):
    chat.text(WORDS)
    chat.tap("open_case")
    for answer in ("晴川精密", "陳小姐", "07-3611212"):
        chat.text(answer)


def test_a_park_may_be_typed_in_any_of_its_names(chat):
    _at_the_park(chat)
    assert said(chat.text("哪個園區我忘了"), "opening.park_again")
    assert "confirm_case" in actions_of(chat.text("楠梓園區"))
    assert chat.state.park == "楠梓"


@pytest.mark.parametrize("how", ["typed", "tapped"])
def test_a_park_of_another_office_gets_that_offices_card(chat, how):
    _at_the_park(chat)
    answer = chat.text("臺中園區") if how == "typed" else chat.tap("park", id="taichung")
    assert "經濟部產業園區管理局臺中分局" in words_of(answer)
    assert "park" in actions_of(answer)
    assert (chat.state.step.value, chat.state.park) == ("park", None)


def test_every_park_of_the_branch_can_be_tapped(branch, chat):
    _at_the_park(chat)
    chat.text("不知道")
    _texts, card = chat.text("不知道")
    assert len(card.buttons) == len(branch.office.offices.own_parks) + 1


STEPS = [(), ("晴川精密",), ("晴川精密", "陳小姐"), ("晴川精密", "陳小姐", "07-3611212"),
         ("晴川精密", "陳小姐", "07-3611212", "楠梓")]  # fmt: skip


@pytest.mark.parametrize("how", ["tap", "type"])
@pytest.mark.parametrize("answers", STEPS, ids=["firm", "contact", "phone", "park", "summary"])
def test_the_firm_can_go_back_from_every_step(chat, answers, how):
    chat.text(WORDS)
    chat.tap("open_case")
    for answer in answers:
        chat.text(answer)
    answer = chat.tap("cancel") if how == "tap" else chat.text("取消")
    assert said(answer, "cancelled.about", about=WORDS)
    assert "take_up" in actions_of(answer)
    assert (chat.state.step.value, chat.state.pending, chat.numbers) == ("idle", (), [])


def test_details_can_be_told_anew_by_a_firm_we_know(branch, chat):
    chat.opens()
    chat.text(WORDS)
    chat.tap("open_case")
    assert said(chat.tap("change_details"), "opening.firm")
    assert said(chat.text("新名字公司"), "opening.contact")
    assert said(chat.text("林先生"), "opening.phone")
    assert said(chat.text("08-7510000"), "opening.park")
    chat.tap("park", id="pingtung")
    chat.tap("confirm_case")
    row = branch.row(chat.numbers[-1])
    assert (row.contact_name, row.contact_phone, row.park) == ("林先生", "08-7510000", "屏東")


def test_another_category_at_the_summary_routes_the_case(branch, chat):
    chat.opens()
    chat.text(WORDS)
    chat.tap("open_case")
    chat.tap("category", category="environment")
    chat.tap("confirm_case")
    assert branch.row(chat.numbers[-1]).unit == "環安勞動科"


@pytest.mark.parametrize(
    ("action", "values"),
    [("confirm_case", {}), ("change_details", {}), ("park", {"id": "nanzih"}), ("faq", {"id": "gone"}), ("", {}),
     ("category", {"category": "weather"}), ("launch", {}), ("language", {"lang": "xx"}),
     ("case", {"number": "KP-1150302-0001"}), ("rate", {"number": "x", "score": "9"})],
)  # fmt: skip
def test_an_old_or_unknown_button_says_so_and_changes_nothing(chat, action, values):
    """L21"""
    chat.text("您好")
    before = chat.state
    assert said(chat.tap(action, **values), "expired")
    assert chat.state == before


@pytest.mark.parametrize("branch", BOTH, indirect=True)
def test_confirming_twice_opens_one_case(branch, chat):
    """L1"""
    chat.opens()
    assert said(chat.tap("confirm_case"), "expired")
    assert len(chat.numbers) == 1


@pytest.mark.parametrize("action", ["confirm_case", "cancel", "park", "menu"])
def test_a_tap_that_comes_late_does_not_undo_a_newer_state(chat, action):
    """L3"""
    chat.opens()
    chat.text(WORDS)
    chat.tap("open_case")
    before = chat.state
    assert said(chat.tap(action, id="pingtung", ago=30), "expired")
    assert (chat.state, len(chat.numbers)) == (before, 1)


def test_an_emergency_is_met_first_with_numbers_and_its_case_is_on_top(branch, chat):
    for step in ((), ("open_case",)):
        if step:
            chat.text(WORDS)
            chat.tap(*step)
        answer = chat.text("工廠失火了，火很大！")
        assert "119" in words_of(answer)
        assert "通報" in words_of(answer)
        assert answer[0].tone == "alert"
        assert "open_case" in actions_of(answer)
    number = chat.opens("工廠失火了，火很大！")
    assert branch.row(number).alert == "fire"


@pytest.mark.parametrize(("hour", "closed"), [(9, False), (21, True)])
def test_out_of_hours_the_receipt_says_when_work_begins(branch, chat, hour, closed):
    branch.now = MONDAY.replace(hour=hour)
    """Once a conversation: with what is said first, or with the receipt."""
    first = chat.text(WORDS)
    chat.tap("open_case")
    for answer in STEPS[-1]:
        chat.text(answer)
    assert ("3/3 08:30" in words_of([*first, *chat.tap("confirm_case")])) is closed


def test_a_burst_of_words_from_a_new_user_is_one_case(branch, chat):
    """L16"""
    lines = [f"{WORDS}，第 {n} 棵" for n in range(5)]
    for line in lines:
        chat.text(line)
    chat.opens(WORDS)
    assert len(chat.numbers) == 1


def test_a_new_friend_is_greeted_and_a_lost_one_is_marked(chat):
    """L14"""
    assert said(chat.follow(), "greeting.body")
    assert chat.unfollow() == []
    assert not chat.reachable
    chat.follow()
    assert chat.reachable


def test_an_answer_longer_than_five_messages_never_goes_out(chat):
    """L15"""
    chat.opens()
    assert all(len(row.payload) <= 5 for row in chat.branch.outbox())


def test_what_the_officer_answers_reaches_the_firms_card(branch, chat):
    number = chat.opens()
    with branch.hold(number) as locked:
        case_commands.reply(locked, "已派員查看", notify=push, via="line")
    assert "承辦人回復" in words_of(chat.tap("case", number=number))
