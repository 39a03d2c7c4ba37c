"""Whether words ask when the office is open, and of which day: 明天星期六你們有上班嗎, are you open on Friday."""

# ruff: noqa: E501 - word lists are read as lists, not as lines
from __future__ import annotations

import re
from datetime import date, timedelta

from knowledge.language.text import fold

_LONGEST = 60
_ASKED = re.compile(
    fold(
        r"(?:你們|貴局|分局|窗口|櫃檯|櫃台|辦公室|服務中心|[明後今]天|星期|[週周]|禮拜|假日|過年|春節|連假|颱風天|那|\d日).{0,10}"
        r"(?:有(?:沒有)?(?:上班|開門|開放|營業)|上班[嗎不?]|上班時間|幾點(?:開|關|上班|下班|休息)|有開|開嗎|放假嗎|休息嗎|辦公嗎)|"
        r"\b(?:are you|is the office|will you be|will the office be|is anyone) (?:open|closed|there|working)\b|\bwhat are (?:your|the) (?:office |opening )?hours\b|\bwhat time .{0,20}\b(?:open|close)\b|"
        r"(?:営業|開いて|やって|お休み)(?:し)?(?:て)?(?:い)?(?:ますか|ですか)|何時(?:から|まで|に開|に閉)"
    )
)
_OF_OTHERS = re.compile(
    fold(
        r"勞工|員工|加班|工資|薪|補休|特休|出勤|輪班|台電|台水|海關|國稅|銀行|餐廳|超商|便利商店|超市|停車|\b(?:workers?|overtime|wages?|canteen|shop)\b|残業|従業員"
    )
)
_HELLO = 5
"""Characters of a clause that asks nothing: 你好, 不好意思."""
_CLAUSES = re.compile(r"[\s,，。;；!！?？]+")
_WEEKDAYS = {sign: place for signs in ("一二三四五六日", "月火水木金土日") for place, sign in enumerate(signs)} | {
    "天": 6
}
_WEEKDAY = re.compile(fold(r"(下(?:個)?)?(?:星期|週|周|禮拜)([一二三四五六日天])|(来週の?)?([月火水木金土日])曜"))
_ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DATE = re.compile(fold(r"(?<!\d)(\d{1,2})[/月](\d{1,2})日?(?!\d)"))
_FROM_TODAY = (
    (re.compile(fold(r"後天|明後日|\bday after tomorrow\b")), 2), (re.compile(fold(r"明天|明日|\btomorrow\b")), 1),
    (re.compile(fold(r"今天|今日|\btoday\b")), 0),
)  # fmt: skip


def asked_hours(text: str) -> bool:
    """Whether the words ask when we are there."""
    folded = fold(text.strip())
    if len(text) > _LONGEST or not _ASKED.search(folded) or _OF_OTHERS.search(folded):
        return False
    # Something else that is asked beside it must not be lost.
    han = not folded.isascii()
    return not (han and any(len(one) > _HELLO and not _ASKED.search(one) for one in _CLAUSES.split(folded)))


def day_in(text: str, today: date) -> date | None:
    """The day of which they ask, today or later; None where they name none."""
    folded = fold(text)
    for pattern, days in _FROM_TODAY:
        if pattern.search(folded):
            return today + timedelta(days=days)
    found = _WEEKDAY.search(folded)
    if found:
        return _weekday(_WEEKDAYS[found[2] or found[4]], today, later=bool(found[1] or found[3]))
    named = next((place for place, name in enumerate(_ENGLISH) if name in folded), None)
    if named is not None:
        return _weekday(named, today, later=f"next {_ENGLISH[named]}" in folded)
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
