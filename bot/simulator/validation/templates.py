"""Template messages: buttons, confirm, carousel, image carousel. Limits: reference, Template messages."""

from __future__ import annotations

from typing import Any

from bot.simulator.validation.actions import (
    IMAGE_CAROUSEL,
    TEMPLATE,
    TEMPLATE_TAP,
    check_action,
)
from bot.simulator.validation.counting import grapheme_length
from bot.simulator.validation.report import Json, Scope
from bot.simulator.validation.urls import check_media_url


def check_template(scope: Scope, template: Any) -> None:
    """Check the `template` of a template message."""
    if not isinstance(template, dict):
        scope.missing() if template is None else scope.invalid("Must be an object")
        return
    if scope.at("type").one_of(template.get("type"), tuple(_CHECKERS), required=True):
        _CHECKERS[template["type"]](scope, template)


def _actions(scope: Scope, actions: Any, low: int, high: int) -> None:
    for index, action in enumerate(scope.items(actions, low, high)):
        check_action(scope.at(index), action, TEMPLATE)


def _card(scope: Scope, card: Json, *, text_limit: int, actions: int) -> None:
    """A buttons template or a carousel column: a picture or a title shortens the text."""
    picture, title = card.get("thumbnailImageUrl"), card.get("title")
    if picture is not None:
        check_media_url(scope.at("thumbnailImageUrl"), picture)
    if title is not None:
        scope.at("title").text(title, 40, count=grapheme_length)
    limit = 60 if picture or title else text_limit
    scope.at("text").text(card.get("text"), limit, count=grapheme_length)
    if card.get("defaultAction") is not None:
        check_action(scope.at("defaultAction"), card["defaultAction"], TEMPLATE_TAP)
    _actions(scope.at("actions"), card.get("actions"), 1, actions)


def _buttons(scope: Scope, template: Json) -> None:
    _card(scope, template, text_limit=160, actions=4)
    scope.at("imageAspectRatio").one_of(template.get("imageAspectRatio"), ("rectangle", "square"))
    scope.at("imageSize").one_of(template.get("imageSize"), ("cover", "contain"))


def _confirm(scope: Scope, template: Json) -> None:
    scope.at("text").text(template.get("text"), 240, count=grapheme_length)
    _actions(scope.at("actions"), template.get("actions"), 2, 2)


def _carousel(scope: Scope, template: Json) -> None:
    columns = [one for one in scope.at("columns").items(template.get("columns"), 1, 10) if isinstance(one, dict)]
    for index, column in enumerate(columns):
        _card(scope.at("columns").at(index), column, text_limit=120, actions=3)
    alike = {
        (len(one.get("actions") or []), bool(one.get("thumbnailImageUrl")), bool(one.get("title"))) for one in columns
    }
    if len(alike) > 1:
        scope.at("columns").invalid("The number of actions and the use of image and title must be the same")


def _image_carousel(scope: Scope, template: Json) -> None:
    columns = scope.at("columns").items(template.get("columns"), 1, 10)
    for index, column in enumerate(columns):
        place = scope.at("columns").at(index)
        if not isinstance(column, dict):
            place.invalid("Must be an object")
            continue
        check_media_url(place.at("imageUrl"), column.get("imageUrl"))
        check_action(place.at("action"), column.get("action"), IMAGE_CAROUSEL)


_CHECKERS = {
    "buttons": _buttons,
    "confirm": _confirm,
    "carousel": _carousel,
    "image_carousel": _image_carousel,
}
