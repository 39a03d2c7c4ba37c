"""The report of contract §8 by another hand: slow and obvious, day by day and case by case, from §7 and §8 alone.

It shares with the product the office calendar (which day is a working day, when the office is open) and the events as
they are kept; how cases are folded, dated, measured and counted is written here anew, with sets of days.
"""

from __future__ import annotations

import calendar as months
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from knowledge.calendar.office_calendar import TAIPEI, OfficeCalendar
from knowledge.offices.directory import Offices
from routing.domain.reporting.history import CaseHistory

ONE = timedelta(days=1)
COUNTED = ("answered", "referred")


def taipei(at: datetime) -> date:
    return at.astimezone(TAIPEI).date()


def days(after: date, last: date) -> list[date]:
    """Every day after one up to and including another."""
    return [after + ONE * n for n in range(1, (last - after).days + 1)]


@dataclass
class Told:
    """One case as the events up to an instant tell it."""

    kind: str
    category: str
    topic: str | None
    unit: str
    park: str | None
    channel: str
    language: str
    received: datetime
    officer: str | None = None
    agency: str | None = None
    replied: datetime | None = None
    waits: list[list[Any]] = field(default_factory=list)
    """On whom, from when, until when (None: it goes on)."""
    closed: list[list[Any]] = field(default_factory=list)
    """When, with what outcome, reopened when (None: it stands)."""
    longer: list[tuple[datetime, int]] = field(default_factory=list)

    @property
    def stands_closed(self) -> bool:
        return bool(self.closed) and self.closed[-1][2] is None

    def group(self, by: str) -> str | None:
        found: str | None = getattr(self, by)
        return found


def told(history: CaseHistory, before: datetime) -> Told:  # noqa: C901 - one branch a kind of event, to be read at once
    """The case after its events before an instant."""
    opening = history.opening
    case = Told(
        kind=opening.kind.value, category=opening.category, topic=opening.topic, unit=opening.unit, park=opening.park,
        channel=opening.channel, language=opening.language, received=opening.received_at,
    )  # fmt: skip

    def end_wait(at: datetime) -> None:
        if case.waits and case.waits[-1][2] is None:
            case.waits[-1][2] = at

    for event in sorted(history.events, key=lambda one: one.at):
        if event.at >= before:
            break
        data, name = event.data, event.kind.value
        if name == "assigned":
            case.officer, case.unit = data.get("to"), data.get("unit") or case.unit
        elif name == "transferred":
            case.unit = data.get("unit") or case.unit
        elif name == "replied":
            case.replied = case.replied or event.at
        elif name == "waiting":
            case.waits.append([data["on"], event.at, None])
            case.agency = data.get("agency") if data["on"] == "agency" else case.agency
        elif name == "resumed":
            end_wait(event.at)
        elif name == "extended":
            case.longer.append((event.at, data["days"]))
        elif name == "category":
            case.category, case.topic = data.get("category", case.category), data.get("topic")
            case.unit = data.get("unit") or case.unit
        elif name == "kind":
            case.kind = data["kind"]
        elif name == "closed":
            end_wait(event.at)
            case.closed.append([event.at, data["outcome"], None])
        elif name == "reopened":
            case.closed[-1][2] = event.at
    return case


class Dates:
    """What §7 says of one case, at the end of a day."""

    def __init__(self, case: Told, calendar: OfficeCalendar, offices: Offices, today: date) -> None:
        self.case, self.calendar = case, calendar
        self.office = offices.office_of(case.unit)
        self.first = taipei(case.received)
        until = [
            (start, end or datetime.combine(today, time.max, TAIPEI)) for on, start, end in case.waits if on == "firm"
        ]
        self.shut = {day for at, _, again in case.closed if again for day in days(taipei(at), taipei(again))}
        self.out = self.shut | {
            day for start, end in until for day in days(taipei(start), max(taipei(start), taipei(end)))
        }
        self.waited = {
            on: {
                day
                for whom, start, end in case.waits
                if whom == on
                for day in days(taipei(start), taipei(end) if end else today)
            }
            for on in ("firm", "agency")
        }

    def works(self, day: date) -> bool:
        return self.calendar.is_working_day(day, self.office)

    def used(self) -> float:
        last = taipei(self.case.closed[-1][0])
        return max(0.5, sum(self.works(day) and day not in self.out for day in days(self.first, last)))

    def gross(self) -> float:
        return max(0.5, sum(day not in self.shut for day in days(self.first, taipei(self.case.closed[-1][0]))))

    def waiting(self, on: str) -> int:
        return sum(self.works(day) for day in self.waited[on] if day > self.first)

    def _nth(self, after: date, number: int, *, legal: bool) -> date:
        day, left = after, number
        while left:
            day += ONE
            left -= day not in self.out and (legal or self.works(day))
        while legal and not self.calendar.is_working_day(day, self.office):
            day += ONE
        return day

    def due(self, *, extended: bool = True) -> date:
        legal = self.case.kind == "APP"
        start, number = self.first, {"ENQ": 3, "PET": 30}.get(self.case.kind, 0)
        if legal:
            number = (_two_months(start) - start).days
        due = self._nth(start, number, legal=legal)
        marks = [(at, "longer", extra) for at, extra in self.case.longer if extended]
        marks += [(again, "again", at) for at, _, again in self.case.closed if again]
        for at, what, said in sorted(marks, key=lambda one: one[0]):
            if what == "longer" and taipei(at) <= due:
                number += said
            elif what == "again" and taipei(said) <= due <= taipei(at):
                # In time, and no counted day is left: it gets one.
                start, number = taipei(at), 1
            due = self._nth(start, number, legal=legal)
        return due


