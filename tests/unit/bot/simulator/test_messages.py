"""What LINE takes and what it refuses: limits, counting units and words of line messages (§5–6)."""

from __future__ import annotations

from typing import Any

import pytest

from bot.simulator.validation.counting import grapheme_length, utf16_length
from bot.simulator.validation.messages import check_messages
from bot.simulator.validation.richmenu import check_richmenu

FAMILY = "👨‍👩‍👧"


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **more}


def action(**more: Any) -> dict[str, Any]:
    return {"type": "postback", "label": "好", "data": "action=x", **more}


def chips(*actions: dict[str, Any]) -> dict[str, Any]:
    return text("選一個", quickReply={"items": [{"type": "action", "action": one} for one in actions]})


def buttons(**more: Any) -> dict[str, Any]:
    template = {"type": "buttons", "text": "請選擇", "actions": [action()], **more}
    return {"type": "template", "altText": "請選擇", "template": template}


def flex(*contents: Any, layout: str = "vertical", **bubble: Any) -> dict[str, Any]:
    body = {"type": "box", "layout": layout, "contents": list(contents)}
    return {"type": "flex", "altText": "卡片", "contents": {"type": "bubble", "body": body, **bubble}}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "action": action(**more)}


def carousel(count: int, **bubble: Any) -> dict[str, Any]:
    body = {"type": "box", "layout": "vertical", "contents": [{"type": "text", "text": "文"}]}
    bubbles = [{"type": "bubble", "body": body, **bubble} for _ in range(count)]
    return {"type": "flex", "altText": "卡片", "contents": {"type": "carousel", "contents": bubbles}}


@pytest.mark.parametrize(
    ("words", "units", "clusters"),
    [
        ("停電", 2, 2),
        ("🍎", 2, 1),
        ("𠮷", 2, 1),
        (FAMILY, 8, 1),
        ("🇹🇼🇯🇵", 8, 2),
        ("e\u0301", 2, 1),
        ("👍🏽", 4, 1),
        ("각", 1, 1),
    ],
)
def test_lengths_are_counted_as_line_counts_them(words: str, units: int, clusters: int) -> None:
    """L15: UTF-16 units for text, grapheme clusters for labels."""
    assert utf16_length(words) == units
    assert grapheme_length(words) == clusters


GOOD: list[Any] = [
    [text("好" * 5000)],
    [text("🍎" * 2500)],
    [text("一"), text("二"), text("三"), text("四"), text("五")],
    [text("費用 $", emojis=[{"index": 3, "productId": "p", "emojiId": "1"}])],
    [{"type": "textV2", "text": "您好 {name}，{{不是變數}}", "substitution": {"name": {"type": "mention"}}}],
    [chips(*[action(label=FAMILY * 20)] * 13)],
    [chips({"type": "camera", "label": "拍照"}, {"type": "location", "label": "位置"})],
    [buttons(text="字" * 160)],
    [flex({"type": "text", "text": "文", "size": "14px", "color": "#00ff00"}, button(label="字" * 40))],
    [flex({"type": "text", "contents": [{"type": "span", "text": "文", "weight": "bold"}]})],
    [flex({"type": "icon", "url": "https://x.example/i.png"}, {"type": "text", "text": "文"}, layout="baseline")],
    [carousel(12, size="kilo")],
    [{"type": "image", "originalContentUrl": "http://127.0.0.1:8000/a.png", "previewImageUrl": "https://x.example/a"}],
    [{"type": "location", "title": "分局", "address": "高雄市楠梓區", "latitude": 22.7, "longitude": 120.3}],
    [{"type": "sticker", "packageId": "446", "stickerId": "1988"}],
]


@pytest.mark.parametrize("messages", GOOD)
def test_messages_within_the_limits_are_taken(messages: list[Any]) -> None:
    assert check_messages(messages).details == []


