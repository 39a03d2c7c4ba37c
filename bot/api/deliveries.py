"""Messages on their way out: what became of them, and sending one again by hand."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from bot.api.problems import CONFLICTS, PROBLEMS
from bot.api.request_handling import Calling, json_answer
from bot.api.schemas.answers import Delivery, DeliveryPage
from bot.api.schemas.requests import DeliveriesQuery
from bot.web.bodies import StrictRoute
from bot.web.unit_of_work import Reading, RowId, UnitOfWork
from routing.domain.pagination import before_of, page_of
from routing.service.idempotency import Answer
from routing.service.messaging import deliveries as message_deliveries

router = APIRouter(route_class=StrictRoute, prefix="/deliveries", tags=["deliveries"], responses=PROBLEMS)


@router.get("")
def deliveries(work: Reading, query: Annotated[DeliveriesQuery, Query()]) -> DeliveryPage:
    """Messages on their way out, newest first."""
    states = () if query.state is None else (query.state,)
    found = message_deliveries.deliveries(
        work.session, work.actor, states=states, number=query.case, before_id=before_of(query.limit, query.cursor),
        limit=query.limit + 1,
    )  # fmt: skip
    page = page_of(found, query.limit, lambda one: one.row.id)
    return DeliveryPage(items=[Delivery.of(one) for one in page.items], next_cursor=page.next_cursor)


@router.post("/{delivery_id}/resend", response_model=Delivery, responses={409: CONFLICTS[409]})
def resend(call: Calling, delivery_id: RowId) -> Response:
    """Send a message that did not, or not certainly, arrive once more, as a push."""

    def do(work: UnitOfWork) -> Answer:
        sent = message_deliveries.resend(work.session, work.office, work.actor, delivery_id, now=work.now)
        return json_answer(Delivery.of(sent))

    return call.once(do)
