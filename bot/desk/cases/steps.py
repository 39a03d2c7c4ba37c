"""The steps of a case as forms: a redirect to the case page after a step, the form again where it is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.cases.case_page import question_of, values_of
from bot.desk.cases.presenter import RecordedNotice
from bot.desk.forms import FilledWithFiles, Form
from bot.runtime import runtime_of
from bot.web.case_steps import CASE_STEPS, ExtensionBody
from bot.web.errors import status_of
from bot.web.templating import show
from bot.web.unit_of_work import reading, writing
from routing.domain.errors import Invalid, NotFound, OnestopError, StaleVersion, StepNotAllowed, Unavailable
from routing.domain.permissions import Permission, may_read
from routing.domain.steps import ADDING
from routing.service.cases import extensions, locked_case, taking_back
from routing.service.cases.locked_case import LockedCase
from routing.service.files.commands import prepared

router = APIRouter()


_DONE: Mapping[str, Callable[[Any], str]] = {
    "reply": lambda body: "reply_closed" if body.close else "reply",
    "approval": lambda body: "approved" if body.approve else "refused",
    "called": lambda body: "called" if body.reached else "call_tried",
    "link": lambda body: "link" if body.relation else "unlink",
    "watch": lambda body: "watch" if body.watched else "unwatch",
    "snooze": lambda body: "snooze" if body.until else "unsnooze",
}
"""Steps that come to one thing or another, as their body says."""


def _done(name: str, locked: LockedCase, body: Any) -> str:
    """The word of the family ``done`` for what a step came to."""
    if name in _DONE:
        return _DONE[name](body)
    if name == "note" and not may_read(locked.actor, locked.case):
        return "answered"
    if name == "extension" and locked.case.pending_extension is None:
        return "extended"
    return name


@router.post("/desk/cases/{number}/{step}")
def take_step(request: Request, number: str, step: str, form: FilledWithFiles) -> Response:
    """One step. Everything it writes is undone if it is refused, and the page comes back with the text."""
    if step not in CASE_STEPS:
        raise NotFound("找不到這個操作。")
    notice = RecordedNotice()
    try:
        with made_ready(request, form) as ready, writing(request) as work:
            version = form.number("version")
            locked = locked_case.change(
                work.session, work.office, number, work.actor, now=work.now, version=version, adding=step in ADDING
            )
            locked.files = ready.batch
            body = CASE_STEPS[step].filled(form)
            notice.given = step == "reply" and body.via is not None and body.via not in locked.office.channels
            if step == "reply" and form.text("undo_shown"):
                taking_back.prefer(work.session, work.actor, wanted=form.text("undo") == "yes")
            unseen = step == "extension" and _date_unseen(locked, body)
            target = None if unseen else _taken(step, body, locked, notice)
    except (Invalid, StepNotAllowed, StaleVersion, Unavailable) as error:
        return again(request, number, step, form, error)
    return again(request, number, step, form) if target is None else RedirectResponse(target, status_code=303)


def _taken(step: str, body: Any, locked: LockedCase, notice: RecordedNotice) -> str:
    """Take the step; gives the address that says so."""
    pending = locked.case.pending_extension
    CASE_STEPS[step].do(locked, body, notice)
    done = _done(step, locked, body)
    if done == "refused" and pending is not None and pending.asked_by == locked.actor.email:
        done = "extension_withdrawn"
    if not may_read(locked.actor, locked.case):
        return f"/desk?done={done}"
    return f"/desk/cases/{locked.row.number}?done={done}&notice={notice.outcome(locked)}"


def _date_unseen(locked: LockedCase, body: ExtensionBody) -> bool:
    """Whether the date that these days come to did not stand on the form; it is shown first then."""
    locked.require("extension")
    found = extensions.preview(locked.office, locked.case, locked.actor, body.days, now=locked.now)
    return body.seen_due_on != found.due_on


@contextmanager
def made_ready(request: Request, form: Form) -> Iterator[Form]:
    """A form whose files were looked into and kept, before the transaction that puts them into the case."""
    if form.refused is not None:
        raise form.refused
    runtime = runtime_of(request)
    with prepared(form.sent, runtime.files, runtime.scanner, secret=runtime.settings.secret_key) as batch:
        yield replace(form, batch=batch)


def again(request: Request, number: str, step: str, form: Form, error: OnestopError | None = None) -> Response:
    """The page of the case with what was typed, after a refused step also with why it was refused."""
    with reading(request) as work:
        if error is not None and work.actor.may(Permission.ANSWER_QUESTIONS) and error.code == "question_over":
            values = {"actor": work.actor, "number": number, "typed": form.fields.get("text", ""), "error": error}
            return show(request, "asked_over.html", values, status=status_of(error))
        if work.actor.may(Permission.ANSWER_QUESTIONS):
            again = question_of(work, number, form=form, error=error)
            return show(request, "asked_case.html", again, status=status_of(error) if error else 200)
        values = values_of(work, number, step=step, form=form, error=error)
        return show(request, "case.html", values, status=status_of(error) if error else 200)
