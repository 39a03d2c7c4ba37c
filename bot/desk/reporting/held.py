"""The page of days held: who had the closed cases of a period, for how long, what became late with whom, and lists."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.reporting.case_lists import (
    AS_OF,
    MOST_LISTED,
    PAGE,
    Listed,
    ListedCase,
    late_by,
    listed_cases,
    listed_table,
    paged,
)
from bot.desk.reporting.formatting import measured
from bot.desk.reporting.report_query import Asked, Question
from bot.web import downloads
from bot.web.held_tables import HELD, HELD_DEFINITIONS, NOBODY, held_table, shown
from bot.web.limits import counting
from bot.web.report_tables import LEAST_CASES, days, label_of
from bot.web.tables import MEDIA_TYPES, write
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork
from bot.web.words import WORDS
from knowledge.calendar.republic import roc_date, roc_written
from routing.domain.permissions import Permission
from routing.service.reporting import held
from routing.service.reporting.held import HeldReport

router = APIRouter(include_in_schema=False)
_FIGURES = {"cases": "closed_cases", "days": "days_used", "late": "late", "open_late": "open_late"}
"""The figure of the report whose list shows the same columns."""


def _made(work: UnitOfWork, asked: Asked) -> HeldReport:
    return counting.held_report(work, asked.period, asked.kind, asked.by)


@router.get("/desk/turnaround/held")
def held_page(request: Request, work: Reading, asked: Question) -> Response:
    """Days held by unit, or by person for those who may see figures of persons; small numbers of people hidden."""
    report = _made(work, asked)
    rows, hidden = shown(report, label_of(work.session, report.by))
    splits = {by.value: WORDS["by"][by.value] for by in held.SPLITS}
    if not work.actor.may(Permission.OFFICER_FIGURES):
        splits.pop("officer")
    return show(
        request, "turnaround_held.html",
        {
            "actor": work.actor, "now": work.now, "asked": asked, "report": report, "rows": rows, "hidden": hidden,
            "kinds": WORDS["kind"], "splits": splits, "labels": HELD, "definitions": HELD_DEFINITIONS, "days": days,
            "least": LEAST_CASES, "start": roc_written(asked.period.start), "end": roc_written(asked.period.end),
            "said": {"from": roc_date(asked.period.start), "to": roc_date(asked.period.end), "kind": asked.kind,
                     "by": report.by.value},
        },
    )  # fmt: skip


@router.get("/desk/turnaround/held/file.{ending}")
def held_file(work: Reading, asked: Question, ending: str) -> Response:
    """The same as a file, in full precision."""
    form = downloads.format_of(ending)
    report = _made(work, asked)
    content = write(held_table(report, work.now, label_of(work.session, report.by)), form)
    name = f"held-{asked.period.start:%Y%m%d}-{asked.period.end:%Y%m%d}.{form}"
    return downloads.made(content, name, MEDIA_TYPES[form])


@router.get("/desk/turnaround/held/cases")
def held_cases_page(
    request: Request, work: Reading, asked: Question, *, figure: str, group: str = "", page: int = 1
) -> Response:
    """The cases behind a number of one unit or person, the longest held first; hidden ones are only counted."""
    listed, cases = _listed(work, asked, figure, group, page=max(page, 1))
    of = _FIGURES[figure]
    return show(
        request, "turnaround_cases.html",
        {
            "actor": work.actor, "asked": asked, "listed": cases, "as_of": AS_OF, "late": "late" in of,
            "path": "/desk/turnaround/held/cases", "up": (f"/desk/turnaround/held?{asked.query()}", "經手日數"),
            "title": HELD[figure], "group": _named(work, asked, group), "times": listed.found.times,
            "cases": listed.found.cases, "unseen": len(listed.found.numbers) - len(cases), "says": None,
            "start": roc_written(asked.period.start), "end": roc_written(asked.period.end),
            "counted": figure != "days", "marks": {}, "export": asked.query(figure=figure, group=group),
            "values": measured(listed.found.values, "days_used") or (late_by(cases) if "late" in of else {}),
            **paged(listed.found, partial(asked.query, figure=figure, group=group)),
        },
    )  # fmt: skip


@router.get("/desk/turnaround/held/cases/file.{ending}")
def held_cases_file(work: Reading, asked: Question, ending: str, *, figure: str, group: str = "") -> Response:
    """The same list as a file."""
    form = downloads.format_of(ending)
    listed, cases = _listed(work, asked, figure, group)
    name = f"held-{figure}-{asked.period.start:%Y%m%d}-{asked.period.end:%Y%m%d}.{form}"
    return downloads.made(write(listed_table(listed, cases, work.now), form), name, MEDIA_TYPES[form])


def _listed(
    work: UnitOfWork, asked: Asked, figure: str, group: str, *, page: int | None = None
) -> tuple[Listed, list[ListedCase]]:
    """A page of the list, or all that a file takes."""
    report = _made(work, asked)
    skip, limit = (0, MOST_LISTED) if page is None else (PAGE * (page - 1), PAGE)
    found = held.cases_behind(work.session, report, figure, group or None, skip=skip, limit=limit)
    listed = Listed(
        figure=_FIGURES[figure], title=f"{HELD[figure]}：{_named(work, asked, group)}", period=asked.period,
        measure=HELD["days"], found=found, of=(f"計算規則版本：{report.rules}；辦公日曆版本：{report.calendar}",),
    )  # fmt: skip
    return listed, listed_cases(work, found.numbers, asked.period, listed.figure)


def _named(work: UnitOfWork, asked: Asked, group: str) -> str:
    return label_of(work.session, held.split_of(asked.by))(group) if group else NOBODY
