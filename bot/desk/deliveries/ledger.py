"""The push ledger of a month as a page and as a file."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.web.report_tables import rate
from bot.web.tables import MEDIA_TYPES, Format, Table, write
from bot.web.templating import show
from bot.web.unit_of_work import Reading, RowId, UnitOfWork
from bot.web.words import word
from knowledge.calendar.office_calendar import local
from knowledge.calendar.republic import roc_month
from routing.domain.errors import NotFound
from routing.domain.pagination import page_of
from routing.service.messaging import ledger as service

router = APIRouter()
_PAGE = 50
_COLUMNS = ("時間", "案號", "管道", "訊息", "費用", "狀態", "併送", "原因代碼")


@router.get("/desk/ledger")
def ledger_page(request: Request, work: Reading, month: str | None = None, before: RowId | None = None) -> Response:
    """A month's sums, forecast and messages."""
    asked = service.month_of(month, work.now)
    found = service.entries(work.session, work.office, work.actor, asked, before_id=before, limit=_PAGE + 1)
    page = page_of(found, _PAGE, lambda one: one.row.id)
    sums = service.ledger(work.session, work.office, work.actor, asked, now=work.now)
    present = service.month_of(None, work.now).name
    after = f"{local(asked.end):%Y-%m}"
    values = {
        "actor": work.actor, "sums": sums, "rows": page.items, "next": page.next_cursor, "month": asked.name,
        "title": roc_month(asked.name), "rate": rate, "before": f"{local(asked.start - timedelta(days=1)):%Y-%m}",
        "after": after if after <= present else None, "warn_at": work.office.quota_warning,
    }  # fmt: skip
    return show(request, "ledger.html", values)


@router.get("/desk/ledger/file.{ending}")
def ledger_file(work: Reading, ending: str, month: str | None = None) -> Response:
    """The month's messages as a table, without their words."""
    if ending not in set(Format):
        raise NotFound("沒有這種檔案格式。")
    asked, form = service.month_of(month, work.now), Format(ending)
    headers = {
        "Content-Disposition": f'attachment; filename="ledger-{asked.name}.{form}"',
        "Cache-Control": "private, no-store",
    }
    return Response(write(_table(work, asked), form), media_type=MEDIA_TYPES[form], headers=headers)


def _table(work: UnitOfWork, month: service.Month) -> Table:
    found = service.entries(work.session, work.office, work.actor, month, limit=None)
    rows = [
        (local(one.at), one.number, word(one.row.channel, "channel"), word(one.row.reason, "notice"),
         word(one.cost, "cost"), word(one.row.state, "delivery"), "是" if one.row.carrier_id else "", one.row.error)
        for one in found
    ]  # fmt: skip
    notes = (
        f"月份：{roc_month(month.name)}；未送出的訊息列於產生的月份，已送出的列於送出的月份。",
        "費用：免費回復以回復權杖送出；計費推播每次呼叫計一則；不計則數為併於其他推播或未送出者。",
    )
    return Table(title=f"推播帳 {month.name}", columns=_COLUMNS, rows=rows, notes=notes, made_at=work.now)
