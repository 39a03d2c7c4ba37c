"""`/api/v1`: everything that the service desk can do, for other systems of the bureau (contract §5)."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from fastapi.security import HTTPBearer

from bot.api import (
    cases,
    corrections,
    deliveries,
    extensions,
    files,
    ledger,
    lists,
    moving,
    satisfaction,
    steps,
    turnaround,
)

_BEARER = HTTPBearer(
    auto_error=False, description="onestop token create 發給的權杖；瀏覽器內也可用登入後的 session cookie。"
)

router = APIRouter(prefix="/api/v1", dependencies=[Depends(_BEARER)])
for part in (cases, corrections, files, steps, extensions, moving, lists, deliveries, ledger, turnaround, satisfaction):
    router.include_router(part.router)
