"""Outgoing message objects of every type, their quick replies and senders.

Limits and counting units: reference, Message objects. A Flex message is refused on its own,
with pointers into its container; everything else with paths from the request body.
"""

from __future__ import annotations

import re
from typing import Any

from bot.simulator.validation.actions import QUICK_REPLY, check_action
from bot.simulator.validation.counting import utf16_length
from bot.simulator.validation.flex import check_container
from bot.simulator.validation.report import Json, Report, Scope
from bot.simulator.validation.templates import check_template
from bot.simulator.validation.urls import check_media_url

# The sticker packages that the Messaging API may send (list of available stickers).
_STICKER_PACKAGES = frozenset(
    {
        *("446", "789", "1070", "6136", "6325", "6359", "6362", "6370"),
        *("6632", "8515", "8522", "8525", "11537", "11538", "11539"),
    }
)
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
_KEY = re.compile(r"[a-zA-Z0-9_]{1,20}")
_MAX_EMOJIS = 20


def check_messages(messages: Any) -> Report:
    """Check the `messages` of a sending request; an empty report means LINE would take it."""
    report = Report()
    scope = Scope(report, "messages")
    for index, message in enumerate(scope.items(messages, 1, 5)):
        check_message(scope.at(index), message)
        if report.details and report.flex_message is None and _is_flex_error(report):
            report.flex_message = f"A message (messages[{index}]) in the request body is invalid"
    return report


def _is_flex_error(report: Report) -> bool:
    return all(str(detail["property"]).startswith("/") for detail in report.details)


def check_message(scope: Scope, message: Any) -> None:
    """Check one message object."""
    if not isinstance(message, dict):
        scope.missing() if message is None else scope.invalid("Must be an object")
        return
    if not scope.at("type").one_of(message.get("type"), tuple(sorted(_CHECKERS)), required=True):
        return
    _CHECKERS[message["type"]](scope, message)
    _quick_reply(scope.at("quickReply"), message.get("quickReply"))
    _sender(scope.at("sender"), message.get("sender"))


def _quick_reply(scope: Scope, quick_reply: Any) -> None:
    if quick_reply is None:
        return
    items = quick_reply.get("items") if isinstance(quick_reply, dict) else None
    for index, item in enumerate(scope.at("items").items(items, 1, 13)):
        place = scope.at("items").at(index)
        if not isinstance(item, dict):
            place.invalid("Must be an object")
            continue
        if item.get("imageUrl") is not None:
            check_media_url(place.at("imageUrl"), item["imageUrl"])
        place.at("type").one_of(item.get("type"), ("action",))
        check_action(place.at("action"), item.get("action"), QUICK_REPLY)


def _sender(scope: Scope, sender: Any) -> None:
    if not isinstance(sender, dict):
        return
    name = sender.get("name")
    if name is not None and scope.at("name").text(name, 20) and "LINE" in str(name).upper():
        scope.at("name").fail("The name contains a word that cannot be used")
    if sender.get("iconUrl") is not None:
        check_media_url(scope.at("iconUrl"), sender["iconUrl"])


def _text(scope: Scope, message: Json) -> None:
    if not scope.at("text").text(message.get("text"), 5000):
        return
    units = message["text"].encode("utf-16-le", "surrogatepass")
    emojis = message.get("emojis")
    if emojis is None:
        return
    for index, emoji in enumerate(scope.at("emojis").items(emojis, 0, _MAX_EMOJIS)):
        at = emoji.get("index") if isinstance(emoji, dict) else None
        unit = units[2 * at : 2 * at + 2] if isinstance(at, int) and at >= 0 else b""
        if unit != "$".encode("utf-16-le"):
            scope.at("emojis").at(index).at("index").fail("Must point at a $ in the text")


def _text_v2(scope: Scope, message: Json) -> None:
    if not scope.at("text").text(message.get("text"), 5000):
        return
    substitution = message.get("substitution") or {}
    for match in _PLACEHOLDER.finditer(message["text"]):
        key = match.group(1)
        if key is None:
            continue
        if not _KEY.fullmatch(key):
            scope.at("text").fail(
                f"The key '{key}' enclosed in '{{}}' does not match the pattern '^[a-zA-Z0-9_]{{1,20}}$'."
            )
        elif key not in substitution:
            scope.at("substitution").fail(f"The key '{key}' is not specified")
    stray = _PLACEHOLDER.sub("", message["text"])
    if "{" in stray or "}" in stray:
        scope.at("text").fail("A brace must be doubled or enclose a key")


def _sticker(scope: Scope, message: Json) -> None:
    package = message.get("packageId")
    scope.at("packageId").text(package, 20)
    scope.at("stickerId").text(message.get("stickerId"), 20)
    if isinstance(package, str) and package and package not in _STICKER_PACKAGES:
        scope.at("packageId").fail("Must be a sticker that the Messaging API can send")


def _image(scope: Scope, message: Json) -> None:
    check_media_url(scope.at("originalContentUrl"), message.get("originalContentUrl"))
    check_media_url(scope.at("previewImageUrl"), message.get("previewImageUrl"))


def _video(scope: Scope, message: Json) -> None:
    _image(scope, message)
    if message.get("trackingId") is not None:
        scope.at("trackingId").text(message["trackingId"], 100)


def _audio(scope: Scope, message: Json) -> None:
    check_media_url(scope.at("originalContentUrl"), message.get("originalContentUrl"))
    if not isinstance(message.get("duration"), int):
        scope.at("duration").missing()


def _location(scope: Scope, message: Json) -> None:
    scope.at("title").text(message.get("title"), 100)
    scope.at("address").text(message.get("address"), 100)
    for name, limit in (("latitude", 90), ("longitude", 180)):
        value = message.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            scope.at(name).missing()
        elif abs(value) > limit:
            scope.at(name).fail(f"Must be between -{limit} and {limit}")


def _imagemap(scope: Scope, message: Json) -> None:
    check_media_url(scope.at("baseUrl"), message.get("baseUrl"))
    scope.at("altText").text(message.get("altText"), 1500)
    if not isinstance(message.get("baseSize"), dict):
        scope.at("baseSize").missing()
    scope.at("actions").items(message.get("actions"), 1, 50)


def _coupon(scope: Scope, message: Json) -> None:
    scope.at("couponId").text(message.get("couponId"), 100)


def _template(scope: Scope, message: Json) -> None:
    scope.at("altText").text(message.get("altText"), 1500)
    check_template(scope.at("template"), message.get("template"))


def _flex(scope: Scope, message: Json) -> None:
    alt = message.get("altText")
    scope.at("altText").text(alt, 1500, count=utf16_length)
    if message.get("contents") is None:
        scope.at("contents").missing()
        return
    check_container(Scope(scope.report, "/", flex=True), message["contents"])


_CHECKERS = {
    "audio": _audio,
    "coupon": _coupon,
    "flex": _flex,
    "image": _image,
    "imagemap": _imagemap,
    "location": _location,
    "sticker": _sticker,
    "template": _template,
    "text": _text,
    "textV2": _text_v2,
    "video": _video,
}
