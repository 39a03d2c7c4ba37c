"""Consultations (會辦): asking agencies and units, their answers, taking a question back, and the list of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from bot.api.problems import CHANGED, CREATED, PROBLEMS, WITH_VERSION, Number
from bot.api.request_handling import Calling, etag, json_answer, json_response
from bot.api.schemas.consultations import (
    AnswerBody,
    Consultation,
    ConsultationPage,
    ConsultationsQuery,
    JointAsked,
    JointBody,
    WithdrawalBody,
)
from bot.web.bodies import StrictRoute
from bot.web.case_steps import ConsultBody, question_of
from bot.web.unit_of_work import Reading, RowId, UnitOfWork
from knowledge.calendar.office_calendar import local
from routing.domain.permissions import require_team
from routing.service.cases import consultations, consulted, joint_questions, locked_case
from routing.service.cases.consultations import Given
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.notifying import push
from routing.service.idempotency import Answer

router = APIRouter(route_class=StrictRoute, tags=["consultations"], responses=PROBLEMS)


@router.get("/consultations")
def list_consultations(work: Reading, query: Annotated[ConsultationsQuery, Query()]) -> ConsultationPage:
    """Consultations that fit, newest first; a partner's are those that wait for its agency's answer, and no others."""
    narrow = consulted.wanted(
        work.actor, view=query.view, is_open=query.open, agency=query.agency,
        unit=query.unit, number=query.number, overdue_on=local(work.now).date() if query.overdue else None,
    )  # fmt: skip
    found = consulted.page(
        work.session, work.office, work.actor, narrow, limit=query.limit, cursor=query.cursor, now=work.now
    )
    return ConsultationPage(items=[Consultation.of(one) for one in found.items], next_cursor=found.next_cursor)


@router.get("/consultations/{consultation_id}", response_model=Consultation, responses=WITH_VERSION)
def one_consultation(work: Reading, consultation_id: RowId) -> Response:
    """One consultation."""
    found = Consultation.of(consulted.one(work.session, work.office, work.actor, consultation_id, now=work.now))
    return json_response(found, ETag=etag(found.version))


@router.post("/cases/{number}/consultations", status_code=201, response_model=Consultation, responses=CREATED)
def consult(call: Calling, number: Number, body: ConsultBody) -> Response:
    """Ask an agency or a unit (會辦); several may be asked at once. The clock runs on."""

    def step(work: UnitOfWork) -> Answer:
        locked = locked_case.change(
            work.session, work.office, number, work.actor, now=work.now, shown=call.versions_shown
        )
        call.check_version(locked)
        asked = consultations.ask(locked, question_of(body), notify=push)
        return _told(locked, asked.no, status=201)

    return call.once(step)


@router.post("/consultations", status_code=201, response_model=JointAsked)
def consult_together(call: Calling, body: JointBody) -> Response:
    """Ask an agency or a unit once about many cases; one answer reaches them all, each waits by itself.

    What is refused in one case (another unit's, closed, confidential, asked already) is told and stops no other.
    """

    def step(work: UnitOfWork) -> Answer:
        numbers: dict[str, int | None] = dict.fromkeys((one.strip().upper() for one in body.numbers), None)
        asked = joint_questions.ask(
            work.session, work.office, work.actor, numbers, question_of(body), notify=push, now=work.now
        )
        place = {"Location": f"/api/v1/consultations/{asked.consultation}"} if asked.consultation else {}
        return json_answer(JointAsked.of(asked), status=201, headers=place)

    return call.once(step)


@router.post("/consultations/{consultation_id}/answer", response_model=Consultation, responses=CHANGED)
def answer(call: Calling, consultation_id: RowId, body: AnswerBody) -> Response:
    """Answer a consultation; the last answer of a case ends ``waiting_agency``. The words stay among staff.

    Whoever is asked answers. Who writes the case enters it for them, as told by telephone (``answered_by``, ``phone``).
    """

    def step(work: UnitOfWork) -> Answer:
        locked, asked = consultations.held(work.session, work.office, consultation_id, work.actor, now=work.now)
        call.check_version(locked)
        given = Given(result=body.result, answered_by=body.answered_by, phone=body.phone)
        consultations.answer(locked, asked, body.text, given=given, notify=push)
        return _told(locked, asked.no)

    return call.once(step)


@router.post("/consultations/{consultation_id}/withdrawal", response_model=Consultation, responses=CHANGED)
def withdraw(call: Calling, consultation_id: RowId, body: WithdrawalBody | None = None) -> Response:
    """Take a question back that is needed no more; if no other waits for its answer, work goes on."""

    def step(work: UnitOfWork) -> Answer:
        require_team(work.actor)
        locked, asked = consultations.held(work.session, work.office, consultation_id, work.actor, now=work.now)
        call.check_version(locked)
        consultations.withdraw(locked, asked, reason=body.reason if body else None, notify=push)
        return _told(locked, asked.no)

    return call.once(step)


def _told(locked: LockedCase, no: int, *, status: int = 200) -> Answer:
    found = Consultation.of(consulted.after(locked, no))
    headers = {"ETag": etag(found.version)}
    if status == 201:
        headers["Location"] = f"/api/v1/consultations/{found.id}"
    return json_answer(found, status=status, headers=headers)
