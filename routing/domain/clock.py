"""The clocks of a case: when it is due, how long it took, whether it was on time.

One counting serves deadline and elapsed time, so the two cannot disagree: day 1 is the day after receipt; a wait on the
firm takes out the days after its notice up to and including the day it ends, as does a stretch between a close and its
reopening; overlaps count once; waits on an agency take out nothing. Basis: 行政程序法 §48 and §51, 文書處理手冊.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from knowledge.calendar.office_calendar import Office, OfficeCalendar, day_number
from routing.domain.case import Case
from routing.domain.limits import PROMISES, Limit, limit_of

HALF_DAY = 0.5
"""What a case closed on the day of its receipt has used; no case has used less."""

_DAY = timedelta(days=1)
Stretch = tuple[datetime, datetime]
DaySpan = tuple[date, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What moves a limit: the receipt, waits on the firm, closes with their reopenings (None: it stands), extensions.

    Instants are aware. An extension is the instant from which it is in force and its days (hours for an hour limit).
    """

    receipt: datetime
    waits: tuple[Stretch, ...] = ()
    closings: tuple[tuple[datetime, datetime | None], ...] = ()
    extensions: tuple[tuple[datetime, int], ...] = ()

    @property
    def closed_at(self) -> datetime | None:
        """The close that stands, if any."""
        return self.closings[-1][0] if self.closings and self.closings[-1][1] is None else None

    @property
    def reopenings(self) -> tuple[Stretch, ...]:
        """The stretches from a close to its reopening."""
        if not self.closings or (len(self.closings) == 1 and self.closings[0][1] is None):
            return ()
        return tuple((closed, reopened) for closed, reopened in self.closings if reopened is not None)

    @property
    def taken_out(self) -> tuple[Stretch, ...]:
        """Every stretch that does not count."""
        return self.waits + self.reopenings


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the dates of a case say at an instant. Figures of a case that is not closed are None.

    ``due_on``/``promised_on``: Taipei dates; the promise is what a firm is told. ``days_used`` in working days,
    ``gross_days`` in calendar days. ``overdue``: not closed by the end of ``promised_on``, the earlier of the two dates
    (a petition is worked by what its firm was promised); a late close stays overdue. ``on_time``: closed by the end of
    ``due_on``, which figures go by (contract §8). ``waiting_days_…``: working days spent waiting.
    """

    limit: Limit
    due_on: date
    promised_on: date
    days_used: float | None
    gross_days: float | None
    overdue: bool
    waiting_days_firm: int
    waiting_days_agency: int
    on_time: bool | None
    on_time_only_by_extension: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Standing):
    """All that the clocks show of a case at an instant: its dates, and what is counted beside them.

    Minutes are business minutes. ``provisional``: the due date rests on a year not yet published.
    ``working_days_left``: until ``due_on``, 0 on the day itself, negative after it; ``promise_days_left`` likewise.
    """

    business_minutes: float | None
    provisional: bool
    working_days_left: int | None
    promise_days_left: int | None
    first_reply_minutes: float | None


@dataclass(frozen=True, slots=True)
class Counting:
    """Counts days after a day: working days of an office or, ``legal``, calendar days, without those taken out."""

    calendar: OfficeCalendar
    office: Office | None
    out: tuple[DaySpan, ...] = ()
    legal: bool = False

    def between(self, start: date, end: date) -> int:
        """Counted days after ``start`` up to and including ``end``; 0 if that is not after ``start``."""
        if end <= start:
            return 0
        if not self.out:
            return self._all(start, end)
        inside = ((max(first, start + _DAY), min(last, end)) for first, last in self.out)
        taken = sum(self._all(first - _DAY, last) for first, last in inside if first <= last)
        return self._all(start, end) - taken

    def nth(self, start: date, n: int) -> date:
        """The n-th counted day after ``start`` (n ≥ 1): the inverse of ``between``."""
        here, left = start, n
        for first, last in self.out:
            if last <= here:
                continue
            available = self._all(here, first - _DAY) if first - _DAY > here else 0
            if available >= left:
                break
            left -= available
            here = last
        if self.legal:
            return here + timedelta(days=left)
        return self.calendar.nth_working_day_after(here, left, self.office)

    def due(self, start: date, n: int) -> date:
        """The day on which ``n`` counted days end; a legal end is rolled to a working day (行政程序法 §48(4))."""
        last = self.nth(start, n)
        return self.calendar.roll(last, self.office) if self.legal else last

    def _all(self, start: date, end: date) -> int:
        return (end - start).days if self.legal else self.calendar.working_days_between(start, end, self.office)


def days_out(stretches: Sequence[Stretch]) -> tuple[DaySpan, ...]:
    """The days that stretches take out: after the first day up to and including the last, merged and in order."""
    if not stretches:
        return ()
    spans = sorted((_day(start) + _DAY, _day(end)) for start, end in stretches)
    merged: list[DaySpan] = []
    for first, last in spans:
        if first > last:
            continue
        if merged and first <= merged[-1][1] + _DAY:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple(merged)


def due_on(course: Course, limit: Limit, calendar: OfficeCalendar, office: Office | None) -> date:
    """The due date of a day or month limit after all that happened.

    Extensions and reopenings are taken in their order: an extension counts only if it was in force by the end of the
    due date then, and a case that was closed in time but has no counted day left when reopened gets one.

    Raises:
        CalendarError: the date cannot be computed, or an instant has no offset.
    """
    counting, start, length = reckoned(course, limit, calendar, office)
    return counting.due(start, length)


def reckoned(
    course: Course, limit: Limit, calendar: OfficeCalendar, office: Office | None
) -> tuple[Counting, date, int]:
    """By what a day or month limit ends, from which day, and after how many counted days (``Counting.due``).

    Raises:
        CalendarError: the date cannot be computed, or an instant has no offset.
    """
    counting = Counting(calendar, office, days_out(course.taken_out), limit.legal)
    start = _day(course.receipt)
    length = limit.legal_days(start) if limit.legal else limit.amount
    if not course.extensions and not course.reopenings:
        return counting, start, length
    due = counting.due(start, length)
    marks: list[tuple[datetime, datetime | None, int]] = [(at, None, days) for at, days in course.extensions]
    marks += [(reopened, closed, 0) for closed, reopened in course.reopenings]
    for at, closed, days in sorted(marks, key=lambda mark: mark[0]):
        if closed is None and _day(at) <= due:
            length += days
        elif closed is not None and _day(closed) <= due <= _day(at):
            start, length = _day(at), 1
        due = counting.due(start, length)
    return counting, start, length


def due_at(course: Course, limit: Limit, calendar: OfficeCalendar, office: Office | None) -> datetime:
    """The instant an hour limit ends: business hours from the receipt on (行政程序法 §48(1)), waits taken out."""
    hours = limit.amount + sum(days for _, days in course.extensions)
    return calendar.add_business_time(course.receipt, timedelta(hours=hours), office, course.taken_out)


def days_used(course: Course, calendar: OfficeCalendar, office: Office | None) -> float | None:
    """Working days after receipt up to and including the close, at least half a day; None while open."""
    if course.closed_at is None:
        return None
    counting = Counting(calendar, office, days_out(course.taken_out))
    return max(HALF_DAY, counting.between(_day(course.receipt), _day(course.closed_at)))


def gross_days(course: Course, calendar: OfficeCalendar, office: Office | None) -> float | None:
    """Calendar days after receipt up to and including the close, only closed stretches taken out; None while open."""
    if course.closed_at is None:
        return None
    counting = Counting(calendar, office, days_out(course.reopenings), legal=True)
    return max(HALF_DAY, counting.between(_day(course.receipt), _day(course.closed_at)))


def business_minutes(course: Course, calendar: OfficeCalendar, office: Office | None) -> float | None:
    """Business minutes from receipt to the close, waits on the firm and closed stretches taken out; None while open."""
    if course.closed_at is None:
        return None
    return calendar.business_minutes(course.receipt, course.closed_at, office, course.taken_out)


def course_of(case: Case, now: datetime) -> Course:
    """What moved a case's limit so far; a wait on the firm that goes on is taken to end now."""
    return Course(
        receipt=case.receipt,
        waits=tuple([(wait.start, wait.end or max(wait.start, now)) for wait in case.waits if wait.on == "firm"]),
        closings=tuple([(stretch.start, stretch.end) for stretch in case.closings]),
        extensions=tuple([(extension.at, extension.days) for extension in case.extensions]),
    )


