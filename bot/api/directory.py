"""Canned replies of units, and the directory of parks, units and agencies: the same use cases as at the desk."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from bot.api.problems import PROBLEMS
from bot.api.request_handling import Calling, json_answer
from bot.api.schemas.directory import (
    EDITABLE,
    CannedBody,
    CannedChange,
    CannedPage,
    CannedQuery,
    CannedReply,
    CannedWithdrawn,
    DirectoryBody,
    DirectoryEntry,
    DirectoryPage,
    DirectoryQuery,
    Kind,
)
from bot.web.bodies import StrictRoute
from bot.web.fields import Text
from bot.web.unit_of_work import Reading, RowId, UnitOfWork
from routing.domain.errors import Invalid
from routing.service.canned import commands as canned
from routing.service.directory import commands as directory
from routing.service.idempotency import Answer

router = APIRouter(route_class=StrictRoute, responses=PROBLEMS)


@router.get("/canned", tags=["people"])
def replies(work: Reading, query: Annotated[CannedQuery, Query()]) -> CannedPage:
    """Canned replies (常用回復) that stand, the newest first."""
    page = canned.page(work.session, work.actor, unit=query.unit, limit=query.limit, cursor=query.cursor)
    return CannedPage(items=[CannedReply.of(row) for row in page.items], next_cursor=page.next_cursor)


@router.post("/canned", status_code=201, response_model=CannedReply, tags=["people"])
def add_reply(call: Calling, body: CannedBody) -> Response:
    """Keep a new one, of the own unit; leaders those of any and of all."""

    def do(work: UnitOfWork) -> Answer:
        row = canned.add(work.session, work.office, work.actor, body.words(), now=work.now)
        return json_answer(CannedReply.of(row), status=201)

    return call.once(do)


@router.post("/canned/{reply_id}", response_model=CannedReply, tags=["people"])
def change_reply(call: Calling, reply_id: RowId, body: CannedChange) -> Response:
    """Other words, or another unit."""

    def do(work: UnitOfWork) -> Answer:
        row = canned.change(
            work.session, work.office, work.actor, reply_id, body.words(), version=body.version, now=work.now
        )
        return json_answer(CannedReply.of(row))

    return call.once(do)


@router.delete("/canned/{reply_id}", response_model=CannedWithdrawn, tags=["people"])
def withdraw_reply(call: Calling, reply_id: RowId) -> Response:
    """It is offered no more."""

    def do(work: UnitOfWork) -> Answer:
        canned.withdraw(work.session, work.actor, reply_id, now=work.now)
        return json_answer(CannedWithdrawn(withdrawn=reply_id))

    return call.once(do)


@router.get("/directory/{kind}", tags=["knowledge"])
def rows(work: Reading, kind: Kind, query: Annotated[DirectoryQuery, Query()]) -> DirectoryPage:
    """Parks, units or agencies as they stand: the branch's own rows in place of those shipped."""
    page = directory.page(work.session, work.actor, kind, limit=query.limit, cursor=query.cursor)
    return DirectoryPage(items=[DirectoryEntry.of(one) for one in page.items], next_cursor=page.next_cursor)


@router.get("/directory/{kind}/{code}", tags=["knowledge"])
def row(work: Reading, kind: Kind, code: Text) -> DirectoryEntry:
    """One of them."""
    return DirectoryEntry.of(directory.one(work.session, work.actor, kind, code))


@router.post("/directory/{kind}/{code}", response_model=DirectoryEntry, tags=["knowledge"])
def save_row(call: Calling, kind: Kind, code: Text, body: DirectoryBody) -> Response:
    """Change a row; every process uses it with its next transaction."""
    given = body.model_dump(exclude={"version"}, exclude_none=True)

    def do(work: UnitOfWork) -> Answer:
        before = directory.one(work.session, work.actor, kind, code)
        other = next((name for name in given if name not in EDITABLE[kind]), None)
        if other is not None:
            raise Invalid(f"{other} 不是這類資料的欄位。", field=other)
        fields = {name: before.row[name] for name in EDITABLE[kind] if name in before.row} | given
        directory.save(work.session, work.actor, kind, code, fields, version=body.version, now=work.now)
        return json_answer(DirectoryEntry.of(directory.one(work.session, work.actor, kind, code)))

    return call.once(do)


@router.delete("/directory/{kind}/{code}", response_model=DirectoryEntry, tags=["knowledge"])
def restore_row(call: Calling, kind: Kind, code: Text) -> Response:
    """What ships stands again."""

    def do(work: UnitOfWork) -> Answer:
        directory.restore(work.session, work.actor, kind, code, now=work.now)
        return json_answer(DirectoryEntry.of(directory.one(work.session, work.actor, kind, code)))

    return call.once(do)
