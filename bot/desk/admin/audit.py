"""The audit trail: searched, taken away as a file, verified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from bot.web import downloads
from bot.web.audit_words import in_words, subject_in_words
from bot.web.tables import MEDIA_TYPES, Cell, Table, write
from bot.web.templating import show
from bot.web.unit_of_work import Reading, RowId
from bot.web.words import WORDS
from knowledge.calendar.office_calendar import local
from routing.domain.errors import Invalid
from routing.service.accounts import audit_trail
from routing.service.accounts.audit_trail import Search

router = APIRouter(prefix="/desk/admin/audit")

_PAGE = 50
_MOST_IN_A_FILE = 100_000
_COLUMNS = ("時間", "人員", "動作代碼", "動作", "對象", "說明", "細節", "序號", "封緘")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for, as it stands in the address."""

    fields: dict[str, str]
    search: Search


def _asked(request: Request) -> Asked:
    """Read the address. Raises Invalid: a day is none, or the days are the wrong way round."""
    names = ("actor", "action", "subject", "from", "to")
    fields = {name: request.query_params.get(name, "").strip()[:200] for name in names}
    search = Search(
        actor=fields["actor"] or None, action=fields["action"] or None, subject=fields["subject"] or None,
        first_day=_day(fields["from"], "from"), last_day=_day(fields["to"], "to"),
    )  # fmt: skip
    return Asked({name: value for name, value in fields.items() if value}, search)


def _day(value: str, field: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise Invalid("日期請寫成 2026-11-29 的形式。", field=field) from None


Question = Annotated[Asked, Depends(_asked)]


@router.get("")
def audit_page(
    request: Request, work: Reading, asked: Question, before: RowId | None = None, verify: bool = False
) -> Response:
    """Who did what to what, newest first; ``verify``: every seal is computed anew."""
    page = audit_trail.page(work.session, work.actor, asked.search, before_id=before, limit=_PAGE)
    state = audit_trail.verify(work.session, now=work.now) if verify else None
    values = {
        "actor": work.actor, "tab": "audit", "rows": page.items, "next": page.next_cursor, "asked": asked.fields,
        "query": urlencode(asked.fields), "actions": WORDS["action"], "state": state,
        "head": audit_trail.head(work.session), "in_words": in_words,
        "subject_in_words": subject_in_words,
    }  # fmt: skip
    return show(request, "admin_audit.html", values)


@router.get("/file.{ending}")
def audit_file(work: Reading, asked: Question, ending: str) -> Response:
    """What is found, as a file, oldest first."""
    form = downloads.format_of(ending)
    rows: list[tuple[Cell, ...]] = []
    for row in audit_trail.every(work.session, work.actor, asked.search):
        if len(rows) >= _MOST_IN_A_FILE:
            raise Invalid(f"符合條件的紀錄超過 {_MOST_IN_A_FILE:,} 筆，請縮小期間後分次匯出。", code="table_too_long")
        detail = " ".join(f"{key}={value}" for key, value in row.detail.items())
        rows.append((
            local(row.at).isoformat(timespec="seconds"), row.actor, row.action,
            WORDS["action"].get(row.action, row.action), row.subject,
            "；".join(f"{name}：{value}" for name, value in in_words(row.detail, row.action)),
            detail, row.place, row.seal,
        ))  # fmt: skip
    found = Table("稽核軌跡", _COLUMNS, rows, ["時間為臺北時間；封緘由前一筆封緘與本筆內容算出。"], work.now)
    name = f"audit-{local(work.now):%Y%m%d-%H%M%S}.{form}"
    return downloads.made(write(found, form), name, MEDIA_TYPES[form])
