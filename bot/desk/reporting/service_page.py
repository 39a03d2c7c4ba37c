"""The page of consultations, supplements and answers of firms in a period, with the cases behind each number."""

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
    listed_cases,
    listed_table,
    marked,
    paged,
)
from bot.desk.reporting.formatting import measured
from bot.desk.reporting.report_query import Asked, Question
from bot.web import downloads, service_tables
from bot.web.limits import counting
from bot.web.report_tables import days, rate
from bot.web.service_tables import ANSWER_SHARES, DEFINITIONS, KIND, OF, PARTNERS, SUPPLEMENTS, TITLES, WAITED
from bot.web.tables import MEDIA_TYPES, write
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork
from bot.web.words import word
from knowledge.calendar.republic import roc_date, roc_written
from routing.domain import survey
from routing.service.reporting import question_figures, service_figures
from routing.service.reporting.service_figures import OUTSIDE
from routing.service.reporting.turnaround import Behind

router = APIRouter(include_in_schema=False)
_NAMES = {
    **PARTNERS, **SUPPLEMENTS, "surveyed": "滿意度發送", "rated": "滿意度有效答案", "reason": "滿意度附說明",
    "score": "滿意度平均分數", OUTSIDE: "上班時間外受理", **ANSWER_SHARES,
}  # fmt: skip
_WORST_FIRST = "列出有效答案的案件，分數低的在前。"
_SAYS = {
    "rate": "列出曾補正的案件。", "once": "列出補正逾一次的案件。", "response": "列出曾發送調查的案件。",
    "good": _WORST_FIRST, "margin": _WORST_FIRST, "score": _WORST_FIRST,
    "median": "答復日數大的在前。", "mean": "次數多的在前。", "set.rate": "列出曾補正的案件。",
    "set.times": "次數多的在前。", "set.answered": "填答少的在前。",
}  # fmt: skip
"""What a list behind a share or a median says of itself."""
_ADDS = {
    "median": "答復日數（工作日）", "mean": "補正（次）", "set.times": "補正（次）",
    **dict.fromkeys(("good", "margin", "score"), "滿意度（分）"),
}  # fmt: skip
"""The column of what each case adds."""


@router.get("/desk/turnaround/service")
def service_page(request: Request, work: Reading, asked: Question) -> Response:
    """Who was asked and how soon they answered, how often something was missing, and how firms found it."""
    found = counting.service_figures(work, asked.period)
    return show(
        request, "turnaround_service.html",
        {
            "actor": work.actor, "now": work.now, "asked": asked, "found": found, "titles": TITLES, "of": OF,
            "kind": KIND, "waited": WAITED, "partners": PARTNERS, "supplements": SUPPLEMENTS,
            "definitions": DEFINITIONS, "rate": rate,
            "shares": ANSWER_SHARES, "days": days, "named": service_tables.partner,
            "answers": service_tables.answers(found.satisfaction),
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
    listed, cases = _listed(work, asked, figure, key, page=max(page, 1))
    query = partial(_plain, asked, figure=figure, key=key)
    found = listed.found
    return show(
        request, "turnaround_cases.html",
        {
            "actor": work.actor, "asked": asked, "listed": cases, "as_of": AS_OF, "late": False,
            "path": "/desk/turnaround/service/cases", "up": (
                f"/desk/turnaround/service?{_plain(asked)}", "會辦、補正與滿意度"
            ),
            "title": _title(figure), "group": _key_said(work, figure, key),
            "times": found.times, "cases": found.cases, "unseen": len(found.numbers) - len(cases),
            "says": _SAYS.get(figure), "start": roc_written(asked.period.start), "end": roc_written(asked.period.end),
            "counted": True, "values": measured(found.values, figure), "marks": marked(found.marks),
            "export": query(), **paged(found, query),
        },
    )  # fmt: skip


@router.get("/desk/turnaround/service/cases/file.{ending}")
def service_cases_file(work: Reading, asked: Question, ending: str, *, figure: str, key: str = "") -> Response:
    """The same list as a file."""
    form = downloads.format_of(ending)
    listed, cases = _listed(work, asked, figure, key)
    name = f"service-{figure}-{asked.period.start:%Y%m%d}-{asked.period.end:%Y%m%d}.{form}"
    return downloads.made(write(listed_table(listed, cases, work.now), form), name, MEDIA_TYPES[form])


def _listed(
    work: UnitOfWork, asked: Asked, figure: str, key: str, *, page: int | None = None
) -> tuple[Listed, list[ListedCase]]:
    """A page of the list, or all that a file takes."""
    skip, limit = (0, MOST_LISTED) if page is None else (PAGE * (page - 1), PAGE)
    found = _behind(work, asked, figure, key, skip=skip, limit=limit)
    said = _key_said(work, figure, key)
    listed = Listed(
        figure=figure, title=_title(figure) + (f"：{said}" if said else ""), period=asked.period, found=found, of=(),
        measure=_ADDS.get(figure),
    )  # fmt: skip
    return listed, listed_cases(work, found.numbers, asked.period, figure)


def _behind(
    work: UnitOfWork, asked: Asked, figure: str, key: str, *, skip: int, limit: int
) -> Behind:  # fmt: skip
    """Of this page's figures, or of those that only the yearly papers have."""
    if figure == OUTSIDE:
        each = service_figures.outside(work.session, work.office, asked.period)
    elif figure.startswith(question_figures.PREFIX):
        each = question_figures.behind(work.session, work.office, asked.period, figure, key)
    else:
        figures = counting.service_figures(work, asked.period)
        return service_figures.behind(work.session, figures, figure, key, skip=skip, limit=limit)
    return service_figures.listed(work.session, each, figure, skip=skip, limit=limit)


def _title(figure: str) -> str:
    if figure.startswith(question_figures.PREFIX):
        return f"題組與補正：{question_figures.FIGURES[figure.removeprefix(question_figures.PREFIX)]}"
    if figure.startswith(survey.VIA):
        return f"滿意度有效答案：{word(figure.removeprefix(survey.VIA), 'channel')}"
    return _NAMES.get(figure) or f"滿意度 {figure.removeprefix('score')} 分"


def _plain(asked: Asked, **more: str) -> str:
    return asked.query(by=None, kind=None, base=None, **more)


def _key_said(work: UnitOfWork, figure: str, key: str) -> str | None:
    if figure.startswith(question_figures.PREFIX):
        return question_figures.key_said(work.session, work.office, key)
    if figure in PARTNERS:
        return service_tables.partner(key)
    return word(key, "kind") if key else None
