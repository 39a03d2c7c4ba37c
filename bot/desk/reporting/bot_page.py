"""The page of the bot's figures and of messages against what may be pushed."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.reporting.report_query import Question
from bot.web.bot_tables import BOT, BOT_DEFINITIONS, SENT, SETTLED_RATE, bot_table, sent_cells
from bot.web.limits import counting
from bot.web.report_tables import rate
from bot.web.tables import MEDIA_TYPES, Format, write
from bot.web.templating import show
from bot.web.unit_of_work import Reading
from knowledge.calendar.republic import roc_date, roc_month, roc_written
from routing.domain.errors import NotFound

router = APIRouter(include_in_schema=False)


@router.get("/desk/turnaround/bot")
def bot_page(request: Request, work: Reading, asked: Question) -> Response:
    """What was asked, answered and came of it, by language; messages by month."""
    report = counting.bot_report(work, asked.period)
    return show(
        request, "turnaround_bot.html",
        {
            "actor": work.actor, "now": work.now, "asked": asked, "report": report, "labels": BOT, "sent": SENT,
            "settled_rate": SETTLED_RATE, "definitions": BOT_DEFINITIONS, "rate": rate, "month_name": roc_month,
            "cells": sent_cells, "start": roc_written(asked.period.start), "end": roc_written(asked.period.end),
            "said": {"from": roc_date(asked.period.start), "to": roc_date(asked.period.end)},
        },
    )  # fmt: skip


@router.get("/desk/turnaround/bot/file.{ending}")
def bot_file(work: Reading, asked: Question, ending: str) -> Response:
    """The same as a file, in full precision."""
    if ending not in set(Format):
        raise NotFound("沒有這種檔案格式。")
    report, form = counting.bot_report(work, asked.period), Format(ending)
    name = f"bot-{asked.period.start:%Y%m%d}-{asked.period.end:%Y%m%d}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(write(bot_table(report, work.now), form), media_type=MEDIA_TYPES[form], headers=headers)
