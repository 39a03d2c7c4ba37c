"""The turnaround page, its chart, its files, and the cases behind each of its numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.reporting.case_lists import (
    AS_OF,
    LATE,
    MOST_LISTED,
    PAGE,
    Listed,
    late_by,
    listed_cases,
    listed_table,
    marked,
    paged,
)
from bot.desk.reporting.chart import Chart, banded, monthly, trend
from bot.desk.reporting.formatting import bands, distributions, group_rows, measured
from bot.desk.reporting.report_query import Asked, Attempt, Question, base_years
from bot.web import downloads
from bot.web.compared import COMPARED, lines, report_table
from bot.web.limits import counting
from bot.web.report_tables import (
    DEFINITIONS,
    JOINS,
    LABELS,
    LEAST_CASES,
    MONTHS_AND_YEAR,
    days,
    edition,
    file_name,
    label_of,
    rate,
)
from bot.web.tables import MEDIA_TYPES, write
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork
from bot.web.words import WORDS
from knowledge.calendar.office_calendar import local
from knowledge.calendar.republic import roc_date, roc_month, roc_written, roc_year
from routing.domain.errors import Invalid
from routing.domain.permissions import Permission
from routing.domain.reporting.figures import COUNTS, FigureSet
from routing.domain.reporting.periods import Period, last_complete_month
from routing.domain.reporting.statistics import ALL, GroupBy, Report, Wanted, spans_of
from routing.domain.survey import LEAST_TOLD
from routing.service.cases import satisfaction
from routing.service.reporting import measuring
from routing.service.reporting import turnaround as turnaround_report
from routing.service.reporting.turnaround import Issued

router = APIRouter(include_in_schema=False)

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Spread:
    """Cases in bands of days: name and title, rows (name for addresses, words, how many), and the drawing."""

    name: str
    title: str
    rows: Sequence[tuple[str, str, int]]
    chart: Chart


def _make(work: UnitOfWork, asked: Asked) -> Issued:
    """The report, kept as given out if its period is over (contract §8: a later change is a revision)."""
    (issued,) = counting.report(work, asked.wanted)
    return turnaround_report.for_person(work.session, work.actor, issued)


@router.get("/desk/turnaround")
def turnaround_page(request: Request, work: Reading, attempt: Attempt) -> Response:
    """The figures of a period, each with a way to its cases; or the form as it was filled and what is wrong."""
    by_person = work.actor.may(Permission.OFFICER_FIGURES)
    form = {
        "kinds": {**WORDS["kind"], ALL: "全部"},
        "splits": {code: word for code, word in WORDS["by"].items() if code != "officer" or by_person},
    }
    if isinstance(attempt, Invalid):
        return _asked_again(request, work, attempt, form)
    asked = attempt
    beside = asked.beside
    issued, by_month, *base = counting.report(
        work, asked.wanted, _months_to(asked), *((replace(beside.wanted, by=None),) if beside else ())
    )
    issued = turnaround_report.for_person(work.session, work.actor, issued)
    report, year = issued.report, by_month.report
    name = label_of(work.session, asked.by)
    rows, hidden = group_rows(report, name)
    today = local(work.now).date()
    return show(
        request, "turnaround.html",
        {
            **form, "actor": work.actor, "now": work.now, "asked": asked, "issued": issued, "report": report,
            "said": {"from": roc_date(asked.period.start), "to": roc_date(asked.period.end), "kind": asked.kind,
                     "by": asked.by or "", "base": roc_year(asked.base) if asked.base else ""},
            "start": roc_written(asked.period.start), "end": roc_written(asked.period.end),
            "over": bool(issued.marks), "labels": LABELS,
            "parts": list(report.by_kind.values()) if asked.kind == ALL else [report],
            "joins": MONTHS_AND_YEAR, "changed": JOINS,
            "distributions": distributions, "month_name": roc_month, "days": days, "rate": rate, "rows": rows,
            "hidden": hidden, "least": LEAST_CASES, "least_told": LEAST_TOLD,
            "folded": not measuring.figures_hold(work.session, work.office), "left_out": issued.left_out,
            "charts": _charts(year), "months": year.groups, "of_month": partial(_of_month, year), "spreads": _spreads,
            "definitions": DEFINITIONS, "quick": _quick(today, asked),
            "years": base_years(asked.period), "beside": beside, "compared": COMPARED,
            "side": lines(issued.report, base[0].report) if base else [],
            "answered": satisfaction.answered(
                work.session, work.actor, start=asked.period.begins_at, end=asked.period.ends_at
            ),
        },
    )  # fmt: skip


def _asked_again(request: Request, work: UnitOfWork, error: Invalid, form: dict[str, Any]) -> Response:
    said = {name: request.query_params.get(name, "")[:40] for name in ("from", "to", "kind", "by", "base")}
    years = base_years(last_complete_month(local(work.now).date()))
    values = {**form, "actor": work.actor, "now": work.now, "error": error, "said": said, "years": years}
    return show(request, "turnaround_asked_again.html", values, status=422)


def _quick(today: date, asked: Asked) -> list[tuple[str, str]]:
    """Periods that are often asked for, as words and addresses."""
    last = last_complete_month(today)
    first = today.replace(day=1)
    year = today.replace(month=1, day=1)
    before = Period(year.replace(year=year.year - 1), year - timedelta(days=1))
    spans = (("上個月", last), ("本月至今", Period(first, today)), ("今年至今", Period(year, today)), ("去年", before))
    return [(words, Asked(period, asked.kind, asked.by).query()) for words, period in spans]


def _months_to(asked: Asked) -> Wanted:
    """The months of the chart: the period's own, and as many before it as make a year."""
    end = asked.period.end
    months = end.year * 12 + end.month - _MONTHS
    start = min(asked.period.start.replace(day=1), date(months // 12, months % 12 + 1, 1))
    kind = "ENQ" if asked.kind == ALL else asked.kind
    return Wanted(period=Period(start, end), kind=kind, by=GroupBy.MONTH)


def _of_month(year: Report, month: str, figure: str, part: str | None = None) -> str:
    """The query of the cases behind a number of one of the chart's months."""
    span = dict(spans_of(Wanted(period=year.period, kind=year.kind, by=GroupBy.MONTH)))[month]
    return Asked(span, year.kind, None).query(figure=figure, part=part)


def _charts(report: Report) -> list[Chart]:
    """Closed cases and their days by month; none where there is no case."""
    kind, months = WORDS["kind"][report.kind], report.groups
    if not any(one.figures.size for one in months):
        return []
    found = [monthly(months, title=f"{kind}：各月辦結案件，依限與逾限")]
    if any(one.figures.count("closed_cases") for one in months):
        found.append(trend(months, title=f"{kind}：各月使用日數，中位數與第 90 百分位"))
    return found


def _spreads(figures: FigureSet, kind: str) -> list[Spread]:
    """Closed cases by days used and open ones by age, each with its chart; those that have cases."""
    found = []
    for name, title in (("days_used", "使用日數分布"), ("open_age", "期末未結案件案齡")):
        rows = bands(figures, name)
        if rows:
            drawn = tuple((words, count) for _, words, count in rows)
            found.append(Spread(name, title, rows, banded(drawn, title=f"{WORDS['kind'][kind]}：{title}")))
    return found


@router.get("/desk/turnaround/file.{ending}")
def file(work: Reading, asked: Question, ending: str) -> Response:
    """The report as a file, in full precision."""
    form = downloads.format_of(ending)
    label, beside = label_of(work.session, asked.by), asked.beside
    made = counting.report(work, *(one.wanted for one in (asked, beside) if one is not None))
    issued, *base = (turnaround_report.for_person(work.session, work.actor, one) for one in made)
    content = write(report_table(issued, base[0] if base else None, work.now, label), form)
    return downloads.made(content, file_name(issued, form), MEDIA_TYPES[form])


@router.get("/desk/turnaround/cases")
def cases_page(
    request: Request, work: Reading, asked: Question, *, figure: str, group: str | None = None, page: int = 1,
    part: str | None = None,
) -> Response:  # fmt: skip
    """The cases behind one number, those that explain it best first; those hidden from this person are only counted.

    ``part`` of a distribution: the page that has the cases it is read off, which are marked.
    """
    if figure not in LABELS:
        raise Invalid("查無這個統計項目。", field="figure")
    issued = _make(work, asked)
    grouped = group is not None
    found = turnaround_report.cases_behind(
        work.session, issued, figure, group=group or None, grouped=grouped, skip=(max(page, 1) - 1) * PAGE, limit=PAGE,
        part=part,
    )  # fmt: skip
    page = found.skip // PAGE + 1
    cases = listed_cases(work, found.numbers, asked.period, figure)
    name = label_of(work.session, asked.by)
    return show(
        request, "turnaround_cases.html",
        {
            "actor": work.actor, "asked": asked, "listed": cases, "as_of": AS_OF, "late": figure in LATE,
            "path": "/desk/turnaround/cases", "up": None,
            "title": LABELS[figure], "group": _group_name(group, name), "times": found.times, "cases": found.cases,
            "unseen": len(found.numbers) - len(cases), "start": roc_written(asked.period.start),
            "end": roc_written(asked.period.end), "counted": figure in COUNTS or figure.startswith("reclassified."),
            "says": "列出未依限的案件。" if figure == "on_time_rate" else None,
            "values": measured(found.values, figure) or (late_by(cases) if figure in LATE else {}),
            "marks": marked(found.marks), "export": asked.query(figure=figure, group=group),
            **paged(found, partial(asked.query, figure=figure, group=group)),
        },
    )  # fmt: skip


@router.get("/desk/turnaround/cases/file.{ending}")
def cases_file(
    work: Reading, asked: Question, ending: str, *, figure: str, group: str | None = None
) -> Response:  # fmt: skip
    """The cases behind one number as a file; those hidden from this person are only counted."""
    form = downloads.format_of(ending)
    if figure not in LABELS:
        raise Invalid("查無這個統計項目。", field="figure")
    issued = _make(work, asked)
    found = turnaround_report.cases_behind(
        work.session, issued, figure, group=group or None, grouped=group is not None, limit=MOST_LISTED
    )
    cases = listed_cases(work, found.numbers, asked.period, figure)
    name = _group_name(group, label_of(work.session, asked.by))
    listed = Listed(
        figure=figure, title=LABELS[figure] + (f"：{name}" if name else ""), period=asked.period, found=found,
        of=edition(issued),
    )  # fmt: skip
    content = write(listed_table(listed, cases, work.now), form)
    named = f"turnaround-{figure}-{asked.period.start:%Y%m%d}-{asked.period.end:%Y%m%d}.{form}"
    return downloads.made(content, named, MEDIA_TYPES[form])


def _group_name(group: str | None, name: Callable[[str], str]) -> str | None:
    if group is None:
        return None
    return name(group) if group else "（無）"
