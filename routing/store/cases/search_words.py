"""Words that somebody searches for, as a pattern that finds them however they were written.

臺 and 台, full and half width, capitals or not, and digits with or without what is set between them are the same; the
pattern means the same to SQLite (Python's ``re``) and to PostgreSQL.
"""

from __future__ import annotations

import re
import unicodedata

_ALIKE = ("臺台", "裡裏", "峯峰", "羣群", "麪麵", "污汙", "着著", "衞衛", "啓啟", "双雙")
"""Characters that Taiwan writes in more than one way."""
_SAME = {one: group for group in _ALIKE for one in group}
_BETWEEN = "[-\u2010-\u2015\u2212\uff0d ()\uff08\uff09]*"
"""What people set between the digits of a number."""
_DASHES = "[-\u2010-\u2015\u2212\uff0d]"


def words_of(q: str) -> list[str]:
    """What has to be found, each for itself: words of Chinese with blanks between them, or the whole as it stands."""
    parts = q.split()
    chinese = all(len(part) > 1 and part.isalnum() and not part.isascii() for part in parts)
    return parts if len(parts) > 1 and chinese else [q]


def pattern(word: str) -> str:
    """A regular expression for a word, without any sign of its own having a meaning."""
    plain = unicodedata.normalize("NFKC", word)
    number = sum(one.isdigit() for one in plain) >= 6 and not re.search(r"[^\W\d]", plain)
    if number:
        return _BETWEEN.join(_one(one) for one in plain if one.isdigit())
    return "".join(_one(one) for one in plain)


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
