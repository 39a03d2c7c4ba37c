"""Taiwanese Hokkien as people type it, read as Mandarin (data/hokkien.tsv): 恁會使來看一下無, 歹勢, 按怎申請."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources


@cache
def _words() -> tuple[dict[str, str], re.Pattern[str]]:
    source = resources.files("knowledge") / "data" / "hokkien.tsv"
    lines = source.read_text(encoding="utf-8").splitlines()
    words = dict(line.split("\t") for line in lines if line and not line.startswith("#"))
    longest_first = sorted(words, key=len, reverse=True)
    return words, re.compile("|".join(map(re.escape, longest_first)))


def in_mandarin(text: str) -> str:
    """The text with its words of Hokkien as Mandarin has them; other texts as they are."""
    words, pattern = _words()
    return pattern.sub(lambda found: words[found[0]], text)
