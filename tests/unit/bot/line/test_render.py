"""What LINE is sent: golden files of every kind of message in three languages, and rules that hold of any message."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.line import flex
from bot.line.render import render
from routing.domain.messages import Button, Card, Carousel, Outgoing, Picture, Row, Text, postback
from tests.harness.line_schema import check_messages, faults_of
from tests.unit.bot.line import samples


@pytest.mark.parametrize("kind", samples.KINDS)
def test_golden(kind: str, golden: Callable[[str, str], None]) -> None:
    rendered = {language: render(samples.KINDS[kind](language), language) for language in samples.LANGUAGES}
    for messages in rendered.values():
        check_messages(messages)
    golden(f"line/out/{kind}.json", json.dumps(rendered, ensure_ascii=False, indent=1) + "\n")


# --- any message ---------------------------------------------------------------------------------------------------

_characters = st.characters(codec="utf-8", exclude_categories=["Cs"])
_any = st.text(_characters, max_size=8) | st.sampled_from(
    ["", " ", "\x00", "\u3000", "👨\u200d👩\u200d👧" * 30, "か\u3099" * 50, "辦理期限" * 100, "\ud83d", "a" * 400]
)
_long = _any | st.tuples(
    st.sampled_from(["停電。", "🍎", "x", "https://a.gov.tw/甲"]), st.sampled_from([1, 1000, 6000])
).map(lambda pair: pair[0] * pair[1])
_buttons = st.builds(
    Button,
    label=_any,
    data=st.none() | _any | st.just(postback("faq", id="a")),
    url=st.none() | _any | st.sampled_from(["https://a.gov.tw/甲?b=丙", "tel:07-361 1212#523", "javascript:alert(1)"]),
    shown=st.none() | _any,
    primary=st.booleans(),
)
_wide = st.just(Button("辦" * 60, data="a" * 300, shown="理" * 400))
_some = st.lists(_buttons, max_size=2).map(tuple) | _wide.map(lambda button: (button,) * 30)
_rows = st.lists(st.builds(Row, label=_any, value=_any), max_size=2).map(tuple) | st.just(Row("名" * 100, "值")).map(
    lambda row: (Row(row.label, row.value * 2000),) * 30
)
_cards = st.builds(
    Card,
    title=_any,
    body=_long,
    rows=_rows,
    buttons=_some,
    footer=_any,
    tone=st.sampled_from(["info", "done", "wait", "alert"]),
    alt=_any,
    quick=_some,
)
_messages = (
    st.builds(Text, body=_long, quick=_some)
    | _cards
    | st.builds(Carousel, cards=st.lists(_cards, max_size=2).map(tuple), alt=_any, quick=_some)
    | st.builds(
        Picture,
        url=_any | st.just("https://a.gov.tw/files/1"),
        preview=_any | st.just("https://a.gov.tw/files/1?small=true"),
        content_type=st.sampled_from(["image/jpeg", "image/png", "image/gif"]),
        size=st.integers(0, 20_000_000),
        quick=_some,
    )
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(_messages, max_size=3), st.integers(1, 3), st.sampled_from(samples.LANGUAGES))
def test_whatever_is_said_is_something_line_takes(messages: list[Outgoing], times: int, language: str) -> None:
    """L15: 1 to 5 valid objects, or none when nothing was said."""
    rendered = render(messages * times, language)
    if rendered:
        check_messages(rendered)
    else:
        assert not any(isinstance(one, Text) and one.body.strip("\x00 \u3000") for one in messages[:1])


# --- one rule at a time --------------------------------------------------------------------------------------------


def texts(value: Any) -> Iterator[str]:
    """Every text a reader sees."""
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def actions(value: Any) -> list[dict[str, Any]]:
    found = []
    if isinstance(value, dict):
        found += [value["action"]] if "action" in value and "uri" not in value else []
        for item in value.values():
            found += actions(item)
    elif isinstance(value, list):
        for item in value:
            found += actions(item)
    return found


def test_quick_replies_stand_on_the_last_message_and_are_the_last_that_were_given() -> None:
    """L15: LINE shows those of the last object only."""
    first, last = (Button(words, data=f"action={words}") for words in ("a", "b"))
    rendered = render([Text("1", quick=(first,)), Text("2", quick=(last,)), Text("3")], "en")
    assert ["quickReply" in one for one in rendered] == [False, False, True]
    assert [item["action"]["label"] for item in rendered[2]["quickReply"]["items"]] == ["b"]


def test_quick_replies_are_thirteen_at_most_with_short_labels() -> None:
    quick = tuple(Button("長" * 30, data=f"action=faq&id={at}") for at in range(20))
    items = render([Text("hi", quick=quick)], "zh-TW")[0]["quickReply"]["items"]
    assert len(items) == 13
    assert items[0]["action"]["label"] == "長" * 19 + "…"


def test_a_long_text_is_split_and_nothing_is_lost() -> None:
    """L15: counted in UTF-16, so 3,000 apples are two messages."""
    rendered = render([Text("🍎" * 3000)], "zh-TW")
    assert [len(one["text"]) for one in rendered] == [2500, 500]


def test_more_than_five_texts_are_joined() -> None:
    """L15: eight texts are one message with all their words."""
    rendered = render([Text(f"第{at}段") for at in range(8)], "zh-TW")
    assert [one["text"] for one in rendered] == ["\n\n".join(f"第{at}段" for at in range(8))]


def test_more_than_five_cards_stand_side_by_side() -> None:
    rendered = render([Card(title=f"t{at}", body="b") for at in range(7)], "zh-TW")
    assert [one["contents"]["type"] for one in rendered] == ["carousel"]
    assert len(rendered[0]["contents"]["contents"]) == 7


def test_words_and_cards_in_turn_keep_all_their_words() -> None:
    said = [one for at in range(5) for one in (Text(f"words {at}"), Card(title=f"title {at}", body=f"body {at}"))]
    rendered = render(said, "en")
    shown = "\n".join(texts(rendered))
    assert len(rendered) == 2
    assert all(f"{kind} {at}" in shown for at in range(5) for kind in ("words", "title", "body"))


def test_the_words_of_a_card_too_long_for_a_bubble_come_before_it_in_full() -> None:
    body = "辦理期限。" * 1500
    rendered = render([Card(title="回復", body=body, rows=(Row("案號", "KP"),), alt="回復")], "zh-TW")
    assert [one["type"] for one in rendered] == ["text", "text", "flex"]
    assert "".join(texts(rendered[:2])).count("辦理期限。") == 1500


def test_only_what_no_five_messages_hold_is_cut_and_it_says_so() -> None:
    rendered = render([Text("長" * 30000)], "zh-TW")
    assert len(rendered) == 5
    assert "全文請見案件" in rendered[-1]["text"]


def calls(function: Callable[..., object], run: Callable[[], object]) -> int:
    """How often a function is called while ``run`` runs, as the interpreter sees it."""
    counted = 0

    def see(frame: FrameType, event: str, _: object) -> None:
        nonlocal counted
        counted += event == "call" and frame.f_code is function.__code__  # type: ignore[attr-defined]

    before = sys.getprofile()
    sys.setprofile(see)
    try:
        run()
    finally:
        sys.setprofile(before)
    return counted


@pytest.mark.parametrize("kind", [*samples.KINDS, "many"])
def test_a_message_is_prepared_once(kind: str) -> None:
    """Each card is drawn, validated and measured once, also when there are too many and they have to be joined."""
    many = [one for at in range(6) for one in (Text(f"words {at}"), Card(title=f"title {at}", body="b"))]
    messages = many if kind == "many" else samples.KINDS[kind]("zh-TW")
    cards = sum(len(one.cards) if isinstance(one, Carousel) else isinstance(one, Card) for one in messages)
    taps = len(actions(render(messages, "zh-TW")))
    assert calls(flex._drawn, lambda: render(messages, "zh-TW")) == cards
    assert calls(flex.Bubble.__init__, lambda: render(messages, "zh-TW")) == cards
    assert calls(flex.action, lambda: render(messages, "zh-TW")) == taps


@pytest.mark.parametrize("language", samples.LANGUAGES)
def test_long_questions_are_shown_whole(language: str) -> None:
    """A label is cut at forty characters, the words on the card are not."""
    shown = list(texts(render(samples.choices(language), language)))
    assert all(any(button.label == words for words in shown) for button in samples.choices(language)[0].buttons)  # type: ignore[union-attr]


def test_sixteen_parks_stand_in_two_columns() -> None:
    footer = render(samples.parks("zh-TW"), "zh-TW")[0]["contents"]["footer"]["contents"]
    assert [len(one["contents"]) if one["layout"] == "horizontal" else 1 for one in footer] == [2] * 8 + [1]


def test_an_address_in_the_words_of_a_card_can_be_tapped() -> None:
    """LINE makes links of addresses in plain messages, not of those in Flex."""
    rendered = render([Card(title="t", body="表單：https://a.gov.tw/f.pdf。另見（https://b.gov.tw）")], "zh-TW")
    assert [one["uri"] for one in actions(rendered)] == ["https://a.gov.tw/f.pdf", "https://b.gov.tw"]


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        ("tel:(07)361-2054", "tel:073612054"),
        ("tel:07-361-1212 轉 523", "tel:073611212"),
        ("tel:+886 7 361 1212", "tel:+88673611212"),
        ("https://a.gov.tw/表單?a=1&b=%E5%9C%96", "https://a.gov.tw/%E8%A1%A8%E5%96%AE?a=1&b=%E5%9C%96"),
    ],
)
def test_addresses_as_line_takes_them(url: str, uri: str) -> None:
    assert [one["uri"] for one in actions(render([Card(title="t", buttons=(Button("x", url=url),))], "en"))] == [uri]


@pytest.mark.parametrize(
    "button",
    [
        Button("x", url="javascript:alert(1)"),
        Button("x", url="https://[bad"),
        Button("x", url="https://a.gov.tw/" + "a" * 1000),
        Button("x", data="a" * 301),
        Button("x"),
        Button("", data="action=menu"),
    ],
)
def test_a_button_line_would_refuse_is_left_out_and_the_card_still_goes(button: Button) -> None:
    rendered = render([Card(title="t", body="b", buttons=(button,))], "en")
    check_messages(rendered)
    assert actions(rendered) == []


def photo(at: int = 1, **other: Any) -> Picture:
    given = {"url": f"https://a.gov.tw/files/{at}", "content_type": "image/jpeg", "size": 900_000, **other}
    return Picture(preview=f"{given['url']}?small=true", **given)


def test_a_picture_beside_its_card_is_an_image_and_the_last_one_bears_the_quick_replies() -> None:
    quick = (Button("我的案件", data="action=my_cases"),)
    rendered = render(
        [Card(title="路燈", body="附圖", quick=quick, speaker="陳科員"), photo(speaker="陳科員")], "zh-TW"
    )
    check_messages(rendered)
    assert [one["type"] for one in rendered] == ["flex", "image"]
    assert rendered[1]["originalContentUrl"] == "https://a.gov.tw/files/1"
    assert rendered[1]["previewImageUrl"] == "https://a.gov.tw/files/1?small=true"
    assert [one["sender"]["name"] for one in rendered] == ["陳科員", "陳科員"]
    assert ["quickReply" in one for one in rendered] == [False, True]


@pytest.mark.parametrize(
    "other",
    [
        {"url": "http://127.0.0.1:8000/files/1"},
        {"url": "https://a.gov.tw/" + "a" * 2000},
        {"content_type": "image/gif"},
        {"content_type": "image/webp"},
        {"size": 10_000_001},
    ],
)
def test_a_picture_that_line_would_not_show_is_left_to_the_link_on_its_card(other: dict[str, Any]) -> None:
    """Messaging API reference, "Image message": https, JPEG or PNG, 10 MB."""
    assert [one["type"] for one in render([Card(title="t", body="b"), photo(**other)], "zh-TW")] == ["flex"]


def test_of_more_pictures_than_there_is_room_for_the_first_are_shown() -> None:
    """L15: five objects; the card names every file."""
    rendered = render([Card(title="t", body="b"), *map(photo, range(5))], "zh-TW")
    check_messages(rendered)
    assert [one.get("originalContentUrl", "")[-1:] for one in rendered] == ["", "0", "1", "2", "3"]


def test_nothing_to_say_gives_no_message() -> None:
    assert render([Text(" "), Card(title=""), Carousel(cards=())], "zh-TW") == []


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("tone", flex._TONES)
def test_all_words_stand_out_from_what_is_under_them(tone: str) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1 at least."""
    colours = flex._TONES[tone]
    pairs = [(colours.on_band, colours.band), ("#FFFFFF", colours.accent), (colours.accent, flex.PALE)]
    pairs += [(ink, ground) for ink in (flex.INK, flex.QUIET) for ground in ("#FFFFFF", flex.PALE)]
    assert min(_contrast(*pair) for pair in pairs) >= 4.5


