"""The page families of the knowledge desk under one router."""

from __future__ import annotations

from fastapi import APIRouter

from bot.desk.knowledge import (
    branch_answers,
    corrections,
    drafts,
    effects,
    entries,
    from_case,
    import_export,
    insights,
    question_forms,
    question_sets,
)

router = APIRouter()
for family in (
    entries,
    drafts,
    effects,
    branch_answers,
    insights,
    corrections,
    import_export,
    from_case,
    question_forms,
    question_sets,
):
    router.include_router(family.router)
