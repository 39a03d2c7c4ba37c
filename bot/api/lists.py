"""Who is asking, colleagues, and knowledge."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from bot.api.problems import PROBLEMS
from bot.api.schemas.answers import Entry, EntryPage, Me, Person, Staff
from bot.api.schemas.requests import KnowledgeQuery
from bot.web.bodies import StrictRoute
from bot.web.unit_of_work import Reading
from knowledge.calendar.office_calendar import local
from routing.service.accounts import queries as account_queries
from routing.service.knowledge_admin import queries as knowledge_queries

router = APIRouter(route_class=StrictRoute, responses=PROBLEMS)


@router.get("/me", tags=["people"])
def me(work: Reading) -> Me:
    """Whose token or session this is."""
    return Me.of(work.actor)


@router.get("/staff", tags=["people"])
def staff(work: Reading) -> Staff:
    """Everybody with an account in use, and who is away today."""
    return Staff(items=[Person.of(one) for one in account_queries.in_use(work.session, work.actor, now=work.now)])


@router.get("/knowledge", tags=["knowledge"])
def knowledge(work: Reading, query: Annotated[KnowledgeQuery, Query()]) -> EntryPage:
    """The active entries, with their sources and dates."""
    page = knowledge_queries.entries_page(
        work.runtime.reader.understander().base.entries, q=query.q, category=query.category, limit=query.limit,
        cursor=query.cursor,
    )  # fmt: skip
    today = local(work.now).date()
    return EntryPage(items=[Entry.of(entry, today) for entry in page.items], next_cursor=page.next_cursor)