# --- the judge itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        {"type": "text"},
        {"type": "text", "text": ""},
        {"type": "text", "text": "🍎" * 2501},
        {"type": "card", "text": "x"},
        {"type": "text", "text": "x", "tekst": "y"},
        {"type": "text", "text": "x", "quickReply": {"items": []}},
        {"type": "flex", "altText": "", "contents": {"type": "bubble"}},
        {"type": "flex", "altText": "x", "contents": {"type": "bubble"}},
        {"type": "flex", "altText": "x", "contents": {"type": "carousel", "contents": []}},
    ],
)
def test_the_check_finds_what_line_refuses(message: dict[str, Any]) -> None:
    assert list(faults_of([message]))


@pytest.mark.parametrize(
    "component",
    [
        {"type": "text"},
        {"type": "text", "text": "x", "color": "red"},
        {"type": "text", "text": "x", "align": "left"},
        {"type": "button", "action": {"type": "postback", "label": "x"}},
        {"type": "button", "action": {"type": "postback", "label": "x" * 41, "data": "a"}},
        {"type": "button", "action": {"type": "uri", "label": "x", "uri": "ftp://a"}},
        {"type": "box", "layout": "baseline", "contents": [{"type": "separator"}]},
        {"type": "box", "layout": "sideways", "contents": []},
    ],
)
def test_the_check_follows_flex_to_its_parts(component: dict[str, Any]) -> None:
    body = {"type": "box", "layout": "vertical", "contents": [component]}
    assert list(faults_of([{"type": "flex", "altText": "x", "contents": {"type": "bubble", "body": body}}]))


def test_who_speaks_stands_beside_every_object_without_what_line_refuses():
    messages = [Text("一", speaker="承辦人 LINE 王小明"), Text("二")]
    assert {one["sender"]["name"] for one in render(messages, "zh-TW")} == {"承辦人  王小明"}
    long = render([Text("一", speaker="承辦人 " + "王" * 40)], "zh-TW")[0]["sender"]["name"]
    assert len(long) <= 20
    assert "sender" not in render([Text("一")], "zh-TW")[0]
