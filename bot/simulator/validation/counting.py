"""How LINE counts characters: UTF-16 code units, or grapheme clusters for what is tapped.

Source: "Character counting in a text" of the Messaging API documentation.
"""

from __future__ import annotations

import unicodedata

_ZWJ = "\u200d"
_REGIONAL = range(0x1F1E6, 0x1F200)
_MODIFIERS = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)


def utf16_length(text: str) -> int:
    """UTF-16 code units; a character outside the BMP counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _extends(char: str) -> bool:
    """Whether a character joins the cluster before it (UAX #29: Extend, SpacingMark, ZWJ)."""
    code = ord(char)
    return char == _ZWJ or code in _MODIFIERS or code in _TAGS or unicodedata.category(char) in {"Mn", "Me", "Mc"}


def _hangul_joins(previous: str, char: str) -> bool:
    before, code = ord(previous), ord(char)
    vowel, tail = range(0x1160, 0x11A8), range(0x11A8, 0x1200)
    syllable = range(0xAC00, 0xD7A4)
    if code in vowel:
        return before in range(0x1100, 0x11A8) or (before in syllable and (before - 0xAC00) % 28 == 0)
    return code in tail and (before in vowel or before in tail or before in syllable)


def grapheme_length(text: str) -> int:
    """User-perceived characters: a flag, a family or a letter with accents counts one."""
    count = 0
    flags = 0
    previous = ""
    for char in text:
        regional = ord(char) in _REGIONAL
        joined = bool(previous) and (
            _extends(char)
            or (previous == _ZWJ and unicodedata.category(char) == "So")
            or (previous == "\r" and char == "\n")
            or _hangul_joins(previous, char)
            or (regional and flags % 2 == 1)
        )
        flags = flags + 1 if regional else 0
        count += 0 if joined else 1
        previous = char
    return count
