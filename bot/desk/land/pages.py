"""用地: the list with its dates, taking in a new one with a preview, needs nothing meets, and the need of a case."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.cases.steps import again
from bot.desk.forms import Filled, read_day
from bot.web import sheets
from bot.web.errors import status_of
from bot.web.sent_tables import Sent, SentTable
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork, reading, writing
from bot.web.words import WORDS
from routing.domain.errors import Invalid, OnestopError, StaleVersion, StepNotAllowed, Unavailable
from routing.domain.land.lists import PlotList
from routing.domain.land.needs import FORMS
from routing.domain.land.plots import PlotFilter
from routing.service.cases import locked_case
from routing.service.land import importing, needs, queries

router = APIRouter()
_PAGE = 50
_SHOWN = 100


def _asked(*, park: str = "", form: str = "", least: str = "", most: str = "", q: str = "") -> dict[str, str]:
    """What of the lists is wanted, as it was typed."""
    return {"park": park, "form": form, "least": least, "most": most, "q": q}


@router.get("/desk/plots")
def plots_page(
    request: Request, work: Reading, asked: Annotated[dict[str, str], Depends(_asked)], *,
    cursor: str | None = None, done: str | None = None,
) -> Response:  # fmt: skip
    """The plots of the newest lists, and how old each list is."""
    return _show(request, work, asked=asked, cursor=cursor, done=WORDS["done"].get(done or ""))


def _show(
    request: Request, work: UnitOfWork, *, asked: dict[str, str] | None = None, cursor: str | None = None,
    done: str | None = None, preview: PlotList | None = None, sent: SentTable | None = None,
    error: OnestopError | None = None,
) -> Response:  # fmt: skip
    asked = asked or dict.fromkeys(("park", "form", "least", "most", "q"), "")
    problem = error
    try:
        wanted = _wanted(work, asked)
    except Invalid as refused:
        wanted, problem = PlotFilter(), problem or refused
    page = queries.page(work.session, work.office, work.actor, wanted, limit=_PAGE, cursor=cursor, now=work.now)
    values: dict[str, Any] = {
        "actor": work.actor, "now": work.now, "asked": asked, "rows": page.items, "next": page.next_cursor,
        "ages": queries.ages(work.session, work.actor, now=work.now), "tab": "list", "done": done, "error": problem,
        "parks": work.office.offices.own_parks, "may_import": importing.may_import(work.office, work.actor),
        "preview": preview, "sent": sent, "shown": _SHOWN, "forms": FORMS,
    }  # fmt: skip
    return show(request, "plots.html", values, status=status_of(error) if error is not None else 200)


def _wanted(work: UnitOfWork, asked: dict[str, str]) -> PlotFilter:
    park = work.office.offices.park(asked["park"]) if asked["park"] else None
    return PlotFilter(
        park=park.name if park is not None else None, form=asked["form"] if asked["form"] in FORMS else None,
        least=_figure(asked["least"], "least"), most=_figure(asked["most"], "most"),
        word=asked["q"].strip()[:60] or None,
    )  # fmt: skip


def _figure(value: str, field: str) -> float | None:
    value = value.strip().replace(",", "")
    if not value:
        return None
    if not value.isascii() or not value.replace(".", "", 1).isdigit() or len(value) > 12:
        raise Invalid("面積請填寫數字（平方公尺）。", field=field)
    return float(value)


@router.post("/desk/plots/import")
def import_list(request: Request, sent: Sent) -> Response:
    """Look at a list, or take it in; a list with a single bad cell is shown with all of them, and not taken."""
    try:
        day: date | None = read_day(sent.as_of, "as_of")
        with reading(request) as work:
            importing.require_import(work.office, work.actor)
        # Between two transactions: a long list takes its time, and nobody waits for it.
        found = importing.read(work.office, work.actor, sheets.read(sent.body), now=work.now, as_of=day)
        if not sent.take or found.problems or not found.plots:
            with reading(request) as work:
                return _show(request, work, preview=found, sent=sent)
        with writing(request) as work:
            importing.take_in(work.session, work.office, work.actor, found, now=work.now)
    except Invalid as error:
        with reading(request) as work:
            return _show(request, work, error=error)
    return RedirectResponse("/desk/plots?done=plots_import", status_code=303)


@router.get("/desk/plots/unmet")
def unmet_page(request: Request, work: Reading) -> Response:
    """Needs that no plot meets, by park, size and kind of business."""
    found = queries.unmet(work.session, work.office, work.actor, now=work.now)
    return show(request, "plots_unmet.html", {"actor": work.actor, "found": found, "tab": "unmet"})


@router.post("/desk/cases/{number}/need")
def enter_need(request: Request, number: str, form: Filled) -> Response:
    """Enter or change what the firm of a case looks for."""
    try:
        with writing(request) as work:
            locked = locked_case.change(
                work.session, work.office, number, work.actor, now=work.now, version=form.number("version")
            )
            entered = needs.Entered(**{name: form.text(name) for name in needs.Entered.__dataclass_fields__})
            needs.enter(locked, entered)
    except (Invalid, StepNotAllowed, StaleVersion, Unavailable) as error:
        return again(request, number, "need", form, error)
    return RedirectResponse(f"/desk/cases/{number}?done=need#land", status_code=303)
