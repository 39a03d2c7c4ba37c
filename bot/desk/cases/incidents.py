"""Incidents at the desk: the list, one of them, its cases, one answer to all with a look at whom it reaches first."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.cases.presenter import RecordedNotice
from bot.desk.forms import Filled, Form
from bot.web.errors import status_of
from bot.web.templating import show
from bot.web.unit_of_work import Reading, RowId, UnitOfWork, reading, writing
from bot.web.words import CHOICES, WORDS
from knowledge.calendar.office_calendar import local
from knowledge.vocabulary import FOREIGN_LANGUAGES
from routing.domain.case import Outcome
from routing.domain.errors import Forbidden, Invalid, OnestopError, StaleVersion, StepNotAllowed
from routing.domain.permissions import require_team
from routing.service.incidents import commands, queries
from routing.service.incidents.commands import CaseResult, HeldIncident, NewIncident

router = APIRouter()

_PAGE = 50
_STATES = {"open": True, "closed": False, "any": None}
_APART = re.compile(r"[\s、，,;；]+")


@router.get("/desk/incidents")
def list_page(request: Request, work: Reading, state: str = "open", cursor: str = "") -> Response:
    """Incidents, those that go on first asked for; with a form for a new one, and what is likely one."""
    return show(request, "incidents.html", _list_values(work, state=state, cursor=cursor))


def _list_values(
    work: UnitOfWork, *, state: str = "open", cursor: str = "", form: Form | None = None,
    error: OnestopError | None = None,
) -> dict[str, Any]:  # fmt: skip
    require_team(work.actor)
    state = state if state in _STATES else "open"
    found = queries.page(work.session, work.actor, is_open=_STATES[state], limit=_PAGE, cursor=cursor or None)
    return {
        "actor": work.actor, "rows": found.items, "state": state, "error": error, "done": None,
        "typed": form.fields if form is not None else {}, "parks": [one.name for one in work.office.offices.own_parks],
        "suggestions": queries.offered(work.session, work.actor, now=work.now),
        "next": urlencode({"state": state, "cursor": found.next_cursor}) if found.next_cursor else None,
        "first": urlencode({"state": state}) if cursor else None,
    }  # fmt: skip


@router.post("/desk/incidents")
def open_incident(request: Request, form: Filled) -> Response:
    """A new one, with cases if any are named."""
    try:
        with writing(request) as work:
            new = NewIncident(
                title=form.text("title"), parks=tuple(_apart(form.text("parks"))), alert=_alert(form),
                text=form.text("text"),
            )  # fmt: skip
            held = commands.open_incident(
                work.session, work.office, new, actor=work.actor, now=work.now, notify=RecordedNotice()
            )
            numbers = _apart(form.text("numbers"))
            if numbers:
                commands.add(held, numbers)
            target, results = held.row.id, held.results
    except (Invalid, StepNotAllowed) as error:
        with reading(request) as work:
            values = _list_values(work, form=form, error=error)
            return show(request, "incidents.html", values, status=status_of(error))
    if any(not one.done for one in results):
        return _shown(request, target, results=results, done="incident")
    return RedirectResponse(f"/desk/incidents/{target}?done=incident", status_code=303)


def _alert(form: Form) -> str | None:
    chosen = form.optional("alert")
    if chosen is not None and chosen not in CHOICES["incident_alert"]:
        raise Invalid("請選擇種類。", field="alert")
    return chosen


def _apart(written: str) -> list[str]:
    return [one for one in _APART.split(written) if one]


@router.get("/desk/incidents/{incident_id}")
def one_page(request: Request, work: Reading, incident_id: RowId, done: str = "") -> Response:
    """One incident."""
    return show(request, "incident.html", _values(work, incident_id) | {"done": WORDS["done"].get(done)})


def _values(work: UnitOfWork, incident_id: int) -> dict[str, Any]:
    return {
        "actor": work.actor, "today": local(work.now).date(), "results": [], "hidden_now": 0, "kind": "", "typed": {},
        "error": None, "checked": False, "done": None,
        "one": queries.whole(work.session, work.office, work.actor, incident_id, now=work.now),
    }  # fmt: skip


def _shown(
    request: Request, incident_id: int, *, results: list[CaseResult], done: str, hidden: int = 0, kind: str = ""
) -> Response:
    """The page with what came of each case; the step is done, and is not done again by loading the page anew."""
    with reading(request) as work:
        values = _values(work, incident_id)
        values |= {"results": results, "done": WORDS["done"][done], "hidden_now": hidden, "kind": kind}
        return show(request, "incident.html", values)


@router.post("/desk/incidents/{incident_id}/cases")
def add_cases(request: Request, incident_id: RowId, form: Filled) -> Response:
    """Put cases into it."""
    return _change(
        request, incident_id, form, lambda held: commands.add(held, _apart(form.text("numbers"))), "incident_cases"
    )


@router.post("/desk/incidents/{incident_id}/take-out")
def take_out(request: Request, incident_id: RowId, form: Filled) -> Response:
    """Take a case out again."""
    return _change(
        request, incident_id, form, lambda held: commands.take_out(held, form.text("number")), "incident_out"
    )


@router.post("/desk/incidents/{incident_id}/messages")
def answer(request: Request, incident_id: RowId, form: Filled) -> Response:
    """One answer to all; ``look``: only shown, with whom it reaches."""
    if form.text("look"):
        with reading(request) as work:
            values = _values(work, incident_id) | {"typed": form.fields, "checked": bool(form.text("text"))}
            return show(request, "incident.html", values)
    return _change(
        request, incident_id, form,
        lambda held: commands.answer(held, form.text("text"), translations=_translations(form)), "incident_answered",
    )  # fmt: skip


@router.post("/desk/incidents/{incident_id}/close")
def close(request: Request, incident_id: RowId, form: Filled) -> Response:
    """Close all of its cases, and it, if none is left."""

    def do(held: HeldIncident) -> None:
        outcome = next((one for one in Outcome if one.value == form.text("outcome")), None)
        if outcome is None:
            raise Invalid("請選擇辦理結果。", field="outcome")
        commands.close(held, outcome, form.text("summary"), translations=_translations(form))

    return _change(request, incident_id, form, do, "incident_closed")


def _translations(form: Form) -> dict[str, str]:
    return {code.value: form.text(code.value) for code in FOREIGN_LANGUAGES if form.text(code.value)}


def _change(
    request: Request, incident_id: int, form: Form, do: Callable[[HeldIncident], None], done: str
) -> Response:  # fmt: skip
    """Take a step. What could not be done in single cases is shown; a refused step brings its text back."""
    try:
        with writing(request) as work:
            held = commands.hold(
                work.session, work.office, incident_id, actor=work.actor, now=work.now, notify=RecordedNotice(),
                version=form.number("version") if form.text("version") else None,
            )  # fmt: skip
            do(held)
            results, hidden = held.results, held.hidden
            left = done == "incident_closed" and held.row.closed_at is None
    except (Invalid, StepNotAllowed, StaleVersion, Forbidden) as error:
        with reading(request) as work:
            values = _values(work, incident_id) | {"typed": form.fields, "error": error}
            return show(request, "incident.html", values, status=status_of(error))
    if hidden or any(not one.done for one in results):
        kind = "told" if done in {"incident_answered", "incident_closed"} else ""
        return _shown(
            request, incident_id, results=results, done="incident_left" if left else done, hidden=hidden, kind=kind
        )
    return RedirectResponse(f"/desk/incidents/{incident_id}?done={done}", status_code=303)
