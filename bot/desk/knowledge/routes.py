"""The page families of the knowledge desk under one router."""

from __future__ import annotations

from fastapi import APIRouter

from bot.desk.knowledge import corrections, drafts, entries, filling, from_case, import_export, insights

router = APIRouter()
for family in (entries, drafts, filling, insights, corrections, import_export, from_case):
    router.include_router(family.router)
