"""Land: the plots of the lists, what the firm of a case looks for, and what nobody could be offered.

Sending plots to a firm is a step of its case (``bot.api.steps``).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from bot.api.problems import CHANGED, PROBLEMS, Number
from bot.api.request_handling import Calling, etag, json_answer
from bot.api.schemas.plots import CasePlots, LandNeed, NeedBody, PlotPage, PlotsQuery, Unmet
from bot.web.bodies import StrictRoute
from bot.web.unit_of_work import Reading, UnitOfWork
from routing.domain.land.plots import PlotFilter
from routing.service.cases import locked_case
from routing.service.idempotency import Answer
from routing.service.land import needs, queries

router = APIRouter(route_class=StrictRoute, tags=["land"], responses=PROBLEMS)


@router.get("/plots")
def plots(work: Reading, query: Annotated[PlotsQuery, Query()]) -> PlotPage:
    """The plots of the newest lists, with the day of each list."""
    wanted = PlotFilter(
        park=query.park, form=query.form, least=query.min_area, most=query.max_area, word=query.q,
        offered=query.offered,
    )  # fmt: skip
    page = queries.page(
        work.session, work.office, work.actor, wanted, limit=query.limit, cursor=query.cursor, now=work.now,
        only_fresh=query.fresh,
    )  # fmt: skip
    return PlotPage.of(page)


@router.get("/plots/unmet")
def unmet(work: Reading) -> Unmet:
    """Needs that no plot meets: by park, size and kind of business."""
    return Unmet.of(queries.unmet(work.session, work.office, work.actor, now=work.now))


@router.get("/cases/{number}/plots")
def case_plots(work: Reading, number: Number) -> CasePlots:
    """What the firm looks for, every plot held against it with why and why not, and what was sent."""
    return CasePlots.of(queries.of_case(work.session, work.office, work.actor, number, now=work.now))


@router.post("/cases/{number}/need", response_model=LandNeed, responses=CHANGED)
def enter_need(call: Calling, number: Number, body: NeedBody) -> Response:
    """Enter or change what the firm looks for; every field is taken as it is given."""

    def do(work: UnitOfWork) -> Answer:
        locked = locked_case.change(work.session, work.office, number, work.actor, now=work.now)
        call.check_version(locked)
        values = {name: value or "" for name, value in body.model_dump().items()}
        need = needs.enter(locked, needs.Entered(**values))
        return json_answer(LandNeed.of(need), headers={"ETag": etag(locked.version)})

    return call.once(do)
