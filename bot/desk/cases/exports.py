"""The queue and the list of cases as files: what the page shows with its filters, in the columns of the page."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from bot.desk.cases.presenter import agency_name
from bot.desk.cases.queue import Filtered, Narrowed, found_by, queue_of
from bot.web.tables import MEDIA_TYPES, Cell, Format, Table, write
from bot.web.unit_of_work import Reading, UnitOfWork
from bot.web.words import word
from knowledge.calendar.office_calendar import local
from knowledge.calendar.republic import roc_instant
from routing.domain.errors import NotFound
from routing.domain.pagination import MOST
from routing.domain.permissions import require_team
from routing.service.cases.queries import CaseLine

router = APIRouter()

COLUMNS = (
    "分組", "案號", "主旨", "廠商", "園區", "類別", "性質", "受理時間", "限辦日期", "預定回復日", "剩餘工作天", "逾限",
    "等待對象", "承辦人", "單位", "狀態", "提醒", "回電時段", "辦結時間",
)  # fmt: skip
_MOST_ROWS = 10_000


@router.get("/desk/queue/file.{ending}")
def queue_file(work: Reading, narrow: Narrowed, ending: str) -> Response:
    """The queue as the page shows it, group after group."""
    require_team(work.actor)
    shown = queue_of(work, narrow)
    rows = [_row(work, line, word(name, "group")) for name, lines in shown["groups"] for line in lines]
    return _file(work, ending, ("queue", "待辦案件"), rows, f"範圍：{word(shown['filters']['view'], 'view')}")


@router.get("/desk/cases/file.{ending}")
def cases_file(work: Reading, asked: Filtered, ending: str) -> Response:
    """The cases that fit, newest first, all pages of them."""
    require_team(work.actor)
    lines = _all(work, asked.read())
    cut = f"；超過 {_MOST_ROWS:,} 件，僅列最新者" if len(lines) == _MOST_ROWS else ""
    return _file(work, ending, ("cases", "案件"), [_row(work, line, "") for line in lines], f"共 {len(lines)} 件{cut}")


def _all(work: UnitOfWork, filters: dict[str, str | None]) -> list[CaseLine]:
    found: list[CaseLine] = []
    cursor = None
    while len(found) < _MOST_ROWS:
        page = found_by(work, filters, limit=MOST, cursor=cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    return found[:_MOST_ROWS]


def _row(work: UnitOfWork, line: CaseLine, group: str) -> list[Cell]:
    row = line.row
    waits = {"firm": "廠商", "agency": agency_name(row.waiting_agency, work.office)}.get(row.waiting_on or "", "我方")
    return [
        group, row.number, row.subject, line.firm.name if line.firm else row.contact_name, row.park,
        word(row.category, "category"), word(row.kind, "kind"), row.received_at, row.due_on, row.promised_on,
        line.days_left, "是" if line.overdue else "", "" if row.closed_at else waits, line.officer or "待分案",
        row.unit, word(row.status, "status"), "、".join(word(mark, "mark") for mark in line.marks),
        word(row.call_when, "call_time") if row.call_when else None, row.closed_at,
    ]  # fmt: skip


def _file(work: UnitOfWork, ending: str, named: tuple[str, str], rows: list[list[Cell]], note: str) -> Response:
    """``named``: how the file is called, and what its sheet is about."""
    if ending not in set(Format):
        raise NotFound("沒有這種檔案格式。")
    form, (name, title) = Format(ending), named
    table = Table(
        title=title, columns=COLUMNS, rows=rows, made_at=work.now,
        notes=(f"{roc_instant(work.now)} 製表；{note}。",
               "陳情以預定回復日與限辦日期較早者計逾限；剩餘工作天為負者已逾限。"),
    )  # fmt: skip
    headers: dict[str, Any] = {
        "Content-Disposition": f'attachment; filename="{name}-{local(work.now):%Y%m%d-%H%M}.{form}"',
        "Cache-Control": "private, no-store",
    }
    return Response(write(table, form), media_type=MEDIA_TYPES[form], headers=headers)
