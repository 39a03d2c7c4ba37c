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
from routing.domain.errors import Invalid
from routing.domain.reporting.periods import Period, last_complete_month
from routing.domain.reporting.statistics import ALL, GroupBy, Wanted
from routing.service.reporting import turnaround as turnaround_report


@dataclass(frozen=True, slots=True)
class Asked:
    """A period, a kind (or all) and how to split, if at all."""

    period: Period
    kind: str
    by: str | None

    @property
    def wanted(self) -> Wanted:
        """As the report is asked for."""
        return Wanted(period=self.period, kind=self.kind, by=GroupBy(self.by) if self.by is not None else None)

    def query(self, **more: str | None) -> str:
        """As the query of an address, with more in it or (None) less."""
        fields = {
            "from": self.period.start.isoformat(), "to": self.period.end.isoformat(), "kind": self.kind, "by": self.by,
            **more,
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
    return Asked(Period(start, end), kind, by)


def _day(value: str | None, usual: date, field: str) -> date:
    try:
        return date.fromisoformat(value) if value else usual
    except ValueError:
        raise Invalid("日期請輸入如 2026-11-22。", field=field) from None


Question = Annotated[Asked, Depends(_asked)]
