"""Who is asking, colleagues, and knowledge."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from bot.api.openapi import ITEMS, PROBLEMS
from bot.api.schemas import KnowledgeQuery
from bot.web.bodies import StrictRoute
from bot.web.unit_of_work import Reading
from routing.service.cases import presenters as case_presenters

router = APIRouter(route_class=StrictRoute, responses=PROBLEMS)


@router.get("/me", tags=["people"])
def me(work: Reading) -> dict[str, Any]:
    """Whose token or session this is."""
    actor = work.actor
    return {
        "email": actor.email,
        "name": actor.name,
        "role": actor.role,
        "unit": actor.unit,
        "agency": actor.agency,
    }


@router.get("/staff", tags=["people"], responses=ITEMS)
def staff(work: Reading) -> dict[str, Any]:
    """Everybody with an account in use."""
    return case_presenters.staff(work.session, work.actor, now=work.now)


@router.get("/knowledge", tags=["knowledge"], responses=ITEMS)
def knowledge(work: Reading, query: Annotated[KnowledgeQuery, Query()]) -> dict[str, Any]:
    """The active entries, with their sources and dates."""
    entries = work.runtime.reader.understander().base.entries
    return case_presenters.knowledge(
        entries, q=query.q, category=query.category, limit=query.limit, cursor=query.cursor, now=work.now
    )
