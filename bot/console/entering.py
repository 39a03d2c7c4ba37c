"""A case that came by telephone, over the counter or by letter, entered by a member of the team."""

from __future__ import annotations

import unicodedata
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.console.forms import Filled, Form
from bot.web.errors import status_of
from bot.web.pages import show
from bot.web.words import WORDS
from bot.web.work import Reading, Work, reading, writing
from knowledge.calendar import local
from routing.domain.case import Kind
from routing.domain.errors import Invalid, OnestopError
from routing.domain.permissions import may_read, require_team
from routing.service import cases
from routing.service.cases import CATEGORIES

router = APIRouter()


def _values(work: Work, form: Form | None = None, error: OnestopError | None = None) -> dict[str, Any]:
    return {
        "actor": work.actor, "parks": work.desk.offices.own_parks, "typed": form.fields if form else {},
        "error": error, "now_local": f"{local(work.now):%Y-%m-%dT%H:%M}",
        "channels": {code: name for code, name in WORDS["channel"].items() if code != "line"},
    }  # fmt: skip


@router.get("/desk/new")
def new_page(request: Request, work: Reading) -> Response:
    """The form."""
    require_team(work.actor)
    return show(request, "new.html", _values(work))


@router.post("/desk/new")
def enter(request: Request, form: Filled) -> Response:
    """Open the case; it is given to a person at once."""
    try:
        with writing(request) as work:
            opened = cases.open_case(work.session, work.desk, _read(form, work), actor=work.actor, now=work.now)
            number, visible = opened.row.number, may_read(work.actor, opened.case)
    except Invalid as error:
        with reading(request) as work:
            return show(request, "new.html", _values(work, form, error), status=status_of(error))
    return RedirectResponse(f"/desk/cases/{number}?done=new&told=none" if visible else "/desk?done=new", 303)


def _digits(typed: str) -> str:
    """A number as it is typed, without blanks and hyphens, its digits half-width."""
    return "".join(unicodedata.normalize("NFKC", typed).replace("-", "").split())


def _read(form: Form, work: Work) -> cases.NewCase:
    text = form.text("text")
    if not text:
        raise Invalid("請填寫廠商反映的內容。", field="text")
    if form.text("category") not in CATEGORIES:
        raise Invalid("請選擇類別。", field="category")
    if form.text("kind") not in WORDS["kind"]:
        raise Invalid("請選擇案件性質。", field="kind")
    alert = form.optional("alert")
    if alert is not None and alert not in WORDS["alert"]:
        raise Invalid("請選擇緊急狀況。", field="alert")
    if form.text("channel") == "line":
        raise Invalid("LINE 案件由廠商在 LINE 建立；請選擇其他管道。", field="channel")
    return cases.NewCase(
        channel=form.text("channel"), category=form.text("category"), topic=form.optional("topic"),
        kind=Kind(form.text("kind")), subject=form.text("subject") or text.splitlines()[0][:80], text=text[:4000],
        park=form.optional("park"), firm_name=form.optional("firm"), firm_ubn=_digits(form.text("ubn")) or None,
        contact_name=form.optional("contact"), contact_phone=form.optional("phone"), alert=alert,
        received_at=form.instant("received_at") or work.now,
    )  # fmt: skip
