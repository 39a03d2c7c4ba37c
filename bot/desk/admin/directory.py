"""Parks with their aliases, agencies with their offices and telephones, units: listed, changed, added, given back."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.forms import Filled, Form
from bot.web.errors import status_of
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork, reading, writing
from bot.web.words import WORDS
from knowledge.calendar.official_days import COUNTIES
from knowledge.vocabulary import CASE_CATEGORIES, PARK_KINDS
from routing.domain.errors import Invalid, NotFound, OnestopError, StaleVersion
from routing.service.directory import commands
from routing.service.directory.commands import MOST_OFFICES, Entry

router = APIRouter(prefix="/desk/admin/directory")

NEW = "new"
"""In place of a code: the form of a row that is to be added."""
_PAGE = 30
_ADDED = ("parks", "units")


@router.get("")
def home() -> Response:
    """The first of the lists."""
    return RedirectResponse("/desk/admin/directory/parks", status_code=303)


@router.get("/{kind}")
def page(
    request: Request, work: Reading, kind: str, cursor: str | None = None, done: str | None = None
) -> Response:  # fmt: skip
    """The rows of a kind."""
    found = commands.page(work.session, work.actor, kind, limit=_PAGE, cursor=cursor or None)
    values = {
        "actor": work.actor, "tab": "directory", "kind": kind, "rows": found.items, "next": found.next_cursor,
        "first": not cursor, "offices": _office_names(work), "added": kind in _ADDED,
        "done": WORDS["done"].get(done or ""),
    }  # fmt: skip
    return show(request, "admin_directory.html", values)


def _office_names(work: UnitOfWork) -> dict[str, str]:
    return {card.office.id: card.names["zh-TW"] for card in work.office.offices.cards}


def _edit(
    request: Request, work: UnitOfWork, kind: str, code: str, *, form: Form | None = None,
    error: OnestopError | None = None,
) -> Response:  # fmt: skip
    commands.require(work.actor)
    if kind not in {"parks", "agencies", "units"}:
        raise NotFound("找不到這個頁面。")
    new = code == NEW and kind in _ADDED
    entry = None if new else commands.one(work.session, work.actor, kind, code)
    values = {
        "actor": work.actor, "tab": "directory", "kind": kind, "entry": entry, "address": NEW if new else code,
        "row": _shown(kind, entry, form), "offices": _office_names(work), "counties": COUNTIES,
        "kinds": PARK_KINDS, "categories": CASE_CATEGORIES, "error": error,
    }  # fmt: skip
    return show(request, "admin_directory_edit.html", values, status=status_of(error) if error else 200)


def _shown(kind: str, entry: Entry | None, form: Form | None) -> dict[str, Any]:
    """What stands in the form: what was typed, else the row, with two empty local offices behind those there are."""
    row: dict[str, Any] = dict(entry.row) if entry is not None else {}
    if form is not None:
        row |= {**form.fields, **_fields(kind, form)}
    if kind == "agencies":
        local = [{"phone": "", **one} for one in row.get("offices", ())]
        blank = {"name": "", "county": "", "districts": (), "phone": ""}
        row["offices"] = [*local, blank, blank][: max(MOST_OFFICES, len(local))]
    return row


@router.get("/{kind}/{code}")
def edit(request: Request, work: Reading, kind: str, code: str) -> Response:
    """One as a form."""
    return _edit(request, work, kind, code)


def _lines(form: Form, name: str) -> list[str]:
    """One a line, or with 、 between."""
    return form.fields.get(name, "").replace("、", "\n").splitlines()


def _fields(kind: str, form: Form) -> dict[str, Any]:
    if kind == "agencies":
        local = [
            {
                "name": form.text(f"name.{place}"), "county": form.text(f"county.{place}"),
                "districts": form.text(f"districts.{place}").replace("、", " ").split(),
                "phone": form.text(f"phone.{place}"),
            }
            for place in range(MOST_OFFICES) if form.text(f"name.{place}")
        ]  # fmt: skip
        return {"offices": local}
    if kind == "units":
        return {
            "en": form.text("en"), "ja": form.text("ja"), "office": form.text("office"),
            "categories": [one for one in CASE_CATEGORIES if form.text(f"category-{one}") == "1"],
            "park_kinds": [one for one in PARK_KINDS if form.text(f"park_kind-{one}") == "1"],
        }  # fmt: skip
    texts = {name: form.text(name) for name in ("full_name", "en", "kind", "county", "district", "office", "note")}
    return {**texts, **{name: _lines(form, name) for name in ("aliases", "alone", "roads")}}


@router.post("/{kind}/{code}")
def save(request: Request, kind: str, code: str, form: Filled) -> Response:
    """Keep it; a refused form comes back as it was typed."""
    try:
        with writing(request) as work:
            commands.require(work.actor)
            new = code == NEW
            fields = _fields(kind, form)
            if new and kind == "parks":
                fields["name"] = form.text("name")
            commands.save(
                work.session, work.actor, kind, form.text("code") if new else code, fields,
                version=form.number("version"), now=work.now,
            )  # fmt: skip
    except (Invalid, StaleVersion) as error:
        with reading(request) as work:
            return _edit(request, work, kind, code, form=form, error=error)
    return RedirectResponse(f"/desk/admin/directory/{kind}?done=directory", status_code=303)


@router.post("/{kind}/{code}/restore")
def restore(request: Request, kind: str, code: str) -> Response:
    """What ships stands again."""
    try:
        with writing(request) as work:
            commands.restore(work.session, work.actor, kind, code, now=work.now)
    except Invalid as error:
        with reading(request) as work:
            return _edit(request, work, kind, code, error=error)
    return RedirectResponse(f"/desk/admin/directory/{kind}?done=directory", status_code=303)
