"""The deadline calculator: a limit, its pauses and extensions explained day by day, counted by the clock itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from knowledge.calendar.office_calendar import TAIPEI, Office, OfficeCalendar, local
from knowledge.calendar.weekdays import CHINESE
from routing.domain import clock
from routing.domain.errors import Invalid
from routing.domain.limits import Limit, Measure

_DAY = timedelta(days=1)
_PROCEDURE_ACT = "https://law.moj.gov.tw/LawClass/LawAll.aspx?pcode=A0030055"
_CLOSURE_RULES = "https://law.moj.gov.tw/LawClass/LawAll.aspx?pcode=S0110022"
_CALENDAR = "https://data.gov.tw/dataset/14718"


class DayStatus(StrEnum):
    """What became of a day."""

    COUNTED = "counted"
    OFF = "off"
    PAUSED = "paused"
    ROLLED = "rolled"
    """The working day to which a legal end was moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. Instants are aware; ``extension`` in the limit's own measure (calendar days for a legal one)."""

    received: datetime
    limit: Limit
    pauses: tuple[clock.Stretch, ...] = ()
    extension: int = 0
    finished: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that was applied, and where it stands."""

    code: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day after receipt: its number if it counts (minutes for an hour limit), and why it does or does not."""

    date: date
    status: DayStatus
    number: int | None
    why: str

    @property
    def weekday(self) -> str:
        """一 to 日."""
        return CHINESE[self.date.weekday()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The answer. ``due_at`` for hour limits only; the three figures only when finished; see ``clock.Reading``."""

    due_on: date
    due_at: datetime | None
    days_used: float | None
    gross_days: float | None
    business_minutes: float | None
    on_time: bool | None
    provisional: bool
    rules: tuple[Rule, ...]
    days: tuple[DayLine, ...]


def calculate(question: Question, calendar: OfficeCalendar, office: Office | None) -> Deadline:
    """Due date, figures, rules and days of a question.

    Raises:
        Invalid: a pause or the finish lies before the receipt, ends before it begins, or starts after the finish.
        CalendarError: an instant without offset, or a date beyond all calendars.
    """
    course = _course(question)
    hours = question.limit.measure is Measure.HOURS
    due_at = clock.due_at(course, question.limit, calendar, office) if hours else None
    due_on = local(due_at).date() if due_at else clock.due_on(course, question.limit, calendar, office)
    finished = question.finished
    start = local(question.received).date()
    end = max(due_on, local(finished).date()) if finished else due_on
    days = _hour_days(course, due_at, calendar, office) if due_at else _days(question, due_on, end, calendar, office)
    provisional = calendar.is_provisional(start, end)
    return Deadline(
        due_on=due_on,
        due_at=local(due_at) if due_at else None,
        days_used=clock.days_used(course, calendar, office),
        gross_days=clock.gross_days(course, calendar, office),
        business_minutes=clock.business_minutes(course, calendar, office),
        on_time=None if finished is None else finished <= due_at if due_at else local(finished).date() <= due_on,
        provisional=provisional,
        rules=tuple(_rules(question, calendar, office, end)),
        days=tuple(days),
    )


def _course(question: Question) -> clock.Course:
    received, finished = local(question.received), question.finished
    if finished is not None and local(finished) < received:
        raise Invalid("辦結時間早於收件時間。", code="finished_before_received", field="finished")
    for start, end in question.pauses:
        if local(end) < local(start):
            raise Invalid("暫停的結束時間早於開始時間。", code="bad_pause", field="pause")
        if start < received:
            raise Invalid("暫停的開始時間早於收件時間。", code="bad_pause", field="pause")
        if finished is not None and start > finished:
            raise Invalid("暫停的開始時間晚於辦結時間。", code="bad_pause", field="pause")
    return clock.Course(
        receipt=received,
        waits=tuple((start, min(end, finished) if finished else end) for start, end in question.pauses),
        closings=((finished, None),) if finished else (),
        extensions=((received, question.extension),) if question.extension else (),
    )


def _days(
    question: Question, due_on: date, end: date, calendar: OfficeCalendar, office: Office | None
) -> Iterator[DayLine]:
    """Each day after receipt up to the due date or the finish, whichever is later."""
    start = local(question.received).date()
    course = _course(question)
    legal = question.limit.legal
    counting = clock.Counting(calendar, office, clock.days_out(course.taken_out), legal)
    length = (question.limit.legal_days(start) if legal else question.limit.amount) + question.extension
    last = counting.nth(start, length)
    number = 0
    for day in _each_day(start + _DAY, end):
        name = calendar.describe_day(day, office)
        if legal and last < day <= due_on:
            rolled = day == due_on
            why = f"期限末日順延至本日（{name}）" if rolled else f"{name}，期限末日順延"
            yield DayLine(day, DayStatus.ROLLED if rolled else DayStatus.OFF, None, why)
        elif not legal and not calendar.is_working_day(day, office):
            yield DayLine(day, DayStatus.OFF, None, name)
        elif counting.between(day - _DAY, day):
            number += 1
            late = "，已逾限" if day > due_on else ""
            yield DayLine(day, DayStatus.COUNTED, number, f"{name}{late}")
        else:
            yield DayLine(day, DayStatus.PAUSED, None, f"待廠商補件，不計（{name}）")


def _hour_days(
    course: clock.Course, due_at: datetime, calendar: OfficeCalendar, office: Office | None
) -> Iterator[DayLine]:
    """Each day from the receipt to the due instant, with the business minutes counted on it."""
    for day in _each_day(local(course.receipt).date(), local(due_at).date()):
        begin = max(course.receipt, datetime.combine(day, time.min, TAIPEI))
        end = min(due_at, datetime.combine(day + _DAY, time.min, TAIPEI))
        minutes = calendar.business_minutes(begin, end, office, course.taken_out)
        name = calendar.describe_day(day, office)
        if minutes:
            yield DayLine(day, DayStatus.COUNTED, round(minutes), f"{name}，計 {minutes:g} 分鐘")
        elif calendar.business_minutes(begin, end, office):
            yield DayLine(day, DayStatus.PAUSED, None, f"待廠商補件，不計（{name}）")
        else:
            yield DayLine(day, DayStatus.OFF, None, name if name != "上班日" else "上班日，收件後無辦公時間")


def _each_day(start: date, end: date) -> Iterator[date]:
    return (start + timedelta(days=offset) for offset in range((end - start).days + 1))


def _rules(question: Question, calendar: OfficeCalendar, office: Office | None, end: date) -> Iterator[Rule]:
    yield from _counting_rules(question.limit, calendar)
    if question.pauses:
        yield Rule(
            "pause",
            "待廠商補件期間不計：通知當日照計，次日起至補齊當日止扣除，之後接續計算，不重新起算。",
            f"行政程序法第51條第5項；法務部88年11月19日法88律字第040516號 {_PROCEDURE_ACT}",
        )
    if question.extension:
        unit = {Measure.HOURS: "個辦公小時"}.get(
            question.limit.measure, "日曆天" if question.limit.legal else "個工作天"
        )
        source = f"行政程序法第51條第3項、第4項 {_PROCEDURE_ACT}" if question.limit.legal else "本窗口展期規則"
        yield Rule("extension", f"展期 {question.extension} {unit}，加計於期限（以期限屆滿前生效者為限）。", source)
    yield from _closure_rules(question, calendar, office, end)
    if question.finished and local(question.finished).date() == local(question.received).date():
        yield Rule("half_day", "收件當日辦結，使用日數以半日（0.5）計。", "文書處理手冊（公文時效管制）")
    if calendar.is_provisional(local(question.received).date(), end):
        text = f"辦公日曆僅公布至 {calendar.known_until}，其餘以週一至週五為上班日；本結果為暫定，公布後重新計算。"
        yield Rule("provisional", text, f"行政院人事行政總處辦公日曆表 {_CALENDAR}")


def _counting_rules(limit: Limit, calendar: OfficeCalendar) -> Iterator[Rule]:
    if limit.measure is Measure.HOURS:
        hours = "、".join(f"{start:%H:%M}–{end:%H:%M}" for start, end in calendar.hours.sessions)
        text = f"時數自收件時起算，只計上班日 {hours}。"
        yield Rule("hours", text, f"行政程序法第48條第1項 {_PROCEDURE_ACT}")
    else:
        yield Rule("first_day", "收件當日不計，自次日起算。", f"行政程序法第48條第2項 {_PROCEDURE_ACT}")
    if not limit.legal:
        text = f"只計上班日，扣除假日及停止上班日（日曆版本 {calendar.version}）。"
        yield Rule("working_days", text, f"文書處理手冊（公文時效管制）；行政院人事行政總處辦公日曆表 {_CALENDAR}")
        return
    if limit.measure is Measure.MONTHS:
        text = "以月計者，至最後之月相當日之前一日為末日；無相當日者，以該月末日為末日。"
        yield Rule("months", text, f"行政程序法第48條第3項 {_PROCEDURE_ACT}")
    text = "假日照計；末日為假日或停止上班日者，順延至次一上班日。"
    yield Rule("roll", text, f"行政程序法第48條第4項 {_PROCEDURE_ACT}")


def _closure_rules(question: Question, calendar: OfficeCalendar, office: Office | None, end: date) -> Iterator[Rule]:
    start = local(question.received).date()
    found = [c for c in calendar.closures if office and start <= c.date <= end and c.covers(office)]
    for closure in sorted(found, key=lambda c: (c.date, c.part)):
        place = closure.county + (closure.district or "")
        effect = "全日停班，不是上班日" if closure.part == "full" else f"部分時段停班（{closure.part}），只影響辦公時數"
        yield Rule("closure", f"{closure.date} {place}：{effect}。", closure.source or _CLOSURE_RULES)
