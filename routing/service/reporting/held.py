"""The days that each unit and person held the closed cases of a report, and what became late while they held it.

It is folded from the events of the cases behind the report, so that its sums are those of the report: days used,
逾限辦結, 逾限未結.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain.errors import Invalid
from routing.domain.permissions import Actor, confidential_scope
from routing.domain.reporting.periods import Period
from routing.domain.reporting.statistics import ALL, GroupBy
from routing.service.office_context import OfficeContext
from routing.service.reporting import period_end, turnaround
from routing.service.reporting.period_end import AtEnd
from routing.service.reporting.turnaround import Issued
from routing.store.reporting import queries as store

MOST_CASES = 20_000
"""Cases of one such report: it folds each of them."""
SPLITS = (GroupBy.UNIT, GroupBy.OFFICER)


@dataclass(slots=True)
class HeldBy:
    """What one unit or person held: closed cases and their days, and what became late with them."""

    key: str | None
    numbers: set[str] = field(default_factory=set)
    days: float = 0.0
    late: int = 0
    open_late: int = 0
    seen: set[str] = field(default_factory=set)
    """All cases that any of its numbers tells of."""

    @property
    def cases(self) -> int:
        """How many closed cases it held for a while, however short."""
        return len(self.numbers)

    def as_json(self) -> dict[str, Any]:
        """As programs read it, in full precision."""
        numbers = {"cases": self.cases, "days": self.days, "late": self.late, "open_late": self.open_late}
        return {"key": self.key, **numbers}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldReport:
    """Days held by unit or person; ``total`` is that of the turnaround report of the period and kind."""

    period: Period
    kind: str
    by: GroupBy
    rules: str
    calendar: str
    total: HeldBy
    groups: tuple[HeldBy, ...]
    left_out: int = 0

    def as_json(self) -> dict[str, Any]:
        """As programs read it."""
        total = self.total.as_json()
        more = {"groups_left_out": self.left_out} if self.left_out else {}
        return {
            "from": self.period.start.isoformat(), "to": self.period.end.isoformat(), "kind": self.kind,
            "by": self.by.value, "rules": self.rules, "calendar": self.calendar, "closed_cases": total["cases"],
            "days": total["days"], "late": total["late"], "open_late": total["open_late"],
            "groups": [group.as_json() for group in self.groups], **more,
        }  # fmt: skip


def split_of(by: str | None) -> GroupBy:
    """By unit unless by person. Raises Invalid for any other."""
    split = GroupBy(by) if by is not None else GroupBy.UNIT
    if split not in SPLITS:
        raise Invalid("經手日數僅能依承辦單位或承辦人分組。", field="by")
    return split


def made(session: Session, office: OfficeContext, issued: Issued, *, by: GroupBy, now: datetime) -> HeldReport:
    """Share out the days of a turnaround report on one kind.

    Raises:
        Invalid: the report is on all kinds, whose days are not added up; or on too many cases.
    """
    report = issued.report
    if report.kind == ALL:
        raise Invalid("不同性質案件的天數不合併計算，請選擇一種案件性質。", field="kind")
    total, groups = HeldBy(None), defaultdict[str | None, HeldBy](lambda: HeldBy(None))
    for closed, at_end in _cases(session, office, issued, now):
        _count(total, groups, at_end, by, closed=closed)
    found = [replace(groups[key], key=key) for key in sorted(groups, key=lambda key: (key is None, key or ""))]
    return HeldReport(
        period=report.period, kind=report.kind, by=by, rules=report.rules, calendar=report.calendar, total=total,
        groups=tuple(found),
    )  # fmt: skip


def _cases(session: Session, office: OfficeContext, issued: Issued, now: datetime) -> Iterator[tuple[bool, AtEnd]]:
    today = local(now).date()
    for figure in ("closed_cases", "open_late"):
        if issued.report.figures.count(figure) > MOST_CASES:
            raise Invalid(f"案件超過 {MOST_CASES:,} 件，請縮短統計期間。", code="held_too_many", field="to")
        numbers: Sequence[str] = turnaround.cases_behind(session, issued, figure).numbers
        for _, at_end in period_end.states(session, office, numbers, issued.report.period, today=today):
            yield figure == "closed_cases", at_end


def _count(
    total: HeldBy, groups: defaultdict[str | None, HeldBy], at_end: AtEnd, by: GroupBy, *, closed: bool
) -> None:  # fmt: skip
    place = 0 if by is GroupBy.UNIT else 1
    number = at_end.case.opening.number
    for holder, days in at_end.held if closed else ():
        for one in (total, groups[holder[place]]):
            one.numbers.add(number)
            one.seen.add(number)
            one.days += days
    if at_end.late_with is not None and (closed or at_end.case.closed is None):
        for one in (total, groups[at_end.late_with[place]]):
            one.seen.add(number)
            one.late += closed
            one.open_late += not closed


def for_person(session: Session, actor: Actor, report: HeldReport) -> HeldReport:
    """Without small groups that would tell this person of a confidential case hidden from them."""
    scope = confidential_scope(actor)
    hidden = store.hidden_cases(session, seen_by=scope) if scope is not None else {}
    if not hidden:
        return report
    secret = frozenset(hidden.values())
    sizes = {group.key: len(group.seen) for group in report.groups}
    holding = {group.key for group in report.groups if not secret.isdisjoint(group.seen)}
    small = turnaround.telling(sizes, holding)
    left = tuple(group for group in report.groups if group.key not in small)
    return replace(report, groups=left, left_out=len(report.groups) - len(left))
