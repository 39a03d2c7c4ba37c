"""A reply before it is sent: its words kept as they are typed, and taken back while it waits."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.cases.steps import again
from bot.desk.forms import Filled, FilledWithFiles
from bot.web.unit_of_work import RowId, writing
from routing.domain.errors import StaleVersion, StepNotAllowed
from routing.service.cases import kept_replies, locked_case, taking_back

router = APIRouter()
_TYPING = "x-typing"
"""The header of a script that keeps what is typed without leaving the page."""


@router.post("/desk/cases/{number}/kept-reply")
def keep(request: Request, number: str, form: FilledWithFiles) -> Response:
    """Keep what was typed as a reply; by its button the page comes back with it."""
    with writing(request) as work:
        words = (form.fields.get(name, "").replace("\r\n", "\n") for name in ("text", "translation"))
        kept_replies.keep(work.session, work.actor, number, *words, now=work.now)
    if _TYPING in request.headers:
        return Response(status_code=204)
    return RedirectResponse(f"/desk/cases/{number}?done=reply_kept#step-reply", status_code=303)


@router.post("/desk/cases/{number}/messages/{message_id}/take-back")
def take_back(request: Request, number: str, message_id: RowId, form: Filled) -> Response:
    """Take a reply back; the page comes with its words in the form again."""
    try:
        with writing(request) as work:
            locked = locked_case.change(work.session, work.office, number, work.actor, now=work.now)
            taking_back.take_back(locked, message_id)
    except (StaleVersion, StepNotAllowed) as error:
        return again(request, number, "take_back", form, error)
    return RedirectResponse(f"/desk/cases/{number}?done=taken_back#step-reply", status_code=303)
