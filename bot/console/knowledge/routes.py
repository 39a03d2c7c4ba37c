"""The page families of the knowledge desk under one router."""

from __future__ import annotations

from fastapi import APIRouter

from bot.console.knowledge import case, drafting, entries, exchange, filling, looking, teaching

router = APIRouter()
for family in (entries, drafting, filling, looking, teaching, exchange, case):
    router.include_router(family.router)
