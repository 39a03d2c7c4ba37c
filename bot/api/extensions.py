"""The date that an extension would bring, before it is asked for."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query

from bot.api.problems import PROBLEMS, Number
from bot.api.schemas.cases import ExtensionPreview
from bot.web.bodies import StrictRoute
from bot.web.unit_of_work import Reading
from routing.domain.extending import MOST_DAYS
from routing.service.cases import extensions

router = APIRouter(route_class=StrictRoute, prefix="/cases/{number}", tags=["steps"], responses=PROBLEMS)


@router.get("/extension")
def preview(work: Reading, number: Number, days: Annotated[int, Query(ge=1, le=MOST_DAYS)]) -> ExtensionPreview:
    """What so many days more would come to, counted as they would be in force; changes nothing."""
    found = extensions.preview_of(work.session, work.office, work.actor, number, days, now=work.now)
    return ExtensionPreview(**asdict(found))
