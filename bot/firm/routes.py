"""The pages of firms under one router."""

from __future__ import annotations

from fastapi import APIRouter

from bot.firm import pages, single_sign_on

router = APIRouter(include_in_schema=False)
for family in (pages, single_sign_on):
    router.include_router(family.router)
