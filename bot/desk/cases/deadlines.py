"""How a due date comes about, day by day: of one case, and of any receipt and limit that somebody tries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.forms import Form
from bot.web.errors import status_of
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork
from bot.web.words import WORDS
from knowledge.calendar.office_calendar import CalendarError, local
from knowledge.calendar.official_days import COUNTIES
from routing.domain.clock import Stretch
from routing.domain.deadline import (
    FIRST_YEAR,
    LAST_YEAR,
    MOST_EXTENSION,
    CaseDeadline,
    DayLine,
    Deadline,
    Question,
    Rule,
    calculate,
    office_named,
)
from routing.domain.errors import Invalid
from routing.domain.limits import LIMITS, limit_of, limit_written
from routing.domain.permissions import require_team
from routing.service.cases import queries as case_queries

router = APIRouter()

_PAUSES = 3


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day as the table shows it: what became of it by the limit, and by the promise if the kind has one."""

    date: date
    weekday: str
    limit: DayLine | None
    promise: DayLine | None


def _by_day(dates: CaseDeadline) -> list[DayRow]:
    limits = {line.date: line for line in dates.limit.days}
    promises = {line.date: line for line in dates.promise.days} if dates.promise else {}
    days = sorted(limits.keys() | promises.keys())
    known = {**promises, **limits}
    return [DayRow(day, known[day].weekday, limits.get(day), promises.get(day)) for day in days]


def _rules(*answers: Deadline | None) -> list[tuple[Rule, str, str]]:
    """Each rule once, with the words of its source and its address apart."""
    found = {(rule.code, rule.text): rule for answer in answers if answer for rule in answer.rules}
    return [(rule, *_source(rule.source)) for rule in found.values()]


def _source(source: str) -> tuple[str, str]:
    words, blank, address = source.rpartition(" ")
    return (words, address) if blank and address.startswith("https://") else (source, "")


@router.get("/desk/cases/{number}/deadline")
def of_case(request: Request, work: Reading, number: str) -> Response:
    """Both dates of a case, with every day that was counted, paused or off, and the rules."""
    found = case_queries.explained(work.session, work.office, work.actor, number, now=work.now)
    values = {
        "actor": work.actor, "now": work.now, "found": found, "case": found.case, "row": found.row,
        "reading": found.reading, "dates": found.dates, "days": _by_day(found.dates),
        "rules": _rules(found.dates.limit, found.dates.promise),
    }  # fmt: skip
    return show(request, "case_deadline.html", values)


@router.get("/desk/deadline")
def trial(request: Request, work: Reading) -> Response:
    """The calculator of ``onestop deadline`` as a page; what was typed stays when it is refused."""
    require_team(work.actor)
    form = Form({name: value.replace("\x00", "")[:200] for name, value in request.query_params.items()})
    answer, error = None, None
    if form.text("received") or form.text("limit"):
        try:
            answer = _answer(work, form)
        except Invalid as refused:
            error = refused
        except CalendarError as refused:
            error = Invalid(refused.message, field="received")
    values = {
        "actor": work.actor, "now": work.now, "typed": form.fields, "error": error, "answer": answer,
        "offices": work.office.offices.cards, "counties": COUNTIES,
        "limits": _limits(work), "pauses": range(1, _PAUSES + 1),
        "days": answer.days if answer else (), "rules": _rules(answer), "calendar": work.office.calendar,
    }  # fmt: skip
    return show(request, "deadline.html", values, status=status_of(error) if error else 200)


def _limits(work: UnitOfWork) -> dict[str, str]:
    """What may be written for a limit: the kinds, by what holds for them today, and some by their length."""
    today, calendar = local(work.now).date(), work.office.calendar
    kinds = {kind.value: f"{WORDS['kind'][kind]}（{limit_of(kind, today, calendar).words}）" for kind in LIMITS}
    return kinds | {str(limit): limit.words for limit in LIMITS.values()}


def _answer(work: UnitOfWork, form: Form) -> Deadline:
    received = form.instant("received")
    if received is None:
        raise Invalid("請輸入收件時間。", field="received")
    if not FIRST_YEAR <= received.year <= LAST_YEAR:
        raise Invalid("收件時間的年份超出可計算的範圍。", code="out_of_range", field="received")
    extension = form.number("extend") if form.text("extend") else 0
    if extension > MOST_EXTENSION:
        raise Invalid(f"展期日數最多 {MOST_EXTENSION}。", field="extend")
    question = Question(
        received=received, limit=limit_written(form.text("limit"), local(received).date(), work.office.calendar),
        finished=form.instant("finished"),
        pauses=tuple(_pauses(form)), extension=extension,
    )  # fmt: skip
    office = form.text("office")
    offices = work.office.offices
    return calculate(question, work.office.calendar, office_named(office, offices) if office else offices.own_office)


def _pauses(form: Form) -> list[Stretch]:
    found = []
    for number in range(1, _PAUSES + 1):
        start, end = form.instant(f"pause{number}"), form.instant(f"resume{number}")
        if (start is None) != (end is None):
            raise Invalid("待廠商補件期間請填開始與結束。", field=f"pause{number}")
        if start is not None and end is not None:
            found.append((start, end))
    return found
