"""A message of a firm that stands in the wrong one of its cases, and a reply that is taken back before it is sent."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from bot.api.problems import CHANGED, PROBLEMS, Number
from bot.api.request_handling import Calling
from bot.api.schemas.cases import Case
from bot.web.bodies import StrictRoute
from bot.web.fields import Body, Text
from bot.web.unit_of_work import RowId
from routing.domain.dialogue.placement import Reason
from routing.service.cases import from_firm, taking_back
from routing.service.cases.locked_case import LockedCase

router = APIRouter(route_class=StrictRoute, prefix="/cases/{number}", tags=["steps"], responses=PROBLEMS)


class MoveBody(Body):
    """``to``: another case of the same contact."""

    to: Text


@router.post("/messages/{message_id}/move", response_model=Case, responses=CHANGED)
def move(call: Calling, number: Number, message_id: RowId, body: MoveBody) -> Response:
    """Move a message of the firm to another of its cases; both keep a trace, and a wait it had ended goes on."""

    def do(locked: LockedCase) -> None:
        from_firm.move(locked, message_id, to=body.to, placed_by=Reason.MOVED)

    return call.change(number, do)


@router.post("/messages/{message_id}/take-back", response_model=Case, responses=CHANGED)
def take_back(call: Calling, number: Number, message_id: RowId) -> Response:
    """Take back a reply of one's own that waits to be sent (``undo``); it was no answer then, and the clocks follow."""
    return call.change(number, lambda locked: taking_back.take_back(locked, message_id))
