"""What a turnaround page is asked for: period, kind and split, read from the address, and addresses made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Request

from bot.web.unit_of_work import Reading
from bot.web.words import WORDS
from knowledge.calendar.office_calendar import local
from knowledge.calendar.republic import day_of, roc_year
from routing.domain.errors import Invalid
from routing.domain.reporting import compared
from routing.domain.reporting.history import EARLIEST
from routing.domain.reporting.periods import Period, last_complete_month
from routing.domain.reporting.statistics import ALL, GroupBy, Wanted
from routing.service.reporting import turnaround as turnaround_report


@dataclass(frozen=True, slots=True)
class Asked:
    """A period, a kind (or all) and how to split, if at all."""

    period: Period
    kind: str
    by: str | None
    base: int | None = None
    """The year (of our era) whose same days stand beside the period, if any."""

    @property
    def wanted(self) -> Wanted:
        """As the report is asked for."""
        return Wanted(period=self.period, kind=self.kind, by=GroupBy(self.by) if self.by is not None else None)

    @property
    def beside(self) -> Asked | None:
        """The same of the base year."""
        return Asked(self.period.in_year(self.base), self.kind, self.by) if self.base is not None else None

    def held_query(self) -> str:
        """As the query of the page of days held: of one kind, and by person where the report is."""
        return self.query(
            kind=self.kind if self.kind != ALL else None, by=self.by if self.by == GroupBy.OFFICER else None
        )

    def query(self, **more: str | None) -> str:
        """As the query of an address, with more in it or (None) less."""
        fields = {
            "from": self.period.start.isoformat(), "to": self.period.end.isoformat(), "kind": self.kind, "by": self.by,
            "base": str(roc_year(self.base)) if self.base is not None else None, **more,
        }  # fmt: skip
        return urlencode({name: value for name, value in fields.items() if value is not None})


def _asked(request: Request, work: Reading) -> Asked:
    """The question; without a period the last complete month. Raises Invalid or Forbidden."""
    query = request.query_params
    usual = last_complete_month(local(work.now).date())
    kind, by = query.get("kind") or "ENQ", query.get("by") or None
    if kind not in WORDS["kind"] and kind != ALL:
        raise Invalid("請選擇案件性質。", field="kind")
    if by is not None and by not in WORDS["by"]:
        raise Invalid("請選擇分組方式。", field="by")
    turnaround_report.check_split(work.actor, by)
    start, end = _day(query.get("from"), usual.start, "from"), _day(query.get("to"), usual.end, "to")
    period = Period(start, end)
    return Asked(period, kind, by, _base(query.get("base"), period))


def base_years(period: Period) -> dict[str, str]:
    """The years with which a period can be compared, as the form offers them: the years before its own."""
    last = period.end.year - 1
    return {
        str(roc_year(year)): f"{roc_year(year)} 年同期"
        for year in range(last, max(last - _YEARS, EARLIEST.year - 1), -1)
    }


def _base(value: str | None, period: Period) -> int | None:
    if not value:
        return None
    if value not in base_years(period):
        raise Invalid("請選擇早於統計期間之對照年。", field="base")
    return compared.base_of(period, int(value)).end.year


def _asked_or_not(request: Request, work: Reading) -> Asked | Invalid:
    """The question, or what is wrong with it, which the form says beside what was typed. Raises Forbidden."""
    try:
        return _asked(request, work)
    except Invalid as error:
        return error


def _day(value: str | None, usual: date, field: str) -> date:
    day = day_of(value) if value else usual
    if day is None:
        raise Invalid("日期請輸入如 115.11.22。", field=field)
    return day


_YEARS = 5
"""Base years that are offered."""

Question = Annotated[Asked, Depends(_asked)]
Attempt = Annotated[Asked | Invalid, Depends(_asked_or_not)]
