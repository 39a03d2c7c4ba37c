"""Taking somebody's words out of every copy of them that we made: whole, or cut short at its end."""

from __future__ import annotations

import re
from typing import Any

TAKEN_BACK = "（訊息已收回）"
"""What stands where words stood that were taken back."""

_SURE = 4
"""Characters; fewer may stand in a sentence of ours by chance, so only a line of its own counts as a copy."""
_CUT = "…"
_UNMARKED = 36
"""Characters of a string that may have been cut without a mark: buttons take 40 of a subject, a subject 80."""


def without(value: Any, words: str) -> Any:
    """A JSON value in which no string holds these words, nor the beginning of them where it was cut.

    Copies of a firm's words are made whole (a summary, the subject of a case) or shortened, at the end of a string with
    or without an ellipsis, inside a sentence with one; there is no other kind. Empty words are in no string.
    """
    words = words.strip()
    if not words:
        return value
    if isinstance(value, str):
        return _text(value, words)
    if isinstance(value, list):
        return [without(item, words) for item in value]
    if isinstance(value, dict):
        return {name: without(item, words) for name, item in value.items()}
    return value


def _text(text: str, words: str) -> str:
    if len(words) >= _SURE:
        text = text.replace(words, TAKEN_BACK)
    else:
        text = re.sub(rf"(?m)(^|[：\s]){re.escape(words)}$", rf"\g<1>{TAKEN_BACK}", text)
    text = _without_quoted(text, words)
    marked = text.endswith(_CUT)
    kept = text.removesuffix(_CUT).rstrip()
    if not marked and len(kept) < _UNMARKED:
        return text
    for length in range(min(len(words) - 1, len(kept)), 0, -1):
        beginning = words[:length].rstrip()
        if beginning and kept.endswith(beginning):
            return kept.removesuffix(beginning) + TAKEN_BACK
    return text


def _without_quoted(text: str, words: str) -> str:
    """Without the beginning of the words where a sentence quotes it, cut with an ellipsis: 附在「…」這一件."""
    at = text.find(_CUT)
    while at >= 0:
        before = text[:at]
        longest = min(len(words) - 1, len(before))
        length = next((n for n in range(longest, _SURE - 1, -1) if before.endswith(words[:n].rstrip())), 0)
        if length:
            start = before.removesuffix(words[:length].rstrip()) + TAKEN_BACK
            text, at = start + text[at + 1 :], len(start) - 1
        at = text.find(_CUT, at + 1)
    return text
