"""Incidents (集體事件): many firms' cases of one thing, answered and closed at once, each with its own clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from bot.api.problems import CHANGED, CREATED, PROBLEMS, WITH_VERSION, Number
from bot.api.request_handling import Call, Calling, etag, json_answer, json_response
from bot.api.schemas.incidents import (
    Incident,
    IncidentBody,
    IncidentCasesBody,
    IncidentCloseBody,
    IncidentMessageBody,
    IncidentPage,
    IncidentsQuery,
    Translations,
    WholeIncident,
)
from bot.web.bodies import StrictRoute
from bot.web.unit_of_work import Reading, RowId, UnitOfWork
from routing.domain.case import Outcome
from routing.service.cases.notifying import push
from routing.service.idempotency import Answer
from routing.service.incidents import commands, queries
from routing.service.incidents.commands import HeldIncident, NewIncident

router = APIRouter(route_class=StrictRoute, prefix="/incidents", tags=["incidents"], responses=PROBLEMS)


@router.get("")
def list_incidents(work: Reading, query: Annotated[IncidentsQuery, Query()]) -> IncidentPage:
    """Incidents, newest first."""
    found = queries.page(work.session, work.actor, is_open=query.open, limit=query.limit, cursor=query.cursor)
    return IncidentPage(items=[Incident.of(one) for one in found.items], next_cursor=found.next_cursor)


@router.get("/{incident_id}", response_model=WholeIncident, responses=WITH_VERSION)
def one_incident(work: Reading, incident_id: RowId) -> Response:
    """One incident with its cases, and whom an answer to all of them would reach."""
    found = WholeIncident.whole(queries.whole(work.session, work.office, work.actor, incident_id, now=work.now))
    return json_response(found, ETag=etag(found.version))


@router.post("", status_code=201, response_model=WholeIncident, responses=CREATED)
def open_incident(call: Calling, body: IncidentBody) -> Response:
    """Open an incident; cases are put into it by a call of their own."""

    def step(work: UnitOfWork) -> Answer:
        new = NewIncident(title=body.title, parks=tuple(body.parks), alert=body.alert, text=body.text or "")
        held = commands.open_incident(
            work.session, work.office, new, actor=work.actor, now=work.now, notify=push
        )  # fmt: skip
        return _told(held, status=201)

    return call.once(step)


@router.post("/{incident_id}/cases", response_model=WholeIncident, responses=CHANGED)
def add_cases(call: Calling, incident_id: RowId, body: IncidentCasesBody) -> Response:
    """Put cases into it. One that cannot be (closed, another unit's, in another incident) is told in ``results``."""
    return _change(call, incident_id, lambda held: commands.add(held, body.numbers))


@router.delete("/{incident_id}/cases/{number}", response_model=WholeIncident, responses=CHANGED)
def take_out(call: Calling, incident_id: RowId, number: Number) -> Response:
    """Take a case out again, which goes on by itself; what was answered in it stays."""
    return _change(call, incident_id, lambda held: commands.take_out(held, number))


@router.post("/{incident_id}/messages", status_code=201, response_model=WholeIncident, responses=CREATED)
def answer(call: Calling, incident_id: RowId, body: IncidentMessageBody) -> Response:
    """One answer to every open case: each its own message and first reply, in its firm's language.

    A firm that cannot be reached stops no other and is told in ``results``; it is answered another way.
    """

    def do(held: HeldIncident) -> None:
        commands.answer(held, body.text, numbers=body.numbers, translations=_given(body.translations))

    return _change(call, incident_id, do, status=201)


@router.post("/{incident_id}/close", response_model=WholeIncident, responses=CHANGED)
def close(call: Calling, incident_id: RowId, body: IncidentCloseBody) -> Response:
    """Close every open case with one summary; the incident is closed when none of its cases is open any more."""

    def do(held: HeldIncident) -> None:
        commands.close(held, Outcome(body.outcome), body.summary, translations=_given(body.translations))

    return _change(call, incident_id, do)


def _given(translations: Translations | None) -> dict[str, str]:
    return {} if translations is None else translations.model_dump(exclude_none=True)


def _change(call: Call, incident_id: int, do: Callable[[HeldIncident], None], *, status: int = 200) -> Response:
    def step(work: UnitOfWork) -> Answer:
        held = commands.hold(
            work.session, work.office, incident_id, actor=work.actor, now=work.now, notify=push
        )  # fmt: skip
        call.check_shown(held.row.version)
        do(held)
        return _told(held, status=status)

    return call.once(step)


def _told(held: HeldIncident, *, status: int) -> Answer:
    whole = queries.whole(held.session, held.office, held.actor, held.row.id, now=held.now)
    found = WholeIncident.whole(whole, held.results)
    headers = {"ETag": etag(found.version)}
    if status == 201:
        headers["Location"] = f"/api/v1/incidents/{found.id}"
    return json_answer(found, status=status, headers=headers)
