"""Action objects: what a button, a chip or a menu area does. Limits: reference, Action objects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.simulator.validation.counting import grapheme_length
from bot.simulator.validation.report import Json, Scope
from bot.simulator.validation.urls import check_action_uri

_COMMON = ("clipboard", "datetimepicker", "message", "postback", "uri")
_QUICK_REPLY = ("camera", "cameraRoll", "clipboard", "datetimepicker", "location", "message", "postback", "uri")
_INPUT_OPTIONS = ("closeRichMenu", "openRichMenu", "openKeyboard", "openVoice")
_PICKER_FORMS = {
    "date": re.compile(r"(\d{4}-\d{2}-\d{2})"),
    "time": re.compile(r"([01]\d|2[0-3]):[0-5]\d"),
    "datetime": re.compile(r"(\d{4}-\d{2}-\d{2})[tT]([01]\d|2[0-3]):[0-5]\d"),
}
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


@dataclass(frozen=True, slots=True)
class Place:
    """Where an action may stand: the types allowed there and the rule for its label."""

    types: tuple[str, ...]
    label_limit: int
    label_required: bool


QUICK_REPLY = Place(_QUICK_REPLY, 20, label_required=True)
TEMPLATE = Place(_COMMON, 20, label_required=True)
TEMPLATE_TAP = Place(_COMMON, 20, label_required=False)
IMAGE_CAROUSEL = Place(_COMMON, 12, label_required=False)
FLEX_BUTTON = Place(_COMMON, 40, label_required=True)
FLEX_TAP = Place(_COMMON, 40, label_required=False)
RICH_MENU = Place((*_COMMON, "richmenuswitch"), 20, label_required=False)


def check_action(scope: Scope, action: Any, place: Place) -> None:
    """Check one action where it stands; errors go to the scope's report."""
    if not isinstance(action, dict):
        scope.missing() if action is None else scope.invalid("Must be an object")
        return
    kind = action.get("type")
    if not scope.at("type").one_of(kind, place.types, required=True):
        return
    label = action.get("label")
    scope.at("label").text(label, place.label_limit, required=place.label_required, count=grapheme_length)
    checker = _CHECKERS.get(str(kind))
    if checker:
        checker(scope, action)


def _postback(scope: Scope, action: Json) -> None:
    scope.at("data").text(action.get("data"), 300)
    for name in ("displayText", "text"):
        if name in action:
            scope.at(name).text(action[name], 300, count=grapheme_length)
    if action.get("displayText") is not None and action.get("text") is not None:
        scope.at("text").invalid("displayText and text cannot be specified at the same time")
    option = action.get("inputOption")
    scope.at("inputOption").one_of(option, _INPUT_OPTIONS)
    if action.get("fillInText") is not None:
        if option != "openKeyboard":
            scope.at("fillInText").invalid("fillInText can be specified only with openKeyboard")
        scope.at("fillInText").text(action["fillInText"], 300, count=grapheme_length)


def _message(scope: Scope, action: Json) -> None:
    scope.at("text").text(action.get("text"), 300, count=grapheme_length)


def _uri(scope: Scope, action: Json) -> None:
    check_action_uri(scope.at("uri"), action.get("uri"))
    desktop = (action.get("altUri") or {}).get("desktop") if isinstance(action.get("altUri"), dict) else None
    if desktop is not None:
        check_action_uri(scope.at("altUri").at("desktop"), desktop)


def _moment_is_possible(mode: str, value: Any) -> bool:
    match = _PICKER_FORMS[mode].fullmatch(value) if isinstance(value, str) else None
    if not match:
        return False
    if mode == "time":
        return True
    try:
        return _FIRST_YEAR <= date.fromisoformat(match.group(1)).year <= _LAST_YEAR
    except ValueError:
        return False


def _picker(scope: Scope, action: Json) -> None:
    scope.at("data").text(action.get("data"), 300)
    mode = action.get("mode")
    if not scope.at("mode").one_of(mode, tuple(_PICKER_FORMS), required=True):
        return
    for name in ("initial", "max", "min"):
        if name in action and not _moment_is_possible(str(mode), action[name]):
            scope.at(name).invalid("Must be a valid date or time")


def _clipboard(scope: Scope, action: Json) -> None:
    scope.at("clipboardText").text(action.get("clipboardText"), 1000)


def _switch(scope: Scope, action: Json) -> None:
    scope.at("richMenuAliasId").text(action.get("richMenuAliasId"), 32)
    scope.at("data").text(action.get("data"), 300)


_CHECKERS = {
    "postback": _postback,
    "message": _message,
    "uri": _uri,
    "datetimepicker": _picker,
    "clipboard": _clipboard,
    "richmenuswitch": _switch,
}
