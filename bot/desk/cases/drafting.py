"""Approving an answer that somebody else has written (陳核), or sending it back, from the page of its case."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.cases.presenter import RecordedNotice
from bot.desk.cases.steps import again
from bot.desk.forms import Filled
from bot.web.unit_of_work import RowId, writing
from routing.domain.errors import Invalid, StaleVersion, StepNotAllowed
from routing.service.cases import drafting, locked_case

router = APIRouter()
_DONE = {"approved": "draft_approved", "returned": "draft_returned", "withdrawn": "draft_withdrawn"}


@router.post("/desk/cases/{number}/drafts/{draft_id}/approval")
def decide(request: Request, number: str, draft_id: RowId, form: Filled) -> Response:
    """Approve and send, or send back with a note; the page comes back with what was typed if it is refused."""
    notice = RecordedNotice()
    try:
        with writing(request) as work:
            locked = locked_case.change(
                work.session, work.office, number, work.actor, now=work.now, version=form.number("version")
            )
            approve = form.text("approve") == "yes"
            row = drafting.decide(
                locked, draft_id, approve=approve, note=form.text("note"), notify=notice,
                text=form.optional("text") if approve else None,
            )  # fmt: skip
            told = f"&notice={notice.outcome(locked)}" if approve else ""
    except (Invalid, StaleVersion, StepNotAllowed) as error:
        return again(request, number, "draft_approval", form, error)
    return RedirectResponse(f"/desk/cases/{number}?done={_DONE[row.state]}{told}", status_code=303)
