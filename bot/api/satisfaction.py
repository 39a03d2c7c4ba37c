"""How firms found it after closing: how many were asked, how many answered, and what they said in scores."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from bot.api.problems import PROBLEMS
from bot.api.schemas.answers import Satisfaction
from bot.api.schemas.requests import SatisfactionQuery
from bot.web.bodies import StrictRoute
from bot.web.unit_of_work import Reading
from routing.domain.reporting.periods import Period
from routing.service.cases import satisfaction as service

router = APIRouter(route_class=StrictRoute, tags=["turnaround"], responses=PROBLEMS)


@router.get("/satisfaction", response_model=Satisfaction)
def satisfaction(work: Reading, query: Annotated[SatisfactionQuery, Query()]) -> Response:
    """Answers from ``from`` to ``to``: ``n`` stands beside every mean; of each close the last answer counts."""
    period = Period(query.start, query.end)
    found = service.answered(work.session, work.actor, start=period.begins_at, end=period.ends_at)
    body = {"from": query.start.isoformat(), "to": query.end.isoformat(), **found.plain()}
    return JSONResponse(body, headers={"Cache-Control": "no-store"})