def standing(case: Case, calendar: OfficeCalendar, office: Office | None, now: datetime) -> Standing:
    """The dates of a case at ``now``, by the calendar and closures of its unit's office.

    Raises:
        CalendarError: an instant has no offset, or a date lies beyond all calendars.
    """
    return Standing(**_dates(case, course_of(case, now), calendar, office, now))


def read(case: Case, calendar: OfficeCalendar, office: Office | None, now: datetime) -> Reading:
    """Both clocks of a case at ``now``, by the calendar and closures of its unit's office.

    Raises:
        CalendarError: an instant has no offset, or a date lies beyond all calendars.
    """
    course = course_of(case, now)
    dates = _dates(case, course, calendar, office, now)
    due, promised, closed, today = dates["due_on"], dates["promised_on"], course.closed_at, _day(now)
    return Reading(
        **dates,
        business_minutes=business_minutes(course, calendar, office),
        provisional=calendar.is_provisional(_day(course.receipt), due),
        working_days_left=calendar.working_days_between(today, due, office) if closed is None else None,
        promise_days_left=calendar.working_days_between(today, promised, office) if closed is None else None,
        first_reply_minutes=first_reply_minutes(case, calendar, office),
    )


def _dates(
    case: Case, course: Course, calendar: OfficeCalendar, office: Office | None, now: datetime
) -> dict[str, Any]:
    limit, promise = limit_of(case.kind, _day(case.receipt), calendar), PROMISES.get(case.kind)
    due = due_on(course, limit, calendar, office)
    promised = due if promise is None else min(due, due_on(course, promise, calendar, office))
    closed = course.closed_at
    settled = _day(closed or now)
    on_time = None if closed is None else settled <= due
    plain = due if not course.extensions else due_on(replace(course, extensions=()), limit, calendar, office)
    return {
        "limit": limit,
        "due_on": due,
        "promised_on": promised,
        "days_used": days_used(course, calendar, office),
        "gross_days": gross_days(course, calendar, office),
        "overdue": settled > promised,
        "waiting_days_firm": _waiting_days(case, "firm", calendar, office, now),
        "waiting_days_agency": _waiting_days(case, "agency", calendar, office, now),
        "on_time": on_time,
        "on_time_only_by_extension": bool(on_time) and settled > plain,
    }


def _waiting_days(case: Case, on: str, calendar: OfficeCalendar, office: Office | None, now: datetime) -> int:
    waits = [(wait.start, wait.end or max(wait.start, now)) for wait in case.waits if wait.on == on]
    if not waits:
        return 0
    begin = _day(case.receipt)
    spans = ((max(first - _DAY, begin), last) for first, last in days_out(waits))
    return sum(calendar.working_days_between(start, last, office) for start, last in spans if start < last)


def first_reply_minutes(case: Case, calendar: OfficeCalendar, office: Office | None) -> float | None:
    """Business minutes from receipt to the first human reply; None before it."""
    if case.first_reply_at is None:
        return None
    return calendar.business_minutes(case.opening.received_at, case.first_reply_at, office)


def _day(instant: datetime) -> date:
    return date.fromordinal(day_number(instant))
