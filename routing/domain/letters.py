"""An official letter (函) drafted from a case: its parts, what it lacks, and how its number is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from knowledge.calendar.republic import roc_year, western_year
from routing.domain.errors import Invalid

USUAL_SPEED, USUAL_SECRECY = "普通件", "普通"
"""Of almost every letter; what else there is, the DTD says."""
DOC_NO = 60
"""Characters of a number; the column's."""
_LONGEST = {"subject": 500, "address": 200, "attachment": 200, "signature": 60}
_LONGEST_OTHER = 120
_LINE, _MOST_LINES = 2000, 40
_CODE = re.compile(r"[A-Za-z0-9]{3,14}")
_NUMBERS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """Who writes; what the branch has not filled in is empty. ``system``: the name of the DTD in the DOCTYPE."""

    name: str = ""
    code: str = ""
    address: str = ""
    word: str = ""
    signature: str = ""
    system: str = "letter.dtd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """``points`` are those of 說明; ``contacts`` lines such as 承辦人：…; ``doc_no`` and ``sent_on`` once numbered.

    ``to`` and ``copies``: the full names (全銜) of 正本 and 副本.
    """

    agency: str
    agency_code: str
    address: str
    contacts: tuple[str, ...] = ()
    recipient: str
    speed: str = USUAL_SPEED
    secrecy: str = USUAL_SECRECY
    until: str = ""
    attachment: str = ""
    subject: str
    points: tuple[str, ...]
    to: tuple[str, ...]
    copies: tuple[str, ...] = ()
    signature: str = ""
    doc_no: str = ""
    sent_on: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """What it lacks to be exchanged, by the names on the form."""
        needed = ("agency", "agency_code", "address", "recipient", "subject", "points", "to", "speed", "secrecy")
        return tuple(NAMES[name] for name in needed if not getattr(self, name))

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def numbered(self, doc_no: str, sent_on: date | None) -> Letter:
        """The same with its number and day."""
        return replace(self, doc_no=doc_no, sent_on=sent_on.isoformat() if sent_on is not None else "")


NAMES = {
    "agency": "發文機關", "agency_code": "機關代碼", "address": "地址", "contacts": "聯絡方式", "recipient": "受文者",
    "speed": "速別", "secrecy": "密等", "until": "解密條件或保密期限", "attachment": "附件", "subject": "主旨",
    "points": "說明", "to": "正本", "copies": "副本", "signature": "署名",
}  # fmt: skip
"""What each part is called on the form."""


def letter_from(plain: Mapping[str, Any]) -> Letter:
    """The letter from what ``plain`` wrote, or from a form. Raises Invalid: a part is too long, or no agency code."""
    values: dict[str, Any] = {}
    for one in fields(Letter):
        given = plain.get(one.name)
        listed = one.name in {"contacts", "points", "to", "copies"}
        values[one.name] = _lines(one.name, given or ()) if listed else _text(one.name, str(given or ""))
    values["speed"] = values["speed"] or USUAL_SPEED
    values["secrecy"] = values["secrecy"] or USUAL_SECRECY
    code = values["agency_code"]
    if code and not _CODE.fullmatch(code):
        raise Invalid("機關代碼為 3 至 14 碼英文字母與數字。", field="agency_code")
    return Letter(**values)


def _text(name: str, value: str) -> str:
    value, most = " ".join(value.split()), _LONGEST.get(name, _LONGEST_OTHER)
    if len(value) > most:
        raise Invalid(f"{NAMES.get(name, name)}請在 {most} 字以內。", field=name)
    return value


def _lines(name: str, given: Any) -> tuple[str, ...]:
    lines = tuple(line for one in given if (line := " ".join(str(one).split())))
    if len(lines) > _MOST_LINES or any(len(line) > _LINE for line in lines):
        raise Invalid(f"{NAMES[name]}最多 {_MOST_LINES} 項，每項 {_LINE} 字以內。", field=name)
    return lines


def require_whole(letter: Letter) -> None:
    """Raises Invalid where something is missing; says all of it."""
    if letter.missing:
        raise Invalid(f"公文尚缺：{'、'.join(letter.missing)}。", code="document_incomplete")


def ordinal(place: int) -> str:
    """The number before a point of 說明: 一、 十一、 二十、."""
    tens, ones = divmod(place, 10)
    if not 1 <= place < 100:
        return f"{place}、"
    head = "" if tens == 0 else "十" if tens == 1 else f"{_NUMBERS[tens - 1]}十"
    return f"{head}{_NUMBERS[ones - 1] if ones else ''}、"


_OWN_NUMBER = re.compile(r"\s*(?:[（(]?[一二三四五六七八九十]{1,3}[、）)]|[（(]?\d{1,2}[.、）)](?!\d))\s*")


def lines_of(answer: str) -> list[str]:
    """The lines of an answer, without the numbers before them where it counts: a letter counts its points itself."""
    lines = answer.splitlines()
    counted = [_OWN_NUMBER.sub("", line, count=1) if _OWN_NUMBER.match(line) else None for line in lines]
    counts = sum(one is not None for one in counted) > 1
    return [(bare if counts and bare is not None else line).strip() for line, bare in zip(lines, counted, strict=True)]


def day_written(day: date) -> str:
    """A day as letters write it: 中華民國115年3月2日."""
    return f"中華民國{roc_year(day.year)}年{day.month}月{day.day}日"


_DAY = re.compile(r"(?:中華民國)?\s*(\d{2,3})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")


def day_read(text: str) -> date | None:
    """The day of a letter; None where none can be read."""
    found = _DAY.search(text)
    try:
        return date(western_year(int(found[1])), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


_NUMBER = re.compile(r"(?P<word>.{1,20}?)字第\s*(?P<figures>\d{3,20})\s*號")


def parts_of(doc_no: str) -> tuple[str, str, str]:
    """Word, year and serial of a number such as 經園高字第1150001234號; empty where it is written otherwise."""
    found = _NUMBER.fullmatch(doc_no.strip())
    return (found["word"], found["figures"][:3], found["figures"][3:]) if found else ("", "", "")


def number_checked(doc_no: str) -> str:
    """A number as it is kept. Raises Invalid: empty or too long."""
    value = " ".join(doc_no.split())
    if not value or len(value) > DOC_NO:
        raise Invalid(f"請填發文字號，{DOC_NO} 字以內。", field="doc_no")
    return value
