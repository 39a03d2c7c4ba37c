"""Reads what firms shorten (廠登) and mix (building permit 要去哪裡申請, apply for 工廠登記) as the knowledge says it.

The words are data (knowledge/data/short.tsv). Only the form that is compared changes; what was written stays.
"""

import re
from functools import cache
from importlib.resources import files

from knowledge.language.text import fold, normalise

_HAN = re.compile(r"[一-鿿]")
_LATIN = re.compile(r"[a-z]{2}|c o\b")
_GOES_ON = fold("記明")


def in_chinese(normal: str) -> str:
    """A normalised Chinese sentence with short words spelt out and English terms in Chinese."""
    short, english, _ = _tables()
    normal = short[0].sub(lambda match: short[1][match[0]], normal)
    if not _LATIN.search(normal):
        return normal
    return " ".join(english[0].sub(lambda match: f" {english[1][match[0]]} ", normal).split())


def in_english(normal: str) -> str:
    """A normalised English sentence with Chinese terms in English."""
    if not _HAN.search(normal):
        return normal
    short, _, chinese = _tables()
    normal = short[0].sub(lambda match: short[1][match[0]], normal)
    return " ".join(chinese[0].sub(lambda match: f" {chinese[1][match[0]]} ", normal).split())


Table = tuple[re.Pattern[str], dict[str, str]]


@cache
def _tables() -> tuple[Table, Table, Table]:
    """Short words; English ways to Chinese terms; Chinese terms to the usual English way. Keys are normalised."""
    short: dict[str, str] = {}
    english: dict[str, str] = {}
    chinese: dict[str, str] = {}
    text = (files("knowledge") / "data" / "short.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        kind, first, *rest = line.split("\t")
        if kind == "s":
            short[normalise(first)] = normalise(rest[0])
            continue
        chinese.setdefault(normalise(first), normalise(rest[0]))
        for way in rest:
            english.setdefault(normalise(way), normalise(first))
    return _shorts(short), _table(english, words=True), _table(chinese)


def _table(known: dict[str, str], *, words: bool = False) -> Table:
    longest_first = "|".join(re.escape(key) for key in sorted(known, key=len, reverse=True))
    if words:
        return re.compile(rf"(?<![a-z0-9])(?:{longest_first})(?![a-z0-9])"), known
    return re.compile(longest_first), known


def _shorts(known: dict[str, str]) -> Table:
    """What is spelt out already stays as it is, with the short word in it."""
    spelt = {value: value for value in known.values()}
    table = _table({**spelt, **known})
    # 廠登 is short; 廠登記 and 產地證明 go on.
    return re.compile(f"(?:{table[0].pattern})(?![{_GOES_ON}])"), table[1]
