"""The week ahead for those who lead: what comes due, who is full or away, what rises, and who holds questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import TAIPEI, local
from routing.domain.errors import Forbidden
from routing.domain.permissions import Actor, Permission, may
from routing.domain.reporting.outlook import (
    WEEKS_BEFORE,
    Held,
    Load,
    Risen,
    Topic,
    Week,
    holding,
    overloaded,
    rising,
    week_of,
)
from routing.service.knowledge_admin import unanswered
from routing.service.knowledge_admin.unanswered import Gap
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.cases import queries as case_store
from routing.store.reporting import outlook as store
from routing.store.reporting.outlook import Soon

MOST_NAMED = 50
"""Cases that are named; there may be more."""
_MOST_TOPICS = 5
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody who is away this week: their open cases, and who stands in on the first day; None: nobody."""

    email: str
    first: date
    last: date
    cases: int
    deputy: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is left of a week. ``unanswered``: topics of cases that no answer was there for, and how many cases."""

    week: Week
    due: Sequence[Soon]
    due_count: int
    overloaded: Sequence[Load]
    away: Sequence[Away]
    rising: Sequence[Risen]
    unanswered: Sequence[tuple[Topic, int]]
    holding: Sequence[Held]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekAhead:
    """The week ahead with what was asked: some enquiries of each topic that rises, and what got no answer this week.

    ``unit``: whose week it is; None: of all. Enquiries are masked.
    """

    ahead: Outlook
    unit: str | None
    examples: Mapping[Topic, Sequence[str]]
    gaps: Sequence[Gap]


def for_person(session: Session, office: OfficeContext, actor: Actor, *, now: datetime) -> WeekAhead:
    """The week as one who leads reads it: of the own unit, or of all. Raises Forbidden: the person leads nobody."""
    if not actor.may(Permission.OFFICER_FIGURES):
        raise Forbidden("本週展望僅供主管查看。")
    found = ahead(session, office, unit=actor.unit, now=now)
    until = datetime.combine(found.week.start, time.min, TAIPEI)
    since = until - timedelta(days=7)
    examples = {
        risen.topic: unanswered.examples(session, actor, *risen.topic, since=since, until=until, most=_EXAMPLES)
        for risen in found.rising
    }
    gaps = unanswered.week(session, actor, unanswered.monday_of(found.week.start)).gaps[:_EXAMPLES]
    return WeekAhead(ahead=found, unit=actor.unit, examples=examples, gaps=gaps)


def ahead(session: Session, office: OfficeContext, *, unit: str | None, now: datetime) -> Outlook:
    """What is left of the present week, of a unit or of all; topics and partners are those of all."""
    today = local(now).date()
    week = week_of(today)
    due, due_count = store.coming_due(session, today, week.end, unit=unit, most=MOST_NAMED)
    officers = [
        one for one in account_store.all_staff(session, active=True)
        if may(one.role, Permission.UNIT_WORK) and one.unit is not None and unit in {None, one.unit}
    ]  # fmt: skip
    loads = case_store.weighted_loads(session, [one.email for one in officers])
    open_cases = case_store.loads(session, [one.email for one in officers])
    midnight = datetime.combine(today, time.min, TAIPEI)
    seven, month = midnight - timedelta(days=7), midnight - timedelta(days=7 * (WEEKS_BEFORE + 1))
    questions = [(of, local(at).date()) for of, at in store.open_questions(session)]
    return Outlook(
        week=week, due=due, due_count=due_count,
        overloaded=overloaded([
            Load(email=one.email, unit=one.unit or "", load=loads[one.email], capacity=one.capacity)
            for one in officers
        ]),
        away=_away(session, week, open_cases),
        rising=rising(store.topics_asked(session, seven, midnight), store.topics_asked(session, month, seven))[
            :_MOST_TOPICS
        ],
        unanswered=store.topics_without_answer(session, month + timedelta(days=7), now).most_common(_MOST_TOPICS),
        holding=holding(questions, today, office.calendar),
        names={one.email: one.name for one in account_store.all_staff(session)},
    )  # fmt: skip


def _away(session: Session, week: Week, open_cases: Mapping[str, int]) -> list[Away]:
    found = []
    for email, first, last in store.absences(session, week.start, week.end):
        if email in open_cases:
            leave = account_store.leaves_on(session, max(first, week.start)).get(email)
            found.append(Away(email, first, last, open_cases[email], leave.stand_in if leave is not None else None))
    return found
