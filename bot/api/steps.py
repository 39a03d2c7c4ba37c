"""Steps of a case: one call each, answered with the case as it is afterwards."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from bot.api.openapi import CHANGED, CREATED, Number
from bot.api.request_handling import Calling
from bot.api.schemas import (
    ApprovalBody,
    AssignmentBody,
    CategoryBody,
    CloseBody,
    ConfidentialBody,
    ExtensionBody,
    KindBody,
    MessageBody,
    RatingBody,
    ReopenBody,
    ResumeBody,
    WaitBody,
)
from bot.web.bodies import StrictRoute
from routing.domain.case import Kind, Outcome
from routing.domain.errors import Invalid
from routing.service.cases import commands as case_commands
from routing.service.cases import satisfaction
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.notifications import push
from routing.service.knowledge_admin import confidentiality

router = APIRouter(route_class=StrictRoute, prefix="/cases/{number}", tags=["steps"], responses=CHANGED)


@router.post("/messages", status_code=201, responses=CREATED)
def message(call: Calling, number: Number, body: MessageBody) -> Response:
    """Answer the firm, record an answer given another way, or leave a note among staff.

    A partner's note is the answer to what was asked of its agency: the wait ends with it.
    """
    if body.internal and (body.at is not None or body.doc_no is not None or body.translation is not None):
        raise Invalid("內部註記不能帶 at、doc_no 或 translation。", field="internal")

    def do(locked: LockedCase) -> None:
        if body.internal:
            case_commands.note(locked, body.text, notify=push)
            return
        case_commands.reply(
            locked, body.text, notify=push, via=body.via, at=body.at, doc_no=body.doc_no, translation=body.translation
        )

    return call.change(number, do, status=201)


@router.post("/assignment")
def assignment(call: Calling, number: Number, body: AssignmentBody) -> Response:
    """Give the case to a person (分案、改分), or put it back into the queue."""
    return call.change(number, lambda locked: case_commands.assign(locked, body.assignee, notify=push))


@router.post("/category")
def category(call: Calling, number: Number, body: CategoryBody) -> Response:
    """Correct the category; the case goes to the unit that handles it. Moves no date."""

    def do(locked: LockedCase) -> None:
        case_commands.change_category(locked, body.category, topic=body.topic, reason=body.reason, notify=push)

    return call.change(number, do)


@router.post("/kind")
def kind(call: Calling, number: Number, body: KindBody) -> Response:
    """Confirm or change what the case is in law; its due date counts anew from receipt."""

    def do(locked: LockedCase) -> None:
        case_commands.change_kind(locked, Kind(body.kind), filed_at=body.filed_at, reason=body.reason, notify=push)

    return call.change(number, do)


@router.post("/wait")
def wait(call: Calling, number: Number, body: WaitBody) -> Response:
    """Wait on the firm (待廠商補件: the clock stands still) or on an agency (會辦中: it runs on)."""

    def do(locked: LockedCase) -> None:
        case_commands.wait(
            locked, body.on, message=body.message, agency=body.agency, until=body.until, notify=push,
            translation=body.translation,
        )  # fmt: skip

    return call.change(number, do)


@router.post("/resume")
def resume(call: Calling, number: Number, body: ResumeBody | None = None) -> Response:  # noqa: ARG001 - it is checked
    """Go on working; the agency that was waited on ends the wait by its answer instead (a note)."""
    return call.change(number, lambda locked: case_commands.resume(locked, notify=push))


@router.post("/extension")
def extension(call: Calling, number: Number, body: ExtensionBody) -> Response:
    """Ask for more days before the due date ends; a supervisor's own call puts them in force."""

    def do(locked: LockedCase) -> None:
        case_commands.ask_extension(locked, body.days, reason=body.reason, notify=push, translation=body.translation)

    return call.change(number, do)


@router.post("/extension/approval")
def approval(call: Calling, number: Number, body: ApprovalBody) -> Response:
    """A supervisor approves or refuses the days asked for."""

    def do(locked: LockedCase) -> None:
        case_commands.decide_extension(locked, approve=body.approve, note=body.note, notify=push)

    return call.change(number, do)


@router.post("/close")
def close(call: Calling, number: Number, body: CloseBody) -> Response:
    """Close the case (辦結); ``answered`` needs an answer given."""

    def do(locked: LockedCase) -> None:
        outcome = Outcome(body.outcome)
        case_commands.close(locked, outcome, summary=body.summary, notify=push, translation=body.translation)

    return call.change(number, do)


@router.post("/reopen")
def reopen(call: Calling, number: Number, body: ReopenBody) -> Response:
    """Open it again under its number."""
    return call.change(number, lambda locked: case_commands.reopen(locked, reason=body.reason, notify=push))


@router.post("/rating")
def rating(call: Calling, number: Number, body: RatingBody) -> Response:
    """Enter how the firm found it, as it said by telephone or on paper; each close has one answer."""
    return call.change(number, lambda locked: satisfaction.enter(locked, body.score, via=body.via, reason=body.text))


@router.post("/confidential")
def confidential(call: Calling, number: Number, body: ConfidentialBody) -> Response:
    """Hide the case from other units, or show it again."""
    return call.change(number, lambda locked: confidentiality.set_confidential(locked, confidential=body.confidential))
