"""Words that somebody searches for, as a pattern that finds them however they were written.

臺 and 台, full and half width, capitals or not, and digits with or without what is set between them are the same; the
pattern means the same to SQLite (Python's ``re``) and to PostgreSQL.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ALIKE = ("臺台", "裡裏", "峯峰", "羣群", "麪麵", "污汙", "着著", "衞衛", "啓啟", "双雙")
"""Characters that Taiwan writes in more than one way."""
_SAME = {one: group for group in _ALIKE for one in group}
_BETWEEN = "[-\u2010-\u2015\u2212\uff0d ()\uff08\uff09]*"
"""What people set between the digits of a number."""
_WHOLE = 6
"""So many digits are a number, and not the end of one."""
_THEN = "($| *[#\uff03*\u8f49\u5206,;xXeE(\uff08])"
"""The end of a telephone, or of what stands before its extension."""
_DASHES = "[-\u2010-\u2015\u2212\uff0d]"
_SIGNS = "".join(chr(one) for one in range(1, 0x80) if not chr(one).isalnum())
DROPPED = (
    _SIGNS
    + "".join(chr(ord(one) + 0xFEE0) for one in _SIGNS if one > " " and one != "\x7f")
    + ("".join(map(chr, range(0x2010, 0x2016))) + "\u2212\u3000")
)
"""Signs that an index leaves out: blanks, ASCII signs in both widths, dashes."""
_LETTERS = "".join(chr(one) for one in range(0x80) if chr(one).isalnum())
_OTHERS = _LETTERS[10:36] + "".join(chr(ord(one) + 0xFEE0) for one in _LETTERS)
FOLDED = (
    _OTHERS + "".join(group[1:] for group in _ALIKE),
    "".join(one.lower() for one in _LETTERS[10:36] + _LETTERS) + "".join(group[0] * len(group[1:]) for group in _ALIKE),
)
"""Letters that are written in more than one way, and for each in its place the one that stands for it in an index."""
_FOLD = str.maketrans(*FOLDED, DROPPED + "\0")


def words_of(q: str) -> list[str]:
    """What has to be found, each for itself, what few cases have first; a number with blanks in it is one word."""
    plain = unicodedata.normalize("NFKC", q)
    parts = q.split()
    # A letter or digit by itself belongs to what stands beside it (A 棟, 3 樓); a character is a word (台 電).
    if len(parts) < 2 or _is_number(plain) or any(len(part) < 2 and part.isascii() for part in plain.split()):
        return [q]
    return sorted(parts, key=lambda part: (not any(one.isdigit() for one in part), -len(part)))


def stretches(text: str, q: str) -> list[tuple[str, bool]]:
    """A text in its order, cut into what was not asked for and what was (True); joined it is the text again."""
    finder = _finder(q)
    if finder is None or not text:
        return [(text, False)] if text else []
    cut, place = list[tuple[str, bool]](), 0
    for found in finder.finditer(text):
        if found.start() == found.end():
            continue
        cut += [(text[place : found.start()], False), (found[0], True)]
        place = found.end()
    return [one for one in (*cut, (text[place:], False)) if one[0]]


@lru_cache(maxsize=64)
def _finder(q: str) -> re.Pattern[str] | None:
    """What finds any of the words; asked for by every cell of a page, so made once."""
    wanted = [one for one in map(pattern, words_of(q.strip())) if one]
    return re.compile("|".join(f"(?:{one})" for one in wanted)) if wanted else None


def _is_number(plain: str) -> bool:
    return sum(one.isdigit() for one in plain) >= _WHOLE and not re.search(r"[^\W\d]", plain)


def pattern(word: str) -> str:
    """A regular expression for a word, without any sign of its own having a meaning."""
    plain = unicodedata.normalize("NFKC", word)
    if _is_number(plain):
        return _BETWEEN.join(_one(one) for one in plain if one.isdigit())
    return "".join(_one(one) for one in plain)


def glob(word: str) -> tuple[str, bool]:
    """The same for SQLite's GLOB, which is many times quicker, and whether it finds no more than ``pattern`` does."""
    plain = unicodedata.normalize("NFKC", word)
    if _is_number(plain):
        return glob_of_digits(word), False
    return "*" + "".join(_class(one) for one in plain) + "*", True


