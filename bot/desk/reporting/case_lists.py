"""The cases behind a number of the statistics as they stood at the period's end: for the page, and to take away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.web.report_tables import LABELS, PARTS, label_of
from bot.web.tables import Cell, Table
from bot.web.unit_of_work import UnitOfWork
from bot.web.words import word
from knowledge.calendar.office_calendar import local
from knowledge.calendar.republic import roc_instant, roc_written
from routing.domain.reporting.figures import COUNTS
from routing.domain.reporting.periods import Period
from routing.service.cases import queries as case_queries
from routing.service.cases.queries import CaseLine
from routing.service.reporting import period_end
from routing.service.reporting.period_end import AtEnd, Told
from routing.service.reporting.turnaround import Behind

MOST_LISTED = 10_000
"""Cases of one file; the page says how many there are."""
PAGE = 50
"""Cases of one page."""
LATE = frozenset({"late", "on_time_rate", "open_late"})
"""Figures whose cases are late."""
AS_OF = "單位、承辦人、類別、性質、限辦日期與狀態為期末之狀態；主旨與廠商為現況。"
"""What a list says of its columns."""
_COLUMNS = (
    "案號", "主旨", "廠商", "園區", "類別", "性質", "單位", "承辦人", "受理時間", "限辦日期", "辦結時間", "狀態",
)  # fmt: skip
UNASSIGNED = "待分案"
_MARKS = "標示"
_LATE_COLUMNS = ("逾限（工作天）", "逾限時經手單位", "逾限時經手人", "處理原因", "改善")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCase:
    """A case behind a number. ``line``: as it is now, for its name; all else as it stood at the period's end."""

    line: CaseLine
    at_end: AtEnd
    officer: str | None
    late_with: tuple[str, str] | None
    """Unit and person that held it when it became late."""
    told: Told | None

    @property
    def closed_at(self) -> datetime | None:
        """When it was closed, if it stood so."""
        closed = self.at_end.case.closed
        return closed.start if closed is not None else None

    @property
    def waits_for(self) -> str:
        """For whom it waited then."""
        case = self.at_end.case
        if case.closed is not None:
            return "—"
        return {"firm": "等廠商補件", "agency": "等會辦對象回復"}.get(case.waiting.on if case.waiting else "", "等我方")


def listed_cases(work: UnitOfWork, numbers: Sequence[str], period: Period, figure: str) -> list[ListedCase]:
    """Those of the cases that this person may see, in the order of ``numbers``."""
    today = local(work.now).date()
    states = dict(period_end.states(work.session, work.office, numbers, period, today=today))
    told = period_end.told(work.session, numbers) if figure in LATE else {}
    name: Callable[[str], str] = label_of(work.session, "officer") if numbers else str
    found = []
    for begin in range(0, len(numbers), PAGE):
        for line in _lines(work, numbers[begin : begin + PAGE]):
            state = states.get(line.row.number)
            if state is not None:
                found.append(_listed(line, state, name, told.get(line.row.number)))
    return found


def _listed(line: CaseLine, state: AtEnd, name: Callable[[str], str], told: Told | None) -> ListedCase:
    officer = name(state.case.assignee) if state.case.assignee is not None else None
    unit, person = state.late_with or (None, None)
    late_with = (unit, name(person) if person is not None else UNASSIGNED) if unit is not None else None
    return ListedCase(line=line, at_end=state, officer=officer, late_with=late_with, told=told)


def _lines(work: UnitOfWork, numbers: Sequence[str]) -> list[CaseLine]:
    wanted = case_queries.wanted(work.actor, today=local(work.now).date(), numbers=tuple(numbers))
    found = case_queries.list_cases(
        work.session, work.office, work.actor, wanted, limit=PAGE, cursor=None, now=work.now
    )
    place = {number: position for position, number in enumerate(numbers)}
    return sorted(found.items, key=lambda line: place[line.row.number])


def marked(marks: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What is read off which case (the median, …), in words by its number."""
    return {number: "、".join(PARTS[part] for part in parts) for number, parts in marks.items()}


def paged(found: Behind, query: Callable[..., str]) -> dict[str, Any]:
    """Which page of a list this is, of how many, and those before and after it as words and queries."""
    page, last = found.skip // PAGE + 1, max(-(-found.cases // PAGE), 1)
    beside = [("上一頁", page - 1)] if page > 1 else []
    beside += [("下一頁", page + 1)] if page < last else []
    return {"page": page, "last_page": last, "pages": [(words, query(page=str(one))) for words, one in beside]}


def late_by(cases: Sequence[ListedCase]) -> dict[str, str]:
    """By how much late cases were late, in words by their numbers."""
    return {one.line.row.number: _over(one) for one in cases if one.at_end.late_by is not None}


def _over(one: ListedCase) -> str:
    if one.at_end.late_by:
        return f"逾限 {one.at_end.late_by} 個工作天"
    return "限辦日期已屆" if one.closed_at is None else "逾限後非上班日辦結"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A number whose cases are listed: its name and title, the period and its cases; what the report says of itself."""

    figure: str
    title: str
    period: Period
    found: Behind
    of: Sequence[str]
    measure: str | None = None
    """What each case adds, where that is not what the report calls the figure."""


def listed_table(listed: Listed, cases: Sequence[ListedCase], made_at: datetime) -> Table:
    """The list as a table: what each case adds to a figure of days or minutes stands in full precision."""
    marks = marked(listed.found.marks)
    more = [listed.measure or LABELS[listed.figure]] if listed.found.values else []
    more += [_MARKS] if listed.found.marks else []
    more += _LATE_COLUMNS if listed.figure in LATE else ()
    unseen = len(listed.found.numbers) - len(cases)
    cut = f"；僅列前 {MOST_LISTED:,} 件" if listed.found.cases > MOST_LISTED else ""
    times = (
        f"（{listed.found.times} 次）" if listed.figure in COUNTS and listed.found.times != listed.found.cases else ""
    )
    return Table(
        title=listed.title,
        columns=(*_COLUMNS, *more),
        rows=[_row(one, listed, marks) for one in cases],
        notes=(
            f"統計期間：{roc_written(listed.period.start)}至{roc_written(listed.period.end)}（含）",
            f"共 {listed.found.cases} 件{times}{cut}。" + (f"另有 {unseen} 件保密案件，您無權查看。" if unseen else ""),
            *listed.of,
            f"{AS_OF}製表時間：{roc_instant(made_at)}。",
        ),
        made_at=made_at,
    )


def _row(one: ListedCase, listed: Listed, marks: Mapping[str, str]) -> list[Cell]:
    row, case, told = one.line.row, one.at_end.case, one.told
    more: list[Cell] = [listed.found.values.get(row.number)] if listed.found.values else []
    more += [marks.get(row.number)] if marks else []
    if listed.figure in LATE:
        more += [
            one.at_end.late_by,
            *(one.late_with or (None, None)),
            told.reason if told else None,
            told.remedy if told else None,
        ]
    return [
        row.number, row.subject, one.line.firm.name if one.line.firm else row.contact_name, case.park,
        word(case.category, "category"), word(case.kind, "kind"), case.unit, one.officer or UNASSIGNED, row.received_at,
        one.at_end.reading.due_on, one.closed_at, word(case.status, "status"), *more,
    ]  # fmt: skip
