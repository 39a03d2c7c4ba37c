"""A code that binds somebody to the firm of a case, and the end of a binding when somebody has left."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.forms import Filled
from bot.web.templating import show
from bot.web.unit_of_work import RowId, writing
from routing.service.bindings import commands as bindings
from routing.service.bindings import mailing
from routing.service.cases import locked_case

router = APIRouter()


@router.post("/desk/cases/{number}/bindings/code")
def code(request: Request, number: str) -> Response:
    """A new code, shown this once; whoever may write the case may give it out."""
    with writing(request) as work:
        locked = locked_case.change(work.session, work.office, number, work.actor, now=work.now)
        given, until = bindings.issue_code(locked)
        values = {"actor": work.actor, "number": number, "code": given, "until": until, "most": bindings.MOST_WRONG}
    answer = show(request, "binding_code.html", values)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.post("/desk/cases/{number}/bindings/{binding_id}/end")
def end(request: Request, number: str, binding_id: RowId) -> Response:
    """Somebody of the firm has left."""
    with writing(request) as work:
        locked = locked_case.change(work.session, work.office, number, work.actor, now=work.now)
        bindings.end_by_staff(locked, binding_id)
    return RedirectResponse(f"/desk/cases/{number}?done=unbound&notice=none", status_code=303)


@router.post("/desk/cases/{number}/bindings/email")
def email(request: Request, number: str, form: Filled) -> Response:
    """Where the firm of the case is written to; binding codes go there."""
    with writing(request) as work:
        locked = locked_case.change(work.session, work.office, number, work.actor, now=work.now)
        mailing.set_address(locked, form.text("email"))
    return RedirectResponse(f"/desk/cases/{number}?done=email&notice=none", status_code=303)
