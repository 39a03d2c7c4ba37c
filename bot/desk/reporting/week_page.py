"""The week ahead as a page for those who lead."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.web.templating import show
from bot.web.unit_of_work import Reading
from bot.web.words import word
from knowledge.calendar.office_calendar import TAIPEI
from knowledge.calendar.republic import roc_date
from routing.domain.permissions import Permission
from routing.domain.reporting.outlook import MUCH
from routing.service.knowledge_admin import unanswered
from routing.service.reminders.weekly import topic_said
from routing.service.reporting import outlook

router = APIRouter(include_in_schema=False)
_EXAMPLES = 3


@router.get("/desk/turnaround/week")
def week_page(request: Request, work: Reading) -> Response:
    """What comes due, who is full or away, what is asked more often, which answers lack, who holds questions."""
    ahead = outlook.for_person(work.session, work.office, work.actor, now=work.now)
    until = datetime.combine(ahead.week.start, time.min, TAIPEI)
    asked = {
        risen.topic: unanswered.examples(
            work.session, work.actor, *risen.topic, since=until - timedelta(days=7), until=until, most=_EXAMPLES
        )
        for risen in ahead.rising
    }
    last_week = unanswered.week(work.session, work.actor, unanswered.monday_of(ahead.week.start))
    return show(
        request, "turnaround_week.html",
        {
            "actor": work.actor, "now": work.now, "ahead": ahead, "start": roc_date(ahead.week.start),
            "end": roc_date(ahead.week.end), "unit": work.actor.unit, "much": f"{MUCH:.0f}",
            "named": lambda email: ahead.names.get(email, email), "topic": lambda one: topic_said(one, word),
            "of": lambda held: word(held.of, "agency") if held.of else "（未載明）",
            "asked": asked, "gaps": last_week.gaps[:_EXAMPLES], "all_staff": work.actor.may(Permission.ENTER_LEAVE),
        },
    )  # fmt: skip
