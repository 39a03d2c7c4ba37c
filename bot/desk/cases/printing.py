"""One case on paper (案件處理紀錄單): A4, with the office's name, a line for seals and numbered pages."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.cases import presenter
from bot.web.templating import show
from bot.web.unit_of_work import Reading
from knowledge.calendar.office_calendar import local
from routing.domain.errors import NotFound
from routing.domain.permissions import Permission
from routing.service.cases import queries as case_queries
from routing.service.question_sets import asking

router = APIRouter()


@router.get("/desk/cases/{number}/print")
def sheet(request: Request, work: Reading, number: str, notes: bool = False) -> Response:
    """The sheet of a case; ``notes``: with what staff wrote among themselves."""
    if work.actor.may(Permission.ANSWER_QUESTIONS):
        raise NotFound(f"查無案件 {number}。")
    whole = case_queries.whole(work.session, work.office, work.actor, number, now=work.now)
    merged = case_queries.merged(work.session, work.office, work.actor, number)
    case = whole.case
    said = [one for one in presenter.conversation(whole, merged) if notes or one.side != "note"]
    return show(request, "case_print.html", {
        "actor": work.actor, "now": work.now, "today": local(work.now).date(), "whole": whole, "case": case,
        "row": whole.row, "reading": whole.reading, "conversation": said, "notes": notes,
        "history": presenter.history(whole.events, whole.names, work.office),
        "consultations": whole.consultations,
        "asked": asking.of_case(work.session, work.office, work.actor, number),
        "referred_to": presenter.agency_name(case.closed.agency if case.closed else None, work.office),
    })  # fmt: skip
