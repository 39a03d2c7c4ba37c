"""The week ahead as a page for those who lead, and as a file."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.web import downloads, outlook_tables
from bot.web.outlook_tables import AWAY, FULL, LOADS, NOBODY, PARTS, STANDS
from bot.web.tables import MEDIA_TYPES
from bot.web.templating import show
from bot.web.unit_of_work import Reading
from bot.web.words import WORDS
from knowledge.calendar.republic import roc_date
from routing.domain.permissions import Permission
from routing.domain.reporting.outlook import WEEKS_BEFORE
from routing.service.reporting import outlook

router = APIRouter(include_in_schema=False)
_FOUR_WEEKS = 7 * WEEKS_BEFORE


@router.get("/desk/turnaround/week")
def week_page(request: Request, work: Reading) -> Response:
    """What comes due, who is full or away, what is asked more often, which answers lack, who holds questions."""
    week = outlook.for_person(work.session, work.office, work.actor, now=work.now)
    ahead = week.ahead
    return show(
        request, "turnaround_week.html",
        {
            "actor": work.actor, "now": work.now, "ahead": ahead, "start": roc_date(ahead.week.start),
            "end": roc_date(ahead.week.end), "unit": week.unit, "parts": PARTS, "loads": LOADS, "stands": STANDS,
            "full": FULL, "leave": AWAY, "nobody": NOBODY,
            "named": lambda email: ahead.names.get(email, email), "topic": outlook_tables.topic,
            "of": outlook_tables.holder, "asked": week.examples, "gaps": week.gaps,
            "seven": _days(ahead.week.start, 7, before=1), "month": _days(ahead.week.start, _FOUR_WEEKS, before=0),
            "agencies": WORDS["agency"],
            "all_staff": work.actor.may(Permission.ENTER_LEAVE),
        },
    )  # fmt: skip


def _days(today: date, days: int, *, before: int) -> str:
    """The query of the days that end so many days before today."""
    start, end = today - timedelta(days=days), today - timedelta(days=before)
    return urlencode({"from": start.isoformat(), "to": end.isoformat()})


@router.get("/desk/turnaround/week/file.{ending}")
def week_file(work: Reading, ending: str, table: str | None = None) -> Response:
    """The same as a workbook, or one of its tables, by its key."""
    form = downloads.format_of(ending)
    week = outlook.for_person(work.session, work.office, work.actor, now=work.now)
    name = outlook_tables.file_name(week, form, table)
    content = outlook_tables.written(week, form, work.now, table=table)
    return downloads.made(content, name, MEDIA_TYPES[form])
