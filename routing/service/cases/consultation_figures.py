"""How agencies answer what is asked of them: how many questions, how many in time, how long it takes in the middle."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import TAIPEI, local
from routing.domain.consultations import End
from routing.domain.errors import Invalid
from routing.domain.permissions import Actor, require_team
from routing.service.office_context import OfficeContext
from routing.store.consultations import queries as store
from routing.store.consultations.schema import Consultation

_LONGEST = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyFigures:
    """Of one agency. ``dated``: answered with a day expected, of which ``in_time``; ``median``: working days."""

    agency: str
    asked: int
    answered: int
    waiting: int
    dated: int
    in_time: int
    median: float | None

    @property
    def rate(self) -> float | None:
        """In time of those with a day expected; None where there was none."""
        return self.in_time / self.dated if self.dated else None


def by_agency(
    session: Session, office: OfficeContext, actor: Actor, first: date, last: date
) -> list[AgencyFigures]:  # fmt: skip
    """What was asked from one day to another, both included, as it stands now; most asked first.

    Raises:
        Forbidden: a partner. Invalid: the days are the wrong way round, or more than three years.
    """
    require_team(actor)
    if not first <= last or last - first > _LONGEST:
        raise Invalid("期間的起日須不晚於迄日，且最長三年。", field="from")
    start = datetime.combine(first, time.min, TAIPEI)
    end = datetime.combine(last, time.min, TAIPEI) + timedelta(days=1)
    asked: defaultdict[str, list[tuple[Consultation, str]]] = defaultdict(list)
    for row, unit in store.asked_between(session, start, end):
        asked[row.agency or ""].append((row, unit))
    found = [_figures(office, agency, rows) for agency, rows in asked.items()]
    return sorted(found, key=lambda one: (-one.asked, one.agency))


def _figures(office: OfficeContext, agency: str, rows: list[tuple[Consultation, str]]) -> AgencyFigures:
    answered = [(row, unit) for row, unit in rows if row.how == End.ANSWERED and row.ended_at is not None]
    count = office.calendar.working_days_between
    days = [
        count(local(row.asked_at).date(), local(row.ended_at).date(), office.office_of(unit))
        for row, unit in answered if row.ended_at is not None
    ]  # fmt: skip
    dated = [row for row, _ in answered if row.expected_on is not None]
    in_time = [
        row for row in dated if row.ended_at and row.expected_on and local(row.ended_at).date() <= row.expected_on
    ]
    return AgencyFigures(
        agency=agency, asked=len(rows), answered=len(answered), waiting=sum(row.ended_at is None for row, _ in rows),
        dated=len(dated), in_time=len(in_time), median=float(median(days)) if days else None,
    )  # fmt: skip
