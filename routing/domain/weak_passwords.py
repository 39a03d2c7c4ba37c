"""Passwords that are tried first: common words and names, those of this product and office, rows of keys, dates.

People make theirs of a common word and something added to it. So a password is taken apart: what is common in it counts
nothing or little, and what is left must be enough. Length is checked elsewhere. Source of the rule: ASVS 5.0, 6.2.4 and
6.2.11 (common passwords and words of the context are refused), 6.2.12 (those of breaches are); of the words:
knowledge/data/passwords.yaml, of the breaches knowledge/data/breached.
"""

from __future__ import annotations

import re
import unicodedata
from collections import ChainMap
from collections.abc import Collection, Mapping
from functools import cache

from knowledge.passwords import load_tried

LEAST_LEFT = 4.0
"""What must be left: letters count one, digits and signs a half."""
A_LITTLE = 1.5
"""What a common word counts: three unrelated ones are enough, one with a year is not."""

_ROWS = (
    "1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "!@#$%^&*()", "qazwsxedcrfvtgbyhnujmikolp", "一二三四五六七八九十",
    "ㄅㄆㄇㄈㄉㄊㄋㄌㄍㄎㄏㄐㄑㄒㄓㄔㄕㄖㄗㄘㄙ",
)  # fmt: skip
_AS_LETTERS = str.maketrans({"@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "5": "s", "$": "s", "7": "t"})
_DATE = re.compile(
    r"(?:(?:19|20)\d\d|1[0-3]\d)[-/.]?(?:0?[1-9]|1[0-2])[-/.]?(?:0?[1-9]|[12]\d|3[01])|(?:19|20)\d\d|09\d{8}"
)
_SHORTEST_RUN = 3
_ENOUGH_BARE = 10
"""Letters and digits from which a password is also read without its signs: what is mostly signs is judged by them."""
_LONGEST_UNIT = 6
"""Signs of a piece that adds nothing, however often it is repeated."""
_FEWEST = 5
"""Different characters."""


@cache
def _counts() -> dict[str, float]:
    """What each common word counts, and each password of a breach."""
    tried = load_tried()
    return dict.fromkeys(tried.breached | tried.little, A_LITTLE) | dict.fromkeys(tried.nothing, 0.0)


@cache
def _longest() -> int:
    return max(map(len, _counts()))


def is_weak(password: str, *, about: Collection[str] = ()) -> bool:
    """Whether a password is among those that are tried first.

    ``about``: words of the person (name, e-mail), which are no secret either.
    """
    plain = unicodedata.normalize("NFKC", password).casefold()
    bare = re.sub(r"[\W_]", "", plain)
    own = dict.fromkeys((part for text in about for part in _parts(text)), 0.0)
    counts: Mapping[str, float] = ChainMap(own, _counts())
    texts = {text[: _period(text)] for text in ((plain, bare) if len(bare) >= _ENOUGH_BARE else (plain,))}
    if len(set(plain)) < _FEWEST or min(map(len, texts)) <= _LONGEST_UNIT or bare in counts or plain in counts:
        return True
    longest = max([_longest(), *map(len, own)])
    readings = [(text, read) for text in texts for read in {text, text.translate(_AS_LETTERS)}]
    return any(_left(text, read, counts, longest) < LEAST_LEFT for text, read in readings)


def _parts(text: str) -> set[str]:
    """A name or e-mail as it stands, and the words in it."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return {part for part in (plain, *re.split(r"[^\w]|_", plain)) if len(part) > 1}


def _period(text: str) -> int:
    """The length of the piece that a text is again and again; its own, if it is none."""
    return next((size for size in range(1, len(text) // 2 + 1) if text[size:] == text[:-size]), len(text))


def _left(plain: str, read: str, counts: Mapping[str, float], longest: int) -> float:
    """What is left when as much as possible of what is common is taken out; ``read``: with digits read as letters."""
    size = len(plain)
    least = [0.0] + [float(size)] * size
    for end in range(1, size + 1):
        least[end] = least[end - 1] + (1.0 if plain[end - 1].isalpha() else 0.5)
        for start in range(max(0, end - longest), end - 1):
            if least[start] < least[end]:
                count = min(counts.get(read[start:end], size), counts.get(plain[start:end], size))
                least[end] = min(least[end], least[start] + count)
        for start in range(end - _SHORTEST_RUN, -1, -1):
            if not _is_run(plain[start:end]):
                break
            least[end] = min(least[end], least[start])
        for start in range(max(0, end - 10), end - 3):
            if least[start] < least[end] and _DATE.fullmatch(plain, start, end):
                least[end] = least[start]
    return least[size]


def _is_run(piece: str) -> bool:
    """Neighbours on a row of keys, of an alphabet or of numbers, either way round; or one sign again and again."""
    return len(set(piece)) == 1 or any(piece in row or piece in row[::-1] for row in _ROWS)
