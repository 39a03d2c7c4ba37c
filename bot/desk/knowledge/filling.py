"""What only the branch can say, on one page that a person fills in within an hour; each answer is a draft."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.forms import Filled
from bot.desk.knowledge.shared import known, status, taken, usual
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork, reading
from routing.domain.errors import OnestopError
from routing.service.knowledge_admin import filling

router = APIRouter(prefix="/desk/knowledge")


@router.get("/fill")
def fill_page(request: Request, work: Reading, done: str = "") -> Response:
    """Every question that waits for the branch's word."""
    return _show(request, work, done="已儲存為草稿，待權責單位的其他同仁核定。" if done == "filled" else None)


def _show(
    request: Request, work: UnitOfWork, *, done: str | None = None, error: OnestopError | None = None
) -> Response:
    blanks = filling.blanks(work.session, work.actor, known(work), now=work.now)
    without_phone = [unit.name for unit in work.office.offices.units if not unit.phone]
    values = {**usual(work, "fill"), "blanks": blanks, "without_phone": without_phone, "done": done, "error": error}
    return show(request, "knowledge_fill.html", values, status=status(error))


@router.post("/fill/{entry_id}")
def fill(request: Request, entry_id: str, form: Filled) -> Response:
    """Keep the branch's word on one question as a draft."""

    def do(work: UnitOfWork) -> str:
        filling.fill(work.session, work.actor, known(work), entry_id, form.text("text"), now=work.now)
        return "/desk/knowledge/fill?done=filled"

    def again(error: OnestopError) -> Response:
        with reading(request) as work:
            return _show(request, work, error=error)

    return taken(request, do, again)
