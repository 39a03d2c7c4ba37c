"""Whether words ask when the office is open, and of which day: 明天星期六你們有上班嗎, are you open on Friday."""

from __future__ import annotations

import re
from datetime import date, timedelta

from knowledge.calendar import weekdays
from knowledge.language.said import ways
from knowledge.language.text import fold

_LONGEST, _LONGEST_IN_LETTERS = 60, 140
"""Characters of a whole message that asks only this, in Chinese and Japanese and in English."""
_ASKED, _OF_OTHERS = ways("office_hours", "asked"), ways("office_hours", "of_others")
_OF_THE_OFFICE, _BESIDE = ways("office_hours", "of_the_office"), ways("office_hours", "beside")
_HELLO, _HELLO_IN_LETTERS = 5, 16
"""Characters of a clause that asks nothing: 你好, 不好意思, dear all."""
_CLAUSES, _SENTENCES = re.compile(r"[\s,，。;；!！?？]+"), re.compile(r"[.;!?\n]+")
_WEEKDAYS = {
    fold(sign).casefold(): place
    for names in (weekdays.CHINESE, weekdays.JAPANESE, weekdays.ENGLISH)
    for place, sign in enumerate(names)
} | {"天": 6}
_WEEKDAY = re.compile(
    fold(
        rf"(下(?:個)?)?(?:星期|週|周|禮拜)([{weekdays.CHINESE}天])|(来週の?)?([{weekdays.JAPANESE}])曜|"
        rf"(?:\b(next) )?\b({'|'.join(weekdays.ENGLISH).lower()})"
    )
)
_DATE = re.compile(fold(r"(?<!\d)(\d{1,2})[/月](\d{1,2})日?(?!\d)"))
_FROM_TODAY = tuple((ways("office_hours", f"in_{days}_days"), days) for days in (2, 1, 0))


def asked_hours(text: str) -> bool:
    """Whether the words ask when we are there."""
    folded = fold(text.strip())
    letters = folded.isascii()
    longest, hello = (_LONGEST_IN_LETTERS, _HELLO_IN_LETTERS) if letters else (_LONGEST, _HELLO)
    if len(text) > longest or not _ASKED.search(folded) or _OF_OTHERS.search(folded):
        return False
    # Something else that is asked beside it must not be lost.
    parts = (_SENTENCES if letters else _CLAUSES).split(folded)
    return all(len(one) <= hello or _ASKED.search(one) or _BESIDE.search(one.strip()) for one in parts)


def names_the_office(text: str) -> bool:
    """Whether the office itself is named, so that no visit of its officer can be meant."""
    return bool(_OF_THE_OFFICE.search(fold(text)))


def day_in(text: str, today: date) -> date | None:
    """The day of which they ask, today or later; None where they name none."""
    folded = fold(text)
    for pattern, days in _FROM_TODAY:
        if pattern.search(folded):
            return today + timedelta(days=days)
    found = _WEEKDAY.search(folded)
    if found:
        later, named = next(pair for pair in (found.group(1, 2), found.group(3, 4), found.group(5, 6)) if pair[1])
        return _weekday(_WEEKDAYS[named], today, later=bool(later))
    return _dated(folded, today)


def _weekday(place: int, today: date, *, later: bool) -> date:
    """The next day of this place in the week; with 下 the one of the week after this."""
    if later:
        return today + timedelta(days=7 - today.weekday() + place)
    return today + timedelta(days=(place - today.weekday()) % 7)


def _dated(folded: str, today: date) -> date | None:
    found = _DATE.search(folded)
    if found is None:
        return None
    for year in (today.year, today.year + 1):
        try:
            day = date(year, int(found[1]), int(found[2]))
        except ValueError:
            return None
        if day >= today:
            return day
    return None
