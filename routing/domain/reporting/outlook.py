"""What will go wrong this week if nothing happens: pure, from what stands in lists.

Nobody is ranked: people are named where they have as much as fits, or are away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from knowledge.calendar.office_calendar import Office, OfficeCalendar

LEAST_RISEN = 5
"""Enquiries of a week under which a topic has not risen."""
RISEN = 2.0
"""How many times the weekly mean of before make a rise."""
WEEKS_BEFORE = 4
MUCH = 10.0
"""Open work (cases that wait count half) under which nobody without a bound of their own has too much."""


@dataclass(frozen=True, slots=True)
class Week:
    """From a day to the Sunday of its week, both included."""

    start: date
    end: date

    @property
    def name(self) -> str:
        """As ISO writes it: ``2026-W48``."""
        year, week, _ = self.start.isocalendar()
        return f"{year}-W{week:02}"


def week_of(today: date) -> Week:
    """What is left of the week of a day."""
    return Week(today, today + timedelta(days=6 - today.weekday()))


def begins(today: date, calendar: OfficeCalendar, office: Office | None) -> bool:
    """Whether a day is among the first two working days of its week, on which the week is told of."""
    before = today - timedelta(days=today.weekday() + 1)
    return calendar.working_days_between(before, today, office) <= 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Open work of an officer; ``capacity``: as many cases as fit (在辦上限), None without a bound."""

    email: str
    unit: str
    load: float
    capacity: int | None


def overloaded(loads: Sequence[Load]) -> list[Load]:
    """Who has as much as fits; without a bound, twice the median of the unit, and not little. By unit and person."""
    usual = {unit: median([one.load for one in loads if one.unit == unit]) for unit in {one.unit for one in loads}}

    def much(one: Load) -> bool:
        if one.capacity is not None:
            return one.load >= one.capacity
        return one.load >= MUCH and one.load > 2 * usual[one.unit]

    return sorted((one for one in loads if much(one)), key=lambda one: (one.unit, one.email))


Topic = tuple[str, str | None]
"""A category and the topic within it."""


@dataclass(frozen=True, slots=True)
class Risen:
    """A topic, how often it was asked about in the last seven days, and in a mean week of the four before."""

    topic: Topic
    asked: int
    before: float


def rising(now: Mapping[Topic, int], before: Mapping[Topic, int]) -> list[Risen]:
    """Topics that are asked about twice as often as before or more; the largest rise first."""
    found = (Risen(topic, asked, before.get(topic, 0) / WEEKS_BEFORE) for topic, asked in now.items())
    risen = [one for one in found if one.asked >= LEAST_RISEN and one.asked >= RISEN * one.before]
    return sorted(risen, key=lambda one: (one.before - one.asked, one.topic[0], one.topic[1] or ""))


@dataclass(frozen=True, slots=True)
class Held:
    """A partner or unit that was asked: open questions, their working days so far, summed and the longest."""

    of: str
    questions: int
    days: int
    longest: int


def holding(asked: Sequence[tuple[str, date]], today: date, calendar: OfficeCalendar) -> list[Held]:
    """Who holds open questions, the most days first."""
    days: dict[str, list[int]] = {}
    for of, day in asked:
        days.setdefault(of, []).append(calendar.working_days_between(day, today))
    found = [Held(of, len(each), sum(each), max(each)) for of, each in days.items()]
    return sorted(found, key=lambda one: (-one.days, one.of))
