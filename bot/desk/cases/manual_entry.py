"""A case that came by telephone, over the counter or by letter, entered by a member of the team."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.cases.steps import made_ready
from bot.desk.forms import FilledWithFiles, Form
from bot.web.errors import status_of
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork, reading, writing
from bot.web.words import WORDS, word
from knowledge.calendar.office_calendar import local
from knowledge.vocabulary import CASE_CATEGORIES
from routing.domain.case import Kind
from routing.domain.errors import Invalid, OnestopError, Unavailable
from routing.domain.messages import subject_of
from routing.domain.permissions import may_read, require_team
from routing.service.cases import commands as case_commands
from routing.service.cases import entering
from routing.service.cases.entering import KnownFirm, Twin

router = APIRouter()


def _values(
    work: UnitOfWork, form: Form | None = None, error: OnestopError | None = None, asked: Asked | None = None
) -> dict[str, Any]:
    return {
        "asked": asked,
        "actor": work.actor, "parks": work.office.offices.own_parks, "typed": form.fields if form else {},
        "error": error, "now_local": f"{local(work.now):%Y-%m-%dT%H:%M}",
        "channels": {code: name for code, name in WORDS["channel"].items() if code not in work.office.channels},
    }  # fmt: skip


@router.get("/desk/new")
def new_page(request: Request, work: Reading) -> Response:
    """The form."""
    require_team(work.actor)
    return show(request, "new.html", _values(work))


@router.post("/desk/new")
def enter(request: Request, form: FilledWithFiles) -> Response:
    """Open the case with the files that came with the words; it is given to a person at once.

    Looking a firm up, and a question that has to be answered first, bring the form back as it was typed.
    """
    try:
        with made_ready(request, form) as ready, writing(request) as work:
            asked = _asked(form, work)
            if asked is None:
                new = _read(form, work)
                asked = _questions(form, new, work)
            if asked is None:
                locked = case_commands.open_case(
                    work.session, work.office, new, actor=work.actor, now=work.now, files=ready.batch
                )
                number, visible = locked.row.number, may_read(work.actor, locked.case)
    except (Invalid, Unavailable) as error:
        with reading(request) as work:
            return show(request, "new.html", _values(work, form, error), status=status_of(error))
    if asked is not None:
        with reading(request) as work:
            return show(request, "new.html", _values(work, asked.form, asked=asked))
    return RedirectResponse(f"/desk/cases/{number}?done=new&notice=none" if visible else "/desk?done=new", 303)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The form as it comes back: firms found, firms with the number that was given, cases that it may be already."""

    form: Form
    found: list[KnownFirm] | None = None
    same_number: list[KnownFirm] = field(default_factory=list)
    twins: list[Twin] = field(default_factory=list)


def _asked(form: Form, work: UnitOfWork) -> Asked | None:
    """What came of looking a firm up, or of taking one that was found."""
    if form.text("use"):
        chosen = entering.firm_named(work.session, work.actor, form.number("use"))
        if chosen is None:
            raise Invalid("查無這家廠商，請重新查詢。", field="firm")
        kept = {"firm": chosen.name, "ubn": chosen.ubn or "", "firm_is": str(chosen.id)}
        filled = {name: form.text(name) or value or "" for name, value in
                  (("contact", chosen.contact), ("phone", chosen.phone), ("park", chosen.park))}  # fmt: skip
        return Asked(form=replace(form, fields={**form.fields, **kept, **filled}))
    if form.text("lookup"):
        found = entering.look_up(
            work.session, work.actor, name=form.optional("firm"), ubn=_digits(form.text("ubn")) or None,
            phone=form.optional("phone"),
        )  # fmt: skip
        return Asked(form=form, found=found)
    return None


def _questions(form: Form, new: case_commands.NewCase, work: UnitOfWork) -> Asked | None:
    """What has to be answered before the case is opened: is it this firm, is it another matter."""
    case_commands.check_new(new, work.office, work.now)
    same_number = [] if form.text("firm_is") else entering.known_by_number(work.session, work.actor, new)
    twins = [] if form.text("another") == "yes" else entering.twins(work.session, work.actor, new)
    return Asked(form=form, same_number=same_number, twins=twins) if same_number or twins else None


def _digits(typed: str) -> str:
    """A number as it is typed, without blanks and hyphens, its digits half-width."""
    return "".join(unicodedata.normalize("NFKC", typed).replace("-", "").split())


def _chosen(form: Form) -> int | None:
    return form.number("firm_is") if form.text("firm_is") not in {"", "other"} else None


def _read(form: Form, work: UnitOfWork) -> case_commands.NewCase:
    text = form.text("text")
    if not text:
        raise Invalid("請填寫廠商反映的內容。", field="text")
    if form.text("category") not in CASE_CATEGORIES:
        raise Invalid("請選擇類別。", field="category")
    if form.text("kind") not in WORDS["kind"]:
        raise Invalid("請選擇案件性質。", field="kind")
    alert = form.optional("alert")
    if alert is not None and alert not in WORDS["alert"]:
        raise Invalid("請選擇緊急狀況。", field="alert")
    if form.text("channel") in work.office.channels:
        name = word(form.text("channel"), "channel")
        raise Invalid(f"{name} 案件由廠商在 {name} 建立；請選擇其他管道。", field="channel")
    return case_commands.NewCase(
        channel=form.text("channel"), category=form.text("category"), topic=form.optional("topic"),
        kind=Kind(form.text("kind")), text=text[:4000],
        subject=form.text("subject") or subject_of(text.splitlines()[0]),
        park=form.optional("park"), firm_name=form.optional("firm"), firm_ubn=_digits(form.text("ubn")) or None,
        firm_id=_chosen(form), doc_no=form.optional("doc_no"), kind_confirmed=True,
        contact_name=form.optional("contact"), contact_phone=form.optional("phone"), alert=alert,
        received_at=form.instant("received_at") or work.now,
    )  # fmt: skip
