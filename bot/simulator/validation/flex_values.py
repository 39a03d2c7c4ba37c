"""Single values inside Flex components: colours, lengths, keywords, ratios."""

from __future__ import annotations

import re
from typing import Any

from bot.simulator.validation.report import Scope

SPACING = ("none", "xs", "sm", "md", "lg", "xl", "xxl")
TEXT_SIZES = ("xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl")
IMAGE_SIZES = (*TEXT_SIZES, "full")
BORDER_WIDTHS = ("none", "light", "normal", "medium", "semi-bold", "bold")
_COLOR = re.compile(r"#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})")
_PIXELS = re.compile(r"\d+(\.\d+)?px")
_SIGNED_PIXELS = re.compile(r"-?\d+(\.\d+)?px")
_PERCENT = re.compile(r"-?\d+(\.\d+)?%")
_RATIO = re.compile(r"(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)")


def check_color(scope: Scope, value: Any) -> None:
    """`#RRGGBB` or `#RRGGBBAA`."""
    if not (isinstance(value, str) and _COLOR.fullmatch(value)):
        scope.invalid()


def check_flag(scope: Scope, value: Any) -> None:
    """True or false."""
    if not isinstance(value, bool):
        scope.invalid()


def check_whole(scope: Scope, value: Any) -> None:
    """A whole number from 0."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        scope.invalid()


def _length(scope: Scope, value: Any, keywords: tuple[str, ...], *, percent: bool, signed: bool = False) -> None:
    pixels = _SIGNED_PIXELS if signed else _PIXELS
    good = isinstance(value, str) and (
        value in keywords or bool(pixels.fullmatch(value)) or (percent and bool(_PERCENT.fullmatch(value)))
    )
    if not good:
        scope.invalid()


def check_spacing(scope: Scope, value: Any) -> None:
    """A spacing keyword or pixels."""
    _length(scope, value, SPACING, percent=False)


def check_padding(scope: Scope, value: Any) -> None:
    """A spacing keyword, pixels or percent."""
    _length(scope, value, SPACING, percent=True)


def check_offset(scope: Scope, value: Any) -> None:
    """A spacing keyword, pixels or percent, negative allowed."""
    _length(scope, value, SPACING, percent=True, signed=True)


def check_extent(scope: Scope, value: Any) -> None:
    """Pixels or percent."""
    _length(scope, value, (), percent=True)


def check_text_size(scope: Scope, value: Any) -> None:
    """A text size keyword or pixels."""
    _length(scope, value, TEXT_SIZES, percent=False)


def check_image_size(scope: Scope, value: Any) -> None:
    """An image size keyword, pixels or percent."""
    _length(scope, value, IMAGE_SIZES, percent=True)


def check_border(scope: Scope, value: Any) -> None:
    """A border keyword or pixels."""
    _length(scope, value, BORDER_WIDTHS, percent=False)


def check_ratio(scope: Scope, value: Any) -> None:
    """`width:height`, each from 1 to 100,000, the height at most three times the width."""
    match = _RATIO.fullmatch(value) if isinstance(value, str) else None
    if not match:
        scope.invalid()
        return
    width, height = float(match.group(1)), float(match.group(2))
    if not (1 <= width <= 100_000 and 1 <= height <= 100_000 and height <= 3 * width):
        scope.invalid()
