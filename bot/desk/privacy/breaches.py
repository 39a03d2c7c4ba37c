"""Personal data that got out: entered by a form, its clocks, and the list of persons as one file."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.forms import Filled, Form
from bot.web import downloads
from bot.web.errors import status_of
from bot.web.tables import MEDIA_TYPES, Cell, Table, write
from bot.web.templating import show
from bot.web.unit_of_work import Reading, RowId, UnitOfWork, keep, reading, writing
from bot.web.words import WORDS
from knowledge.calendar.office_calendar import local
from knowledge.calendar.republic import roc_date
from routing.domain.errors import Invalid, OnestopError
from routing.service.privacy import breaches

router = APIRouter(prefix="/desk/privacy/breaches")

_PAGE = "/desk/privacy/breaches"
_COLUMNS = ("姓名", "公司", "統一編號", "電話", "公司電子郵件", "LINE", "案件", "資料種類")


def _values(
    work: UnitOfWork, *, error: OnestopError | None = None, typed: dict[str, str] | None = None
) -> dict[str, Any]:
    hours = work.runtime.settings.breach_notice_hours
    return {
        "actor": work.actor, "rows": breaches.listing(work.session, work.actor, notice_hours=hours), "now": work.now,
        "hours": hours, "levels": breaches.LEVELS, "error": error, "typed": typed or {}, "done": None,
    }  # fmt: skip


@router.get("")
def breaches_page(request: Request, work: Reading, done: str | None = None) -> Response:
    """Breaches with their clocks, and the form to enter one."""
    return show(request, "privacy_breaches.html", {**_values(work), "done": WORDS["done"].get(done or "")})


@router.post("")
def enter(request: Request, form: Filled) -> Response:
    """Enter a breach, with what 通報及應變辦法 §3 and 個資法 §12 want told."""
    try:
        with writing(request) as work:
            breaches.enter(
                work.session, work.actor, known_at=form.instant("known_at") or work.now, level=form.number("level"),
                facts=form.text("facts"), effects=form.text("effects"), measures=form.text("measures"),
                support=form.text("support"), since=form.day("since"), until=form.day("until"),
                numbers=re.findall(r"[A-Z]{2,4}-\d{7}-\d{4,}", form.text("numbers").upper()), now=work.now,
            )  # fmt: skip
    except Invalid as error:
        return _again(request, form, error)
    return RedirectResponse(f"{_PAGE}?done=breach", status_code=303)


@router.post("/{breach_id}/told")
def told(request: Request, breach_id: RowId, form: Filled) -> Response:  # noqa: ARG001 - a form, for its checks
    """The persons have been told."""
    with writing(request) as work:
        breaches.told(work.session, work.actor, breach_id, now=work.now)
    return RedirectResponse(f"{_PAGE}?done=breach_told", status_code=303)


@router.get("/{breach_id}/file.{ending}")
def persons(work: Reading, breach_id: RowId, ending: str) -> Response:
    """Everybody affected, with how to reach them, and the facts above (個資法 §12): one file, noted in the trail."""
    row, people = breaches.affected(work.session, work.actor, breach_id)
    form, now = downloads.format_of(ending), work.now
    reach = {None: "", True: "可送達", False: "已封鎖"}
    rows: list[tuple[Cell, ...]] = [
        (one.name, one.firm, one.ubn, one.phone, one.email, reach[one.line], "、".join(one.cases),
         "、".join(one.kinds)) for one in people
    ]  # fmt: skip
    days = "、".join(
        f"{name} {roc_date(day)}" for name, day in (("起日", row.since), ("迄日", row.until)) if day is not None
    )
    notes = [
        f"知悉時間：{local(row.known_at).isoformat(timespec='minutes')}；事件等級：{row.level}",
        f"範圍：{'、'.join(row.numbers) or days or '全部'}",
        f"事實：{row.facts}", f"影響：{row.effects}", f"因應措施：{row.measures}", f"需要的支援：{row.support or '無'}",
    ]  # fmt: skip
    actor = work.actor
    keep(
        work.runtime,
        lambda session: breaches.note_taken(session, actor, breach_id, len(people), now=now),
    )
    name = f"breach-{breach_id}-{local(now):%Y%m%d-%H%M%S}.{form}"
    return downloads.made(write(Table("受影響當事人", _COLUMNS, rows, notes, now), form), name, MEDIA_TYPES[form])


def _again(request: Request, form: Form, error: OnestopError) -> Response:
    with reading(request) as work:
        values = _values(work, error=error, typed=form.fields)
        return show(request, "privacy_breaches.html", values, status=status_of(error))
