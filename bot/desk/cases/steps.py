"""The steps of a case as forms: a redirect to the case page after a step, the form again where it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.cases.case_page import question_of, values_of
from bot.desk.cases.presenter import RecordedNotice
from bot.desk.forms import FilledWithFiles, Form
from bot.runtime import runtime_of
from bot.web.case_steps import CASE_STEPS
from bot.web.errors import status_of
from bot.web.templating import show
from bot.web.unit_of_work import reading, writing
from routing.domain.errors import Invalid, NotFound, OnestopError, StaleVersion, StepNotAllowed, Unavailable
from routing.domain.permissions import Permission, may_read
from routing.service.cases import locked_case
from routing.service.cases.locked_case import LockedCase
from routing.service.files.commands import prepared

router = APIRouter()


def _done(name: str, locked: LockedCase, body: Any) -> str:
    """The word of the family ``done`` for what a step came to."""
    if name == "approval":
        return "approved" if body.approve else "refused"
    if name == "called" and not body.reached:
        return "call_tried"
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
            locked = locked_case.change(work.session, work.office, number, work.actor, now=work.now, version=version)
            locked.files = ready.batch
            body = CASE_STEPS[step].filled(form)
            notice.given = step == "reply" and body.via is not None and body.via not in locked.office.channels
            CASE_STEPS[step].do(locked, body, notice)
            done = _done(step, locked, body)
            target = f"/desk/cases/{number}?done={done}&notice={notice.outcome(locked)}"
            if not may_read(work.actor, locked.case):
                target = f"/desk?done={done}"
    except (Invalid, StepNotAllowed, StaleVersion, Unavailable) as error:
        return again(request, number, step, form, error)
    return RedirectResponse(target, status_code=303)


@contextmanager
def made_ready(request: Request, form: Form) -> Iterator[Form]:
    """A form whose files were looked into and kept, before the transaction that puts them into the case."""
    if form.refused is not None:
        raise form.refused
    runtime = runtime_of(request)
    with prepared(form.sent, runtime.files, runtime.scanner, secret=runtime.settings.secret_key) as batch:
        yield replace(form, batch=batch)


def again(request: Request, number: str, step: str, form: Form, error: OnestopError) -> Response:
    """The page of the case after a refused step, with what was typed and why it was refused."""
    with reading(request) as work:
        if work.actor.may(Permission.ANSWER_QUESTIONS) and error.code == "question_over":
            values = {"actor": work.actor, "number": number, "typed": form.fields.get("text", ""), "error": error}
            return show(request, "asked_over.html", values, status=status_of(error))
        if work.actor.may(Permission.ANSWER_QUESTIONS):
            again = question_of(work, number, form=form, error=error)
            return show(request, "asked_case.html", again, status=status_of(error))
        values = values_of(work, number, step=step, form=form, error=error)
        return show(request, "case.html", values, status=status_of(error))
