"""The service desk: all its page families under one router."""

from __future__ import annotations

from fastapi import APIRouter

from bot.desk.accounts import passkeys, second_factor, sessions, sign_in, single_sign_on
from bot.desk.admin import audit, calendar, case_import, directory, keeping, limits, staff, tokens
from bot.desk.admin import pages as admin_pages
from bot.desk.announcements import pages as announcements
from bot.desk.assist import pages as assist
from bot.desk.canned import pages as canned
from bot.desk.cases import (
    answers,
    asked_by_link,
    bindings,
    bulk,
    case_list,
    case_page,
    consultations,
    deadlines,
    documents,
    drafting,
    exports,
    files,
    incidents,
    joint_questions,
    manual_entry,
    moving,
    presence,
    printing,
    queue,
    register,
    replying,
    sealed_messages,
    steps,
)
from bot.desk.deliveries import ledger
from bot.desk.deliveries import pages as delivery_pages
from bot.desk.knowledge import routes as knowledge
from bot.desk.land import pages as land
from bot.desk.privacy import breaches as privacy_breaches
from bot.desk.privacy import pages as privacy
from bot.desk.reminders import pages as reminders
from bot.desk.reporting import annual, bot_page, held, service_page, week_page, word_page

router = APIRouter(include_in_schema=False)
for family in (
    asked_by_link,
    sign_in,
    single_sign_on,
    passkeys,
    second_factor,
    sessions,
    reminders,
    canned,
    queue,
    case_list,
    exports,
    manual_entry,
    delivery_pages,
    ledger,
    sealed_messages,
    audit,
    tokens,
    calendar,
    limits,
    keeping,
    case_import,
    staff,
    directory,
    admin_pages,
    privacy_breaches,
    privacy,
    knowledge,
    annual,
    bot_page,
    week_page,
    service_page,
    held,
    word_page,
    land,
    announcements,
    bindings,
    deadlines,
    register,
    case_page,
    consultations,
    incidents,
    joint_questions,
    files,
    moving,
    bulk,
    replying,
    presence,
    printing,
    answers,
    documents,
    drafting,
    assist,
    steps,
):
    router.include_router(family.router)
