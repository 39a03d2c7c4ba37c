"""The caller's bell: what they were reminded of, and that they have read it (issue 10)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from bot.api.problems import PROBLEMS
from bot.api.request_handling import Calling, json_answer
from bot.api.schemas.reminders import Reminder, ReminderPage, RemindersQuery, RemindersRead
from bot.web.bodies import StrictRoute
from bot.web.unit_of_work import Reading, RowId, UnitOfWork
from routing.service.idempotency import Answer
from routing.service.reminders import bell

router = APIRouter(route_class=StrictRoute, prefix="/reminders", tags=["people"], responses=PROBLEMS)


@router.get("")
def reminders(work: Reading, query: Annotated[RemindersQuery, Query()]) -> ReminderPage:
    """What the caller was reminded of, newest first."""
    page = bell.page(work.session, work.actor, unread=query.unread, limit=query.limit, cursor=query.cursor)
    return ReminderPage(
        items=[Reminder.of(one) for one in page.items], unread=bell.unread(work.session, work.actor),
        next_cursor=page.next_cursor,
    )  # fmt: skip


@router.post("/read", response_model=RemindersRead)
def read_all(call: Calling) -> Response:
    """All of them are read."""

    def do(work: UnitOfWork) -> Answer:
        return json_answer(RemindersRead(read=bell.read(work.session, work.actor, now=work.now)))

    return call.once(do)


@router.post("/{reminder_id}/read", response_model=RemindersRead)
def read_one(call: Calling, reminder_id: RowId) -> Response:
    """One of them is read; again is harmless."""

    def do(work: UnitOfWork) -> Answer:
        number = bell.read(work.session, work.actor, now=work.now, reminder_id=reminder_id)
        return json_answer(RemindersRead(read=number))

    return call.once(do)
