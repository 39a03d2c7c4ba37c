"""The page by which an agency without an account answers one consultation: no sign-in, by a signed link that ends."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.forms import Filled
from bot.runtime import runtime_of
from bot.web.errors import status_of
from bot.web.templating import show
from routing.domain.errors import Invalid, NotFound, OnestopError, StepNotAllowed
from routing.service.cases import consultation_links, consultations, consulted
from routing.service.cases.consultations import Given
from routing.service.cases.notifying import push

router = APIRouter()


@router.get("/asked/{token}")
def question(request: Request, token: str) -> Response:
    """The question, and a form for its answer; once it is answered there is nothing to see."""
    return _page(request, token)


@router.post("/asked/{token}")
def answer(request: Request, token: str, form: Filled) -> Response:
    """The answer; whoever gives it says who they are."""
    runtime = runtime_of(request)
    now = runtime.now()
    try:
        with runtime.reading() as (session, office):
            # A link that does not hold must not take the one write lock.
            consultation_links.opened(session, office, token, now=now)
        with runtime.writing() as (session, office):
            consultation_id, actor = consultation_links.opened(session, office, token, now=now)
            locked, asked = consultations.held(session, office, consultation_id, actor, now=now)
            given = Given(
                result=form.optional("result"), answered_by=_required(form, "answered_by", "請填寫答復人。"),
                phone=form.optional("phone"),
            )  # fmt: skip
            _required(form, "result", "請選擇會辦的結果。")
            consultations.answer(locked, asked, form.text("text"), given=given, notify=push)
    except (Invalid, NotFound, StepNotAllowed) as error:
        return _page(request, token, typed=form.fields, error=error)
    return _shown(request, {"one": None, "typed": {}, "error": None, "done": True})


def _required(form: Filled, name: str, hint: str) -> str:
    value = form.optional(name)
    if value is None:
        raise Invalid(hint, field=name)
    return value


def _page(
    request: Request, token: str, *, typed: dict[str, str] | None = None, error: OnestopError | None = None
) -> Response:
    runtime = runtime_of(request)
    now = runtime.now()
    one = None
    try:
        with runtime.reading() as (session, office):
            consultation_id, actor = consultation_links.opened(session, office, token, now=now)
            one = consulted.one(session, office, actor, consultation_id, now=now)
    except NotFound as over:
        error = error or over
    return _shown(request, {"one": one, "typed": typed or {}, "error": error, "done": False})


def _shown(request: Request, values: dict[str, Any]) -> Response:
    error = values["error"]
    return show(request, "asked_by_link.html", values, status=status_of(error) if error else 200)
