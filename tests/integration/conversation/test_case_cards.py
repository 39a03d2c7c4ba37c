"""What a case's cards say: the subject first, who waits for whom until when, and no date that a wait may move."""

from __future__ import annotations

import pytest

from bot.line.render import render
from knowledge.vocabulary import READING_LANGUAGES
from routing.domain.case import Outcome
from routing.domain.messages import Card, from_plain
from routing.service.cases import commands
from tests.harness.branch import ENDING, office, push

TREE = "圍牆外的大樹倒下來了，想請人來看"


def say(key: str, language: str = "zh-TW", **values: object) -> str:
    return office().sentences.say(key, language, **values)


def facts(card: Card) -> dict[str, str]:
    return {row.label: row.value for row in card.rows}


def told(branch) -> Card:
    """The card that was sent last on our own account."""
    (card,) = from_plain(branch.outbox()[-1].payload)
    assert isinstance(card, Card)
    return card


def wait(branch, number, on="firm", **values) -> None:
    with branch.hold(number) as locked:
        commands.wait(locked, on, message="請補租約影本。", notify=push, **values)


def resume(branch, number) -> None:
    with branch.hold(number) as locked:
        commands.resume(locked, notify=push)


def test_the_receipt_names_the_subject_who_has_it_and_until_when_with_the_weekday(branch, chat):
    chat.opens(TREE)
    receipt = next(
        one for row in branch.outbox() for one in from_plain(row.payload)
        if isinstance(one, Card) and one.label == say("notice.received.title")
    )  # fmt: skip
    assert receipt.title == TREE
    promised = facts(receipt)["預定回復日"]
    assert promised.endswith("）")
    assert promised in receipt.body
    assert facts(receipt)["目前"] == "營運管理科處理中，貴公司等候回復"
    assert render([receipt], "zh-TW")[0]["altText"].startswith(
        f"{TREE}｜已受理您的案件｜營運管理科會在 {promised}前回復您"
    )


def test_while_the_firm_is_waited_for_no_date_is_promised_on_any_card(branch, chat):
    """The date will be reckoned anew: it is said on the request, on the list and on the case."""
    number = chat.opens(TREE)
    wait(branch, number, until="2026-03-06")
    asked = told(branch)
    (carousel,) = chat.tap("my_cases")
    for card in (asked, *carousel.cards, chat.tap("case", number=number)[0]):
        assert card.title == TREE
        assert facts(card)["目前"] == "營運管理科等候貴公司補件，至 2026/3/6（五）"
        assert facts(card)["預定回復日"] == say("case.promised_paused")
    assert "請補租約影本" in asked.body


def test_a_wait_that_moved_the_date_says_which_days_do_not_count(branch, chat):
    number = chat.opens(TREE)
    wait(branch, number)
    branch.later(days=3)
    resume(branch, number)
    card = told(branch)
    assert "2026/3/3（二）至2026/3/5（四）等候補件，不計入期限" in card.body
    assert facts(card)["預定回復日"] in card.body


def test_a_wait_that_ended_on_its_day_says_that_the_date_stays(branch, chat):
    number = chat.opens(TREE)
    wait(branch, number)
    resume(branch, number)
    assert "預定回復日不變" in told(branch).body


def test_a_wait_on_an_agency_says_that_the_clock_runs(branch, chat):
    number = chat.opens(TREE)
    wait(branch, number, "agency", agency="taipower")
    assert facts(told(branch))["目前"].startswith("營運管理科等候")
    assert facts(told(branch))["預定回復日"].endswith("）")
    branch.later(days=1)
    resume(branch, number)
    assert "會辦期間照常計算" in told(branch).body


@pytest.mark.parametrize("language", READING_LANGUAGES)
def test_every_notice_has_the_subject_first_and_the_words_in_its_notification(branch, chat, language):
    number = chat.opens(TREE)
    chat.tap("language", lang=language)
    with branch.hold(number) as locked:
        commands.reply(locked, "Inspection on Friday.", via="line", notify=push)
    wait(branch, number)
    resume(branch, number)
    with branch.hold(number) as locked:
        commands.close(locked, Outcome.ANSWERED, summary="Done on Friday.", notify=push)
    sent = [one for row in branch.outbox() for one in from_plain(row.payload) if isinstance(one, Card) and one.label]
    cards = sent[-4:]
    assert {card.title for card in cards} == {TREE}
    for card in cards:
        alt = render([card], language)[0]["altText"]
        assert number not in alt
        assert card.body.split("\n")[0] in alt


def test_a_closed_case_waits_for_nobody(branch, chat):
    number = chat.opens(TREE)
    with branch.hold(number) as locked:
        commands.close(locked, Outcome.REFERRED, summary="已移請台電", notify=push, ending=ENDING)
    (carousel,) = chat.tap("my_cases")
    assert not {"目前", "預定回復日"} & set(facts(carousel.cards[0]))
