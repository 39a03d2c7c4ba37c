"""The service desk: all its page families under one router."""

from __future__ import annotations

from fastapi import APIRouter

from bot.desk.accounts import second_factor, sessions, sign_in
from bot.desk.admin import audit, tokens
from bot.desk.admin import pages as admin_pages
from bot.desk.cases import bindings, case_page, exports, files, manual_entry, moving, queue, sealed_messages, steps
from bot.desk.deliveries import ledger
from bot.desk.deliveries import pages as delivery_pages
from bot.desk.knowledge import routes as knowledge
from bot.desk.privacy import pages as privacy

router = APIRouter(include_in_schema=False)
for family in (
    sign_in,
    second_factor,
    sessions,
    queue,
    exports,
    manual_entry,
    delivery_pages,
    ledger,
    sealed_messages,
    audit,
    tokens,
    admin_pages,
    privacy,
    knowledge,
    bindings,
    case_page,
    files,
    moving,
    steps,
):
    router.include_router(family.router)
