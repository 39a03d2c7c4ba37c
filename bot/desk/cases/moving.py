"""Moving a message of a firm to another of its cases, from the page of the case in which it stands."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.cases.case_page import values_of
from bot.desk.forms import Filled
from bot.web.errors import status_of
from bot.web.templating import show
from bot.web.unit_of_work import RowId, reading, writing
from routing.domain.dialogue.placement import Reason
from routing.domain.errors import Invalid, StaleVersion
from routing.service.cases import from_firm, locked_case

router = APIRouter()


@router.post("/desk/cases/{number}/messages/{message_id}/move")
def move(request: Request, number: str, message_id: RowId, form: Filled) -> Response:
    """Move it, and go to the case where it stands now."""
    try:
        with writing(request) as work:
            locked = locked_case.change(
                work.session, work.office, number, work.actor, now=work.now, version=form.number("version")
            )
            to = form.text("to")
            from_firm.move(locked, message_id, to=to, placed_by=Reason.MOVED)
    except (Invalid, StaleVersion) as error:
        with reading(request) as work:
            values = values_of(work, number, step="move", form=form, error=error)
            return show(request, "case.html", values, status=status_of(error))
    return RedirectResponse(f"/desk/cases/{to}?done=moved", status_code=303)
