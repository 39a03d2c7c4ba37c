"""Putting right what a case was entered with, as a change of the case itself (contract §9)."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from bot.api.problems import CHANGED, PROBLEMS, Number
from bot.api.request_handling import Calling
from bot.api.schemas.cases import Case
from bot.web.bodies import StrictRoute
from bot.web.case_steps import CASE_STEPS, CorrectionBody
from routing.service.cases.notifying import push

router = APIRouter(route_class=StrictRoute, tags=["cases"], responses=PROBLEMS)


@router.patch("/cases/{number}", response_model=Case, responses=CHANGED)
def correct(call: Calling, number: Number, body: CorrectionBody) -> Response:
    """Put contact, telephone, park, subject or firm right. The firm is not told; the history says who did it."""
    return call.change(number, lambda locked: CASE_STEPS["correct"].do(locked, body, push))
