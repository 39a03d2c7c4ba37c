"""The queue by urgency, and the list of all cases."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from bot.runtime import runtime_of
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork, cookie_name, who_by_cookie
from bot.web.words import WORDS
from knowledge.calendar.office_calendar import local
from routing.domain.errors import Unauthenticated
from routing.domain.pagination import Page
from routing.domain.permissions import Permission
from routing.service.accounts import queries as account_queries
from routing.service.cases import extensions, partner_view
from routing.service.cases import queries as case_queries
from routing.service.cases.queries import CaseLine
from routing.service.messaging import ledger
from routing.service.privacy import requests as data_requests

router = APIRouter()

_FIRST = ("alert", "call")
"""Groups that stand before the extensions to decide."""
_MARKED = {"call": "call", "undelivered": "undelivered", "answered": "firm_spoke", "partner": "partner_spoke"}
"""Groups whose count is that of all cases so marked, wherever they stand."""
_PAGE = 50


def _watching(request: Request) -> Iterator[UnitOfWork]:
    """A page that refreshes itself: it must not keep a session alive that its person has left (trap: idle limit)."""
    runtime = runtime_of(request)
    now = runtime.now()
    token = request.cookies.get(cookie_name(runtime))
    if not token:
        raise Unauthenticated("請先登入。")
    with runtime.reading() as (session, office):
        actor, _stale = who_by_cookie(runtime, session, token, now)
        yield UnitOfWork(session=session, office=office, now=now, actor=actor, runtime=runtime)


Watching = Annotated[UnitOfWork, Depends(_watching, scope="function")]


def _one_of(value: str | None, family: str) -> str | None:
    return value if value in WORDS[family] else None


Groups = list[tuple[str, list[CaseLine]]]


@dataclass(frozen=True, slots=True)
class Narrow:
    """What the queue is narrowed to, as the address says it."""

    view: str | None = None
    category: str | None = None
    status: str | None = None
    mark: str | None = None
    q: str = ""


Narrowed = Annotated[Narrow, Depends()]


def queue_of(work: UnitOfWork, asked: Narrow) -> dict[str, Any]:
    """The queue as the page shows it: its cases by group, the tally, and how it is narrowed."""
    shown = _one_of(asked.view, "view") or case_queries.usual_view(work.actor)
    category, status, q = _one_of(asked.category, "category"), _one_of(asked.status, "status"), asked.q.strip()[:100]
    mark = _one_of(asked.mark, "mark")
    found = case_queries.own_queue(
        work.session, work.office, work.actor, now=work.now, view=shown, category=category, status=status,
        q=q or None, mark=mark,
    )  # fmt: skip
    groups = _grouped(found, decides=work.actor.may(Permission.DECIDE_EXTENSIONS))
    filters = {"view": shown, "category": category or "", "status": status or "", "q": q, "mark": mark or ""}
    return {
        "actor": work.actor, "now": work.now, "today": local(work.now).date(), "groups": groups, "filters": filters,
        "tally": _tally(groups, filters), "shown": sum(len(lines) for _, lines in groups),
        "query": urlencode(filters), "seen": _fingerprint(groups, work),
        "undelivered": sum(line.failed is not None for _, lines in groups for line in lines),
    }  # fmt: skip


def _grouped(found: case_queries.Queue, *, decides: bool) -> Groups:
    """The queue by group. People who decide extensions see those asked for after emergencies and calls."""
    groups: Groups = [(name, found.group(name)) for name in case_queries.GROUPS]
    if not decides:
        return groups
    first, others = groups[: len(_FIRST)], groups[len(_FIRST) :]
    asked = [line for _, lines in others for line in lines if line.row.pending_extension]
    rest = [(name, [line for line in lines if not line.row.pending_extension]) for name, lines in others]
    return [*first, ("approval", asked), *rest]


def _tally(groups: Groups, filters: Mapping[str, str]) -> list[tuple[str, int, str]]:
    """Of each group its name, how many there are, and where they stand.

    A case stands in one group alone; of what is marked all are counted, and if some stand elsewhere the link shows
    those marked.
    """
    tally = []
    for name, lines in groups:
        mark = _MARKED.get(name)
        marked = sum(mark in line.marks for _, every in groups for line in every) if mark else len(lines)
        narrowed = f"/desk?{urlencode({**filters, 'mark': mark})}" if mark else ""
        tally.append((name, marked, narrowed if marked > len(lines) else f"#group-{name}"))
    return tally


def _fingerprint(groups: Groups, work: UnitOfWork) -> str:
    """Changes whenever the shown queue does; dates left change with the day, marks without any event of the case."""
    shown = [
        (name, [(line.row.number, line.row.version, line.days_left, line.marks, line.failed) for line in lines])
        for name, lines in groups
    ]
    return hashlib.sha256(repr((local(work.now).date(), shown)).encode()).hexdigest()[:16]


def _asked(work: UnitOfWork, q: str) -> dict[str, Any]:
    """The questions that wait for a partner's answer; searching looks through them and nothing else."""
    q = q.strip()[:100]
    narrow = case_queries.wanted(work.actor, today=local(work.now).date(), q=q or None)
    found = partner_view.questions(work.session, work.actor, narrow)
    seen = hashlib.sha256(repr([(one.number, one.version) for one in found]).encode()).hexdigest()[:16]
    filters = {"q": q}
    return {
        "actor": work.actor, "now": work.now, "questions": found, "filters": filters, "query": urlencode(filters),
        "seen": seen,
    }  # fmt: skip


