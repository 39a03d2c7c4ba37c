"""A person's rights in data about them (個人資料保護法 §3): the clocks of §13, and what of a person may be shown."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from knowledge.calendar.office_calendar import Office, OfficeCalendar
from routing.domain import clock
from routing.domain.limits import Limit, Measure


class Right(StrEnum):
    """What a person asks for; decides the limit (個人資料保護法 §13)."""

    ACCESS = "access"
    """查詢、閱覽、製給複製本: 15 days, and 15 more."""
    ERASURE = "erasure"
    """更正、刪除、停止利用: 30 days, and 30 more."""


_MOST_STARS = 6
DAYS = {Right.ACCESS: 15, Right.ERASURE: 30}
"""Calendar days; an extension adds as many once, with its reason told in writing (§13)."""


def due_on(right: Right, asked_at: datetime, calendar: OfficeCalendar, office: Office, *, extended: bool) -> date:
    """The last day by the legal count (行政程序法 §48): from the next day on, rolled to a working day."""
    course = clock.Course(receipt=asked_at, extensions=((asked_at, DAYS[right]),) if extended else ())
    return clock.due_on(course, Limit(DAYS[right], Measure.DAYS, legal=True), calendar, office)


def masked(value: str | None, *, ends: int = 0) -> str:
    """A name or number as its owner recognises it and nobody else reads it: the first sign and the last ones.

    However long it is, six signs at most stand for what is left out.
    """
    text = (value or "").strip()
    if len(text) <= ends:
        return "＊" * len(text)
    tail = text[-ends:] if ends and len(text) > ends + 1 else ""
    return text[0] + "＊" * min(_MOST_STARS, len(text) - 1 - len(tail)) + tail
