"""The commercial register by 統一編號, as far as a setting names it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Request

from bot.api.problems import PROBLEMS
from bot.api.schemas.answers import Representation
from bot.runtime import runtime_of
from bot.web.bodies import StrictRoute
from bot.web.unit_of_work import reading
from routing.domain.errors import Invalid, Unavailable
from routing.domain.permissions import require_team
from routing.domain.tax_number import check_ubn
from routing.service.feeds import registry_feed

router = APIRouter(route_class=StrictRoute, prefix="/registry", tags=["firms"], responses=PROBLEMS)


class RegistryEntry(Representation):
    """What the register has. ``ended``: dissolved, suspended and the like: a note, no refusal."""

    ubn: str
    found: bool
    name: str
    state: str
    ended: bool
    address: str
    organisation: str
    since: date | None


@router.get("/{ubn}")
def registry(request: Request, ubn: Annotated[str, Path(max_length=20)]) -> RegistryEntry:
    """Name and state of a firm, asked now unless they are known; 503 while the register does not answer."""
    runtime = runtime_of(request)
    with reading(request) as work:
        require_team(work.actor)
        feed, now = runtime.feeds.get("registry"), work.now
    check_ubn(ubn, field="ubn")
    if feed is None:
        raise Invalid("商工登記尚未啟用。", code="feed_off")
    found = registry_feed.ensure(runtime, feed, runtime.feed_client, ubn, now=now)
    if found is None:
        raise Unavailable("商工登記目前沒有回應，請稍後再查。", code="registry_unavailable")
    return RegistryEntry(
        ubn=found.ubn, found=found.found, name=found.name, state=found.state, ended=found.ended,
        address=found.address, organisation=found.organisation, since=found.since,
    )  # fmt: skip
