"""The office calendar at the desk: what a closure, its withdrawal or a published year would move, before it is done."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.admin.pages import closure_form, page_again, page_values_of, require_page
from bot.desk.forms import Filled
from bot.web import calendar_tables
from bot.web.bodies import chosen_file, read_form
from bot.web.templating import show
from bot.web.unit_of_work import UnitOfWork, known_caller, reading, writing
from knowledge.calendar.official_days import MOST_BYTES
from routing.domain.errors import Invalid
from routing.service.office_calendar import commands, due_date_refresh
from routing.service.reporting import measuring

router = APIRouter(prefix="/desk/admin/calendar")

_NAME = "calendar"


def _page(request: Request, work: UnitOfWork, **values: Any) -> Response:
    return show(request, "admin_calendar.html", {**page_values_of(work, _NAME), **values})


@router.post("/preview")
def preview_closure(request: Request, form: Filled) -> Response:
    """What the closure in the form would move; nothing is written."""
    try:
        with reading(request) as work:
            require_page(work.actor, _NAME)
            movement = commands.preview_closure(
                work.session, work.office, work.actor, now=work.now, **closure_form(form)
            )
            return _page(request, work, typed=form.fields, preview=movement, previewed="close")
    except Invalid as error:
        return page_again(request, _NAME, form, error)


@router.post("/preview-withdrawal")
def preview_withdrawal(request: Request, form: Filled) -> Response:
    """What withdrawing a closure would move; nothing is written."""
    with reading(request) as work:
        require_page(work.actor, _NAME)
        row, movement = commands.preview_withdrawal(
            work.session, work.office, work.actor, form.number("id"), now=work.now
        )
        return _page(request, work, preview=movement, previewed="withdraw", withdrawing=row)


async def _sent(request: Request, _known: Annotated[None, Depends(known_caller)]) -> bytes:
    """The file that was chosen, or what of it came back from the preview."""
    if int(request.headers.get("content-length") or 0) > 3 * MOST_BYTES:
        raise Invalid("檔案超過 1 MB；請匯入人事行政總處公布的辦公日曆表。", field="file", code="too_long")
    form = await read_form(request, files=1, fields=20, most_bytes=2 * MOST_BYTES)
    kept = form.get("csv")
    try:
        if (file := await chosen_file(form)) is not None:
            return file[1]
        return kept.encode() if isinstance(kept, str) else b""
    finally:
        await form.close()


SentFile = Annotated[bytes, Depends(_sent)]


@router.post("/preview-year")
def preview_year(request: Request, raw: SentFile) -> Response:
    """What a published calendar changes, by its years and by cases; nothing is written."""
    with reading(request) as work:
        require_page(work.actor, _NAME)
        try:
            days = calendar_tables.read(raw)
            checks, movement = commands.preview_file(
                work.session, work.office, days.encode(), now=work.now, actor=work.actor
            )
        except Invalid as error:
            return _page(request, work, error=error)
        return _page(request, work, preview=movement, previewed="import", checks=checks, csv=days)


@router.post("/import")
def import_year(request: Request, raw: SentFile) -> Response:
    """Take a published calendar in; open cases are dated anew."""
    try:
        with writing(request) as work:
            require_page(work.actor, _NAME)
            days = calendar_tables.read(raw).encode()
            commands.import_file(work.session, work.runtime.office_provider, days, now=work.now, actor=work.actor)
    except Invalid as error:
        with reading(request) as work:
            return _page(request, work, error=error)
    due_date_refresh.refresh_remaining(work.runtime, now=work.now)
    measuring.measure_remaining(work.runtime)
    return RedirectResponse("/desk/admin/calendar?done=calendar", status_code=303)
