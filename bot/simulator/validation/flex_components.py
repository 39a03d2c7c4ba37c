"""Flex components: which may stand where, what each needs and which values it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.simulator.validation import flex_values as values
from bot.simulator.validation.actions import FLEX_BUTTON, FLEX_TAP, check_action
from bot.simulator.validation.report import Json, Scope
from bot.simulator.validation.urls import check_media_url

Check = Callable[[Scope, Any], None]

_STACK = ("box", "button", "image", "text", "separator", "filler")
_CHILDREN = {"vertical": _STACK, "horizontal": _STACK, "baseline": ("icon", "text", "filler")}
_MAX_DEPTH = 60


def _one_of(*allowed: str) -> Check:
    def check(scope: Scope, value: Any) -> None:
        scope.one_of(value, allowed, required=True)

    return check


_ALIGN = _one_of("start", "end", "center")
_GRAVITY = _one_of("top", "bottom", "center")
_PLACED: Mapping[str, Check] = {
    "margin": values.check_spacing,
    "position": _one_of("relative", "absolute"),
    "offsetTop": values.check_offset,
    "offsetBottom": values.check_offset,
    "offsetStart": values.check_offset,
    "offsetEnd": values.check_offset,
    "flex": values.check_whole,
}
_LETTERS: Mapping[str, Check] = {
    "size": values.check_text_size,
    "color": values.check_color,
    "weight": _one_of("regular", "bold"),
    "style": _one_of("normal", "italic"),
    "decoration": _one_of("none", "underline", "line-through"),
}
_PROPERTIES: Mapping[str, Mapping[str, Check]] = {
    "box": {
        **_PLACED,
        "spacing": values.check_spacing,
        "backgroundColor": values.check_color,
        "borderColor": values.check_color,
        "borderWidth": values.check_border,
        "cornerRadius": values.check_spacing,
        "width": values.check_extent,
        "maxWidth": values.check_extent,
        "height": values.check_extent,
        "maxHeight": values.check_extent,
        "paddingAll": values.check_padding,
        "paddingTop": values.check_padding,
        "paddingBottom": values.check_padding,
        "paddingStart": values.check_padding,
        "paddingEnd": values.check_padding,
        "justifyContent": _one_of("center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly"),
        "alignItems": _one_of("center", "flex-start", "flex-end"),
    },
    "button": {
        **_PLACED,
        "color": values.check_color,
        "style": _one_of("primary", "secondary", "link"),
        "gravity": _GRAVITY,
        "height": _one_of("md", "sm"),
        "adjustMode": _one_of("shrink-to-fit"),
        "scaling": values.check_flag,
    },
    "image": {
        **_PLACED,
        "align": _ALIGN,
        "gravity": _GRAVITY,
        "size": values.check_image_size,
        "aspectRatio": values.check_ratio,
        "aspectMode": _one_of("fit", "cover"),
        "backgroundColor": values.check_color,
        "animated": values.check_flag,
    },
    "video": {"aspectRatio": values.check_ratio},
    "icon": {
        **_PLACED,
        "size": values.check_text_size,
        "aspectRatio": values.check_ratio,
        "scaling": values.check_flag,
    },
    "text": {
        **_PLACED,
        **_LETTERS,
        "align": _ALIGN,
        "gravity": _GRAVITY,
        "wrap": values.check_flag,
        "lineSpacing": values.check_spacing,
        "maxLines": values.check_whole,
        "adjustMode": _one_of("shrink-to-fit"),
        "scaling": values.check_flag,
    },
    "span": _LETTERS,
    "separator": {"margin": values.check_spacing, "color": values.check_color},
    "filler": {"flex": values.check_whole},
}


def check_component(scope: Scope, component: Any, allowed: tuple[str, ...], depth: int = 0) -> None:
    """Check one component of a type that may stand here, and all within it."""
    if not isinstance(component, dict):
        scope.missing() if component is None else scope.invalid()
        return
    kind = component.get("type")
    if kind is None:
        scope.at("type").missing()
        return
    if kind not in allowed:
        scope.at("type").invalid()
        return
    if depth > _MAX_DEPTH:
        scope.fail("nested too deep")
        return
    for name, check in _PROPERTIES[kind].items():
        if component.get(name) is not None:
            check(scope.at(name), component[name])
    _NEEDS.get(kind, _tap)(scope, component)
    if kind == "box":
        _box(scope, component, depth)


def _tap(scope: Scope, component: Json) -> None:
    if component.get("action") is not None:
        check_action(scope.at("action"), component["action"], FLEX_TAP)


def _box(scope: Scope, box: Json, depth: int) -> None:
    layout = box.get("layout")
    if not scope.at("layout").one_of(layout, tuple(_CHILDREN), required=True):
        return
    place = scope.at("contents")
    children = place.items(box.get("contents"), 0, 10_000)
    for index, child in enumerate(children):
        check_component(place.at(index), child, _CHILDREN[str(layout)], depth + 1)
    _tap(scope, box)
    background = box.get("background")
    if background is not None:
        _gradient(scope.at("background"), background)


def _gradient(scope: Scope, background: Any) -> None:
    if not isinstance(background, dict) or background.get("type") != "linearGradient":
        scope.at("type").invalid()
        return
    for name in ("startColor", "endColor"):
        values.check_color(scope.at(name), background.get(name))
    if not background.get("angle"):
        scope.at("angle").missing()


def _nothing(scope: Scope, component: Json) -> None:
    """Separators and fillers need nothing; a box is checked by itself."""


def _button(scope: Scope, button: Json) -> None:
    check_action(scope.at("action"), button.get("action"), FLEX_BUTTON)


def _image(scope: Scope, image: Json) -> None:
    check_media_url(scope.at("url"), image.get("url"))
    _tap(scope, image)


def _video(scope: Scope, video: Json) -> None:
    check_media_url(scope.at("url"), video.get("url"))
    check_media_url(scope.at("previewUrl"), video.get("previewUrl"))
    check_component(scope.at("altContent"), video.get("altContent"), ("box", "image"))
    _tap(scope, video)


def _icon(scope: Scope, icon: Json) -> None:
    check_media_url(scope.at("url"), icon.get("url"))


def _words(scope: Scope, value: Any) -> None:
    if not isinstance(value, str) or value == "":
        scope.fail("must be non-empty text")


def _text(scope: Scope, text: Json) -> None:
    spans = text.get("contents")
    if spans is None or "text" in text:
        _words(scope.at("text"), text.get("text"))
    if spans is not None:
        place = scope.at("contents")
        for index, span in enumerate(place.items(spans, 0, 10_000)):
            check_component(place.at(index), span, ("span",))
    _tap(scope, text)


def _span(scope: Scope, span: Json) -> None:
    _words(scope.at("text"), span.get("text"))


_NEEDS: Mapping[str, Callable[[Scope, Json], None]] = {
    "box": _nothing,
    "separator": _nothing,
    "filler": _nothing,
    "button": _button,
    "image": _image,
    "video": _video,
    "icon": _icon,
    "text": _text,
    "span": _span,
}
