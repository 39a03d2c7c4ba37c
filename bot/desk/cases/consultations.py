"""Consultations at the desk: the list, one of them, its answer, taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.cases.case_page import question_of
from bot.desk.cases.presenter import RecordedNotice
from bot.desk.cases.steps import made_ready
from bot.desk.forms import Filled, FilledWithFiles, Form
from bot.web.errors import status_of
from bot.web.templating import show
from bot.web.unit_of_work import Reading, RowId, UnitOfWork, reading, writing
from bot.web.words import WORDS
from knowledge.calendar.office_calendar import local
from routing.domain.errors import Invalid, OnestopError, StepNotAllowed, Unavailable
from routing.domain.permissions import Permission, may_read, require_team
from routing.service.cases import consultation_figures, consultation_links, consultations, consulted
from routing.service.cases.consultations import Given
from routing.service.cases.locked_case import LockedCase

router = APIRouter()

_PAGE = 50
_STATES = {"open": True, "late": True, "over": False, "any": None}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to, as the address says it."""

    view: str = ""
    state: str = "open"
    agency: str = ""
    unit: str = ""


Filtered = Annotated[Filters, Depends()]


@router.get("/desk/consultations")
def list_page(request: Request, work: Reading, asked: Filtered, cursor: str = "", done: str = "") -> Response:
    """What was asked of agencies and units: in the person's cases, of the own unit, or everywhere."""
    require_team(work.actor)
    usual = consulted.OURS if work.actor.may(Permission.UNIT_WORK) else consulted.ALL
    shown = {
        "view": asked.view if asked.view in WORDS["consultation_view"] else usual,
        "state": asked.state if asked.state in _STATES else "open",
        "agency": asked.agency if asked.agency in WORDS["agency"] else "", "unit": asked.unit,
    }  # fmt: skip
    narrow = consulted.wanted(
        work.actor, view=shown["view"], is_open=_STATES[shown["state"]], agency=shown["agency"] or None,
        unit=asked.unit or None, overdue_on=local(work.now).date() if shown["state"] == "late" else None,
    )  # fmt: skip
    found = consulted.page(
        work.session, work.office, work.actor, narrow, limit=_PAGE, cursor=cursor or None, now=work.now
    )
    kept = {name: value for name, value in shown.items() if value}
    return show(request, "consultations.html", {
        "actor": work.actor, "rows": found.items, "filters": shown, "done": WORDS["done"].get(done),
        "units": [one.name for one in work.office.offices.units],
        "next": urlencode({**kept, "cursor": found.next_cursor}) if found.next_cursor else None,
        "first": urlencode(kept) if cursor else None,
    })  # fmt: skip


@router.get("/desk/consultations/figures")
def figures_page(request: Request, work: Reading) -> Response:
    """How agencies answer, from one day to another; the last year, unless it is said."""
    typed = Form({name: request.query_params.get(name, "")[:40] for name in ("from", "to")})
    today, rows, error = local(work.now).date(), [], None
    first = last = today
    try:
        first, last = typed.day("from") or today - timedelta(days=365), typed.day("to") or today
        rows = consultation_figures.by_agency(work.session, work.office, work.actor, first, last)
    except Invalid as refused:
        error = refused
    values = {"actor": work.actor, "rows": rows, "first": first, "last": last, "error": error}
    return show(request, "consultation_figures.html", values, status=status_of(error) if error else 200)


@router.get("/desk/consultations/{consultation_id}")
def one_page(request: Request, work: Reading, consultation_id: RowId, done: str = "") -> Response:
    """One consultation; a partner reads it on the page of its question."""
    one = consulted.one(work.session, work.office, work.actor, consultation_id, now=work.now)
    if work.actor.may(Permission.ANSWER_QUESTIONS):
        return RedirectResponse(f"/desk/cases/{one.number}", status_code=303)
    return show(request, "consultation.html", {**_values(work, one), "done": WORDS["done"].get(done)})


