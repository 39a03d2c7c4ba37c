"""What only the branch can say, on one page that a person fills in within an hour; each answer is a draft."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.forms import Filled
from bot.desk.knowledge.shared import known, status, taken, usual
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork, reading
from routing.domain.errors import OnestopError
from routing.service.knowledge_admin import branch_answers, unit_phones

router = APIRouter(prefix="/desk/knowledge")

_DONE = {
    "filled": "已儲存為草稿，待權責單位的其他同仁核定。",
    "phone": "電話已更新，即日起附在該單位的回答末尾。",
    "phone_gone": "電話已移除，該單位的回答改附「請專人協助」。",
}


@router.get("/fill")
def fill_page(request: Request, work: Reading, done: str = "") -> Response:
    """Every question that waits for the branch's word, and the units' telephone numbers."""
    return _show(request, work, done=_DONE.get(done))


def _show(
    request: Request, work: UnitOfWork, *, done: str | None = None, error: OnestopError | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    blanks = branch_answers.blanks(work.session, work.actor, known(work), now=work.now)
    units = sorted(work.office.offices.units, key=lambda unit: bool(unit.phone))
    phones = [(unit, unit_phones.may_set(work.actor, unit.name)) for unit in units]
    values = {
        **usual(work, "fill"), "blanks": blanks, "phones": phones, "typed": dict(typed or {}), "done": done,
        "error": error,
    }  # fmt: skip
    return show(request, "knowledge_fill.html", values, status=status(error))


@router.post("/phones")
def phone(request: Request, form: Filled) -> Response:
    """Keep a unit's own telephone number, or take it away."""
    unit, told = form.text("unit"), form.text("phone")

    def do(work: UnitOfWork) -> str:
        kept = unit_phones.set_phone(work.session, work.office.offices, work.actor, unit=unit, phone=told, now=work.now)
        return f"/desk/knowledge/fill?done={'phone' if kept else 'phone_gone'}"

    def again(error: OnestopError) -> Response:
        with reading(request) as work:
            return _show(request, work, error=error, typed={unit: told})

    return taken(request, do, again)


@router.post("/fill/{entry_id}")
def fill(request: Request, entry_id: str, form: Filled) -> Response:
    """Keep the branch's word on one question as a draft."""

    def do(work: UnitOfWork) -> str:
        branch_answers.fill(work.session, work.actor, known(work), entry_id, form.text("text"), now=work.now)
        return "/desk/knowledge/fill?done=filled"

    def again(error: OnestopError) -> Response:
        with reading(request) as work:
            return _show(request, work, error=error)

    return taken(request, do, again)
