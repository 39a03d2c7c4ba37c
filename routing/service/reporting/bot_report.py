"""What the bot was asked in a period and what came of it, and the messages to firms against what may be pushed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import TAIPEI, local
from routing.domain.errors import Invalid
from routing.domain.permissions import Actor, confidential_scope, require_team
from routing.domain.reporting import bot_figures
from routing.domain.reporting.bot_figures import BACK_WITHIN, COUNTS, Asked, BotFigures
from routing.domain.reporting.outlook import Topic
from routing.domain.reporting.periods import Period
from routing.domain.reporting.statistics import GroupBy, Wanted, spans_of
from routing.service.knowledge_admin import answer_quality, unanswered
from routing.service.messaging import ledger
from routing.service.office_context import OfficeContext
from routing.store.reporting import enquiries as store
from routing.store.reporting.enquiries import Line

UNANSWERED = "unanswered"
"""Enquiries without an answer at hand that became a case, of the week ahead; no figure of the bot's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Messages that channels took in the days of a month within the period, by what they cost.

    ``used`` and ``limit``: pushes of the month and how many may be; None but of the present month, and without a limit.
    """

    month: str
    reply: int
    push: int
    free: int
    used: int | None
    limit: int | None

    def as_json(self) -> dict[str, Any]:
        """As programs read it."""
        return {name: getattr(self, name) for name in ("month", "reply", "push", "free", "used", "limit")}


@dataclass(frozen=True, slots=True, kw_only=True)
class BotReport:
    """Figures of the bot by language, and of messages by month."""

    period: Period
    total: BotFigures
    languages: Sequence[BotFigures]
    sent: Sequence[Sent]

    def as_json(self) -> dict[str, Any]:
        """As programs read it."""
        return {
            "from": self.period.start.isoformat(), "to": self.period.end.isoformat(), **self.total.as_json(),
            "languages": [one.as_json() for one in self.languages], "sent": [one.as_json() for one in self.sent],
        }  # fmt: skip


def made(session: Session, office: OfficeContext, actor: Actor, period: Period, *, now: datetime) -> BotReport:
    """Count; only reads.

    Raises:
        Forbidden: the person is a partner. Invalid: too many months.
    """
    require_team(actor)
    return counted(session, office, period, now=now)


def counted(session: Session, office: OfficeContext, period: Period, *, now: datetime) -> BotReport:
    """As ``made``, for whoever runs the product."""
    total, languages = figures(session, office, period)
    return BotReport(period=period, total=total, languages=languages, sent=_sent(session, office, period, now))


def figures(
    session: Session, office: OfficeContext, period: Period
) -> tuple[BotFigures, tuple[BotFigures, ...]]:  # fmt: skip
    """What the bot was asked in a period, of all languages and of each."""
    asked, later, wrong = _asked(session, office, period)
    return bot_figures.count(asked, later, wrong, days_between=_days_between(office))


def _asked(
    session: Session, office: OfficeContext, period: Period, topic: Topic | None = None
) -> tuple[list[Asked], Iterator[Asked], set[int]]:
    """What was asked in the period and after it, as long as it tells who came back; and what was corrected."""
    last = office.calendar.nth_working_day_after(period.end, BACK_WITHIN, office.offices.own_office)
    until = datetime.combine(last, time.max, TAIPEI)
    asked = list(store.asked(session, period.begins_at, period.ends_at, topic=topic))
    later = store.asked(session, period.ends_at, until)
    return asked, later, answer_quality.contradicted(session, asked, since=period.begins_at)


def _days_between(office: OfficeContext) -> Callable[[date, date], int]:
    calendar, own = office.calendar, office.offices.own_office
    return lambda start, end: calendar.working_days_between(start, end, own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enquiries:
    """A page of the enquiries behind a figure: ``count`` in all, ``unseen`` of the page hidden from this person.

    ``texts``: masked, by enquiry; none of what was taken back or belongs to a confidential case.
    """

    count: int
    lines: Sequence[Line]
    texts: Mapping[int, str]
    unseen: int


def behind(
    session: Session, office: OfficeContext, actor: Actor, period: Period, *, figure: str, language: str | None = None,
    topic: Topic | None = None, skip: int = 0, limit: int,
) -> Enquiries:  # fmt: skip
    """The enquiries that a figure counts (or ``UNANSWERED``), newest first, of a language or topic or of all.

    Raises:
        Forbidden: the person is a partner. Invalid: there is no such figure.
    """
    require_team(actor)
    if figure not in {*COUNTS, UNANSWERED}:
        raise Invalid("查無這個統計項目。", field="figure")
    asked, later, wrong = _asked(session, office, period, topic)
    counted = bot_figures.figures_of(asked, later, wrong, days_between=_days_between(office))
    found = [one.id for one, names in counted if _counts(one, names, figure) and language in {None, one.language}][::-1]
    page = found[skip : skip + limit]
    lines = store.lines(session, page, seen_by=confidential_scope(actor))
    texts = unanswered.masked(session, actor, [one.id for one in lines])
    return Enquiries(count=len(found), lines=lines, texts=texts, unseen=len(page) - len(lines))


def _counts(one: Asked, names: Collection[str], figure: str) -> bool:
    return one.in_case and "answered" not in names if figure == UNANSWERED else figure in names


def _sent(session: Session, office: OfficeContext, period: Period, now: datetime) -> list[Sent]:
    found = []
    for name, span in spans_of(Wanted(period=period, by=GroupBy.MONTH)):
        sums, _ = ledger.costs(session, office, span.begins_at, span.ends_at)
        by_cost = {cost: sum(costs[cost] for costs in sums.values()) for cost in ledger.COSTS}
        present = name == f"{local(now):%Y-%m}"
        said = ledger.quotas(session, office, now=now) if present else []
        used, limit = (sum(one.used for one in said), sum(one.limit for one in said)) if said else (None, None)
        found.append(Sent(month=name, used=used, limit=limit, **by_cost))
    return found