PLAIN: list[tuple[Any, str, str]] = [
    ([], "messages", "Size must be between 1 and 5"),
    ([text("一")] * 6, "messages", "Size must be between 1 and 5"),
    (None, "messages", "May not be empty"),
    ([text("")], "messages[0].text", "May not be empty"),
    ([{"type": "text"}], "messages[0].text", "May not be empty"),
    ([text("好" * 5001)], "messages[0].text", "Length must be between 0 and 5000"),
    ([text("🍎" * 2500 + "一")], "messages[0].text", "Length must be between 0 and 5000"),
    ([text("一"), text("")], "messages[1].text", "May not be empty"),
    ([text("一", emojis=[{"index": 0}])], "messages[0].emojis[0].index", "Must point at a $ in the text"),
    ([{"type": "textV2", "text": "{壞}"}], "messages[0].text", "does not match the pattern"),
    ([{"type": "textV2", "text": "單個 { 括號"}], "messages[0].text", "brace"),
    ([chips(*[action()] * 14)], "messages[0].quickReply.items", "Size must be between 1 and 13"),
    ([chips(action(label="字" * 21))], "messages[0].quickReply.items[0].action.label", "between 0 and 20"),
    ([chips(action(label=None))], "messages[0].quickReply.items[0].action.label", "May not be empty"),
    ([chips(action(data="x" * 301))], "messages[0].quickReply.items[0].action.data", "between 0 and 300"),
    ([chips(action(displayText="字" * 301))], "messages[0].quickReply.items[0].action.displayText", "300"),
    ([chips(action(displayText="一", text="二"))], "messages[0].quickReply.items[0].action.text", "same time"),
    ([chips(action(fillInText="一"))], "messages[0].quickReply.items[0].action.fillInText", "openKeyboard"),
    (
        [chips({"type": "richmenuswitch", "label": "頁"})],
        "messages[0].quickReply.items[0].action.type",
        "Must be one of",
    ),
    ([chips({"type": "uri", "label": "連結", "uri": "ftp://x"})], "messages[0].quickReply.items[0].action.uri", "URI"),
    ([chips({"type": "uri", "label": "連結", "uri": "/desk"})], "messages[0].quickReply.items[0].action.uri", "URI"),
    ([chips({"type": "message", "label": "說", "text": ""})], "messages[0].quickReply.items[0].action.text", "empty"),
    (
        [chips({"type": "datetimepicker", "label": "日", "data": "d", "mode": "date", "initial": "2101-01-01"})],
        "messages[0].quickReply.items[0].action.initial",
        "valid date",
    ),
    ([buttons(text="字" * 161)], "messages[0].template.text", "between 0 and 160"),
    ([buttons(title="題", text="字" * 61)], "messages[0].template.text", "between 0 and 60"),
    ([buttons(actions=[action()] * 5)], "messages[0].template.actions", "Size must be between 1 and 4"),
    ([buttons(actions=[{"type": "camera", "label": "拍"}])], "messages[0].template.actions[0].type", "Must be one of"),
    (
        [{"type": "template", "altText": "a", "template": {"type": "confirm", "text": "好？", "actions": [action()]}}],
        "messages[0].template.actions",
        "Size must be between 2 and 2",
    ),
    ([{**buttons(), "altText": "字" * 1501}], "messages[0].altText", "between 0 and 1500"),
    ([{**flex({"type": "text", "text": "文"}), "altText": ""}], "messages[0].altText", "May not be empty"),
    ([{"type": "image", "originalContentUrl": "http://x.example/a"}], "messages[0].originalContentUrl", "HTTPS"),
    ([{"type": "sticker", "packageId": "9", "stickerId": "1"}], "messages[0].packageId", "can send"),
    ([{"type": "file", "url": "x"}], "messages[0].type", "Must be one of the following values: [audio, coupon, flex"),
    ([text("一", sender={"name": "字" * 21})], "messages[0].sender.name", "between 0 and 20"),
]


@pytest.mark.parametrize(("messages", "place", "words"), PLAIN)
def test_plain_messages_are_refused_with_path_and_reason(messages: Any, place: str, words: str) -> None:
    """L15: limits LINE states, refused in LINE's words."""
    report = check_messages(messages)
    assert report.details[0]["property"] == place
    assert words in report.details[0]["message"]
    assert report.flex_message is None


