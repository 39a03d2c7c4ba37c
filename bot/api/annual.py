"""The yearly papers: read, signed, and completed by hand (contract §9)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from bot.api.problems import PAPERS, PROBLEMS
from bot.api.request_handling import Calling, json_answer
from bot.api.schemas.annual import AnnualEntered, AnnualPapers, AnnualSealed
from bot.api.schemas.requests import AnnualEntryBody, AnnualQuery, AnnualSealBody
from bot.web import annual_files, annual_pdf, downloads
from bot.web.bodies import StrictRoute
from bot.web.limits import counting
from bot.web.unit_of_work import Reading, RowId, UnitOfWork
from bot.web.words import word
from routing.domain.reporting.annual import Entry
from routing.service.idempotency import Answer
from routing.service.reporting import annual as service

router = APIRouter(route_class=StrictRoute, tags=["turnaround"], responses=PROBLEMS)


@router.get("/annual/{year}", response_model=AnnualPapers, responses=PAPERS)
def annual(work: Reading, year: int, query: Annotated[AnnualQuery, Query()]) -> Response:
    """The tables of a year (115 or 2026), as they were sealed last, or, never sealed or ``live``, as counted now."""
    with counting.turn():
        papers = service.papers(
            work.session, work.office, work.actor, year, word=word, now=work.now, live=query.live,
            revision=query.revision,
        )  # fmt: skip
    if query.format == "json":
        return JSONResponse(annual_files.as_json(papers), headers={"Cache-Control": "no-store"})
    file, media_type = annual_pdf.written(papers, query.format, work.now, table=query.table)
    return downloads.made(file, annual_files.file_name(papers, query.format, query.table), media_type, cache="no-store")


@router.post("/annual/{year}/seal", response_model=AnnualSealed, status_code=201)
def seal(call: Calling, year: int, body: AnnualSealBody) -> Response:
    """Freeze a year as it is counted now, signed by the caller; after the first time a revision with its reason."""

    def do(work: UnitOfWork) -> Answer:
        made = service.seal(work.session, work.office, work.actor, year, word=word, reason=body.reason, now=work.now)
        return json_answer(AnnualSealed(**annual_files.seal_json(made)), status=201)

    return call.once(do)


@router.post("/annual/{year}/entries", response_model=AnnualEntered, status_code=201)
def enter(call: Calling, year: int, body: AnnualEntryBody) -> Response:
    """Enter a figure that no system measures, with its evidence and who answers for it."""

    def do(work: UnitOfWork) -> Answer:
        entry = Entry(**body.model_dump())
        made = service.add(work.session, work.actor, year, entry, now=work.now)
        return json_answer(AnnualEntered(**annual_files.entry_json(made)), status=201)

    return call.once(do)


@router.delete("/annual/{year}/entries/{item_id}", response_model=AnnualEntered)
def withdraw(call: Calling, year: int, item_id: RowId) -> Response:
    """Take back a figure that was entered by hand."""

    def do(work: UnitOfWork) -> Answer:
        row = service.withdraw(work.session, work.actor, year, item_id, now=work.now)
        return json_answer(AnnualEntered(**annual_files.entry_json(row)))

    return call.once(do)
