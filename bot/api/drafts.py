"""Answers that another person approves before they are sent (陳核, contract §9)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field, StrictBool

from bot.api.problems import CHANGED, CREATED, PROBLEMS, Number
from bot.api.request_handling import Call, Calling, etag, json_answer
from bot.api.schemas.cases import Draft, DraftWithCase
from bot.web.bodies import StrictRoute
from bot.web.case_steps import DraftBody
from bot.web.case_steps import draft as write_draft
from bot.web.fields import Body, Long, Text
from bot.web.unit_of_work import RowId, UnitOfWork
from routing.service.cases import drafting, locked_case
from routing.service.cases import queries as case_queries
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.notifying import push
from routing.service.idempotency import Answer

router = APIRouter(route_class=StrictRoute, prefix="/cases/{number}/drafts", tags=["steps"], responses=PROBLEMS)


class DecisionBody(Body):
    """``note``: why; the desk asks for it when a text goes back. ``text``: as the approver has changed it."""

    approve: StrictBool
    note: Annotated[Text, Field(max_length=300)] | None = None
    text: Long | None = None


@router.post("", status_code=201, response_model=DraftWithCase, responses=CREATED)
def draft(call: Calling, number: Number, body: DraftBody) -> Response:
    """Write an answer for another person to approve (陳核); nothing goes out until then."""

    def do(work: UnitOfWork) -> Answer:
        locked = _held(work, call, number)
        return _answer(locked, write_draft(locked, body, push), status=201)

    return call.once(do)


@router.post("/{draft_id}/approval", response_model=DraftWithCase, responses=CHANGED)
def decide(call: Calling, number: Number, draft_id: RowId, body: DecisionBody) -> Response:
    """A leader, or who stands in for one, approves another person's text, and it is sent; or it goes back.

    Whoever wrote it may take it back.
    """

    def do(work: UnitOfWork) -> Answer:
        locked = _held(work, call, number)
        row = drafting.decide(
            locked, draft_id, approve=body.approve, note=body.note, text=body.text, notify=push
        )  # fmt: skip
        return _answer(locked, row.id, status=200)

    return call.once(do)


def _held(work: UnitOfWork, call: Call, number: str) -> LockedCase:
    locked = locked_case.change(work.session, work.office, number, work.actor, now=work.now)
    call.check_version(locked)
    return locked


def _answer(locked: LockedCase, draft_id: int, *, status: int) -> Answer:
    found = next(one for one in drafting.of_case(locked.session, locked.row) if one.row.id == draft_id)
    value = DraftWithCase.of_both(Draft.of(found), case_queries.state_of(locked))
    return json_answer(value, status=status, headers={"ETag": etag(locked.version)})
