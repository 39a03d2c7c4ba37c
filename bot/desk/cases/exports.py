"""The queue and the list of cases as files: what the page shows with its filters, in the columns of the page."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.responses import Response

from bot.desk.cases.case_list import Filtered, Filters, found_by
from bot.desk.cases.presenter import agency_name
from bot.desk.cases.queue import Narrowed, queue_of
from bot.web import downloads
from bot.web.tables import MEDIA_TYPES, Cell, Table, write
from bot.web.unit_of_work import Reading, UnitOfWork
from bot.web.words import word
from knowledge.calendar.office_calendar import local
from knowledge.calendar.republic import roc_instant
from routing.domain.pagination import MOST
from routing.domain.permissions import require_team
from routing.service.cases.queries import CaseLine

router = APIRouter()

COLUMNS = (
    "分組", "案號", "主旨", "廠商", "園區", "類別", "性質", "受理時間", "限辦日期", "預定回復日", "剩餘工作天", "逾限",
    "等待對象", "承辦人", "單位", "狀態", "提醒", "回電時段", "辦結時間",
)  # fmt: skip
_OF = {
    "firm": ("廠商",), "park": ("園區",), "category": ("類別",), "kind": ("性質",), "received": ("受理時間",),
    "due": ("限辦日期", "預定回復日", "剩餘工作天", "逾限"), "wait": ("等待對象",), "assignee": ("承辦人",),
    "unit": ("單位",), "status": ("狀態", "辦結時間"), "marks": ("提醒", "回電時段"),
}  # fmt: skip
"""The columns of a file that a column of the page stands for."""
_MOST_ROWS = 10_000


@router.get("/desk/queue/file.{ending}")
def queue_file(work: Reading, narrow: Narrowed, ending: str) -> Response:
    """The queue as the page shows it, group after group."""
    require_team(work.actor)
    shown = queue_of(work, narrow, limit=_MOST_ROWS)
    rows = [_row(work, line, word(name, "group")) for name, lines in shown["groups"] for line in lines]
    view, more = word(shown["filters"]["view"], "view"), shown["total"] > shown["shown"]
    return _file(work, ending, ("queue", "待辦案件"), rows, f"範圍：{view}", more=more)


@router.get("/desk/cases/file.{ending}")
def cases_file(work: Reading, asked: Filtered, ending: str) -> Response:
    """The cases that fit in their order, all pages of them; in the columns of the page, if some were chosen."""
    require_team(work.actor)
    lines, more = _all(work, asked)
    return _file(
        work,
        ending,
        ("cases", "案件"),
        [_row(work, line, "") for line in lines],
        f"共 {len(lines)} 件",
        chosen=asked.columns,
        more=more,
    )


def _all(work: UnitOfWork, filters: Filters) -> tuple[list[CaseLine], bool]:
    """The cases of all pages, and whether there are more than a file takes."""
    found: list[CaseLine] = []
    cursor = None
    while len(found) < _MOST_ROWS:
        page = found_by(work, filters, limit=MOST, cursor=cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    return found[:_MOST_ROWS], cursor is not None or len(found) > _MOST_ROWS


def _row(work: UnitOfWork, line: CaseLine, group: str) -> list[Cell]:
    row = line.row
    asked = "、".join(agency_name(one, work.office) for one in row.consulting)
    waits = {"firm": "廠商", "agency": asked}.get(row.waiting_on or "", "我方")
    return [
        group, row.number, row.subject, line.firm.name if line.firm else row.contact_name, row.park,
        word(row.category, "category"), word(row.kind, "kind"), row.received_at, row.due_on, row.promised_on,
        line.days_left, "是" if line.overdue else "", "" if row.closed_at else waits, line.officer or "待分案",
        row.unit, word(row.status, "status"), "、".join(word(mark, "mark") for mark in line.marks),
        word(row.call_when, "call_time") if row.call_when else None, row.closed_at,
    ]  # fmt: skip


def said_of_rest(rows: int) -> tuple[str, str]:
    """How a file says that it holds only the first of the cases: in its name, as CSV has no other place, and a note."""
    return f"-first-{rows}", f"；符合者不只這些，本檔依畫面順序列出前 {rows:,} 件，其餘請先篩選再下載"


def _chosen(columns: Sequence[str]) -> list[int]:
    """The places of the columns of a file; all, if none was chosen on the page."""
    if not columns:
        return list(range(len(COLUMNS)))
    names = ["案號", "主旨", *(name for one in columns for name in _OF[one])]
    return [COLUMNS.index(name) for name in names]


def _file(
    work: UnitOfWork, ending: str, named: tuple[str, str], rows: list[list[Cell]], note: str,
    *, more: bool, chosen: Sequence[str] = (),
) -> Response:  # fmt: skip
    """``named``: how the file is called, and what its sheet is about. ``more``: it does not hold all that fit."""
    form = downloads.format_of(ending)
    name, title = named
    part, cut = said_of_rest(len(rows)) if more else ("", "")
    table = Table(
        title=title, columns=tuple(COLUMNS[place] for place in _chosen(chosen)),
        rows=[[row[place] for place in _chosen(chosen)] for row in rows], made_at=work.now,
        notes=(f"{roc_instant(work.now)} 製表；{note}{cut}。",
               "陳情以預定回復日與限辦日期較早者計逾限；剩餘工作天為負者已逾限。"),
    )  # fmt: skip
    return downloads.made(write(table, form), f"{name}-{local(work.now):%Y%m%d-%H%M}{part}.{form}", MEDIA_TYPES[form])
