"""Requests about personal data: the list by their clock, entering one, extending, granting and refusing."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.forms import Filled, Form
from bot.web.errors import status_of
from bot.web.templating import show
from bot.web.unit_of_work import Reading, RowId, UnitOfWork, reading, writing
from bot.web.words import WORDS
from routing.domain.errors import Invalid, NotFound, OnestopError, StepNotAllowed
from routing.service.privacy import requests as data_requests

router = APIRouter()
_PAGE = "/desk/privacy"


def _values(work: UnitOfWork, *, error: OnestopError | None = None, typed: dict[str, str] | None = None) -> Any:
    return {
        "actor": work.actor, "open": data_requests.listing(work.session, work.actor, decided=False, now=work.now),
        "decided": data_requests.listing(work.session, work.actor, decided=True, now=work.now),
        "channels": {code: name for code, name in WORDS["channel"].items() if code not in work.office.channels},
        "error": error, "typed": typed or {},
    }  # fmt: skip


@router.get(_PAGE)
def privacy_page(request: Request, work: Reading, done: str | None = None) -> Response:
    """Open requests, the most urgent first, and those decided."""
    return show(request, "privacy_requests.html", {**_values(work), "done": WORDS["done"].get(done or "")})


@router.post(f"{_PAGE}/requests")
def enter(request: Request, form: Filled) -> Response:
    """A request that came on paper, by telephone or at the counter."""
    try:
        with writing(request) as work:
            data_requests.enter(
                work.session, work.office, work.actor, right=form.text("right"), asked_by=form.text("asked_by"),
                channel=form.text("channel"), asked_at=form.instant("asked_at") or work.now, now=work.now,
            )  # fmt: skip
    except Invalid as error:
        return _again(request, form, error)
    return RedirectResponse(f"{_PAGE}?done=data_entered", status_code=303)


@router.post(f"{_PAGE}/requests/{{request_id}}/{{deed}}")
def decide(request: Request, request_id: RowId, deed: str, form: Filled) -> Response:
    """Extend once, grant or refuse; each with a reason."""
    if deed not in {"extend", "grant", "refuse"}:
        raise NotFound("找不到這個操作。")
    try:
        with writing(request) as work:
            session, office, reason = work.session, work.office, form.text("reason")
            if deed == "extend":
                data_requests.extend(session, office, work.actor, request_id, reason=reason, now=work.now)
            else:
                grant = deed == "grant"
                data_requests.decide(session, office, work.actor, request_id, grant=grant, reason=reason, now=work.now)
    except (Invalid, StepNotAllowed) as error:
        return _again(request, form, error)
    return RedirectResponse(f"{_PAGE}?done=data_{deed}", status_code=303)


def _again(request: Request, form: Form, error: OnestopError) -> Response:
    with reading(request) as work:
        values = _values(work, error=error, typed=form.fields)
        return show(request, "privacy_requests.html", {**values, "done": None}, status=status_of(error))
