"""What officers taught and how its trial went; addresses of online services, filled in once somebody opened them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.forms import Filled
from bot.desk.knowledge.shared import known, status, taken, usual
from bot.web.templating import show
from bot.web.unit_of_work import Reading, RowId, UnitOfWork, reading
from knowledge.calendar.office_calendar import local
from routing.domain.errors import OnestopError
from routing.service.knowledge_admin import corrections, online_services

router = APIRouter(prefix="/desk/knowledge")

_DONE = {"withdrawn": "已撤回；數秒內在所有伺服器生效。", "service": "已儲存；數秒內在所有伺服器生效。"}


@router.get("/corrections")
def corrections_page(request: Request, work: Reading, done: str = "") -> Response:
    """Corrections, newest first, with the figures of their trials."""
    return _show_corrections(request, work, done=done)


def _show_corrections(
    request: Request, work: UnitOfWork, *, done: str = "", error: OnestopError | None = None
) -> Response:
    found = known(work)
    rows = corrections.all_taught(work.session, work.actor)
    entries = {row.entry_id: found.base.entry(row.entry_id) for row in rows if row.entry_id}
    values = {"rows": rows, "entries": entries, "done": _DONE.get(done), "error": error}
    return show(request, "knowledge_corrections.html", {**usual(work, "corrections"), **values}, status=status(error))


@router.post("/corrections/{correction_id}/withdraw")
def withdraw(request: Request, correction_id: RowId) -> Response:
    """Take a correction back."""

    def do(work: UnitOfWork) -> str:
        corrections.withdraw(work.session, work.actor, known(work), correction_id, now=work.now)
        return "/desk/knowledge/corrections?done=withdrawn"

    def again(error: OnestopError) -> Response:
        with reading(request) as work:
            return _show_corrections(request, work, error=error)

    return taken(request, do, again)


@router.get("/services")
def services_page(request: Request, work: Reading, done: str = "") -> Response:
    """The table of online services."""
    return _show_services(request, work, done=done)


def _show_services(
    request: Request, work: UnitOfWork, *, done: str = "", error: OnestopError | None = None,
    typed: dict[str, Any] | None = None,
) -> Response:  # fmt: skip
    found = known(work)
    values = {
        "services": [(one, online_services.may_locate(work.actor, work.office, one)) for one in found.services],
        "base": found.base, "done": _DONE.get(done), "error": error, "typed": typed or {},
    }  # fmt: skip
    return show(request, "knowledge_services.html", {**usual(work, "services"), **values}, status=status(error))


@router.post("/services/{service_id}")
def locate(request: Request, service_id: str, form: Filled) -> Response:
    """Keep the address of a service and when somebody opened it."""

    def do(work: UnitOfWork) -> str:
        day = form.day("verified") or (local(work.now).date() if form.text("address") else None)
        online_services.locate(
            work.session, work.office, work.actor, service_id, address=form.text("address"), verified=day, now=work.now
        )
        return "/desk/knowledge/services?done=service"

    def again(error: OnestopError) -> Response:
        with reading(request) as work:
            return _show_services(request, work, error=error, typed={**form.fields, "id": service_id})

    return taken(request, do, again)
