"""Cases: lists, one whole, and a new one from another channel."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from bot.api.problems import CREATED, PROBLEMS, WITH_VERSION, Number
from bot.api.request_handling import Calling, case_answer, etag, json_response
from bot.api.schemas.cases import Case, CasePage, WholeCase
from bot.api.schemas.requests import CasesQuery, NewCaseBody
from bot.web.bodies import StrictRoute
from bot.web.fields import FirmBody
from bot.web.unit_of_work import Reading, UnitOfWork
from knowledge.calendar.office_calendar import local
from routing.domain.case import Kind
from routing.domain.pagination import MOST
from routing.domain.permissions import Permission
from routing.service.cases import commands as case_commands
from routing.service.cases import consulted, partner_view
from routing.service.cases import queries as case_queries
from routing.service.cases.commands import NewCase
from routing.service.files import queries as file_queries
from routing.service.idempotency import Answer

router = APIRouter(route_class=StrictRoute, tags=["cases"], responses=PROBLEMS)


@router.get("/cases")
def list_cases(work: Reading, query: Annotated[CasesQuery, Query()]) -> CasePage:
    """Cases that fit, newest first."""
    case_queries.check_unit(work.office, query.unit)
    wanted = case_queries.wanted(
        work.actor, today=local(work.now).date(), kind=query.kind, category=query.category, unit=query.unit,
        overdue=query.overdue, waiting_on=query.waiting_on, mark=query.mark, q=query.q,
        unassigned=query.assignee == "none",
        assignee=_assignee(work, query.assignee), deputised=query.assignee == "deputy",
        statuses=tuple(status.value for status in query.status),
    )  # fmt: skip
    if work.actor.may(Permission.ANSWER_QUESTIONS):
        asked = partner_view.page(work.session, work.actor, wanted, limit=query.limit, cursor=query.cursor)
        return CasePage(items=[Case.asked(one) for one in asked.items], next_cursor=asked.next_cursor)
    found = case_queries.list_states(
        work.session, work.office, work.actor, wanted, limit=query.limit, cursor=query.cursor, now=work.now
    )
    return CasePage(items=[Case.of(one) for one in found.items], next_cursor=found.next_cursor)


def _assignee(work: UnitOfWork, asked: str | None) -> str | None:
    if asked in {None, "none", "deputy"}:
        return None
    return work.actor.email if asked == "me" else str(asked).lower()


@router.get("/cases/{number}", response_model=WholeCase, responses=WITH_VERSION)
def one_case(work: Reading, number: Number) -> Response:
    """One case with its messages, events, clock and deliveries, and the steps that the caller may take now.

    For a partner it is the question to its agency in the same shape, with everything else empty.
    """
    if work.actor.may(Permission.ANSWER_QUESTIONS):
        asked = partner_view.one(work.session, work.actor, number)
        found = WholeCase.question(
            asked, file_queries.page(work.session, work.actor, number, limit=MOST, cursor=None).items,
            consulted.one(work.session, work.office, work.actor, asked.consultation, now=work.now),
        )  # fmt: skip
    else:
        found = WholeCase.whole(case_queries.whole(work.session, work.office, work.actor, number, now=work.now))
    return json_response(found, ETag=etag(found.version))


@router.post("/cases", status_code=201, response_model=Case, responses=CREATED)
def new_case(call: Calling, body: NewCaseBody) -> Response:
    """Enter a case that came by telephone, at the counter, by letter, …; it is given to a person at once."""
    return call.once(lambda work: _open(work, body))


def _open(work: UnitOfWork, body: NewCaseBody) -> Answer:
    firm = body.firm if isinstance(body.firm, FirmBody) else FirmBody(name=body.firm)
    new = NewCase(
        channel=body.channel, category=body.category, subject=body.subject or "", text=body.text, topic=body.topic,
        kind=Kind(body.kind), park=body.park, language=body.language, firm_name=firm.name, firm_ubn=firm.ubn,
        contact_name=body.contact, contact_phone=body.phone, received_at=body.received_at or work.now,
        doc_no=body.doc_no, kind_confirmed="kind" in body.model_fields_set,
    )  # fmt: skip
    return case_answer(
        case_commands.open_case(work.session, work.office, new, actor=work.actor, now=work.now), status=201
    )
