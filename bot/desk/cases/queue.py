"""The queue by urgency."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
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
from routing.domain.drafts import may_approve
from routing.domain.errors import Unauthenticated
from routing.domain.permissions import Actor, Permission
from routing.service.cases import consulted, extensions, partner_view
from routing.service.cases import queries as case_queries
from routing.service.cases import queue as case_queue
from routing.service.cases.queries import CaseLine
from routing.service.cases.queue import Queue
from routing.service.incidents import queries as incidents
from routing.service.messaging import ledger
from routing.service.privacy import requests as data_requests

router = APIRouter()

_FIRST = ("alert", "call")
"""Groups that stand before the extensions to decide."""
_MARKED = {"call": "call", "undelivered": "undelivered", "answered": "firm_spoke", "partner": "partner_spoke"}
"""Groups whose count is that of all cases so marked, wherever they stand."""


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


def one_of(value: str | None, family: str) -> str | None:
    """The value if it is a word of the family."""
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


PAGE = 200
"""Open cases that the page lists at most; what is more urgent comes first, and all are counted."""


def queue_of(work: UnitOfWork, asked: Narrow, *, limit: int = PAGE) -> dict[str, Any]:
    """The queue as the page shows it: its cases by group, the tally, and how it is narrowed."""
    shown = one_of(asked.view, "view") or case_queries.usual_view(work.actor)
    category, status, q = one_of(asked.category, "category"), one_of(asked.status, "status"), asked.q.strip()[:100]
    mark = one_of(asked.mark, "mark")
    found = case_queue.own_queue(
        work.session, work.office, work.actor, now=work.now, view=shown, category=category, status=status,
        q=q or None, mark=mark, limit=limit,
    )  # fmt: skip
    watched, snoozed = case_queue.kept(work.session, work.actor, today=local(work.now).date(), view=shown)
    groups = _grouped(found, work.actor)
    filters = {"view": shown, "category": category or "", "status": status or "", "q": q, "mark": mark or ""}
    return {
        "actor": work.actor, "now": work.now, "today": local(work.now).date(), "groups": groups, "filters": filters,
        "tally": _tally(groups, filters, found), "shown": found.listed, "total": found.total,
        "query": urlencode(filters), "seen": _fingerprint(groups, work, watched, snoozed, found.total),
        "watched": watched, "snoozed": snoozed,
        "undelivered": _undelivered(groups, found),
    }  # fmt: skip


def _grouped(found: Queue, actor: Actor) -> Groups:
    """The queue by group. After emergencies and calls stands what this person decides: extensions, others' answers."""
    groups: Groups = [(name, found.group(name)) for name in case_queue.GROUPS]
    if actor.may(Permission.DECIDE_EXTENSIONS):
        groups = _before(groups, len(_FIRST), "approval", lambda line: line.row.pending_extension)
    if may_approve(actor) and any(_waits_for(line, actor) for _, lines in groups for line in lines):
        groups = _before(groups, len(_FIRST), "draft", lambda line: _waits_for(line, actor))
    return groups


def _waits_for(line: CaseLine, actor: Actor) -> bool:
    """Whether an answer of somebody else waits for this person's approval."""
    return line.row.draft_by not in {None, actor.email}


def _before(groups: Groups, place: int, name: str, wanted: Callable[[CaseLine], bool]) -> Groups:
    """The groups with one more, before those from a place on, which holds what is wanted of them."""
    first, others = groups[:place], groups[place:]
    taken = [line for _, lines in others for line in lines if wanted(line)]
    rest = [(group, [line for line in lines if not wanted(line)]) for group, lines in others]
    return [*first, (name, taken), *rest]


def _undelivered(groups: Groups, found: Queue) -> int:
    """Cases with a message that did not arrive, of the open ones also those that are not listed."""
    failed = [line for _, lines in groups for line in lines if line.failed is not None]
    if found.tally is None:
        return len(failed)
    return found.tally.marks["undelivered"] + sum(map(case_queue.is_closed, failed))


def _tally(groups: Groups, filters: Mapping[str, str], found: Queue) -> list[tuple[str, int, str]]:
    """Of each group its name, how many there are, listed or not, and where they stand; empty where none is listed.

    A case stands in one group alone; of what is marked all are counted, and if some stand elsewhere the link shows
    those marked.
    """
    tally, every = [], [line for _, lines in groups for line in lines]
    for name, lines in groups:
        mark = _MARKED.get(name)
        fitting = [line for line in every if mark in line.marks] if mark else lines
        number = len(fitting)
        if found.tally is not None:
            open_ones = found.tally.marks[mark] if mark else found.tally.groups[name]
            number = open_ones + sum(map(case_queue.is_closed, fitting))
        narrowed = f"/desk?{urlencode({**filters, 'mark': mark})}" if mark else ""
        here = f"#group-{name}" if lines else ""
        tally.append((name, number, narrowed if number > len(lines) and narrowed else here))
    return tally


def _fingerprint(groups: Groups, work: UnitOfWork, *counts: int) -> str:
    """Changes whenever the shown queue does; dates left change with the day, marks without any event of the case."""
    shown = [
        (
            name,
            [
                (line.row.number, line.row.version, line.days_left, line.marks, line.failed, line.unread)
                for line in lines
            ],
        )
        for name, lines in groups
    ]
    return hashlib.sha256(repr((local(work.now).date(), shown, counts)).encode()).hexdigest()[:16]


def asked_of_partner(work: UnitOfWork, q: str) -> dict[str, Any]:
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
        return show(request, "asked.html", asked_of_partner(work, narrow.q) | {"done": one_of(done, "done")})
    values = queue_of(work, narrow)
    privacy = data_requests.reminder(work.session, work.actor, now=work.now)
    low = ledger.warned_of(work.session, work.office, work.actor, now=work.now)
    return show(request, "queue.html", {
        **values, "done": one_of(done, "done"), "privacy": privacy, "low": low,
        "suggestions": incidents.offered(work.session, work.actor, now=work.now),
        "asked_of_unit": consulted.waiting_for(work.session, work.actor),
        "refused": extensions.refused_to(work.session, work.actor),
    })  # fmt: skip


@router.get("/desk/queue")
def queue_part(request: Request, work: Watching, narrow: Narrowed, seen: str = "") -> Response:
    """The queue alone, for a page that is open; 204 while nothing changed, so that nothing flickers."""
    partner = work.actor.may(Permission.ANSWER_QUESTIONS)
    values = asked_of_partner(work, narrow.q) if partner else queue_of(work, narrow)
    if seen == values["seen"]:
        return Response(status_code=204)
    return show(request, "asked_part.html" if partner else "queue_part.html", values)
