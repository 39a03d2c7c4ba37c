"""The list of all cases: narrowed, ordered and in columns as its address says, which a saved view keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.cases.queue import asked_of_partner, one_of
from bot.desk.forms import Filled
from bot.web.errors import status_of
from bot.web.templating import show
from bot.web.unit_of_work import Reading, RowId, UnitOfWork, reading, writing
from bot.web.words import WORDS
from knowledge.calendar.office_calendar import local
from routing.domain.errors import Invalid
from routing.domain.pagination import Page
from routing.domain.permissions import Permission
from routing.service.accounts import queries as account_queries
from routing.service.cases import queries as case_queries
from routing.service.cases import saved_views
from routing.service.cases.queries import CaseFilter, CaseLine

router = APIRouter()

PAGE = 50
MOST_COLUMNS = 8
_WORDED = {"status": "list_status", "kind": "kind", "category": "category", "mark": "mark", "whose": "whose",
           "due": "list_due", "order": "list_order"}  # fmt: skip
_PLAIN = ("unit", "assignee", "park")
PRESETS: Mapping[str, Mapping[str, str]] = {
    "mine": {"whose": "mine", "status": "open"},
    "deputy": {"whose": "deputy", "status": "open"},
    "unit": {"whose": "unit", "status": "open"},
    "unassigned": {"whose": "nobody", "status": "open"},
    "due_today": {"due": "today"},
    "overdue": {"overdue": "1"},
    "unread": {"mark": "unread"},
    "firm_spoke": {"mark": "firm_spoke"},
    "partner_spoke": {"mark": "partner_spoke"},
    "call": {"mark": "call"},
    "watched": {"mark": "watched"},
    "snoozed": {"mark": "snoozed"},
}
"""Views that everybody has, as their addresses say them."""


_COUNTED = 1_000
"""How many cases are counted to the last one; of more a page says that there are more."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to, its order and its columns; empty: as it ships."""

    values: Mapping[str, str | None]
    columns: tuple[str, ...] = ()

    @property
    def kept(self) -> dict[str, str]:
        """What an address or a saved view keeps."""
        said = {name: value for name, value in self.values.items() if value}
        return {**said, **({"columns": ",".join(self.columns)} if self.columns else {})}


def read_filters(pairs: list[tuple[str, str]]) -> Filters:
    """The values that mean something; ``column`` may come several times, as selects send it."""
    given = {name: value.replace("\x00", "") for name, value in pairs}
    worded = {name: one_of(given.get(name), family) for name, family in _WORDED.items()}
    plain = {name: given.get(name, "")[:100] or None for name in _PLAIN}
    q = given.get("q", "").strip()[:100] or None
    chosen = [value for name, value in pairs if name == "column"] or given.get("columns", "").split(",")
    columns = tuple(dict.fromkeys(one for one in chosen if one in WORDS["list_column"]))[:MOST_COLUMNS]
    values = {**worded, **plain, "q": q, "overdue": "1" if given.get("overdue") == "1" else None}
    return Filters(values, columns)


def _filters(request: Request) -> Filters:
    return read_filters(request.query_params.multi_items())


Filtered = Annotated[Filters, Depends(_filters)]


def found_by(work: UnitOfWork, asked: Filters, *, limit: int, cursor: str | None) -> Page[CaseLine]:
    """A page of the cases that fit, in their order."""
    return case_queries.list_cases(
        work.session, work.office, work.actor, _wanted(work, asked), limit=limit, cursor=cursor, now=work.now
    )


def _wanted(work: UnitOfWork, asked: Filters) -> CaseFilter:
    given, today = asked.values, local(work.now).date()
    whose = given["whose"]
    status = given["status"]
    open_only = status == "open" or given["due"] == "today"
    wanted = case_queries.wanted(
        work.actor, today=today, overdue=True if given["overdue"] else None, status=None if open_only else status,
        kind=given["kind"], category=given["category"], unit=given["unit"], assignee=given["assignee"],
        park=given["park"], q=given["q"], mark=given["mark"], view=whose if whose in {"mine", "unit"} else "all",
        deputised=whose == "deputy", unassigned=whose == "nobody",
    )  # fmt: skip
    return replace(
        wanted, order=given["order"] or "newest", due_today=given["due"] == "today",
        status=case_queries.OPEN if open_only else wanted.status,
    )  # fmt: skip


