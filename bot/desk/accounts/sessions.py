"""Where a person is signed in, and ending the other places."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.forms import Filled
from bot.web.templating import show
from bot.web.unit_of_work import Reading, cookie_name, writing
from bot.web.words import WORDS
from routing.service.accounts import sessions

router = APIRouter(prefix="/desk/sessions")


@router.get("")
def page(request: Request, work: Reading, done: str | None = None) -> Response:
    """The own sessions; a program has none."""
    token = request.cookies.get(cookie_name(work.runtime), "")
    found = sessions.own(work.session, token, now=work.now)
    values = {"actor": work.actor, "sessions": found, "done": WORDS["done"].get(done or "")}
    return show(request, "sessions.html", values)


@router.post("/end")
def end(request: Request, form: Filled) -> Response:
    """End one of them."""
    with writing(request) as work:
        token = request.cookies.get(cookie_name(work.runtime), "")
        sessions.end_own(work.session, token, form.text("id"), now=work.now)
    return RedirectResponse("/desk/sessions?done=session", status_code=303)


@router.post("/end-others")
def end_others(request: Request) -> Response:
    """End all but this one."""
    with writing(request) as work:
        sessions.end_others(work.session, request.cookies.get(cookie_name(work.runtime), ""), now=work.now)
    return RedirectResponse("/desk/sessions?done=session", status_code=303)
