"""What a firm says during a wait on it: a piece of what was asked for, that all is there, or that it takes time.

Compared folded, so Simplified and Traditional Chinese are alike.
"""

from __future__ import annotations

import re

from knowledge.language.said import ways
from knowledge.language.text import fold

_ALL = ways("supplements", "all")
_NOT_ALL = ways("supplements", "not_all")
_LATER = ways("supplements", "later")
_DATA = re.compile(r"\d{2,}|號|段|樓|棟|股份|有限|如下|[:：]|附上|附件|檢附")
_LONGEST_WAIT = 20
_SHORT = 10
"""Characters of what says that all is there and nothing else."""


def says_all(text: str) -> bool:
    """Whether words say that everything asked for has been sent."""
    text = fold(text.strip())
    return bool(_ALL.search(text)) and not _NOT_ALL.search(text) and not (_LATER.search(text) and "已" not in text)


def only_says_all(text: str) -> bool:
    """Whether that is all they say: they are no piece themselves."""
    bare = re.sub(r"[\W_]+", "", text)
    longest = 4 * _SHORT if bare.isascii() else _SHORT
    return says_all(text) and len(bare) <= longest


def takes_time(text: str) -> bool:
    """Whether words only say that the answer takes time: 等我一下 我問老闆."""
    longest = 3 * _LONGEST_WAIT if text.isascii() else _LONGEST_WAIT
    return len(text) <= longest and bool(_LATER.search(fold(text.strip()))) and not _DATA.search(text)


def is_piece(text: str, *, question: bool) -> bool:
    """Whether words during a wait are something of what was asked for: no question, and no word that it takes time."""
    if question or only_says_all(text):
        return False
    return not _LATER.search(fold(text.strip())) or bool(_DATA.search(text))
