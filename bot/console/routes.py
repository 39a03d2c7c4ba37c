"""The service desk: all its page families under one router."""

from __future__ import annotations

from fastapi import APIRouter

from bot.console import admin, case_page, deliveries, entering, queue, signing, steps, withdrawn
from bot.console.knowledge import routes as knowledge

router = APIRouter(include_in_schema=False)
for family in (signing, queue, entering, deliveries, withdrawn, admin, knowledge, case_page, steps):
    router.include_router(family.router)
