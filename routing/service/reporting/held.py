"""The days that each unit and person held the closed cases of a report, and what became late while they held it.

They are counted from what is kept of each case (``domain/reporting/held_totals.py``), as the report is, so that its
sums are those of the report: days used, 逾限辦結, 逾限未結.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain.errors import Invalid
from routing.domain.permissions import Actor, confidential_scope
from routing.domain.reporting import held_totals
from routing.domain.reporting.held_totals import FIGURES, HeldBy, HeldColumns, HeldTotals
from routing.domain.reporting.periods import Period
from routing.domain.reporting.statistics import ALL, GroupBy
from routing.service.office_context import OfficeContext
from routing.service.reporting import measuring, turnaround
from routing.service.reporting.turnaround import Behind
from routing.store.reporting import queries as store
from routing.store.reporting import spells as spell_store

SPLITS = (GroupBy.UNIT, GroupBy.OFFICER)


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
    totals: HeldTotals
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


def made(
    session: Session, office: OfficeContext, period: Period, kind: str, *, by: GroupBy, now: datetime
) -> HeldReport:  # fmt: skip
    """Share out the days used of the cases of one kind that stand closed at a period's end.

    While cases are yet to be measured, or a program of the release before has closed one, the histories are folded:
    slower, and the same figures.

    Raises:
        Invalid: all kinds at once, whose days are not added up.
    """
    if kind == ALL:
        raise Invalid("不同性質案件的天數不合併計算，請選擇一種案件性質。", field="kind")
    today, kept = local(now).date(), _kept(session, office, period)
    if kept is not None:
        totals = HeldTotals(kept, period, kind, by, today)
    else:
        folded, names = _folded(session, office, period)
        totals = HeldTotals(folded, period, kind, by, today, names)
    total, groups = totals.groups()
    return HeldReport(
        period=period, kind=kind, by=by, rules=turnaround.RULES_VERSION, calendar=office.calendar.version, total=total,
        groups=groups, totals=totals,
    )  # fmt: skip


def _kept(session: Session, office: OfficeContext, period: Period) -> HeldColumns | None:
    if not measuring.is_ready(session, office):
        return None
    found = held_totals.joined(spell_store.read_held(session, held_totals.blocks_of(period)))
    return found if found.is_whole and measuring.is_ready(session, office) else None


def _folded(session: Session, office: OfficeContext, period: Period) -> tuple[HeldColumns, tuple[str, ...]]:
    """What would be kept of the cases of a period, and their numbers."""
    how, names = measuring.measuring(office), list[str]()

    def rows() -> Iterator[list[Any]]:
        for history in store.histories(session, received_before=period.ends_at, open_after=period.begins_at):
            events = sorted(history.events, key=lambda event: event.at)
            for spell in how.spells(history.opening, events):
                named = {**spell.__dict__, "case_id": len(names)}
                yield [named[name] for name in held_totals.READ]
            names.append(history.number)

    return held_totals.of_rows(list(rows())), tuple(names)


def for_person(session: Session, actor: Actor, report: HeldReport) -> HeldReport:
    """Without small groups that would tell this person of a confidential case hidden from them."""
    scope = confidential_scope(actor)
    hidden = store.hidden_cases(session, seen_by=scope) if scope is not None else {}
    if not hidden:
        return report
    sizes = {group.key: group.size for group in report.groups}
    small = turnaround.groups_to_hide(sizes, report.totals.holding(hidden))
    left = tuple(group for group in report.groups if group.key not in small)
    return replace(report, groups=left, left_out=len(report.groups) - len(left))


def cases_behind(
    session: Session, report: HeldReport, figure: str, group: str | None, *, skip: int = 0, limit: int | None = None
) -> Behind:
    """The cases behind a number of one of the groups, with the days of each; none for a group that is not shown.

    Raises:
        Invalid: there is no such figure.
    """
    if figure not in FIGURES:
        raise Invalid("查無這個統計項目。", field="figure")
    if group not in {one.key for one in report.groups}:
        return Behind(0, 0, (), {})
    found, values = report.totals.behind(figure, group)
    page: Sequence[int | str] = found[skip : None if limit is None else skip + limit]
    names = spell_store.numbers_of(session, [one for one in page if isinstance(one, int)])
    numbers = tuple(one if isinstance(one, str) else names[one] for one in page)
    added = values[skip : skip + len(page)] if values is not None else []
    return Behind(len(found), len(found), numbers, dict(zip(numbers, added, strict=False)), skip)
