"""Canned replies (常用回復): the list, the form to write one, and the form to change or withdraw it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.forms import Filled, Form
from bot.web.errors import status_of
from bot.web.templating import show
from bot.web.unit_of_work import Reading, RowId, UnitOfWork, reading, writing
from bot.web.words import WORDS
from knowledge.vocabulary import READING_LANGUAGES
from routing.domain.canned import PLACES, TEXT, TITLE, Words
from routing.domain.errors import Forbidden, Invalid, NotFound, OnestopError, StaleVersion
from routing.domain.permissions import require_team
from routing.service.canned import commands

router = APIRouter(prefix="/desk/canned")

_PAGE = 30
_LANGUAGES = tuple(one.value for one in READING_LANGUAGES)


def _usual(work: UnitOfWork, form: Form | None, error: OnestopError | None) -> dict[str, Any]:
    units = [unit.name for unit in work.office.offices.units]
    return {
        "actor": work.actor, "places": PLACES, "languages": _LANGUAGES, "most_title": TITLE, "most_text": TEXT,
        "units": [unit for unit in units if commands.may_keep(work.actor, unit)], "all_units": units,
        "for_all": commands.may_keep(work.actor, None), "typed": form.fields if form is not None else {},
        "error": error,
    }  # fmt: skip


def _list(
    request: Request, work: UnitOfWork, *, unit: str | None = None, cursor: str | None = None, done: str | None = None,
    form: Form | None = None, error: OnestopError | None = None,
) -> Response:  # fmt: skip
    found = commands.page(work.session, work.actor, unit=unit, limit=_PAGE, cursor=cursor)
    keeps = {row.id: commands.may_keep(work.actor, row.unit) for row in found.items}
    values = {
        **_usual(work, form, error), "rows": found.items, "next": found.next_cursor, "unit": unit or "",
        "keeps": keeps, "done": WORDS["done"].get(done or ""), "first": not cursor,
    }  # fmt: skip
    return show(request, "canned.html", values, status=status_of(error) if error else 200)


@router.get("")
def page(
    request: Request, work: Reading, unit: str | None = None, cursor: str | None = None, done: str | None = None
) -> Response:
    """What stands, the newest first, of one unit or of all."""
    return _list(request, work, unit=unit or None, cursor=cursor or None, done=done)


def _words(form: Form) -> Words:
    texts = {language: form.fields.get(language, "").replace("\r\n", "\n") for language in _LANGUAGES}
    return Words(title=form.text("title"), unit=form.optional("unit"), texts=texts)


@router.post("")
def add(request: Request, form: Filled) -> Response:
    """Write one; a refused form comes back as it was typed."""
    try:
        with writing(request) as work:
            commands.add(work.session, work.office, work.actor, _words(form), now=work.now)
    except Invalid as error:
        with reading(request) as work:
            return _list(request, work, form=form, error=error)
    return RedirectResponse("/desk/canned?done=canned", status_code=303)


def _one(
    request: Request, work: UnitOfWork, reply_id: int, *, form: Form | None = None, error: OnestopError | None = None
) -> Response:
    row = commands.one(work.session, work.actor, reply_id)
    if not commands.may_keep(work.actor, row.unit):
        raise Forbidden("只能修改本單位的常用回復。")
    values = {**_usual(work, form, error), "row": row}
    return show(request, "canned_edit.html", values, status=status_of(error) if error else 200)


@router.get("/{reply_id}")
def edit(request: Request, work: Reading, reply_id: RowId) -> Response:
    """The form of one."""
    return _one(request, work, reply_id)


@router.post("/{reply_id}/{deed}")
def do(request: Request, reply_id: RowId, deed: str, form: Filled) -> Response:
    """Change or withdraw one."""
    with reading(request) as work:
        require_team(work.actor)
    if deed not in {"change", "withdraw"}:
        raise NotFound("找不到這個操作。")
    try:
        with writing(request) as work:
            if deed == "withdraw":
                commands.withdraw(work.session, work.actor, reply_id, now=work.now)
            else:
                commands.change(
                    work.session, work.office, work.actor, reply_id, _words(form), version=form.number("version"),
                    now=work.now,
                )  # fmt: skip
    except (Invalid, StaleVersion) as error:
        with reading(request) as work:
            return _one(request, work, reply_id, form=form, error=error)
    return RedirectResponse("/desk/canned?done=canned", status_code=303)
