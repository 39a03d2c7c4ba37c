"""How a card looks: its subject first, large text, dark mode, notifications, telephone numbers, room for a question."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.line import flex
from bot.line.phones import numbers, unbroken
from bot.line.render import render
from knowledge.wording import load_sentences
from routing.domain.messages import Button, Card, Carousel, Row, Text, postback
from tests.unit.bot.line import samples


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every component and action of a message."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from parts(item)
    elif isinstance(value, list):
        for item in value:
            yield from parts(item)


def of(card: Card) -> dict[str, Any]:
    made: dict[str, Any] = render([card], "zh-TW")[0]
    return made


def bubbles(kind: str, language: str) -> list[dict[str, Any]]:
    rendered = render(samples.KINDS[kind](language), language)
    return [part for one in rendered for part in parts(one) if part.get("type") == "bubble"]


def test_a_case_is_shown_by_its_subject_and_what_happened_to_it_stands_below() -> None:
    header = of(Card(title="退租前鎮廠房", label="承辦人回復", body="可以"))["contents"]["header"]["contents"]
    assert [words["text"] for words in header] == ["退租前鎮廠房", "承辦人回復"]
    assert (header[0]["size"], header[0]["weight"]) == ("lg", "bold")


@pytest.mark.parametrize("language", samples.LANGUAGES)
@pytest.mark.parametrize("kind", samples.KINDS)
def test_all_text_grows_with_the_readers_setting_and_none_is_cut(kind: str, language: str) -> None:
    texts = [part for bubble in bubbles(kind, language) for part in parts(bubble) if part.get("type") == "text"]
    assert all(words["scaling"] and words["wrap"] for words in texts)
    assert not [part for bubble in bubbles(kind, language) for part in parts(bubble) if "maxLines" in part]


@pytest.mark.parametrize("language", samples.LANGUAGES)
@pytest.mark.parametrize("kind", samples.KINDS)
def test_no_colour_is_left_to_the_readers_light_or_dark_mode(kind: str, language: str) -> None:
    for bubble in bubbles(kind, language):
        grounds = bubble.get("styles", {})
        for name in {"header", "body", "footer"} & set(bubble):
            ground = bubble[name].get("backgroundColor") or grounds[name]["backgroundColor"]
            assert ground.startswith("#")
        assert all("color" in part for part in parts(bubble) if part.get("type") in {"text", "separator"})


@pytest.mark.parametrize(
    ("card", "alt"),
    [
        (Card(title="退租", label="承辦人回復", body="可以。\n請附平面圖。"), "退租｜承辦人回復｜可以。 請附平面圖。"),
        (Card(title="哪一個？", buttons=(Button("續租", data="a"), Button("退租", data="b"))), "哪一個？｜續租、退租"),
        (Card(title="某案", rows=(Row("狀態", "辦理中"),)), "某案｜辦理中"),
        (Card(title="某案", body="內容", alt="明天停水"), "明天停水"),
    ],
)  # fmt: skip
def test_a_notification_says_the_content(card: Card, alt: str) -> None:
    assert of(card)["altText"] == alt


def test_a_notification_of_several_cases_names_them() -> None:
    cards = (Card(title="退租前鎮廠房", body="b"), Card(title="電梯保養", body="b"))
    assert (
        render([Carousel(cards=cards, alt="您的案件（2）")], "zh-TW")[0]["altText"]
        == "您的案件（2）｜退租前鎮廠房、電梯保養"
    )


def test_a_long_answer_is_a_notification_of_some_lines() -> None:
    assert len(of(Card(title="問題", body="答" * 1000))["altText"]) == 400


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("請電 07-361-1212 轉 523", ["07-361-1212 轉 523"]),
        ("(07)361-2054、0800-000-321", ["(07)361-2054", "0800-000-321"]),
        ("手機 0912345678 或 +886 7 361 1212", ["0912345678", "+886 7 361 1212"]),
        ("停電請撥 1911；停水撥打1910", ["1911", "1910"]),
        ("In danger call 119.", ["119"]),
        ("案號 KP-1151122-0001，統編 04595257，1987 年，打 1999/1/1 的章", []),
        ("107-361-12123、0001-2-3", []),
    ],
)
def test_telephone_numbers_are_found(text: str, found: list[str]) -> None:
    assert list(numbers(text)) == found


@pytest.mark.parametrize("language", samples.LANGUAGES)
def test_the_numbers_of_the_greeting_at_night_can_be_tapped_in_each_language(language: str) -> None:
    """Before: 119 alone in English, none in Japanese."""
    said = load_sentences().say("hours.closed", language, opening="11/30 08:30")
    assert list(numbers(said)) == ["119", "1911", "1910"]


@pytest.mark.parametrize(("language", "alt"), [("zh-TW", "哪一個？｜續租、退租"), ("en", "哪一個？｜續租, 退租")])
def test_a_list_in_a_notification_is_written_as_its_language_writes_lists(language: str, alt: str) -> None:
    card = Card(title="哪一個？", buttons=(Button("續租", data="a"), Button("退租", data="b")))
    assert render([card], language)[0]["altText"] == alt


def test_a_number_is_not_cut_at_the_end_of_a_line() -> None:
    shown = unbroken("洽 07-361 1212 分機 5。")
    assert shown.replace("\u2060", "").replace("\u00a0", " ") == "洽 07-361 1212 分機 5。"
    assert " " not in shown.split("洽 ")[1]
    assert "07-" not in shown


def test_a_number_in_the_words_can_be_tapped_once() -> None:
    card = Card(title="t", body="請洽 07-361-1212，或 07-361-1212。", buttons=(Button("x", url="https://a.gov.tw"),))
    assert [part["uri"] for part in parts(of(card)) if "uri" in part] == ["https://a.gov.tw", "tel:073611212"]
    card = Card(title="t", body="請撥 119", buttons=(Button("119 消防", url="tel:119"),))
    assert [part["uri"] for part in parts(of(card)) if "uri" in part] == ["tel:119"]


@pytest.mark.parametrize(
    ("data", "does"),
    [
        (postback("open_case"), "closeRichMenu"),
        (postback("change_details"), "closeRichMenu"),
        (postback("category", category="land"), "closeRichMenu"),
        (postback("add_to_case", number="KP-1151122-0001"), "openKeyboard"),
        (postback("add_to_case", number="KP-1151122-0001", message=4), None),
        (postback("helpful", faq="a"), None),
    ],
)
def test_the_menu_closes_before_a_question_that_needs_room(data: str, does: str | None) -> None:
    made = flex.action(Button("x", data=data), 20)
    assert made is not None
    assert made.get("inputOption") == does


def test_plain_words_stay_as_they_are() -> None:
    """LINE itself makes numbers and addresses of a plain message tappable."""
    assert render([Text("請電 07-361-1212")], "zh-TW")[0]["text"] == "請電 07-361-1212"
