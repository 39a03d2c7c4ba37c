"""Flex containers: bubble and carousel, their blocks, sizes and the 30 and 50 KB limits.

Errors carry JSON pointers that start at the container, as LINE gives them.
"""

from __future__ import annotations

import json
from typing import Any

from bot.simulator.validation.actions import FLEX_TAP, check_action
from bot.simulator.validation.flex_components import check_component
from bot.simulator.validation.flex_values import check_color
from bot.simulator.validation.report import Json, Scope

_BUBBLE_BYTES = 30 * 1024
_CAROUSEL_BYTES = 50 * 1024
_CAROUSEL_BUBBLES = 12
_SIZES = ("nano", "micro", "deca", "hecto", "kilo", "mega", "giga")
_BLOCKS = ("header", "hero", "body", "footer")
_HERO_TYPES = ("box", "image", "video")


def check_container(scope: Scope, container: Any) -> None:
    """Check the `contents` of a Flex message; the scope's path is the pointer's root."""
    if not isinstance(container, dict):
        scope.missing() if container is None else scope.invalid()
        return
    kind = container.get("type")
    if kind == "bubble":
        _bubble(scope, container)
    elif kind == "carousel":
        _carousel(scope, container)
    else:
        scope.at("type").missing() if kind is None else scope.at("type").invalid()


def _json_bytes(value: Json) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))


def _bubble(scope: Scope, bubble: Json) -> None:
    if _json_bytes(bubble) > _BUBBLE_BYTES:
        scope.fail("bubble size must be up to 30 KB")
        return
    scope.at("size").one_of(bubble.get("size"), _SIZES)
    scope.at("direction").one_of(bubble.get("direction"), ("ltr", "rtl"))
    if all(bubble.get(name) is None for name in _BLOCKS):
        scope.fail("At least one block must be specified")
        return
    for name in _BLOCKS:
        if bubble.get(name) is not None:
            allowed = _HERO_TYPES if name == "hero" else ("box",)
            check_component(scope.at(name), bubble[name], allowed)
    if bubble.get("action") is not None:
        check_action(scope.at("action"), bubble["action"], FLEX_TAP)
    _styles(scope.at("styles"), bubble.get("styles"))


def _styles(scope: Scope, styles: Any) -> None:
    if styles is None:
        return
    if not isinstance(styles, dict):
        scope.invalid()
        return
    for name in _BLOCKS:
        style = styles.get(name)
        if style is None:
            continue
        if not isinstance(style, dict):
            scope.at(name).invalid()
            continue
        for key in ("backgroundColor", "separatorColor"):
            if key in style:
                check_color(scope.at(name).at(key), style[key])
        if not isinstance(style.get("separator", False), bool):
            scope.at(name).at("separator").invalid()


def _carousel(scope: Scope, carousel: Json) -> None:
    if _json_bytes(carousel) > _CAROUSEL_BYTES:
        scope.fail("carousel size must be up to 50 KB")
        return
    place = scope.at("contents")
    bubbles = place.items(carousel.get("contents"), 1, _CAROUSEL_BUBBLES)
    for index, bubble in enumerate(bubbles):
        if not isinstance(bubble, dict) or bubble.get("type") != "bubble":
            place.at(index).at("type").invalid()
            continue
        _bubble(place.at(index), bubble)
    sizes = {str(one.get("size", "mega")) for one in bubbles if isinstance(one, dict)}
    if len(sizes) > 1:
        place.fail("all bubbles in a carousel must have the same size")
