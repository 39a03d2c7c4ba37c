"""Messages on their way out: what became of them, and sending one again by hand."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from bot.api.openapi import CHANGED, ITEMS, PROBLEMS
from bot.api.request_handling import Calling, json_answer
from bot.api.schemas import DeliveriesQuery
from bot.web.bodies import StrictRoute
from bot.web.unit_of_work import Reading, RowId, UnitOfWork
from routing.service.cases import presenters as case_presenters
from routing.service.idempotency import Answer
from routing.service.messaging import deliveries as message_deliveries

router = APIRouter(route_class=StrictRoute, prefix="/deliveries", tags=["deliveries"], responses=PROBLEMS)


@router.get("", responses=ITEMS)
def deliveries(work: Reading, query: Annotated[DeliveriesQuery, Query()]) -> dict[str, Any]:
    """Messages on their way out, newest first."""
    states = () if query.state is None else (query.state,)
    return case_presenters.deliveries(
        work.session, work.actor, states=states, number=query.case, limit=query.limit, cursor=query.cursor
    )


@router.post("/{delivery_id}/resend", responses={409: CHANGED[409]})
def resend(call: Calling, delivery_id: RowId) -> Response:
    """Send a message that did not, or not certainly, arrive once more, as a push."""

    def do(work: UnitOfWork) -> Answer:
        sent = message_deliveries.resend(work.session, work.actor, delivery_id, now=work.now)
        return json_answer(case_presenters.delivery_json(sent.row, sent.number))

    return call.once(do)