FLEX: list[tuple[dict[str, Any], str, str]] = [
    (flex({"type": "text", "text": ""}), "/body/contents/0/text", "must be non-empty text"),
    (flex({"type": "text"}), "/body/contents/0/text", "must be non-empty text"),
    (flex(None), "/body/contents", "cannot contain null elements"),
    (flex({"type": "button"}), "/body/contents/0/action", "must be specified"),
    (flex(button(label="字" * 41)), "/body/contents/0/action/label", "invalid property"),
    (flex(button(label=None)), "/body/contents/0/action/label", "must be specified"),
    (flex({"type": "table"}), "/body/contents/0/type", "invalid property"),
    (flex({"type": "icon", "url": "https://x.example/i"}), "/body/contents/0/type", "invalid property"),
    (flex(button(), layout="baseline"), "/body/contents/0/type", "invalid property"),
    (flex(layout="diagonal"), "/body/layout", "invalid property"),
    (flex({"type": "text", "text": "文", "size": "huge"}), "/body/contents/0/size", "invalid property"),
    (flex({"type": "text", "text": "文", "color": "green"}), "/body/contents/0/color", "invalid property"),
    (flex({"type": "text", "text": "文", "wrap": "yes"}), "/body/contents/0/wrap", "invalid property"),
    (flex({"type": "text", "text": "文", "flex": -1}), "/body/contents/0/flex", "invalid property"),
    (flex({"type": "image", "url": "http://x.example/a"}), "/body/contents/0/url", "invalid uri scheme"),
    (flex({"type": "image", "url": "https://x.example/圖"}), "/body/contents/0/url", "invalid uri scheme"),
    (
        flex({"type": "button", "action": {"type": "uri", "label": "開", "uri": "javascript:1"}}),
        "/body/contents/0/action/uri",
        "invalid uri scheme",
    ),
    (
        flex({"type": "image", "url": "https://x.example/a", "aspectRatio": "1:4"}),
        "/body/contents/0/aspectRatio",
        "inv",
    ),
    (flex(size="jumbo"), "/size", "invalid property"),
    (flex(styles={"body": {"backgroundColor": "#12"}}), "/styles/body/backgroundColor", "invalid property"),
    (flex({"type": "text", "text": "字" * 10_500}), "/", "30 KB"),
    (carousel(13), "/contents", "Size must be between 1 and 12"),
    (carousel(0), "/contents", "Size must be between 1 and 12"),
    ({"type": "flex", "altText": "a", "contents": {"type": "bubble"}}, "/", "At least one block must be specified"),
    ({"type": "flex", "altText": "a", "contents": {"type": "page"}}, "/type", "invalid property"),
]


@pytest.mark.parametrize(("message", "place", "words"), FLEX)
def test_flex_is_refused_with_a_pointer_into_the_container(message: dict[str, Any], place: str, words: str) -> None:
    report = check_messages([text("先"), message])
    assert (report.details[0]["property"], words in report.details[0]["message"]) == (place, True)
    assert report.flex_message == "A message (messages[1]) in the request body is invalid"


def test_bubbles_of_a_carousel_have_one_size_and_fifty_kilobytes() -> None:
    mixed = carousel(2)
    mixed["contents"]["contents"][0] = {**mixed["contents"]["contents"][0], "size": "kilo"}
    assert check_messages([mixed]).details[0]["property"] == "/contents"
    long = carousel(6)
    for bubble in long["contents"]["contents"]:
        bubble["body"]["contents"] = [{"type": "text", "text": "字" * 3000}]
    assert "50 KB" in check_messages([long]).details[0]["message"]


MENU: dict[str, Any] = {
    "size": {"width": 1200, "height": 405},
    "selected": True,
    "name": "主選單",
    "chatBarText": "服務選單",
    "areas": [{"bounds": {"x": 0, "y": 0, "width": 400, "height": 405}, "action": {"type": "message", "text": "你好"}}],
}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"chatBarText": "字" * 15}, "chatBarText"),
        ({"size": {"width": 799, "height": 400}}, "size"),
        ({"size": {"width": 1200, "height": 1000}}, "size"),
        ({"areas": MENU["areas"] * 21}, "areas"),
        (
            {"areas": [{**MENU["areas"][0], "bounds": {"x": 900, "y": 0, "width": 400, "height": 405}}]},
            "areas[0].bounds",
        ),
        ({"selected": None}, "selected"),
    ],
)
def test_rich_menus_keep_their_limits(change: dict[str, Any], place: str) -> None:
    assert check_richmenu(MENU).details == []
    assert check_richmenu({**MENU, **change}).details[0]["property"] == place
