"""The page families of the knowledge desk under one router."""

from __future__ import annotations

from fastapi import APIRouter

from bot.console.knowledge import case, drafting, entries, exchange, looking, teaching

router = APIRouter()
for family in (entries, drafting, looking, teaching, exchange, case):
    router.include_router(family.router)
