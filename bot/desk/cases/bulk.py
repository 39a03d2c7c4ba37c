"""Assigning, watching and closing many cases from the list; the page then names what could not be done, and why."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.cases.presenter import RecordedNotice
from bot.desk.forms import Filled, Form
from bot.web.errors import status_of
from bot.web.templating import show
from bot.web.unit_of_work import reading, writing
from bot.web.words import WORDS
from routing.domain.case import Outcome
from routing.domain.errors import Invalid
from routing.domain.permissions import require_team
from routing.service.cases import bulk
from routing.service.cases.bulk import Came, Do

router = APIRouter()
_PICK = "pick."


@router.post("/desk/bulk")
def take(request: Request, form: Filled) -> Response:
    """One step in every case that was ticked."""
    deed = form.text("deed")
    came: list[Came] = []
    error: Invalid | None = None
    try:
        with writing(request) as work:
            require_team(work.actor)
            came = bulk.each(
                work.session, work.office, work.actor, _picked(form), _do(form, deed), action=deed, now=work.now
            )
    except Invalid as refused:
        error = refused
    with reading(request) as work:
        values = {
            "actor": work.actor, "came": came, "deed": deed, "error": error, "back": form.text("back"),
            "done": sum(one.done for one in came),
        }  # fmt: skip
        return show(request, "bulk.html", values, status=status_of(error) if error else 200)


def _picked(form: Form) -> dict[str, int]:
    """The cases that were ticked, each with the version that stood in the list."""
    ticked = {name.removeprefix(_PICK): value for name, value in form.fields.items() if name.startswith(_PICK)}
    return {number: int(value) for number, value in ticked.items() if value.isascii() and value.isdigit()}


def _do(form: Form, deed: str) -> Do:
    if deed not in WORDS["bulk"]:
        raise Invalid("請選擇要辦理的事項。", field="deed")
    reason = form.text("reason")
    if deed == "assign":
        email = form.optional("assignee")
        if email is None:
            raise Invalid("請選擇承辦人。", field="assignee")
        return bulk.assigning(email, reason, RecordedNotice())
    if deed == "close":
        outcome = next((one for one in Outcome if one.value == form.text("outcome")), None)
        if outcome is None:
            raise Invalid("請選擇辦理結果。", field="outcome")
        return bulk.closing(outcome, reason, RecordedNotice())
    return bulk.watching(reason, watched=deed == "watch")
