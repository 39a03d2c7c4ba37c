"""What the firm of a case answers to its question set, entered by an officer."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.cases.steps import again
from bot.desk.forms import Filled, Form
from bot.web.unit_of_work import writing
from routing.domain.errors import Invalid, StaleVersion, StepNotAllowed, Unavailable
from routing.service.cases import locked_case
from routing.service.question_sets import asking

router = APIRouter()


@router.post("/desk/cases/{number}/answers")
def enter_answers(request: Request, number: str, form: Filled) -> Response:
    """Enter or change what the firm of a case answers to its question set."""
    try:
        with writing(request) as work:
            locked = locked_case.change(
                work.session, work.office, number, work.actor, now=work.now, version=form.number("version")
            )
            asking.enter(locked, _given(form))
    except (Invalid, StepNotAllowed, StaleVersion, Unavailable) as error:
        return again(request, number, "answers", form, error)
    return RedirectResponse(f"/desk/cases/{number}?done=answers#questions", status_code=303)


def _given(form: Form) -> dict[str, str]:
    return {name.removeprefix("answer."): value for name, value in form.fields.items() if name.startswith("answer.")}