@router.get("/desk")
def queue_page(request: Request, work: Reading, narrow: Narrowed, done: str | None = None) -> Response:
    """What wants doing; to a partner, the questions to its agency."""
    if work.actor.may(Permission.ANSWER_QUESTIONS):
        return show(request, "asked.html", _asked(work, narrow.q) | {"done": _one_of(done, "done")})
    values = queue_of(work, narrow)
    privacy = data_requests.reminder(work.session, work.actor, now=work.now)
    low = ledger.warned_of(work.session, work.office, work.actor, now=work.now)
    return show(request, "queue.html", {
        **values, "done": _one_of(done, "done"), "privacy": privacy, "low": low,
        "refused": extensions.refused_to(work.session, work.actor),
    })  # fmt: skip


@router.get("/desk/queue")
def queue_part(request: Request, work: Watching, narrow: Narrowed, seen: str = "") -> Response:
    """The queue alone, for a page that is open; 204 while nothing changed, so that nothing flickers."""
    partner = work.actor.may(Permission.ANSWER_QUESTIONS)
    values = _asked(work, narrow.q) if partner else queue_of(work, narrow)
    if seen == values["seen"]:
        return Response(status_code=204)
    return show(request, "asked_part.html" if partner else "queue_part.html", values)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list of all cases is narrowed to, as the address says it."""

    status: str | None = None
    kind: str | None = None
    category: str | None = None
    unit: str | None = None
    assignee: str | None = None
    park: str | None = None
    overdue: str | None = None
    mark: str | None = None
    q: str = ""

    def read(self) -> dict[str, str | None]:
        """The values that mean something."""
        words = {name: _one_of(getattr(self, name), name) for name in ("status", "kind", "category", "mark")}
        plain = {name: getattr(self, name) or None for name in ("unit", "assignee", "park")}
        return {**words, **plain, "q": self.q.strip()[:100] or None, "overdue": "1" if self.overdue == "1" else None}


Filtered = Annotated[Filters, Depends()]


def found_by(work: UnitOfWork, asked: Mapping[str, str | None], *, limit: int, cursor: str | None) -> Page[CaseLine]:
    """A page of the cases that fit, newest first."""
    wanted = case_queries.wanted(
        work.actor, today=local(work.now).date(), overdue=True if asked["overdue"] else None, status=asked["status"],
        kind=asked["kind"], category=asked["category"], unit=asked["unit"], assignee=asked["assignee"],
        park=asked["park"], q=asked["q"], mark=asked["mark"],
    )  # fmt: skip
    return case_queries.list_cases(
        work.session, work.office, work.actor, wanted, limit=limit, cursor=cursor, now=work.now
    )


@router.get("/desk/cases")
def cases_page(request: Request, work: Reading, asked: Filtered, cursor: str | None = None) -> Response:
    """All cases that fit, newest first, a page at a time; to a partner, the questions to its agency."""
    if work.actor.may(Permission.ANSWER_QUESTIONS):
        return show(request, "asked.html", _asked(work, asked.q) | {"done": None})
    filters = asked.read()
    found = found_by(work, filters, limit=_PAGE, cursor=cursor or None)
    kept = {name: value for name, value in filters.items() if value}
    return show(
        request, "cases.html",
        {
            "actor": work.actor, "today": local(work.now).date(), "lines": found.items, "filters": filters,
            "next": urlencode({**kept, "cursor": found.next_cursor}) if found.next_cursor else None,
            "first": urlencode(kept) if cursor else None, "query": urlencode(kept),
            "units": [unit.name for unit in work.office.offices.units],
            "people": account_queries.colleagues(work.session),
            "away": account_queries.on_leave(work.session, now=work.now), "parks": work.office.offices.own_parks,
        },
    )  # fmt: skip
