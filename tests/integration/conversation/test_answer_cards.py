"""Answers: one likely question answered at once, ways that lead to a person named, the next step last."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from knowledge.vocabulary import READING_LANGUAGES
from routing.domain.messages import Card
from routing.store.conversation.schema import Contact
from tests.harness.branch import office, reader
from tests.harness.chat import actions_of, words_of

ONE_LIKELY = "戴奧辛隔多久要測"
ANOTHER_STEP = "水井要封掉"
SEVERAL = "自來水怎麼申請"
SATURDAY_NIGHT = {"days": 5, "hours": 11}


def say(key: str, language: str = "zh-TW", **values: object) -> str:
    return office().sentences.say(key, language, **values)


def answers(name: str):
    entry = reader().understander().base.entry(name)
    assert entry is not None
    return entry


def test_one_likely_question_is_answered_at_once_and_marked(chat):
    *_, card = chat.text(ONE_LIKELY)
    entry = answers("environment-air-testing")
    assert (card.title, card.label) == (entry.question, "您是問這個嗎？")
    assert entry.answer in card.body
    assert {"helpful", "open_case"} <= actions_of([card])
    assert "不是，請專人協助" in words_of([card])
    assert "faq" not in actions_of([card])


def test_a_guess_says_what_it_does_not_say_and_who_will_check(chat):
    *_, card = chat.text(ANOTHER_STEP)
    assert card.label == "您是問這個嗎？"
    assert card.body.startswith(say("choose.step"))
    assert answers("utilities-groundwater").answer in card.body


def test_the_case_after_a_guess_holds_what_was_asked(branch, chat):
    chat.text(ONE_LIKELY)
    chat.tap("open_case")
    with branch.database.reading() as session:
        assert session.query(Contact).one().dialogue["pending"]


def test_a_choice_that_leads_only_to_a_person_says_so(chat):
    *_, card = chat.text(SEVERAL)
    labels = [button.label for button in card.buttons]
    assert answers("utilities-water-where-to-apply").question in labels
    assert f"{answers('utilities-water-price').question}（由專人回復）" in labels


@pytest.mark.parametrize("language", READING_LANGUAGES)
def test_an_answer_ends_with_the_next_step(chat, language):
    chat.tap("language", lang=language)
    *_, card = chat.tap("faq", id="environment-air-testing")
    assert isinstance(card, Card)
    assert card.rows[-1].label == say("faq.next", language)
    assert say("next.person", language) in card.rows[-1].value


def test_the_next_step_says_where_and_what_to_bring(chat):
    base = reader().understander().base
    entry = next(one for one in base.entries if one.kind.value == "answer" and one.where and one.prepare)
    *_, card = chat.tap("faq", id=entry.id)
    step = card.rows[-1].value
    assert f"向{entry.where}辦理" in step or "線上申辦" in step
    assert f"備妥{'、'.join(entry.prepare)}" in step


def test_a_units_own_number_can_be_tapped_once_it_is_filled_in(branch, chat):
    chat.text(ONE_LIKELY)
    directory = branch.office.offices
    assert {unit.phone for unit in directory.units} == {""}, "no number without a source"
    units = tuple(replace(unit, phone="07-361-1212 轉 523") for unit in directory.units)
    branch.office = replace(branch.office, offices=replace(directory, units=units))
    *_, card = chat.tap("faq", id="environment-air-testing")
    assert "電話 07-361-1212 轉 523（環安勞動科）" in card.rows[-1].value
    assert "tel:07-361-1212 轉 523" in [button.url for button in card.buttons]
    *_, handed_over = chat.tap("faq", id="land-rent-rate")
    assert "tel:07-361-1212 轉 523" in [button.url for button in handed_over.buttons]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-TW", "各園區不同，由用地工程科為您確認"),
        ("en", "differs from park to park; the 用地工程科 will check it"),
        ("ja", "園区により異なるため、用地工程科が確認します"),
    ],
)
def test_what_is_not_known_names_the_unit_that_will_check(language, words):
    assert words in say("hand_over.body", language, category="x", unit="用地工程科")


def test_out_of_hours_is_said_once_a_conversation(branch, chat):
    branch.now += timedelta(**SATURDAY_NIGHT)
    closed = "現在非上班時間"
    assert closed in words_of(chat.tap("menu"))
    assert closed not in words_of(chat.tap("menu"))
    chat.tap("open_case")
    chat.tap("cancel")
    chat.text(ONE_LIKELY)
    assert closed not in words_of(chat.tap("menu"))
    branch.now += timedelta(days=7)
    assert closed in words_of(chat.tap("menu"))