def _two_months(receipt: date) -> date:
    """行政程序法 §48(3): the day before the corresponding day of the last month, or that month's last day."""
    begin = receipt + ONE
    year, month = begin.year + (begin.month + 1) // 12, (begin.month + 1) % 12 + 1
    last = months.monthrange(year, month)[1]
    return date(year, month, begin.day) - ONE if begin.day <= last else date(year, month, last)


def spread(values: Iterable[float]) -> dict[str, float | None]:
    ordered = sorted(values)
    if not ordered:
        return dict.fromkeys(("mean", "median", "p90", "min", "max")) | {"n": 0}

    def at(share: Fraction) -> float:
        place = share * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        return float(Fraction(ordered[low]) + (place - low) * (Fraction(ordered[high]) - Fraction(ordered[low])))

    mean = float(sum(map(Fraction, ordered)) / len(ordered))
    return {
        "n": len(ordered), "mean": mean, "median": at(Fraction(1, 2)), "p90": at(Fraction(9, 10)), "min": ordered[0],
        "max": ordered[-1],
    }  # fmt: skip


@dataclass
class Counted:
    """Figures of one set of cases."""

    counts: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    values: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def as_json(self) -> dict[str, Any]:
        count = self.counts
        closed = count["closed_cases"]
        names = (
            "open_at_start", "received", "reopened", "closed", "open_at_end", "closed_cases", "on_time", "extended",
            "late", "set_aside", "open_late",
        )  # fmt: skip
        return {
            **{name: count[name] for name in names},
            "on_time_rate": count["on_time"] / closed if closed else None,
            **{name: spread(self.values[name]) for name in ("days_used", "gross_days", "first_reply_minutes")},
            "waiting_days": {on: count[f"waiting {on}"] if closed else None for on in ("firm", "agency")},
            "reclassified": {"in": count["in"], "out": count["out"]},
        }


def count(
    histories: Sequence[CaseHistory], start: date, end: date, kind: str, by: str | None, *, calendar: OfficeCalendar,
    offices: Offices, today: date,
) -> tuple[dict[str, Any], dict[str | None, dict[str, Any]]]:  # fmt: skip
    """The figures of a period and kind, and those of each group (not of time)."""
    begins, ends = (datetime.combine(day, time.min, TAIPEI) for day in (start, end + ONE))
    whole, groups = Counted(), defaultdict[str | None, Counted](Counted)
    for history in histories:
        if history.opening.received_at >= ends:
            continue
        case, before = told(history, ends), told(history, begins)
        was_open = case.received < begins and not before.stands_closed
        if was_open and before.kind != case.kind:
            for way, of_kind in (("in", case.kind), ("out", before.kind)):
                for one in (whole, groups[case.group(by)]) if by else (whole,):
                    one.counts[way] += of_kind == kind
                    # A group of which nothing is told is none.
            if by and kind not in {case.kind, before.kind} and not any(groups[case.group(by)].counts.values()):
                del groups[case.group(by)]
        if case.kind != kind:
            continue
        turns = [at >= begins for at, _, _ in case.closed] + [again >= begins for _, _, again in case.closed if again]
        if case.received < begins and not was_open and not any(turns):
            continue
        for one in (whole, groups[case.group(by)]) if by else (whole,):
            _add(one, Dates(case, calendar, offices, end), begins, was_open=was_open, end=end, today=today)
    return whole.as_json(), {key: one.as_json() for key, one in groups.items()}


def _add(one: Counted, dates: Dates, begins: datetime, *, was_open: bool, end: date, today: date) -> None:
    tally, values, case = one.counts, one.values, dates.case
    tally["open_at_start"] += was_open
    tally["received"] += case.received >= begins
    tally["closed"] += sum(at >= begins for at, _, _ in case.closed)
    tally["reopened"] += sum(again is not None and again >= begins for _, _, again in case.closed)
    tally["open_at_end"] += not case.stands_closed
    if case.replied is not None and case.replied >= begins:
        values["first_reply_minutes"].append(dates.calendar.business_minutes(case.received, case.replied, dates.office))
    if not case.stands_closed:
        due = dates.due()
        tally["open_late"] += due <= end and due < today
        return
    at, outcome, _ = case.closed[-1]
    if at < begins:
        return
    if outcome not in COUNTED:
        tally["set_aside"] += 1
        return
    on_time = taipei(at) <= dates.due()
    tally["closed_cases"] += 1
    tally["on_time"] += on_time
    tally["late"] += not on_time
    tally["extended"] += on_time and taipei(at) > dates.due(extended=False)
    tally["waiting firm"] += dates.waiting("firm")
    tally["waiting agency"] += dates.waiting("agency")
    values["days_used"].append(float(dates.used()))
    values["gross_days"].append(float(dates.gross()))