@router.get("/desk/cases")
def cases_page(
    request: Request, work: Reading, asked: Filtered, cursor: str | None = None, done: str | None = None
) -> Response:
    """All cases that fit, a page at a time; to a partner, the questions to its agency."""
    if work.actor.may(Permission.ANSWER_QUESTIONS):
        return show(request, "asked.html", asked_of_partner(work, asked.values["q"] or "") | {"done": None})
    return page(request, work, asked, cursor=cursor, done=done)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """A step in many cases that was refused: why, the ticks with their versions, and what was typed."""

    error: Invalid
    picked: Mapping[str, int]
    typed: Mapping[str, str]


def page(
    request: Request, work: UnitOfWork, asked: Filters, *, cursor: str | None = None, done: str | None = None,
    error: Invalid | None = None, bulk: Bulk | None = None,
) -> Response:  # fmt: skip
    """The list; ``bulk``: as it stood when a step in many of its cases was refused."""
    if cursor:
        found = found_by(work, asked, limit=PAGE, cursor=cursor)
        fitting = case_queries.count_cases(work.session, work.actor, _wanted(work, asked), most=_COUNTED + 1)
    else:
        found, fitting = case_queries.list_counted(
            work.session, work.office, work.actor, _wanted(work, asked), limit=PAGE, most=_COUNTED + 1, now=work.now
        )
    kept, picked, refused = asked.kept, bulk.picked if bulk else {}, bulk.error if bulk else error
    listed = {line.row.number for line in found.items}
    return show(
        request, "cases.html",
        {
            "actor": work.actor, "today": local(work.now).date(), "lines": found.items,
            "fitting": f"超過 {_COUNTED:,}" if fitting > _COUNTED else f"共 {fitting:,}", "q": asked.values["q"] or "",
            "filters": asked.values,
            "columns": asked.columns, "kept": kept, "presets": {name: urlencode(one) for name, one in PRESETS.items()},
            "preset": next((name for name, one in PRESETS.items() if one == kept), None),
            "views": [(one, urlencode(one.query)) for one in saved_views.listing(work.session, work.actor)],
            "next": urlencode({**kept, "cursor": found.next_cursor}) if found.next_cursor else None,
            "first": urlencode(kept) if cursor else None, "query": urlencode(kept), "most_columns": MOST_COLUMNS,
            "units": [unit.name for unit in work.office.offices.units],
            "people": account_queries.colleagues(work.session), "done": WORDS["done"].get(done or ""), "error": error,
            "away": account_queries.on_leave(work.session, now=work.now), "parks": work.office.offices.own_parks,
            "picked": picked, "elsewhere": [one for one in picked.items() if one[0] not in listed], "cursor": cursor,
            "refused": bulk.error if bulk else None, "typed": bulk.typed if bulk else {},
        },
        status=status_of(refused) if refused else 200,
    )  # fmt: skip


@router.post("/desk/views")
def save(request: Request, form: Filled) -> Response:
    """Keep the list as it stands under a name; the same name again replaces it."""
    asked = read_filters(parse_qsl(form.text("query")))
    try:
        with writing(request) as work:
            saved_views.save(
                work.session, work.actor, form.text("name"), asked.kept, shared=form.text("shared") == "yes",
                now=work.now,
            )  # fmt: skip
    except Invalid as error:
        with reading(request) as work:
            return page(request, work, asked, error=error)
    return RedirectResponse(f"/desk/cases?{urlencode({**asked.kept, 'done': 'view_saved'})}", status_code=303)


@router.post("/desk/views/{view_id}/remove")
def remove(request: Request, view_id: RowId) -> Response:
    """It is offered no more."""
    with writing(request) as work:
        saved_views.remove(work.session, work.actor, view_id, now=work.now)
    return RedirectResponse("/desk/cases?done=view_removed", status_code=303)
