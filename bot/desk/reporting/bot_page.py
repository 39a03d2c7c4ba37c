"""The page of the bot's figures and of messages against what may be pushed."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.reporting.report_query import Asked, Question
from bot.web import downloads
from bot.web.bot_tables import (
    ASKED,
    BOT,
    BOT_DEFINITIONS,
    MOST_ASKED,
    SENT,
    SETTLED_RATE,
    asked_row,
    asked_table,
    bot_table,
    sent_cells,
)
from bot.web.limits import counting
from bot.web.report_tables import rate
from bot.web.tables import MEDIA_TYPES, write
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork
from bot.web.words import WORDS
from knowledge.calendar.republic import roc_date, roc_month, roc_written
from routing.domain.errors import Invalid
from routing.service.messaging.ledger import COSTS
from routing.service.reporting.bot_report import Enquiries

router = APIRouter(include_in_schema=False)
_PAGE = 50


@router.get("/desk/turnaround/bot")
def bot_page(request: Request, work: Reading, asked: Question) -> Response:
    """What was asked, answered and came of it, by language; messages by month."""
    report = counting.bot_report(work, asked.period)
    return show(
        request, "turnaround_bot.html",
        {
            "actor": work.actor, "now": work.now, "asked": asked, "report": report, "labels": BOT, "sent": SENT,
            "settled_rate": SETTLED_RATE, "definitions": BOT_DEFINITIONS, "rate": rate, "month_name": roc_month,
            "cells": sent_cells, "costs": COSTS, "listed": partial(_listed, asked),
            "start": roc_written(asked.period.start), "end": roc_written(asked.period.end),
            "said": {"from": roc_date(asked.period.start), "to": roc_date(asked.period.end)},
        },
    )  # fmt: skip


@router.get("/desk/turnaround/bot/file.{ending}")
def bot_file(work: Reading, asked: Question, ending: str) -> Response:
    """The same as a file, in full precision."""
    form = downloads.format_of(ending)
    report = counting.bot_report(work, asked.period)
    name = f"bot-{asked.period.start:%Y%m%d}-{asked.period.end:%Y%m%d}.{form}"
    return downloads.made(write(bot_table(report, work.now), form), name, MEDIA_TYPES[form])


@router.get("/desk/turnaround/bot/asked")
def asked_page(
    request: Request, work: Reading, asked: Question, *, figure: str, language: str | None = None, page: int = 1
) -> Response:
    """The enquiries behind one number, newest first; those of hidden cases are only counted."""
    page = max(page, 1)
    found = _behind(work, asked, figure, language, skip=_PAGE * (page - 1), limit=_PAGE)
    more = {"by": None, "kind": None, "base": None, "figure": figure, "language": language}
    return show(
        request, "turnaround_asked.html",
        {
            "actor": work.actor, "asked": asked, "found": found, "title": _title(figure, language), "columns": ASKED,
            "rows": [(line, asked_row(line, found.texts)) for line in found.lines],
            "start": roc_written(asked.period.start),
            "end": roc_written(asked.period.end), "query": asked.query(**more),
            "next": asked.query(**more, page=str(page + 1)) if found.count > page * _PAGE else None,
        },
    )  # fmt: skip


@router.get("/desk/turnaround/bot/asked/file.{ending}")
def asked_file(work: Reading, asked: Question, ending: str, *, figure: str, language: str | None = None) -> Response:
    """The same list as a file."""
    form = downloads.format_of(ending)
    found = _behind(work, asked, figure, language, skip=0, limit=MOST_ASKED)
    name = f"bot-{figure}-{asked.period.start:%Y%m%d}-{asked.period.end:%Y%m%d}.{form}"
    content = write(asked_table(found, _title(figure, language), asked.period, work.now), form)
    return downloads.made(content, name, MEDIA_TYPES[form])


def _listed(asked: Asked, month: str, cost: str) -> str:
    """The query of the messages of a month within the period that cost this."""
    return urlencode({
        "month": month, "cost": cost, "from": asked.period.start.isoformat(), "to": asked.period.end.isoformat(),
    })  # fmt: skip


def _behind(work: UnitOfWork, asked: Asked, figure: str, language: str | None, *, skip: int, limit: int) -> Enquiries:
    if language is not None and language not in WORDS["language"]:
        raise Invalid("請選擇語言。", field="language")
    return counting.bot_enquiries(work, asked.period, figure=figure, language=language, skip=skip, limit=limit)


def _title(figure: str, language: str | None) -> str:
    name = BOT[figure].removesuffix("（次）")
    return f"{name}：{WORDS['language'][language]}" if language is not None else name
