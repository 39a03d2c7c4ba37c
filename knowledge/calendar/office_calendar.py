"""When the office is open, and how long it gives itself: working days, hours, closures, limits; one value, no clock.

Days are those of the official calendar (``data/calendar``); past its last day Monday to Friday are assumed and the
answer is called provisional. Counting uses running totals, so no question loops over days and none can run for ever.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, timezone
from functools import cache, cached_property
from importlib.resources import files
from itertools import accumulate
from types import MappingProxyType

import yaml

from knowledge.calendar.limits import SetLimit, in_force
from knowledge.calendar.official_days import (
    CalendarError,
    Closure,
    Office,
    OfficialDay,
    decode_days,
    parse_days,
    parse_part,
)
from knowledge.calendar.totals import Interval, Totals, day_micros, length, merge
from knowledge.calendar.weekdays import CHINESE

__all__ = [
    "TAIPEI",
    "CalendarError",
    "Closure",
    "Office",
    "OfficeCalendar",
    "OfficeHours",
    "OfficialDay",
    "YearCheck",
    "day_number",
    "decode_days",
    "known_closures",
    "load_calendar",
    "local",
]

TAIPEI = timezone(timedelta(hours=8), "Asia/Taipei")
"""Taiwan keeps UTC+8 all year."""

_MICRO = timedelta(microseconds=1)


def local(instant: datetime) -> datetime:
    """The instant in Taipei time, whose date is the day it belongs to.

    Raises:
        CalendarError: the instant has no offset.
    """
    if instant.tzinfo is TAIPEI:
        return instant
    if instant.utcoffset() is None:
        raise CalendarError("時間缺少時區；請加上 +08:00。", code="time_without_offset")
    return instant.astimezone(TAIPEI)


_FIRST = datetime(2024, 1, 1, tzinfo=TAIPEI)
_FIRST_DAY = _FIRST.toordinal()


def day_number(instant: datetime) -> int:
    """The day in Taipei to which an instant belongs, as ``date.toordinal``; quicker than by ``local``.

    Raises:
        CalendarError: the instant has no offset.
    """
    try:
        return (instant - _FIRST).days + _FIRST_DAY
    except TypeError as error:
        raise CalendarError("時間缺少時區；請加上 +08:00。", code="time_without_offset") from error


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The sessions of a working day in Taipei time, each half-open: at its end second the office is shut."""

    sessions: tuple[tuple[time, time], ...] = ((time(8, 30), time(12, 30)), (time(13, 30), time(17, 30)))

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The sessions in microseconds of the day."""
        return tuple((day_micros(start), day_micros(end)) for start, end in self.sessions)

    @property
    def shown(self) -> tuple[str, ...]:
        """The sessions as people read them: 08:30–12:30."""
        return tuple(f"{start:%H:%M}–{end:%H:%M}" for start, end in self.sessions)


@dataclass(frozen=True, slots=True)
class YearCheck:
    """What a look at one year found. ``differing`` are the days on which two calendars disagree."""

    year: int
    official: bool
    working_days: int
    days_off: int
    weekdays_off: tuple[OfficialDay, ...]
    make_up_days: tuple[OfficialDay, ...]
    closures: tuple[Closure, ...]
    differing: tuple[date, ...] = ()


@dataclass(frozen=True)
class OfficeCalendar:
    """The official days, the closures and the hours. Questions take an ``Office``; None is one without closures.

    Dates are Taipei dates, instants are aware, ``version`` names the content.
    """

    days: tuple[OfficialDay, ...]
    closures: frozenset[Closure] = frozenset()
    hours: OfficeHours = field(default_factory=OfficeHours)
    limits: frozenset[SetLimit] = frozenset()
    """What the office has set in place of the limits that ship; they hold for cases received from their days on."""

    def __post_init__(self) -> None:
        if not self.days:
            raise CalendarError("辦公日曆沒有任何日期；請先匯入。", code="calendar_empty")
        for closure in self.closures:
            parse_part(closure.part, self.hours.sessions)

    @cached_property
    def version(self) -> str:
        """Twelve hexadecimal digits that change with any day, closure, hour or limit that was set."""
        lines = [f"{day.date} {int(day.off)}" for day in self.days]
        lines += sorted(f"{c.date} {c.county} {c.district or ''} {c.part}" for c in self.closures)
        lines += [f"{start}-{end}" for start, end in self.hours.sessions]
        lines += [str(one) for one in sorted(self.limits)]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]

    @cached_property
    def official_years(self) -> frozenset[int]:
        """The years whose days are published and loaded."""
        return frozenset(day.date.year for day in self.days)

    @cached_property
    def known_until(self) -> date:
        """The last official day before the first year that is missing; later dates are provisional."""
        year = min(self.official_years)
        while year + 1 in self.official_years:
            year += 1
        return date(year, 12, 31)

    @cached_property
    def _by_date(self) -> Mapping[date, OfficialDay]:
        return MappingProxyType({day.date: day for day in self.days})

    @cached_property
    def _tables(self) -> dict[Office | None, Totals]:
        return {}

    @cached_property
    def _last(self) -> list[tuple[Office | None, Totals | None]]:
        """The office that was asked about last, and its table; one element."""
        return [(None, None)]

    def with_days(self, csv_text: str) -> OfficeCalendar:
        """This calendar with the years of a published file in place of its own.

        Raises:
            CalendarError: the file's line, or the year and day that are missing.
        """
        new = parse_days(csv_text)
        years = {day.date.year for day in new}
        kept = [day for day in self.days if day.date.year not in years]
        return replace(self, days=tuple(sorted((*kept, *new), key=lambda day: day.date)))

    def with_closures(self, closures: Iterable[Closure]) -> OfficeCalendar:
        """This calendar with exactly these closures; one that was withdrawn is simply no longer among them.

        Raises:
            CalendarError: a closure's part of the day cannot be read.
        """
        return replace(self, closures=frozenset(closures))

    def with_limits(self, limits: Iterable[SetLimit]) -> OfficeCalendar:
        """This calendar with exactly these limits."""
        return replace(self, limits=frozenset(limits))

    def set_limit(self, kind: str, day: date) -> SetLimit | None:
        """The limit that the office has set for cases of the kind received on the day, if any."""
        return in_force(self.limits, kind, day) if self.limits else None

    def is_provisional(self, start: date, end: date | None = None) -> bool:
        """Whether any year from ``start`` to ``end`` is not published, so that Monday to Friday were assumed."""
        last = max(start, end or start).year
        return any(year not in self.official_years for year in range(min(start.year, last), last + 1))

    def closures_on(self, day: date, office: Office | None) -> tuple[Closure, ...]:
        """The closures that reach the office on the day, in a stable order."""
        if office is None:
            return ()
        found = (closure for closure in self.closures if closure.date == day and closure.covers(office))
        return tuple(sorted(found, key=lambda closure: (closure.district or "", closure.part)))

    def is_working_day(self, day: date, office: Office | None = None) -> bool:
        """Whether the office works on the day; a closure for the whole day makes it a day off, a part does not."""
        return self._table(office).works(day.toordinal())

    def describe_day(self, day: date, office: Office | None = None) -> str:
        """Why the day is or is not a working day, in a few words: 上班日, 星期六, 補假, 停止上班."""
        official = self._by_date.get(day)
        closures = self.closures_on(day, office)
        if closures and self.is_working_day(day) and not self.is_working_day(day, office):
            return "停止上班"
        if official is not None and official.note:
            return official.note
        if day.weekday() >= 5:
            return f"星期{CHINESE[day.weekday()]}"
        return "上班日" + ("（部分時段停班）" if closures else "") + ("（暫定）" if official is None else "")

    def next_working_day(self, day: date, office: Office | None = None) -> date:
        """The first working day after ``day``."""
        return self.nth_working_day_after(day, 1, office)

    def roll(self, day: date, office: Office | None = None) -> date:
        """``day`` itself if the office works then, else the next working day (行政程序法 §48(4))."""
        return day if self.is_working_day(day, office) else self.next_working_day(day, office)

    def nth_working_day_after(self, day: date, n: int, office: Office | None = None) -> date:
        """The n-th working day after ``day`` (n ≥ 1).

        Raises:
            CalendarError: beyond the last date that can be written.
        """
        if n < 1:
            raise CalendarError("日數須為正整數。", code="out_of_range")
        table = self._table(office)
        start = day.toordinal()
        return date.fromordinal(table.first(start + 1, table.count(start) + n))

    def working_days_between(self, start: date, end: date, office: Office | None = None) -> int:
        """Working days after ``start`` up to and including ``end``; negative when ``end`` comes first."""
        table = self._table(office)
        return table.count(end.toordinal()) - table.count(start.toordinal())

    def is_open(self, instant: datetime, office: Office | None = None) -> bool:
        """Whether the office is open at the instant."""
        here = local(instant)
        moment = day_micros(here.time())
        return any(start <= moment < end for start, end in self._table(office).open_spans(here.toordinal()))

    def opening_spans(self, start: date, end: date, office: Office | None = None) -> list[Interval]:
        """When the office is open on the days from ``start`` to ``end``: from an instant to before another."""
        table, found = self._table(office), list[Interval]()
        for ordinal in range(start.toordinal(), end.toordinal() + 1):
            midnight = datetime.combine(date.fromordinal(ordinal), time.min, TAIPEI)
            found += [
                (midnight + left * _MICRO, midnight + right * _MICRO) for left, right in table.open_spans(ordinal)
            ]
        return found

    def next_opening(self, instant: datetime, office: Office | None = None) -> datetime:
        """The instant itself while the office is open, else the next time it opens."""
        return self.add_business_time(instant, _MICRO, office) - _MICRO

    def business_time(
        self, start: datetime, end: datetime, office: Office | None = None, excluded: Iterable[Interval] = ()
    ) -> timedelta:
        """Opening time between two instants outside the excluded intervals (overlaps count once); never negative."""
        if end <= start:
            return timedelta(0)
        total = self._total(end, office) - self._total(start, office)
        for left, right in merge(excluded, start, end):
            total -= self._total(right, office) - self._total(left, office)
        return timedelta(microseconds=total)

    def business_minutes(
        self, start: datetime, end: datetime, office: Office | None = None, excluded: Iterable[Interval] = ()
    ) -> float:
        """``business_time`` in minutes, seconds kept as a fraction."""
        return self.business_time(start, end, office, excluded) / timedelta(minutes=1)

    def add_business_time(
        self, start: datetime, amount: timedelta, office: Office | None = None, excluded: Iterable[Interval] = ()
    ) -> datetime:
        """The first instant by which ``amount`` (> 0) of opening time outside the excluded intervals has passed.

        Raises:
            CalendarError: beyond the last date that can be written, or ``start`` without offset.
        """
        here, left = local(start), amount
        for pause_start, pause_end in merge(excluded, here, datetime.max.replace(tzinfo=TAIPEI)):
            available = self.business_time(here, pause_start, office)
            if available >= left:
                break
            left -= available
            here = local(pause_end)
        table = self._table(office)
        target = self._total(here, office) + left // _MICRO
        ordinal = table.first(here.toordinal(), target, minutes=True)
        rest = target - table.before(ordinal)
        for opening, closing in table.open_spans(ordinal):
            if rest <= closing - opening:
                midnight = datetime.combine(date.fromordinal(ordinal), time.min, TAIPEI)
                return midnight + timedelta(microseconds=opening + rest)
            rest -= closing - opening
        raise CalendarError("期限超出可計算的範圍。", code="out_of_range")

    def check_year(self, year: int, published: OfficeCalendar | None = None) -> YearCheck:
        """Counts and gaps of a year, and where a calendar with freshly published days disagrees with this one."""
        mine = [day for day in self.days if day.date.year == year]
        other = published._by_date if published is not None else self._by_date  # noqa: SLF001 - the same class
        return YearCheck(
            year=year,
            official=bool(mine),
            working_days=sum(not day.off for day in mine),
            days_off=sum(day.off for day in mine),
            weekdays_off=tuple(day for day in mine if day.off and day.date.weekday() < 5),
            make_up_days=tuple(day for day in mine if not day.off and day.date.weekday() >= 5),
            closures=tuple(sorted((c for c in self.closures if c.date.year == year), key=lambda c: (c.date, c.county))),
            differing=tuple(day.date for day in mine if day.date not in other or other[day.date].off != day.off),
        )

    def _total(self, instant: datetime, office: Office | None) -> int:
        here = local(instant)
        return self._table(office).until(here.toordinal(), day_micros(here.time()))

    def _table(self, office: Office | None) -> Totals:
        # Asked many times a case: the very same value is found by what it is, without looking at what it holds.
        asked, table = self._last[0]
        if asked is office and table is not None:
            return table
        table = self._tables.get(office)
        if table is None:
            table = self._tables[office] = self._build(office)
        self._last[0] = office, table
        return table

    def _build(self, office: Office | None) -> Totals:
        off = {day.date.toordinal(): day.off for day in self.days}
        parts: dict[int, Sequence[tuple[int, int]]] = {}
        for day in {closure.date for closure in self.closures}:
            ordinal = day.toordinal()
            spans = self._spans_left(day, office)
            if off.get(ordinal, day.weekday() >= 5) or spans == self.hours.spans:
                continue
            if spans:
                parts[ordinal] = spans
            else:
                off[ordinal] = True
        weekend = {ordinal: (ordinal - 1) % 7 >= 5 for ordinal in off}
        exceptions = sorted(ordinal for ordinal in off if off[ordinal] != weekend[ordinal])
        full = length(self.hours.spans)
        ordinals = sorted(parts)
        return Totals(
            exceptions=exceptions,
            exception_totals=list(accumulate((-1 if off[o] else 1 for o in exceptions), initial=0)),
            spans=self.hours.spans,
            part_days=parts,
            part_ordinals=ordinals,
            lost_totals=list(accumulate((full - length(parts[o]) for o in ordinals), initial=0)),
        )

    def _spans_left(self, day: date, office: Office | None) -> tuple[tuple[int, int], ...]:
        spans = self.hours.spans
        for closure in self.closures_on(day, office):
            shut, opened = (day_micros(moment) for moment in parse_part(closure.part, self.hours.sessions))
            pieces = [piece for start, end in spans for piece in ((start, min(end, shut)), (max(start, opened), end))]
            spans = tuple((start, end) for start, end in pieces if start < end)
        return spans


@cache
def load_calendar() -> OfficeCalendar:
    """The calendar that is shipped, without closures."""
    folder = files("knowledge") / "data" / "calendar"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".csv"))
    days = [day for name in names for day in parse_days(decode_days((folder / name).read_bytes()))]
    return OfficeCalendar(days=tuple(days))


def known_closures() -> tuple[Closure, ...]:
    """Past closures with their sources, not in force by themselves: the demo and an administrator may enter them."""
    text = (files("knowledge") / "data" / "calendar" / "closures.yaml").read_text("utf-8")
    return tuple(
        Closure(date=row["date"], county=row["county"], part=row["part"], source=row["source"])
        for row in yaml.safe_load(text)
    )
