"""The turnaround report: the same numbers as the page and the command line, as JSON or as a table."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from bot.api.problems import PROBLEMS, TABLE
from bot.api.schemas.answers import Bot, Held, Turnaround
from bot.api.schemas.outlook import WeekOutlook
from bot.api.schemas.requests import BotQuery, HeldQuery, ServiceQuery, TurnaroundQuery, WeekQuery
from bot.api.schemas.service_figures import Service
from bot.web import downloads, outlook_tables, service_tables
from bot.web.bodies import StrictRoute
from bot.web.bot_tables import bot_table
from bot.web.compared import report_table
from bot.web.held_tables import held_table
from bot.web.limits import counting
from bot.web.report_tables import file_name, label_of
from bot.web.tables import MEDIA_TYPES, Format, write
from bot.web.unit_of_work import Reading
from routing.domain.reporting.compared import base_of
from routing.domain.reporting.periods import Period
from routing.domain.reporting.statistics import GroupBy, Wanted
from routing.service.reporting import outlook
from routing.service.reporting import turnaround as turnaround_report

router = APIRouter(route_class=StrictRoute, tags=["turnaround"], responses=PROBLEMS)


@router.get("/turnaround", response_model=Turnaround, responses=TABLE)
def turnaround(work: Reading, query: Annotated[TurnaroundQuery, Query()]) -> Response:
    """What came, what went, how long it took and what is overdue, in a period; with a base year beside it."""
    turnaround_report.check_split(work.actor, query.by)
    split = GroupBy(query.by) if query.by is not None else None
    periods = [Period(query.start, query.end)]
    if query.base is not None:
        periods.append(base_of(periods[0], query.base))
    made = counting.report(work, *(Wanted(period=period, kind=query.kind, by=split) for period in periods))
    issued, *others = (turnaround_report.for_person(work.session, work.actor, one) for one in made)
    base = others[0] if others else None
    if query.format == "json":
        return JSONResponse(turnaround_report.beside(issued, base), headers={"Cache-Control": "no-store"})
    form = Format(query.format)
    content = write(report_table(issued, base, work.now, label_of(work.session, query.by)), form)
    return downloads.made(content, file_name(issued, form), MEDIA_TYPES[form], cache="no-store")


@router.get("/turnaround/held", response_model=Held, responses=TABLE)
def turnaround_held(work: Reading, query: Annotated[HeldQuery, Query()]) -> Response:
    """Days used of the closed cases by the unit or person that held them, and what became late while they did."""
    report = counting.held_report(work, Period(query.start, query.end), query.kind, query.by)
    if query.format == "json":
        return JSONResponse(report.as_json(), headers={"Cache-Control": "no-store"})
    form = Format(query.format)
    content = write(held_table(report, work.now, label_of(work.session, report.by)), form)
    name = f"held-{query.start:%Y%m%d}-{query.end:%Y%m%d}.{form}"
    return downloads.made(content, name, MEDIA_TYPES[form], cache="no-store")


@router.get("/turnaround/bot", response_model=Bot, responses=TABLE)
def turnaround_bot(work: Reading, query: Annotated[BotQuery, Query()]) -> Response:
    """What the bot was asked, answered and what came of it, by language; messages by month and cost."""
    report = counting.bot_report(work, Period(query.start, query.end))
    if query.format == "json":
        return JSONResponse(report.as_json(), headers={"Cache-Control": "no-store"})
    form = Format(query.format)
    name = f"bot-{query.start:%Y%m%d}-{query.end:%Y%m%d}.{form}"
    return downloads.made(write(bot_table(report, work.now), form), name, MEDIA_TYPES[form], cache="no-store")


@router.get("/turnaround/week", response_model=WeekOutlook, responses=TABLE)
def turnaround_week(work: Reading, query: Annotated[WeekQuery, Query()]) -> Response:
    """What is left of this week: what comes due, who is full or away, what is asked more often, who holds questions."""
    week = outlook.for_person(work.session, work.office, work.actor, now=work.now)
    if query.format == "json":
        return JSONResponse(outlook_tables.as_json(week), headers={"Cache-Control": "no-store"})
    form = Format(query.format)
    name = outlook_tables.file_name(week, form, query.table)
    content = outlook_tables.written(week, form, work.now, table=query.table)
    return downloads.made(content, name, MEDIA_TYPES[form], cache="no-store")


@router.get("/turnaround/service", response_model=Service, responses=TABLE)
def turnaround_service(work: Reading, query: Annotated[ServiceQuery, Query()]) -> Response:
    """Who was asked and how soon they answered, how often something was missing, and how firms found it."""
    found = counting.service_figures(work, Period(query.start, query.end))
    if query.format == "json":
        return JSONResponse(service_tables.as_json(found), headers={"Cache-Control": "no-store"})
    form = Format(query.format)
    name = service_tables.file_name(found, form, query.table)
    content = service_tables.written(found, form, work.now, table=query.table)
    return downloads.made(content, name, MEDIA_TYPES[form], cache="no-store")
