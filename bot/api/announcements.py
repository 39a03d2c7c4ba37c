"""公告通知: announcements to firms of parks and topics, approved by another person (contract §9)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from bot.api.problems import CONFLICTS, PROBLEMS
from bot.api.request_handling import Calling, json_answer
from bot.api.schemas.announcements import (
    Notice,
    NoticeApprovalBody,
    NoticeBody,
    NoticePage,
    NoticesQuery,
    NoticeStopBody,
    NoticeSummary,
)
from bot.web.bodies import StrictRoute
from bot.web.unit_of_work import Reading, RowId, UnitOfWork
from routing.domain.announcements import Draft
from routing.service.announcements import commands, queries
from routing.service.idempotency import Answer

router = APIRouter(route_class=StrictRoute, prefix="/notices", tags=["notices"], responses=PROBLEMS)


@router.get("")
def notices(work: Reading, query: Annotated[NoticesQuery, Query()]) -> NoticePage:
    """Announcements, the newest first."""
    page = queries.page(work.session, work.actor, limit=query.limit, cursor=query.cursor)
    return NoticePage(items=[NoticeSummary.of_row(row) for row in page.items], next_cursor=page.next_cursor)


@router.post("", status_code=201, response_model=Notice)
def write(call: Calling, body: NoticeBody) -> Response:
    """Write one, in three languages; the answer says what it would reach and cost, and what is left of the month."""

    def do(work: UnitOfWork) -> Answer:
        draft = Draft(topic=body.topic, parks=tuple(body.parks), title=body.title, body=body.body, until=body.until)
        row = commands.write(work.session, work.office, work.actor, draft, now=work.now)
        return _answer(work, row.id, status=201)

    return call.once(do)


@router.get("/{notice_id}")
def notice(work: Reading, notice_id: RowId) -> Notice:
    """One, with its reach and cost before it goes, and what came of it after."""
    return Notice.of(queries.whole(work.session, work.office, work.actor, notice_id, now=work.now))


@router.post("/{notice_id}/approval", response_model=Notice, responses={409: CONFLICTS[409]})
def decide(call: Calling, notice_id: RowId, body: NoticeApprovalBody) -> Response:
    """A leader who did not write it approves, and it is sent in batches; or refuses with a reason."""

    def do(work: UnitOfWork) -> Answer:
        commands.decide(
            work.session, work.office, work.actor, notice_id, approve=body.approve, note=body.note, now=work.now
        )
        return _answer(work, notice_id)

    return call.once(do)


@router.post("/{notice_id}/stop", response_model=Notice, responses={409: CONFLICTS[409]})
def stop(call: Calling, notice_id: RowId, body: NoticeStopBody) -> Response:
    """End it: what has not gone out is not sent any more."""

    def do(work: UnitOfWork) -> Answer:
        commands.stop(work.session, work.actor, notice_id, reason=body.reason, now=work.now)
        return _answer(work, notice_id)

    return call.once(do)


def _answer(work: UnitOfWork, notice_id: int, *, status: int = 200) -> Answer:
    work.session.flush()
    found = queries.whole(work.session, work.office, work.actor, notice_id, now=work.now)
    headers = {"Location": f"/api/v1/notices/{notice_id}"} if status == 201 else None
    return json_answer(Notice.of(found), status=status, headers=headers)
