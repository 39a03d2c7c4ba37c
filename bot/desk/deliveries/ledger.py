"""The push ledger of a month as a page and as a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from bot.web import downloads
from bot.web.report_tables import rate
from bot.web.tables import MEDIA_TYPES, Table, write
from bot.web.templating import show
from bot.web.unit_of_work import Reading, RowId, UnitOfWork
from bot.web.words import word
from knowledge.calendar.office_calendar import local
from knowledge.calendar.republic import roc_date, roc_month
from routing.domain.pagination import page_of
from routing.service.messaging import ledger as service

router = APIRouter()
_PAGE = 50
_COLUMNS = ("時間", "案號", "管道", "訊息", "費用", "狀態", "併送", "原因代碼")


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which of a month's messages: of some days, of one cost."""

    start: date | None
    end: date | None
    cost: service.Cost | None

    @property
    def said(self) -> str:
        """In words; empty for all."""
        days = [roc_date(self.start) if self.start else "", roc_date(self.end) if self.end else ""]
        parts = [f"{days[0]} 至 {days[1]}".strip() if any(days) else "", word(self.cost, "cost") if self.cost else ""]
        return "、".join(part for part in parts if part)

    def query(self, **more: str) -> str:
        """As the query of an address."""
        fields = {
            "cost": self.cost, "from": self.start.isoformat() if self.start else None,
            "to": self.end.isoformat() if self.end else None, **more,
        }  # fmt: skip
        return urlencode({name: value for name, value in fields.items() if value is not None})


def _narrowed(
    cost: Annotated[service.Cost | None, Query()] = None,
    start: Annotated[date | None, Query(alias="from")] = None,
    end: Annotated[date | None, Query(alias="to")] = None,
) -> Narrowed:
    return Narrowed(start, end, cost)


Narrow = Annotated[Narrowed, Depends(_narrowed)]


@router.get("/desk/ledger")
def ledger_page(
    request: Request, work: Reading, narrow: Narrow, month: str | None = None, before: RowId | None = None
) -> Response:
    """A month's sums, forecast and messages; of some of its days, or of one cost, where a number of it is asked for."""
    asked = service.month_of(month, work.now)
    found = service.entries(
        work.session, work.office, work.actor, service.within(asked, narrow.start, narrow.end), before_id=before,
        limit=_PAGE + 1, cost=narrow.cost,
    )  # fmt: skip
    page = page_of(found, _PAGE, lambda one: one.row.id)
    sums = service.ledger(work.session, work.office, work.actor, asked, now=work.now)
    present = service.month_of(None, work.now).name
    after = f"{local(asked.end):%Y-%m}"
    values = {
        "actor": work.actor, "sums": sums, "rows": page.items, "next": page.next_cursor, "month": asked.name,
        "title": roc_month(asked.name), "rate": rate, "before": f"{local(asked.start - timedelta(days=1)):%Y-%m}",
        "after": after if after <= present else None, "warn_at": work.office.quota_warning, "narrow": narrow,
    }  # fmt: skip
    return show(request, "ledger.html", values)


@router.get("/desk/ledger/file.{ending}")
def ledger_file(work: Reading, narrow: Narrow, ending: str, month: str | None = None) -> Response:
    """The month's messages as a table, without their words."""
    form = downloads.format_of(ending)
    asked = service.month_of(month, work.now)
    return downloads.made(write(_table(work, asked, narrow), form), f"ledger-{asked.name}.{form}", MEDIA_TYPES[form])


def _table(work: UnitOfWork, month: service.Month, narrow: Narrowed) -> Table:
    days = service.within(month, narrow.start, narrow.end)
    found = service.entries(work.session, work.office, work.actor, days, limit=None, cost=narrow.cost)
    rows = [
        (local(one.at), one.number, word(one.row.channel, "channel"), word(one.row.reason, "notice"),
         word(one.cost, "cost"), word(one.row.state, "delivery"), "是" if one.row.carrier_id else "", one.row.error)
        for one in found
    ]  # fmt: skip
    notes = (
        f"月份：{roc_month(month.name)}；未送出的訊息列於產生的月份，已送出的列於送出的月份。",
        *([f"僅列：{narrow.said}"] if narrow.said else []),
        "費用：免費回復以回復權杖送出；計費推播每次呼叫計一則；不計則數為併於其他推播或未送出者。",
    )
    return Table(title=f"推播帳 {month.name}", columns=_COLUMNS, rows=rows, notes=notes, made_at=work.now)
