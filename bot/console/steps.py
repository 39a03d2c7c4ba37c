"""The steps of a case as forms: post, redirect, see. A refused one shows the form again with what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.console.case_page import question_of, values_of
from bot.console.forms import Filled, Form
from bot.console.telling import Told
from bot.web.errors import status_of
from bot.web.pages import show
from bot.web.work import reading, writing
from routing.domain.case import Kind, Outcome
from routing.domain.errors import Invalid, NotFound, OnestopError, StaleVersion, StepNotAllowed
from routing.domain.permissions import Role, may_read
from routing.service import cases, journal
from routing.service.journal import Open
from routing.service.knowing import secrecy

router = APIRouter()

_Word = TypeVar("_Word", Kind, Outcome)


def _reply(opened: Open, form: Form, told: Told) -> str:
    via = form.text("via") or "line"
    at = None if via == "line" else form.instant("at")
    told.given = via != "line"
    cases.reply(opened, form.text("text"), tell=told, via=via, at=at, doc_no=form.optional("doc_no"))
    return "reply"


def _note(opened: Open, form: Form, told: Told) -> str:
    cases.note(opened, form.text("text"), tell=told)
    return "note" if may_read(opened.actor, opened.case) else "answered"


def _wait_firm(opened: Open, form: Form, told: Told) -> str:
    until = form.day("until")
    kept = until.isoformat() if until else None
    cases.wait(opened, "firm", message=form.text("message"), until=kept, tell=told)
    return "wait_firm"


def _wait_agency(opened: Open, form: Form, told: Told) -> str:
    cases.wait(opened, "agency", message=form.text("message"), agency=form.optional("agency"), tell=told)
    return "wait_agency"


def _resume(opened: Open, _form: Form, told: Told) -> str:
    cases.resume(opened, tell=told)
    return "resume"


def _extension(opened: Open, form: Form, told: Told) -> str:
    cases.ask_extension(opened, form.number("days"), reason=form.text("reason"), tell=told)
    return "extension" if opened.case.pending_extension is not None else "extended"


def _approval(opened: Open, form: Form, told: Told) -> str:
    approve = form.text("approve") == "yes"
    cases.decide_extension(opened, approve=approve, note=form.text("note"), tell=told)
    return "approved" if approve else "refused"


def _assignment(opened: Open, form: Form, told: Told) -> str:
    cases.assign(opened, form.optional("assignee"), tell=told)
    return "assignment"


def _category(opened: Open, form: Form, told: Told) -> str:
    cases.change_category(
        opened, form.text("category"), topic=form.optional("topic"), reason=form.text("reason"), tell=told
    )
    return "category"


def _kind(opened: Open, form: Form, told: Told) -> str:
    kind = _choice(Kind, form.text("kind"), "kind", "請選擇案件性質。")
    cases.change_kind(opened, kind, filed_at=form.instant("filed_at"), reason=form.text("reason"), tell=told)
    return "kind"


def _close(opened: Open, form: Form, told: Told) -> str:
    outcome = _choice(Outcome, form.text("outcome"), "outcome", "請選擇辦理結果。")
    cases.close(opened, outcome, summary=form.text("summary"), tell=told)
    return "close"


def _reopen(opened: Open, form: Form, told: Told) -> str:
    cases.reopen(opened, reason=form.text("reason"), tell=told)
    return "reopen"


def _confidential(opened: Open, form: Form, _told: Told) -> str:
    secrecy.set_confidential(opened, confidential=form.text("confidential") == "yes")
    return "confidential"


def _choice(words: type[_Word], value: str, field: str, hint: str) -> _Word:
    try:
        return words(value)
    except ValueError:
        raise Invalid(hint, field=field) from None


STEPS: dict[str, Callable[[Open, Form, Told], str]] = {
    "reply": _reply, "note": _note, "wait_firm": _wait_firm, "wait_agency": _wait_agency, "resume": _resume,
    "extension": _extension, "approval": _approval, "assignment": _assignment, "category": _category, "kind": _kind,
    "close": _close, "reopen": _reopen, "confidential": _confidential,
}  # fmt: skip


@router.post("/desk/cases/{number}/{step}")
def take_step(request: Request, number: str, step: str, form: Filled) -> Response:
    """One step. Everything it writes is undone if it is refused, and the page comes back with the text."""
    if step not in STEPS:
        raise NotFound("找不到這個操作。")
    told = Told()
    try:
        with writing(request) as work:
            version = form.number("version")
            opened = journal.change(work.session, work.desk, number, work.actor, now=work.now, version=version)
            done = STEPS[step](opened, form, told)
            target = f"/desk/cases/{number}?done={done}&told={told.outcome(opened)}"
            if not may_read(work.actor, opened.case):
                target = f"/desk?done={done}"
    except (Invalid, StepNotAllowed, StaleVersion) as error:
        return _again(request, number, step, form, error)
    return RedirectResponse(target, status_code=303)


def _again(request: Request, number: str, step: str, form: Form, error: OnestopError) -> Response:
    with reading(request) as work:
        if work.actor.role is Role.PARTNER:
            again = question_of(work, number, form=form, error=error)
            return show(request, "asked_case.html", again, status=status_of(error))
        values = values_of(work, number, step=step, form=form, error=error)
        return show(request, "case.html", values, status=status_of(error))
