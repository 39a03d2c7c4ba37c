"""Colleagues who are named in a note: ``@`` (or ＠) before a name as the desk has it; the longest that fits."""

from __future__ import annotations

import re
from collections.abc import Iterable

_AT = "[@＠]"


def _pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    known = sorted({name for name in names if name.strip()}, key=len, reverse=True)
    return re.compile(f"{_AT}({'|'.join(map(re.escape, known))})") if known else None


def named(text: str, names: Iterable[str]) -> tuple[str, ...]:
    """Who of these is named, each once, in the order of the text."""
    pattern = _pattern(names)
    return tuple(dict.fromkeys(pattern.findall(text))) if pattern is not None else ()


def parts(text: str, names: Iterable[str]) -> list[tuple[str, bool]]:
    """The text in parts, those that name somebody marked."""
    pattern = _pattern(names)
    if pattern is None:
        return [(text, False)]
    found, end = [], 0
    for match in pattern.finditer(text):
        found += [(text[end : match.start()], False), (match[0], True)]
        end = match.end()
    return [part for part in [*found, (text[end:], False)] if part[0]]
