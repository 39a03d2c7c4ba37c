"""Drafts by a language model (AI 輔助草擬): asked for, read and discarded; and the register with its switch.

Nothing here sends: a draft's words go out as a message only where somebody sends them (``POST …/messages``).
"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from bot.api.problems import CONFLICTS, PROBLEMS, Number
from bot.api.request_handling import Calling, json_answer
from bot.api.schemas.assistance import (
    Assistance,
    AssistanceBody,
    AssistanceList,
    AssistanceMade,
    AssistRegister,
    DecisionBody,
)
from bot.runtime import runtime_of
from bot.web import assisting
from bot.web.bodies import StrictRoute
from bot.web.unit_of_work import Reading, RowId, UnitOfWork
from routing.service.assist import switch, using
from routing.service.idempotency import Answer

router = APIRouter(route_class=StrictRoute, tags=["assistance"], responses=PROBLEMS)


@router.post("/cases/{number}/assistance", status_code=201, response_model=AssistanceMade, responses=CONFLICTS)
def ask(call: Calling, number: Number, body: AssistanceBody) -> Response:
    """Ask the model for a draft, a summary or a translation; 503 while it does not answer. Nothing is sent to a firm.

    The answer names the draft; its words are read by ``GET``, so that they stand nowhere else.
    """
    given = call.first()
    if given is not None:
        return given
    output_id = assisting.ask(call.request, number, body.wanted())
    where = f"/api/v1/cases/{number}/assistance/{output_id}"
    return call.once(lambda _work: json_answer(AssistanceMade(id=output_id), status=201, headers={"Location": where}))


@router.get("/cases/{number}/assistance")
def listing(work: Reading, number: Number) -> AssistanceList:
    """What was asked in a case; the words for whoever asked and for leaders, while it is on."""
    found = using.of_case(work.session, work.actor, number, endpoint=work.runtime.settings.llm_endpoint)
    return AssistanceList(items=[Assistance.of(one) for one in found])


@router.get("/cases/{number}/assistance/{output_id}")
def one(work: Reading, number: Number, output_id: RowId) -> Assistance:
    """One of them."""
    endpoint = work.runtime.settings.llm_endpoint
    return Assistance.of(using.one_of(work.session, work.actor, number, output_id, endpoint=endpoint))


@router.post("/cases/{number}/assistance/{output_id}/discard", response_model=AssistanceMade, responses=CONFLICTS)
def discard(call: Calling, number: Number, output_id: RowId) -> Response:
    """Put a draft aside; that there was one stays."""

    def do(work: UnitOfWork) -> Answer:
        endpoint = work.runtime.settings.llm_endpoint
        using.discard(work.session, work.actor, number, output_id, endpoint=endpoint, now=work.now)
        return json_answer(AssistanceMade(id=output_id))

    return call.once(do)


@router.get("/assistance")
def register(work: Reading) -> AssistRegister:
    """The register: which model, where, for what, since when, who decided, and what became of it."""
    endpoint = work.runtime.settings.llm_endpoint
    return AssistRegister.of(switch.register(work.session, work.actor, endpoint))


@router.post("/assistance/decision", response_model=AssistRegister, responses=CONFLICTS)
def decide(call: Calling, body: DecisionBody) -> Response:
    """Turn it on or off. Off holds at once, also for what is under way."""

    def do(work: UnitOfWork) -> Answer:
        endpoint = runtime_of(call.request).settings.llm_endpoint
        switch.decide(work.session, work.actor, endpoint, on=body.on, reason=body.reason, now=work.now)
        return json_answer(AssistRegister.of(switch.register(work.session, work.actor, endpoint)))

    return call.once(do)
