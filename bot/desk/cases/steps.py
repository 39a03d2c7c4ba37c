"""The steps of a case as forms: a redirect to the case page after a step, the form again where it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.cases.case_page import question_of, values_of
from bot.desk.cases.presenter import RecordedNotice
from bot.desk.forms import Filled, Form
from bot.web.errors import status_of
from bot.web.templating import show
from bot.web.unit_of_work import reading, writing
from routing.domain.case import Kind, Outcome
from routing.domain.errors import Invalid, NotFound, OnestopError, StaleVersion, StepNotAllowed
from routing.domain.permissions import Permission, may_read
from routing.service.cases import commands as case_commands
from routing.service.cases import locked_case, satisfaction
from routing.service.cases.locked_case import LockedCase
from routing.service.knowledge_admin import confidentiality

router = APIRouter()

_Word = TypeVar("_Word", Kind, Outcome)


def _reply(locked: LockedCase, form: Form, notice: RecordedNotice) -> str:
    via = form.optional("via")
    notice.given = via is not None and via not in locked.office.channels
    at = form.instant("at") if notice.given else None
    case_commands.reply(
        locked, form.text("text"), notify=notice, via=via, at=at, doc_no=form.optional("doc_no"),
        translation=form.optional("translation"),
    )  # fmt: skip
    return "reply"


def _note(locked: LockedCase, form: Form, notice: RecordedNotice) -> str:
    case_commands.note(locked, form.text("text"), notify=notice)
    return "note" if may_read(locked.actor, locked.case) else "answered"


def _wait_firm(locked: LockedCase, form: Form, notice: RecordedNotice) -> str:
    until = form.day("until")
    kept = until.isoformat() if until else None
    case_commands.wait(
        locked,
        "firm",
        message=form.text("message"),
        until=kept,
        notify=notice,
        translation=form.optional("translation"),
    )
    return "wait_firm"


def _wait_agency(locked: LockedCase, form: Form, notice: RecordedNotice) -> str:
    case_commands.wait(locked, "agency", message=form.text("message"), agency=form.optional("agency"), notify=notice)
    return "wait_agency"


def _resume(locked: LockedCase, _form: Form, notice: RecordedNotice) -> str:
    case_commands.resume(locked, notify=notice)
    return "resume"


def _extension(locked: LockedCase, form: Form, notice: RecordedNotice) -> str:
    case_commands.ask_extension(
        locked, form.number("days"), reason=form.text("reason"), notify=notice, translation=form.optional("translation")
    )
    return "extension" if locked.case.pending_extension is not None else "extended"


def _approval(locked: LockedCase, form: Form, notice: RecordedNotice) -> str:
    approve = form.text("approve") == "yes"
    case_commands.decide_extension(locked, approve=approve, note=form.text("note"), notify=notice)
    return "approved" if approve else "refused"


def _assignment(locked: LockedCase, form: Form, notice: RecordedNotice) -> str:
    case_commands.assign(locked, form.optional("assignee"), notify=notice)
    return "assignment"


def _category(locked: LockedCase, form: Form, notice: RecordedNotice) -> str:
    case_commands.change_category(
        locked, form.text("category"), topic=form.optional("topic"), reason=form.text("reason"), notify=notice
    )
    return "category"


def _kind(locked: LockedCase, form: Form, notice: RecordedNotice) -> str:
    kind = _choice(Kind, form.text("kind"), "kind", "請選擇案件性質。")
    case_commands.change_kind(
        locked, kind, filed_at=form.instant("filed_at"), reason=form.text("reason"), notify=notice
    )
    return "kind"


def _close(locked: LockedCase, form: Form, notice: RecordedNotice) -> str:
    outcome = _choice(Outcome, form.text("outcome"), "outcome", "請選擇辦理結果。")
    case_commands.close(
        locked, outcome, summary=form.text("summary"), notify=notice, translation=form.optional("translation")
    )
    return "close"


def _reopen(locked: LockedCase, form: Form, notice: RecordedNotice) -> str:
    case_commands.reopen(locked, reason=form.text("reason"), notify=notice)
    return "reopen"


def _rating(locked: LockedCase, form: Form, _notice: RecordedNotice) -> str:
    satisfaction.enter(locked, form.number("score"), via=form.text("via"), reason=form.text("text"))
    return "rating"


def _confidential(locked: LockedCase, form: Form, _notice: RecordedNotice) -> str:
    confidentiality.set_confidential(locked, confidential=form.text("confidential") == "yes")
    return "confidential"


def _choice(words: type[_Word], value: str, field: str, hint: str) -> _Word:
    try:
        return words(value)
    except ValueError:
        raise Invalid(hint, field=field) from None


STEPS: dict[str, Callable[[LockedCase, Form, RecordedNotice], str]] = {
    "reply": _reply, "note": _note, "wait_firm": _wait_firm, "wait_agency": _wait_agency, "resume": _resume,
    "extension": _extension, "approval": _approval, "assignment": _assignment, "category": _category, "kind": _kind,
    "close": _close, "reopen": _reopen, "confidential": _confidential, "rating": _rating,
}  # fmt: skip


@router.post("/desk/cases/{number}/{step}")
def take_step(request: Request, number: str, step: str, form: Filled) -> Response:
    """One step. Everything it writes is undone if it is refused, and the page comes back with the text."""
    if step not in STEPS:
        raise NotFound("找不到這個操作。")
    notice = RecordedNotice()
    try:
        with writing(request) as work:
            version = form.number("version")
            locked = locked_case.change(work.session, work.office, number, work.actor, now=work.now, version=version)
            done = STEPS[step](locked, form, notice)
            target = f"/desk/cases/{number}?done={done}&notice={notice.outcome(locked)}"
            if not may_read(work.actor, locked.case):
                target = f"/desk?done={done}"
    except (Invalid, StepNotAllowed, StaleVersion) as error:
        return _again(request, number, step, form, error)
    return RedirectResponse(target, status_code=303)


def _again(request: Request, number: str, step: str, form: Form, error: OnestopError) -> Response:
    with reading(request) as work:
        if work.actor.may(Permission.ANSWER_QUESTIONS):
            again = question_of(work, number, form=form, error=error)
            return show(request, "asked_case.html", again, status=status_of(error))
        values = values_of(work, number, step=step, form=form, error=error)
        return show(request, "case.html", values, status=status_of(error))
