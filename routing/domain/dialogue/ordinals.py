"""Which of some things that were offered is meant by 第一個, 2, the last one, 3番目."""

from __future__ import annotations

import re
import unicodedata

_COUNTED = re.compile(
    r"(?:我要|我選|選|選擇|要|是|就是)?第?\s*([1-9一二三四五])\s*(?:個|項|題|點|則|條|種|號)?(?:那個|的)?(?:也?(?:想|要)?(?:看一下|看看|看))?(?:謝謝|吧|好了|啦)?|"
    r"(?:number|no\.?|option)\s*([1-9])|([1-9一二三])\s*(?:番目|つ目|番)(?:の(?:もの|質問)?)?(?:です|をお願いします)?"
)
_NAMED = re.compile(r"(?:the\s+)?(first|second|third|last)(?:\s+(?:one|question|option))?(?:,?\s*please)?")
_LAST = re.compile(r"(?:我要|我選|選)?(?:最後(?:一個|那個)?|最下面(?:那個|的)?)|最後の(?:もの)?(?:です)?")
_FIGURES = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}
_WORDS = {"first": 0, "second": 1, "third": 2, "last": -1}


def picked(text: str, count: int) -> int | None:
    """The place, from 0, of the one of ``count`` things that the whole text names; None if it names none of them."""
    said = unicodedata.normalize("NFKC", text).strip().strip("。.!~、,").strip().lower()
    if found := _NAMED.fullmatch(said):
        place = _WORDS[found[1]]
    elif _LAST.fullmatch(said):
        place = -1
    elif found := _COUNTED.fullmatch(said):
        figure = next(group for group in found.groups() if group)
        place = (_FIGURES.get(figure) or int(figure)) - 1
    else:
        return None
    place = count - 1 if place < 0 else place
    return place if 0 <= place < count else None
