"""Cases: lists, one whole, its files, and a new one from another channel."""

from __future__ import annotations

import json
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi.responses import Response

from bot.api.openapi import CASES, CREATED, PROBLEMS, WHOLE, Number
from bot.api.request_handling import Calling, case_answer, etag
from bot.api.schemas import CasesQuery, FirmBody, NewCaseBody
from bot.web.bodies import StrictRoute
from bot.web.unit_of_work import Reading, RowId, UnitOfWork
from routing.domain.case import Kind
from routing.service.cases import commands as case_commands
from routing.service.cases import presenters as case_presenters
from routing.service.cases import queries as case_queries
from routing.service.cases.commands import NewCase
from routing.service.idempotency import Answer

router = APIRouter(route_class=StrictRoute, tags=["cases"], responses=PROBLEMS)

_SAFE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "application/pdf", "audio/mp4", "video/mp4"})


@router.get("/cases", responses=CASES)
def list_cases(work: Reading, query: Annotated[CasesQuery, Query()]) -> dict[str, Any]:
    """Cases that fit, newest first."""
    wanted: dict[str, Any] = {
        "status": tuple(status.value for status in query.status), "kind": query.kind, "category": query.category,
        "unit": query.unit, "overdue": query.overdue, "waiting_on": query.waiting_on, "q": query.q,
    }  # fmt: skip
    if query.assignee == "none":
        wanted["unassigned"] = True
    elif query.assignee is not None:
        wanted["assignee"] = work.actor.email if query.assignee == "me" else query.assignee.lower()
    return case_presenters.case_page(
        work.session, work.office, work.actor, wanted, limit=query.limit, cursor=query.cursor, now=work.now
    )


@router.get("/cases/{number}", responses=WHOLE)
def one_case(work: Reading, number: Number) -> Response:
    """One case with its messages, events, clock and deliveries."""
    found = case_presenters.case_whole(work.session, work.office, work.actor, number, now=work.now)
    headers = {"ETag": etag(found["version"]), "Cache-Control": "no-store"}
    return Response(json.dumps(found, ensure_ascii=False), media_type="application/json", headers=headers)


@router.get("/cases/{number}/files/{media_id}", response_class=Response)
def one_file(work: Reading, number: Number, media_id: RowId) -> Response:
    """A file that the firm sent, to be saved and never shown by the browser itself."""
    media, content = case_queries.file_of(work.session, work.actor, media_id, number=number)
    kind = media.content_type if media.content_type in _SAFE_TYPES else "application/octet-stream"
    name = media.file_name or f"{number}-{media_id}"
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=kind, headers=headers)


@router.post("/cases", status_code=201, responses=CREATED)
def new_case(call: Calling, body: NewCaseBody) -> Response:
    """Enter a case that came by telephone, at the counter, by letter, …; it is given to a person at once."""
    return call.once(lambda work: _open(work, body))


def _open(work: UnitOfWork, body: NewCaseBody) -> Answer:
    firm = body.firm if isinstance(body.firm, FirmBody) else FirmBody(name=body.firm)
    new = NewCase(
        channel=body.channel, category=body.category, subject=body.subject or "", text=body.text, topic=body.topic,
        kind=Kind(body.kind), park=body.park, language=body.language, firm_name=firm.name, firm_ubn=firm.ubn,
        contact_name=body.contact, contact_phone=body.phone, received_at=body.received_at or work.now,
    )  # fmt: skip
    return case_answer(
        case_commands.open_case(work.session, work.office, new, actor=work.actor, now=work.now), status=201
    )
