"""The page of consultations, supplements and answers of firms in a period, with the cases behind each number."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.reporting.case_lists import AS_OF, PAGE, listed_cases
from bot.desk.reporting.report_query import Asked, Question
from bot.web import downloads, service_tables
from bot.web.limits import counting
from bot.web.report_tables import days, rate
from bot.web.service_tables import DEFINITIONS, KIND, OF, PARTNERS, SUPPLEMENTS, TITLES
from bot.web.tables import MEDIA_TYPES
from bot.web.templating import show
from bot.web.unit_of_work import Reading
from bot.web.words import word
from knowledge.calendar.republic import roc_date, roc_written
from routing.service.reporting import service_figures

router = APIRouter(include_in_schema=False)
_NAMES = {**PARTNERS, **SUPPLEMENTS, "surveyed": "滿意度發送", "rated": "滿意度有效答案"}


@router.get("/desk/turnaround/service")
def service_page(request: Request, work: Reading, asked: Question) -> Response:
    """Who was asked and how soon they answered, how often something was missing, and how firms found it."""
    found = counting.service_figures(work, asked.period)
    return show(
        request, "turnaround_service.html",
        {
            "actor": work.actor, "now": work.now, "asked": asked, "found": found, "titles": TITLES, "of": OF,
            "kind": KIND, "partners": PARTNERS, "supplements": SUPPLEMENTS, "definitions": DEFINITIONS, "rate": rate,
            "days": days, "named": service_tables.partner, "answers": service_tables.answers(found.satisfaction),
            "start": roc_written(asked.period.start), "end": roc_written(asked.period.end),
            "said": {"from": roc_date(asked.period.start), "to": roc_date(asked.period.end)},
        },
    )  # fmt: skip


@router.get("/desk/turnaround/service/file.{ending}")
def service_file(work: Reading, asked: Question, ending: str, table: str | None = None) -> Response:
    """The same as a workbook, or one of its tables, by its key."""
    form = downloads.format_of(ending)
    found = counting.service_figures(work, asked.period)
    name = service_tables.file_name(found, form, table)
    content = service_tables.written(found, form, work.now, table=table)
    return downloads.made(content, name, MEDIA_TYPES[form])


@router.get("/desk/turnaround/service/cases")
def service_cases_page(
    request: Request, work: Reading, asked: Question, *, figure: str, key: str = "", page: int = 1
) -> Response:
    """The cases behind one number; those hidden from this person are only counted."""
    page = max(page, 1)
    figures = counting.service_figures(work, asked.period)
    found = service_figures.behind(work.session, figures, figure, key, skip=PAGE * (page - 1), limit=PAGE)
    cases = listed_cases(work, found.numbers, asked.period, figure)
    more = {"figure": figure, "key": key}
    return show(
        request, "turnaround_cases.html",
        {
            "actor": work.actor, "asked": asked, "listed": cases, "as_of": AS_OF, "late": False, "path": None,
            "up": (f"/desk/turnaround/service?{_plain(asked)}", "會辦、補正與滿意度"),
            "title": _NAMES.get(figure) or f"滿意度 {figure.removeprefix('score')} 分", "group": _key_said(figure, key),
            "times": found.times, "cases": found.cases, "unseen": len(found.numbers) - len(cases), "rate": False,
            "start": roc_written(asked.period.start), "end": roc_written(asked.period.end), "counted": True,
            "asked_for": more, "values": {},
            "next": f"{_plain(asked, **more)}&page={page + 1}" if found.cases > page * PAGE else None,
            "next_path": "/desk/turnaround/service/cases",
        },
    )  # fmt: skip


def _plain(asked: Asked, **more: str) -> str:
    return asked.query(by=None, kind=None, base=None, **more)


def _key_said(figure: str, key: str) -> str | None:
    if figure in service_figures.PARTNER:
        return service_tables.partner(key)
    return word(key, "kind") if key else None
