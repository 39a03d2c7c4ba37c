"""題組: what must be asked of a matter so that its first filing is complete, and what cases answered."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from bot.api.problems import CHANGED, CONFLICTS, PROBLEMS, Number
from bot.api.request_handling import Calling, etag, json_answer
from bot.api.schemas.question_sets import (
    AnswersBody,
    CaseAnswers,
    SetApprovalBody,
    SetBody,
    SetPage,
    SetsQuery,
    SetVersion,
    SetWhole,
    VersionsQuery,
)
from bot.web.bodies import StrictRoute
from bot.web.unit_of_work import Reading, RowId, UnitOfWork
from routing.domain.errors import NotFound
from routing.domain.permissions import require_team
from routing.service.cases import locked_case
from routing.service.idempotency import Answer
from routing.service.question_sets import active, asking, versions

router = APIRouter(route_class=StrictRoute, tags=["question sets"], responses=PROBLEMS)


@router.get("/question-sets")
def sets(work: Reading, query: Annotated[SetsQuery, Query()]) -> SetPage:
    """The sets in force, by their id."""
    require_team(work.actor)
    found = [one for one in active.standing(work.session, work.office) if one.set.id > (query.cursor or "")]
    return SetPage.of(found, query.limit)


@router.get("/question-sets/{set_id}")
def one_set(work: Reading, set_id: str, query: Annotated[VersionsQuery, Query()]) -> SetWhole:
    """One set with its versions, the newest first."""
    require_team(work.actor)
    found = versions.versions(
        work.session, work.office, work.actor, set_id, limit=query.limit, cursor=query.cursor
    )  # fmt: skip
    standing = active.one(work.session, work.office, set_id)
    if standing is None and not found.items and query.cursor is None:
        raise NotFound("找不到這個題組。")
    return SetWhole.whole(standing, found)


@router.post("/question-sets", status_code=201, response_model=SetVersion)
def draft(call: Calling, body: SetBody) -> Response:
    """A draft of a set, new or changed; another person of its unit or a leader approves it."""

    def do(work: UnitOfWork) -> Answer:
        require_team(work.actor)
        base = work.runtime.knowledge.active(work.session).base
        row = versions.draft(
            work.session, work.office, work.actor, base, body.as_data(), note=body.note, now=work.now
        )  # fmt: skip
        shown = SetVersion.of(versions.shown(work.session, work.office, work.actor, row))
        return json_answer(shown, status=201, headers={"Location": f"/api/v1/question-sets/{row.set_id}"})

    return call.once(do)


@router.post("/question-sets/drafts/{version_id}/approval", response_model=SetVersion, responses={409: CONFLICTS[409]})
def decide(call: Calling, version_id: RowId, body: SetApprovalBody) -> Response:
    """Put a draft in force, or send it back with a reason."""

    def do(work: UnitOfWork) -> Answer:
        row = versions.decide(
            work.session, work.office, work.actor, version_id, approve=body.approve, note=body.note or "", now=work.now
        )
        return json_answer(SetVersion.of(versions.shown(work.session, work.office, work.actor, row)))

    return call.once(do)


@router.get("/cases/{number}/answers")
def answers(work: Reading, number: Number) -> CaseAnswers:
    """What a case was asked and answered; ``set`` null where no set is for its matter."""
    return CaseAnswers.of(asking.of_case(work.session, work.office, work.actor, number))


@router.post("/cases/{number}/answers", response_model=CaseAnswers, responses=CHANGED)
def enter_answers(call: Calling, number: Number, body: AnswersBody) -> Response:
    """Enter or change answers, by question; an empty one is taken out, what is not named stays."""

    def do(work: UnitOfWork) -> Answer:
        locked = locked_case.change(work.session, work.office, number, work.actor, now=work.now)
        call.check_version(locked)
        asking.enter(locked, body.answers)
        found = asking.of_case(work.session, work.office, work.actor, number)
        return json_answer(CaseAnswers.of(found), headers={"ETag": etag(locked.version)})

    return call.once(do)
