"""How long a case may take: the limits by kind, the way they are written, and the legal count of months.

``Nd`` are working days, ``Nh`` business hours; ``Nd-legal`` and ``Nm-legal`` are calendar days and months by
行政程序法 §48.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from knowledge.calendar.office_calendar import OfficeCalendar
from routing.domain.case import Kind
from routing.domain.errors import Invalid

_WRITTEN = re.compile(r"([1-9]\d{0,2})([dmh])(-legal)?", re.ASCII)


class Measure(StrEnum):
    """What a limit is counted in."""

    DAYS = "d"
    MONTHS = "m"
    HOURS = "h"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit: ``amount`` of a measure; ``legal`` counts by 行政程序法 §48, else in working time."""

    amount: int
    measure: Measure
    legal: bool = False

    def __str__(self) -> str:
        return f"{self.amount}{self.measure}{'-legal' if self.legal else ''}"

    @property
    def words(self) -> str:
        """The limit as staff read it."""
        if self.measure is Measure.HOURS:
            return f"{self.amount} 個辦公小時"
        if self.measure is Measure.MONTHS:
            return f"{self.amount} 個月（行政程序法）"
        return f"{self.amount} 日（行政程序法，日曆天）" if self.legal else f"{self.amount} 個工作天"

    def legal_days(self, receipt: date) -> int:
        """The length of a legal limit in calendar days after the day of receipt, before any roll.

        §48(2): the first day is not counted. §48(3): months end the day before the corresponding day of the last month,
        or on that month's last day if it has none.
        """
        if self.measure is Measure.DAYS:
            return self.amount
        return (_end_of_months(receipt + timedelta(days=1), self.amount) - receipt).days


def _end_of_months(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    if first.day > last:
        return date(year, month + 1, last)
    return date(year, month + 1, first.day) - timedelta(days=1)


def parse_limit(text: str) -> Limit:
    """The limit written as ``6d``, ``30d-legal``, ``2m-legal`` or ``4h``.

    Raises:
        Invalid: anything else; months are always legal and hours never.
    """
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise Invalid(
            f"期限「{text}」無法判讀；請寫如 6d、30d-legal、2m-legal 或 4h。", code="bad_limit", field="limit"
        )
    limit = Limit(int(found[1]), Measure(found[2]), legal=found[3] is not None)
    if limit.legal is (limit.measure is Measure.HOURS) and limit.measure is not Measure.DAYS:
        message = (
            "月數期限依行政程序法計算，請寫 2m-legal。" if not limit.legal else "時數期限以辦公時間計算，請寫 4h。"
        )
        raise Invalid(message, code="bad_limit", field="limit")
    return limit


LIMITS = {Kind.ENQ: parse_limit("3d"), Kind.PET: parse_limit("30d"), Kind.APP: parse_limit("2m-legal")}
"""The limit of each kind as it ships (contract §3)."""

PROMISES = {Kind.PET: parse_limit("30d-legal")}
"""Kinds whose promised day is the earlier of their limit and this one."""

MOST_DAYS = {Kind.ENQ: 30, Kind.PET: 30}
"""Kinds whose limit the office sets itself, and how many working days it may give itself at most.

人民陳情: 行政院及所屬各機關處理人民陳情案件要點 has 30 days at most. What takes 30 days or more is 專案管制, no enquiry
(文書處理手冊). The limit of an application is that of 行政程序法 §51 and not the office's to change.
"""


def limit_of(kind: Kind, receipt: date, calendar: OfficeCalendar) -> Limit:
    """The limit of a case of the kind that counts from a day: what the office has set by then, else what ships."""
    found = calendar.set_limit(kind.value, receipt)
    return LIMITS[kind] if found is None else Limit(found.days, Measure.DAYS)


def limit_written(text: str, receipt: date, calendar: OfficeCalendar) -> Limit:
    """A limit as it is written, or that of the kind named (``ENQ``, ``PET``, ``APP``) on the day of receipt.

    Raises:
        Invalid: neither.
    """
    code = text.strip().upper()
    return limit_of(Kind(code), receipt, calendar) if code in set(Kind) else parse_limit(text)
