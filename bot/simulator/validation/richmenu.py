"""Rich menu objects and images. Limits: reference, Rich menu object and upload."""

from __future__ import annotations

import struct
from typing import Any

from bot.simulator.validation.actions import RICH_MENU, check_action
from bot.simulator.validation.counting import grapheme_length
from bot.simulator.validation.report import Json, Report, Scope

_MIN_WIDTH, _MAX_WIDTH, _MIN_HEIGHT, _MIN_RATIO = 800, 2500, 250, 1.45
MAX_IMAGE_BYTES = 1024 * 1024
_START_OF_FRAME = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


def fits(width: int, height: int) -> bool:
    """Whether a menu or its image of this many pixels is allowed."""
    return _MIN_WIDTH <= width <= _MAX_WIDTH and height >= _MIN_HEIGHT and width / height >= _MIN_RATIO


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def check_richmenu(menu: Any) -> Report:
    """Check the body of a create or validate request."""
    report = Report()
    scope = Scope(report, "")
    if not isinstance(menu, dict):
        Scope(report, "richMenu").missing()
        return report
    raw = menu.get("size")
    size: Json = raw if isinstance(raw, dict) else {}
    width, height = _whole(size.get("width")), _whole(size.get("height"))
    if not size:
        scope.at("size").missing()
    elif height <= 0 or not fits(width, height):
        scope.at("size").fail("Width must be 800 to 2500, height at least 250, and width / height at least 1.45")
    if not isinstance(menu.get("selected"), bool):
        scope.at("selected").missing()
    scope.at("name").text(menu.get("name"), 300, count=grapheme_length)
    scope.at("chatBarText").text(menu.get("chatBarText"), 14, count=grapheme_length)
    for index, area in enumerate(scope.at("areas").items(menu.get("areas"), 0, 20)):
        _area(scope.at("areas").at(index), area, width, height)
    return report


def _area(scope: Scope, area: Any, width: int, height: int) -> None:
    if not isinstance(area, dict) or not isinstance(area.get("bounds"), dict):
        scope.at("bounds").missing()
        return
    bounds = area["bounds"]
    x, y, w, h = (_whole(bounds.get(name)) for name in ("x", "y", "width", "height"))
    if min(x, y, w, h) < 0 or x + w > width or y + h > height:
        scope.at("bounds").fail("The area must lie within the rich menu")
    check_action(scope.at("action"), area.get("action"), RICH_MENU)


def image_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG or JPEG, None if it is neither."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return int(width), int(height)
    if not data.startswith(b"\xff\xd8"):
        return None
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _START_OF_FRAME:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return int(width), int(height)
        at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    return None
