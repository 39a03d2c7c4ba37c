"""The limits of kinds of cases: as they stand, setting another, and taking back one that does not hold yet."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response

from bot.api.problems import PROBLEMS
from bot.api.request_handling import Calling, json_answer
from bot.api.schemas.kind_limits import KindLimitBody, KindLimitOf, KindLimits, KindLimitSet
from bot.web.bodies import StrictRoute
from bot.web.unit_of_work import Reading, RowId, UnitOfWork
from routing.service.idempotency import Answer
from routing.service.office_calendar import limits

router = APIRouter(route_class=StrictRoute, tags=["cases"], responses=PROBLEMS)


@router.get("/kind-limits")
def kind_limits(work: Reading) -> KindLimits:
    """The limit of each kind of case, and what is to come."""
    found = limits.listing(work.session, work.office, work.actor, now=work.now)
    return KindLimits(items=[KindLimitOf.of(one) for one in found])


@router.post("/kind-limits", status_code=201, response_model=KindLimitSet)
def set_kind_limit(call: Calling, body: KindLimitBody) -> Response:
    """Set the working days of cases received on a day to come or after it; for administrators, with a reason."""

    def do(work: UnitOfWork) -> Answer:
        kept = limits.set_limit(
            work.session, work.office, work.actor, body.kind, since=date.fromisoformat(body.since), days=body.days,
            why=body.reason, now=work.now,
        )  # fmt: skip
        return json_answer(KindLimitSet.of(kept), status=201)

    return call.once(do)


@router.delete("/kind-limits/{limit_id}", response_model=KindLimitSet)
def withdraw_kind_limit(call: Calling, limit_id: RowId) -> Response:
    """Take back a limit that does not hold yet."""

    def do(work: UnitOfWork) -> Answer:
        kept = limits.withdraw(work.session, work.office, work.actor, limit_id, now=work.now)
        return json_answer(KindLimitSet.of(kept))

    return call.once(do)
