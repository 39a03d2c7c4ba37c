"""The yearly papers as a page: the same tables as the files, what is entered by hand, and the seal."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.forms import Filled, Form
from bot.web import annual_files, annual_pdf, downloads
from bot.web.errors import status_of
from bot.web.limits import counting
from bot.web.templating import show
from bot.web.unit_of_work import Reading, RowId, UnitOfWork, reading, writing
from bot.web.words import word
from knowledge.calendar.office_calendar import local
from knowledge.calendar.republic import roc_year
from routing.domain.errors import Invalid, NotFound, OnestopError, StepNotAllowed
from routing.domain.reporting.annual import DIMENSIONS, Entry, Section, year_asked
from routing.service.reporting import annual as service

router = APIRouter(include_in_schema=False)

SECTIONS = {
    Section.STRATEGY: "執行策略",
    Section.PROACTIVE: "主動及客製化服務",
    Section.SURROUNDINGS: "洽公環境",
    Section.INCLUSION: "多元包容",
    Section.THEMES: "滿意度意見主題及改善",
    Section.LATE: "逾限案件原因及改善",
    Section.FOLLOW_UP: "前次考核意見辦理情形",
    Section.BASE_YEAR: "基準年",
}


@router.get("/desk/annual")
def this_year(work: Reading) -> Response:
    """The papers of the present year."""
    service.require_lead(work.actor)
    return RedirectResponse(f"/desk/annual/{roc_year(local(work.now).year)}", status_code=303)


@router.get("/desk/annual/{year}")
def page(request: Request, work: Reading, year: int, *, live: bool = False, revision: int | None = None) -> Response:
    """All tables of a year, printable on A4."""
    return _page(request, work, year, live=live, revision=revision)


def _page(
    request: Request, work: Reading, year: int, *, live: bool = False, revision: int | None = None,
    form: Form | None = None, error: OnestopError | None = None,
) -> Response:  # fmt: skip
    """``form``: what was typed, as it comes back with what is wrong with it."""
    papers = _papers(work, year, live=live, revision=revision)
    first, today = 2024, local(work.now).date()
    return show(
        request, "annual.html",
        {
            "actor": work.actor, "papers": papers, "title": annual_files.title(papers), "shown": annual_files.shown,
            "notes": annual_files.notes(papers), "sections": SECTIONS, "dimensions": DIMENSIONS, "live": live,
            "years": [roc_year(one) for one in range(first, today.year + 1)], "roc": roc_year(papers.year),
            "typed": form.fields if form is not None else {}, "error": error,
        },
        status=status_of(error) if error is not None else 200,
    )  # fmt: skip


def _papers(work: Reading, year: int, *, live: bool, revision: int | None) -> service.Papers:
    with counting.turn():
        return service.papers(
            work.session, work.office, work.actor, year, word=word, now=work.now, live=live,
            revision=revision,
        )  # fmt: skip


@router.get("/desk/annual/{year}/file.{ending}")
def file(
    work: Reading, year: int, ending: str, *, live: bool = False, revision: int | None = None, table: str | None = None
) -> Response:
    """The papers as a workbook or PDF, or one table of them."""
    if ending not in annual_pdf.ENDINGS:
        raise NotFound("沒有這種檔案格式。")
    papers = _papers(work, year, live=live, revision=revision)
    body, media_type = annual_pdf.written(papers, ending, work.now, table=table)
    return downloads.made(body, annual_files.file_name(papers, ending, table), media_type)


@router.post("/desk/annual/{year}/seal")
def seal(request: Request, year: int, form: Filled) -> Response:
    """Freeze and sign."""

    def do(work: UnitOfWork) -> Response:
        service.seal(
            work.session, work.office, work.actor, year, word=word, reason=form.optional("reason"), now=work.now
        )
        return _back(work, year)

    return _taken(request, year, form, do)


@router.post("/desk/annual/{year}/entries")
def enter(request: Request, year: int, form: Filled) -> Response:
    """Enter a figure by hand."""

    def do(work: UnitOfWork) -> Response:
        service.require_lead(work.actor)
        section = form.text("section")
        if section not in set(Section):
            raise Invalid("請選擇表別。", field="section")
        entry = Entry(
            section=Section(section), label=form.text("label"), figure=form.text("figure"),
            evidence=form.text("evidence"), owner=form.text("owner"), dimension=form.optional("dimension"),
        )  # fmt: skip
        service.add(work.session, work.actor, year, entry, now=work.now)
        return _back(work, year, live=True)

    return _taken(request, year, form, do)


def _taken(request: Request, year: int, form: Form, do: Callable[[UnitOfWork], Response]) -> Response:
    """Do it, or show the page with what was typed and what is wrong with it."""
    try:
        with writing(request) as work:
            return do(work)
    except (Invalid, StepNotAllowed) as error:
        if error.field == "year":
            raise
        with reading(request) as work:
            return _page(request, work, year, live=True, form=form, error=error)


@router.post("/desk/annual/{year}/entries/{item_id}/withdraw")
def withdraw(request: Request, year: int, item_id: RowId, _form: Filled) -> Response:
    """Take back a figure that was entered by hand."""
    with writing(request) as work:
        service.withdraw(work.session, work.actor, year, item_id, now=work.now)
        return _back(work, year, live=True)


def _back(work: UnitOfWork, year: int, *, live: bool = False) -> Response:
    roc = roc_year(year_asked(year, local(work.now).date()))
    return RedirectResponse(f"/desk/annual/{roc}{'?live=true' if live else ''}", status_code=303)
