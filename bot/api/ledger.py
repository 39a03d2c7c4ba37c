"""The push ledger, and the policies by which notices are pushed (contract §9)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from bot.api.problems import PROBLEMS
from bot.api.request_handling import Calling, json_answer
from bot.api.schemas.ledger import LedgerEntry, LedgerPage, NoticePolicies, NoticePolicy
from bot.api.schemas.requests import LedgerQuery, NoticePolicyBody
from bot.web.bodies import StrictRoute
from bot.web.unit_of_work import Reading, UnitOfWork
from routing.domain.pagination import before_of, page_of
from routing.service.idempotency import Answer
from routing.service.messaging import ledger as service
from routing.service.messaging import policies

router = APIRouter(route_class=StrictRoute, tags=["deliveries"], responses=PROBLEMS)


@router.get("/ledger")
def ledger(work: Reading, query: Annotated[LedgerQuery, Query()]) -> LedgerPage:
    """Every outgoing message of a month, newest first: case, reason, cost, state; the month's sums and forecast."""
    month = service.month_of(query.month, work.now)
    found = service.entries(
        work.session, work.office, work.actor, month, before_id=before_of(query.limit, query.cursor),
        limit=query.limit + 1,
    )  # fmt: skip
    page = page_of(found, query.limit, lambda one: one.row.id)
    sums = service.ledger(work.session, work.office, work.actor, month, now=work.now)
    return LedgerPage.of(sums, [LedgerEntry.of(one) for one in page.items], page.next_cursor)


@router.get("/notice-policies")
def notice_policies(work: Reading) -> NoticePolicies:
    """When each kind of notice is pushed."""
    found = policies.listing(work.session, work.actor)
    return NoticePolicies(items=[NoticePolicy.of(one) for one in found])


@router.post("/notice-policies/{notice}", response_model=NoticePolicy)
def set_notice_policy(call: Calling, notice: str, body: NoticePolicyBody) -> Response:
    """Set when a kind of notice is pushed; for administrators, with a reason."""

    def do(work: UnitOfWork) -> Answer:
        stands = policies.change(
            work.session, work.actor, notice, when=body.when, hours=body.hours, holds=body.holds, why=body.reason,
            now=work.now,
        )  # fmt: skip
        return json_answer(NoticePolicy.of(stands))

    return call.once(do)
