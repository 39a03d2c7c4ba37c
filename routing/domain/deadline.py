"""The deadline calculator: a limit, its pauses and extensions explained day by day, counted by the clock itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from knowledge.calendar.office_calendar import TAIPEI, Office, OfficeCalendar, local
from knowledge.calendar.official_days import find_county
from knowledge.calendar.republic import roc_date
from knowledge.calendar.weekdays import CHINESE
from knowledge.offices.directory import Offices
from routing.domain import clock
from routing.domain.case import Case
from routing.domain.errors import Invalid
from routing.domain.limits import PROMISES, Limit, Measure, limit_of

FIRST_YEAR, LAST_YEAR = 1950, 2200
"""Of what is asked; calendars reach no further."""
MOST_EXTENSION = 999

_DAY = timedelta(days=1)
_PLACE = re.compile(r"(..[縣市])(.+[區鄉鎮市])?")
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
    finished = question.finished
    answer = explain(_course(question), question.limit, calendar, office, until=finished)
    if finished is not None and answer.due_at is not None:
        return replace(answer, on_time=finished <= answer.due_at)
    return answer


def explain(
    course: clock.Course, limit: Limit, calendar: OfficeCalendar, office: Office | None, *, until: datetime | None
) -> Deadline:
    """The same of what moved a limit; days are listed to the due date, or up to ``until`` if that is later.

    Raises:
        CalendarError: an instant without offset, or a date beyond all calendars.
    """
    due_at = clock.due_at(course, limit, calendar, office) if limit.measure is Measure.HOURS else None
    due_on = local(due_at).date() if due_at else clock.due_on(course, limit, calendar, office)
    start, closed = local(course.receipt).date(), course.closed_at
    end = max(due_on, local(until).date()) if until else due_on
    if due_at:
        days = _hour_days(course, due_at, calendar, office)
    else:
        counting, first, length = clock.reckoned(course, limit, calendar, office)
        days = _days(course, counting, counting.nth(first, length), due_on, end)
    return Deadline(
        due_on=due_on,
        due_at=local(due_at) if due_at else None,
        days_used=clock.days_used(course, calendar, office),
        gross_days=clock.gross_days(course, calendar, office),
        business_minutes=clock.business_minutes(course, calendar, office),
        on_time=None if closed is None else local(closed).date() <= due_on,
        provisional=calendar.is_provisional(start, end),
        rules=tuple(_rules(course, limit, calendar, office, end)),
        days=tuple(days),
    )


_MOST_LATE = timedelta(days=62)
"""Days after the due date that are listed of a case; a very late one is not a page without end."""


@dataclass(frozen=True, slots=True)
class CaseDeadline:
    """What a case is due by: its limit, the promise if its kind has one, and from when days are no longer listed."""

    limit: Deadline
    promise: Deadline | None
    listed_until: date | None


def of_case(case: Case, calendar: OfficeCalendar, office: Office | None, *, now: datetime) -> CaseDeadline:
    """Both dates of a case, explained day by day; a wait on the firm that goes on is taken to end now.

    Raises:
        CalendarError: a date lies beyond all calendars.
    """
    course, promise, received = clock.course_of(case, now), PROMISES.get(case.kind), local(case.receipt).date()
    limit = limit_of(case.kind, received, calendar)
    settled = course.closed_at or now
    due = clock.due_on(course, limit, calendar, office)
    last = datetime.combine(due + _MOST_LATE, time.min, TAIPEI)
    until = min(settled, last)
    explained = explain(course, limit, calendar, office, until=until)
    if (found := calendar.set_limit(case.kind.value, received)) is not None:
        text = f"{roc_date(found.since)} 起受理的案件，處理期限為 {limit.words}。"
        explained = replace(explained, rules=(Rule("limit", text, "本分局自訂之處理期限"), *explained.rules))
    return CaseDeadline(
        explained,
        explain(course, promise, calendar, office, until=until) if promise else None,
        last.date() if settled > last else None,
    )


def office_named(text: str, offices: Offices, *, field: str = "機關") -> Office:
    """The office of that code, or whose closures hold in a county and district (臺北市, 高雄市前鎮區).

    Raises:
        Invalid: no such office, nor county.
    """
    card = offices.office(text.strip().upper())
    if card is not None:
        return card.office
    found = _PLACE.fullmatch(text.strip())
    county = find_county(found[1]) if found else None
    if found is None or county is None:
        known = "、".join(card.office.id for card in offices.cards)
        message = f"{field}「{text}」不明；請用 {known}，或縣市名（如 臺北市）。"
        raise Invalid(message, code="unknown_office", field="office")
    return Office(text, county, found[2])


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


def _days(course: clock.Course, counting: clock.Counting, last: date, due_on: date, end: date) -> Iterator[DayLine]:
    """Each day after receipt up to ``end``; ``last``: where the limit ends before it is rolled to ``due_on``."""
    calendar, office, legal = counting.calendar, counting.office, counting.legal
    waited = clock.days_out(course.waits)
    number = 0
    for day in _each_day(local(course.receipt).date() + _DAY, end):
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
            paused = any(first <= day <= end for first, end in waited)
            why = "待廠商補件" if paused else "辦結後至重新開啟"
            yield DayLine(day, DayStatus.PAUSED, None, f"{why}，不計（{name}）")


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


def _rules(
    course: clock.Course, limit: Limit, calendar: OfficeCalendar, office: Office | None, end: date
) -> Iterator[Rule]:
    yield from _counting_rules(limit, calendar)
    if course.waits:
        yield Rule(
            "pause",
            "待廠商補件期間不計：通知當日照計，次日起至補齊當日止扣除，之後接續計算，不重新起算。",
            f"行政程序法第51條第5項；法務部88年11月19日法88律字第040516號 {_PROCEDURE_ACT}",
        )
    if course.reopenings:
        text = (
            "辦結次日起至重新開啟當日止不計，之後接續計算；依限辦結而重新開啟時已無剩餘日數者，"
            "以重新開啟後第一個計算日為限辦日期。"
        )
        yield Rule("reopening", text, "本窗口時效規則")
    extension = sum(days for _, days in course.extensions)
    if extension:
        unit = {Measure.HOURS: "個辦公小時"}.get(limit.measure, "日曆天" if limit.legal else "個工作天")
        source = f"行政程序法第51條第3項、第4項 {_PROCEDURE_ACT}" if limit.legal else "本窗口展期規則"
        yield Rule("extension", f"展期 {extension} {unit}，加計於期限（以期限屆滿前生效者為限）。", source)
    yield from _closure_rules(course, calendar, office, end)
    if course.closed_at and local(course.closed_at).date() == local(course.receipt).date():
        yield Rule("half_day", "收件當日辦結，使用日數以半日（0.5）計。", "文書處理手冊（公文時效管制）")
    if calendar.is_provisional(local(course.receipt).date(), end):
        text = f"辦公日曆僅公布至 {calendar.known_until}，其餘以週一至週五為上班日；本結果為暫定，公布後重新計算。"
        yield Rule("provisional", text, f"行政院人事行政總處辦公日曆表 {_CALENDAR}")


def _counting_rules(limit: Limit, calendar: OfficeCalendar) -> Iterator[Rule]:
    if limit.measure is Measure.HOURS:
        hours = "、".join(calendar.hours.shown)
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


def _closure_rules(course: clock.Course, calendar: OfficeCalendar, office: Office | None, end: date) -> Iterator[Rule]:
    start = local(course.receipt).date()
    found = [c for c in calendar.closures if office and start <= c.date <= end and c.covers(office)]
    for closure in sorted(found, key=lambda c: (c.date, c.part)):
        place = closure.county + (closure.district or "")
        effect = "全日停班，不是上班日" if closure.part == "full" else f"部分時段停班（{closure.part}），只影響辦公時數"
        yield Rule("closure", f"{closure.date} {place}：{effect}。", closure.source or _CLOSURE_RULES)