def glob_of_digits(word: str) -> str:
    """A GLOB for its digits in their order, whatever stands between them."""
    return "*" + "*".join(_class(one) for one in unicodedata.normalize("NFKC", word) if one.isdigit()) + "*"


def _class(sign: str) -> str:
    """As ``_one``. Of a class ``]`` stands first, and ``^`` and ``-`` do not."""
    if sign in _SAME:
        return f"[{_SAME[sign]}]"
    if "\u2010" <= sign <= "\u2015" or sign in "-\u2212":
        return "[" + "".join(map(chr, range(0x2010, 0x2016))) + "\u2212\uff0d-]"
    if sign.isascii() and sign.isalnum():
        both = dict.fromkeys((sign.lower(), sign.upper()))
        return "[" + "".join(one + chr(ord(one) + 0xFEE0) for one in both) + "]"
    wide = chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else ""
    if wide:
        return f"[{wide}{sign}]" if sign == "^" else f"[{sign}{wide}]"
    return sign


def ending(word: str) -> str | None:
    """A regular expression for a telephone that ends in these digits, however it is written; None for fewer than three.

    An extension may follow (07-3611212#12). Six digits and more are looked for anywhere in it. What is no number is
    looked for elsewhere.
    """
    plain = unicodedata.normalize("NFKC", word)
    digits = [one for one in plain if one.isdigit()]
    if len(digits) < 3 or re.search(r"[^\W\d]", plain):
        return None
    return _BETWEEN.join(map(_one, digits)) + ("" if len(digits) >= _WHOLE else _THEN)


def grams(text: str) -> set[str]:
    """What an index keeps of a text: every two signs that follow each other, every three digits, and its last sign.

    However the text is written, see ``FOLDED``, and without ``DROPPED``. What ``pattern`` finds in it, ``wanted``
    finds by its grams; they may find more. Out of these sets nobody reads the text again.
    """
    plain = text.translate(_FOLD)
    pairs = {plain[at : at + 2] for at in range(len(plain))}
    return pairs | {three for at in range(len(plain) - 2) if _three_digits(three := plain[at : at + 3])}


def wanted(word: str) -> list[list[str]]:
    """The grams by which an index finds a word: those of any one of these lists, all of them; none: no index does.

    A list of one sign alone asks for grams that begin with it.
    """
    plain = unicodedata.normalize("NFKC", word)
    digits = "".join(one for one in plain if one.isdigit())
    ways = [digits] if _is_number(plain) else [plain, digits] if ending(word) is not None else [plain]
    found = [_asked(way.translate(_FOLD)) for way in dict.fromkeys(ways)]
    return found if all(found) else []


def _asked(plain: str) -> list[str]:
    """Three digits make the pairs within them needless."""
    if len(plain) < 2:
        return [plain] if plain else []
    threes = {at for at in range(len(plain) - 2) if _three_digits(plain[at : at + 3])}
    pairs = (at for at in range(len(plain) - 1) if at not in threes and at - 1 not in threes)
    return sorted({plain[at : at + 3] for at in threes} | {plain[at : at + 2] for at in pairs})


def _three_digits(part: str) -> bool:
    return len(part) == 3 and part.isascii() and part.isdigit()


def certain(word: str) -> str:
    """The longest stretch of a word that is written in one way alone; '' where there is none."""
    stretches, plain = [""], unicodedata.normalize("NFKC", word)
    for sign in plain:
        if _one(sign) == sign:
            stretches[-1] += sign
        elif stretches[-1]:
            stretches.append("")
    return max(stretches, key=len)


def _one(sign: str) -> str:
    if sign in _SAME:
        return f"[{_SAME[sign]}]"
    if "\u2010" <= sign <= "\u2015" or sign in "-\u2212":
        return _DASHES
    if sign.isascii() and sign.isalnum():
        both = dict.fromkeys((sign.lower(), sign.upper()))
        return "[" + "".join(one + chr(ord(one) + 0xFEE0) for one in both) + "]"
    if sign.isalnum():
        return sign
    wide = chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else ""
    return f"(\\{sign}|{wide})" if wide else "\\" + sign if sign.isascii() else sign
