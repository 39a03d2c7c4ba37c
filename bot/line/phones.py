"""Telephone numbers in the words of a card: kept on one line, and found so that each can be tapped."""

from __future__ import annotations

import re
from collections.abc import Iterator

_JOIN = "\u2060"
"""WORD JOINER: no line ends where it stands, and nothing is drawn."""
_EXTENSION = r"(?:\s*(?:分機|轉|內線|内線|#|ext\.?)\s*\d{1,6})?"
_NUMBER = re.compile(
    r"(?<![\dA-Za-z+-])(?:(?:\+886[-\s]?\d{1,3}[-\s]?|\(0\d{1,3}\)[-\s]?|0\d{1,3}[-\s])\d{3,4}[-\s]?\d{3,4}|0\d{8,9})(?![\d-])"
    + _EXTENSION,
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"(?:撥打?|打|台電|台水|電洽|電話は?|call|dial)\s*(110|112|113|119|165|19\d\d)(?![\d/-]|\s*年|\.\d)",
    re.IGNORECASE,
)
"""Short numbers only behind a word that says so: 1987 is a year elsewhere."""


def numbers(text: str) -> Iterator[str]:
    """The numbers that a text names, as they are written, each once."""
    found = [(match.start(), match.group()) for match in _NUMBER.finditer(text)]
    found += [(match.start(1), match.group(1)) for match in _SHORT.finditer(text)]
    yield from dict.fromkeys(number for _, number in sorted(found))


def unbroken(text: str) -> str:
    """A text whose telephone numbers are not cut at the end of a line."""
    return _NUMBER.sub(lambda match: _JOIN.join(match.group().replace(" ", "\u00a0")), text)