def _values(
    work: UnitOfWork, one: consulted.Consulted, form: Form | None = None, error: OnestopError | None = None
) -> dict[str, Any]:
    return {
        "actor": work.actor,
        "one": one,
        "typed": form.fields if form is not None else {},
        "error": error,
        "link": None,
        "done": None,
    }


@router.post("/desk/consultations/{consultation_id}/answer")
def answer(request: Request, consultation_id: RowId, form: FilledWithFiles) -> Response:
    """The answer, of whoever is asked or entered for them; the page comes back with the text where it is refused."""
    notice = RecordedNotice()
    try:
        with made_ready(request, form) as ready, writing(request) as work:
            locked, asked = consultations.held(work.session, work.office, consultation_id, work.actor, now=work.now)
            locked.files = ready.batch
            given = Given(
                result=form.text("result") or None, answered_by=form.optional("answered_by"),
                phone=form.optional("phone"),
            )  # fmt: skip
            _require_result(given)
            consultations.answer(locked, asked, form.text("text"), given=given, notify=notice)
            target = _after(locked, "consultation_answered", notice)
    except (Invalid, StepNotAllowed, Unavailable) as error:
        return _again(request, consultation_id, form, error)
    return RedirectResponse(target, status_code=303)


@router.post("/desk/consultations/{consultation_id}/link")
def link(request: Request, consultation_id: RowId) -> Response:
    """A link by which the agency answers without an account; shown once, to be passed on."""
    try:
        with writing(request) as work:
            address, until = consultation_links.give(
                work.session, work.office, consultation_id, work.actor, now=work.now
            )
    except (Invalid, StepNotAllowed) as error:
        return _again(request, consultation_id, Form({}), error)
    with reading(request) as work:
        one = consulted.one(work.session, work.office, work.actor, consultation_id, now=work.now)
        return show(request, "consultation.html", {**_values(work, one), "link": address, "link_until": until})


@router.post("/desk/consultations/{consultation_id}/withdraw")
def withdraw(request: Request, consultation_id: RowId, form: Filled) -> Response:
    """Take a question back."""
    notice = RecordedNotice()
    try:
        with writing(request) as work:
            require_team(work.actor)
            locked, asked = consultations.held(work.session, work.office, consultation_id, work.actor, now=work.now)
            consultations.withdraw(locked, asked, reason=form.optional("reason"), notify=notice)
            target = _after(locked, "consultation_withdrawn", notice)
    except (Invalid, StepNotAllowed) as error:
        return _again(request, consultation_id, form, error)
    return RedirectResponse(target, status_code=303)


def _require_result(given: Given) -> None:
    """The desk asks for it; a program that answers by a note says none."""
    if given.result is None:
        raise Invalid("請選擇會辦的結果。", field="result")


def _after(locked: LockedCase, done: str, notice: RecordedNotice) -> str:
    if locked.actor.may(Permission.ANSWER_QUESTIONS):
        return "/desk?done=answered"
    if not may_read(locked.actor, locked.case):
        return f"/desk/consultations?view=asked&done={done}"
    return f"/desk/cases/{locked.row.number}?done={done}&notice={notice.outcome(locked)}"


def _again(request: Request, consultation_id: int, form: Form, error: OnestopError) -> Response:
    with reading(request) as work:
        status = status_of(error)
        if work.actor.may(Permission.ANSWER_QUESTIONS) and error.code == "question_over":
            number = consulted.number_of(work.session, consultation_id)
            values = {"actor": work.actor, "number": number, "typed": form.text("text"), "error": error}
            return show(request, "asked_over.html", values, status=status)
        one = consulted.one(work.session, work.office, work.actor, consultation_id, now=work.now)
        if work.actor.may(Permission.ANSWER_QUESTIONS):
            values = question_of(work, one.number, form=form, error=error)
            return show(request, "asked_case.html", values, status=status)
        return show(request, "consultation.html", _values(work, one, form, error), status=status)
