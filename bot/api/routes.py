"""`/api/v1`: everything that the service desk can do, for other systems of the bureau (contract §5)."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from fastapi.security import HTTPBearer

from bot.api import (
    announcements,
    annual,
    assistance,
    cases,
    consultations,
    corrections,
    deliveries,
    directory,
    documents,
    drafts,
    extensions,
    files,
    incidents,
    kind_limits,
    ledger,
    lists,
    live,
    moving,
    plots,
    question_sets,
    registry,
    reminders,
    satisfaction,
    steps,
    turnaround,
)

_BEARER = HTTPBearer(
    auto_error=False, description="onestop token create 發給的權杖；瀏覽器內也可用登入後的 session cookie。"
)

router = APIRouter(prefix="/api/v1", dependencies=[Depends(_BEARER)])
for part in (
    cases,
    corrections,
    files,
    consultations,
    incidents,
    steps,
    documents,
    drafts,
    extensions,
    moving,
    lists,
    live,
    deliveries,
    kind_limits,
    ledger,
    turnaround,
    annual,
    satisfaction,
    plots,
    question_sets,
    announcements,
    registry,
    assistance,
    reminders,
    directory,
):
    router.include_router(part.router)
