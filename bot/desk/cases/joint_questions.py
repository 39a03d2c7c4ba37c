"""合併會辦: one question about many cases, from ticks in the list or from an incident."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.cases.bulk import picked_of
from bot.desk.cases.presenter import RecordedNotice
from bot.desk.forms import Filled, Form
from bot.web.case_forms import consult_form
from bot.web.case_steps import ConsultBody, question_of
from bot.web.errors import status_of
from bot.web.templating import show
from bot.web.unit_of_work import UnitOfWork, reading, writing
from routing.domain.errors import Invalid
from routing.domain.permissions import require_team
from routing.service.cases import joint_questions
from routing.service.cases import queries as case_queries

router = APIRouter()


@router.post("/desk/consultations/together")
def together(request: Request, form: Filled) -> Response:
    """The form with the cases that were ticked; sent, the question. What was refused keeps its tick and the words."""
    picked = picked_of(form)
    if not form.text("ask"):
        with reading(request) as work:
            return _shown(request, work, form, picked)
    try:
        with writing(request) as work:
            question = question_of(ConsultBody.model_construct(**consult_form(form)))
            asked = joint_questions.ask(
                work.session, work.office, work.actor, picked, question, notify=RecordedNotice(), now=work.now
            )
    except Invalid as error:
        with reading(request) as work:
            return _shown(request, work, form, picked, error=error)
    if all(one.done for one in asked.results):
        return RedirectResponse(f"/desk/consultations/{asked.consultation}?done=consult", status_code=303)
    failed = {one.number: one.version for one in asked.results if not one.done and one.version is not None}
    with reading(request) as work:
        return _shown(request, work, form, failed, asked=asked)


def _shown(
    request: Request, work: UnitOfWork, form: Form, picked: dict[str, int], *, error: Invalid | None = None,
    asked: joint_questions.Asked | None = None,
) -> Response:  # fmt: skip
    require_team(work.actor)
    if not picked and asked is None and error is None:
        error = Invalid("請勾選案件。", field="numbers")
    narrow = case_queries.wanted(work.actor, today=work.now.date(), view="all", numbers=tuple(picked))
    found = case_queries.list_cases(
        work.session, work.office, work.actor, narrow, limit=joint_questions.MOST, cursor=None, now=work.now
    )
    values: dict[str, Any] = {
        "actor": work.actor, "lines": found.items if picked else [], "typed": form.fields, "error": error,
        "asked": asked, "agencies": work.office.offices.agencies, "units": work.office.offices.units,
    }  # fmt: skip
    return show(request, "consult_together.html", values, status=status_of(error) if error else 200)
