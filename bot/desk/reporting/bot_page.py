"""The page of the bot's figures and of messages against what may be pushed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
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
    WITHOUT_ANSWER,
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
from bot.web.words import WORDS, word
from knowledge.calendar.republic import roc_date, roc_month, roc_written
from routing.domain.errors import Invalid
from routing.service.messaging.ledger import COSTS
from routing.service.reminders.weekly import topic_said
from routing.service.reporting.bot_report import UNANSWERED, Enquiries

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


@dataclass(frozen=True, slots=True)
class Listing:
    """Which enquiries are listed: those of a figure, of a language or a topic (its category and, if any, itself)."""

    figure: str
    language: str | None = None
    category: str | None = None
    topic: str | None = None

    @property
    def title(self) -> str:
        """What the list is called."""
        name = WITHOUT_ANSWER if self.figure == UNANSWERED else BOT[self.figure].removesuffix("（次）")
        of = [word(self.language, "language")] if self.language is not None else []
        of += [topic_said((self.category, self.topic), word)] if self.category is not None else []
        return "：".join((name, *of))

    def query(self, asked: Asked, **more: str) -> str:
        """Its address."""
        return asked.query(by=None, kind=None, base=None, **asdict(self), **more)


Listed = Annotated[Listing, Depends()]


@router.get("/desk/turnaround/bot/asked")
def asked_page(request: Request, work: Reading, asked: Question, listing: Listed, page: int = 1) -> Response:
    """The enquiries behind one number, newest first; those of hidden cases are only counted."""
    page = max(page, 1)
    found = _behind(work, asked, listing, skip=_PAGE * (page - 1), limit=_PAGE)
    return show(
        request, "turnaround_asked.html",
        {
            "actor": work.actor, "asked": asked, "found": found, "title": listing.title, "columns": ASKED,
            "rows": [(line, asked_row(line, found.texts)) for line in found.lines],
            "start": roc_written(asked.period.start), "end": roc_written(asked.period.end),
            "query": listing.query(asked),
            "next": listing.query(asked, page=str(page + 1)) if found.count > page * _PAGE else None,
        },
    )  # fmt: skip


@router.get("/desk/turnaround/bot/asked/file.{ending}")
def asked_file(work: Reading, asked: Question, listing: Listed, ending: str) -> Response:
    """The same list as a file."""
    form = downloads.format_of(ending)
    found = _behind(work, asked, listing, skip=0, limit=MOST_ASKED)
    name = f"bot-{listing.figure}-{asked.period.start:%Y%m%d}-{asked.period.end:%Y%m%d}.{form}"
    content = write(asked_table(found, listing.title, asked.period, work.now), form)
    return downloads.made(content, name, MEDIA_TYPES[form])


def _listed(asked: Asked, month: str, cost: str) -> str:
    """The query of the messages of a month within the period that cost this."""
    return urlencode({
        "month": month, "cost": cost, "from": asked.period.start.isoformat(), "to": asked.period.end.isoformat(),
    })  # fmt: skip


def _behind(work: UnitOfWork, asked: Asked, listing: Listing, *, skip: int, limit: int) -> Enquiries:
    if listing.language is not None and listing.language not in WORDS["language"]:
        raise Invalid("請選擇語言。", field="language")
    if listing.category is not None and listing.category not in WORDS["category"]:
        raise Invalid("請選擇類別。", field="category")
    topic = (listing.category, listing.topic or None) if listing.category is not None else None
    return counting.bot_enquiries(
        work, asked.period, figure=listing.figure, language=listing.language, topic=topic, skip=skip, limit=limit
    )
