"""Running totals behind the office calendar, and the arithmetic of intervals.

A total for any day comes from the closed form of the ordinary week plus a bisection over the exceptions, so a span of
years costs as little as one of days.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from knowledge.calendar.official_days import CalendarError

Interval = tuple[datetime, datetime]
_LAST = date.max.toordinal()
_NEAR = range(date(2023, 1, 1).toordinal(), date(2036, 1, 1).toordinal())
"""Days whose totals are kept ready: those that cases lie in. Imports and reports ask for them by the million."""


def day_micros(moment: time) -> int:
    """Microseconds since midnight; ``time.max`` stands for 24:00."""
    if moment == time.max:
        return 86_400_000_000
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1_000_000 + moment.microsecond


@dataclass(frozen=True, slots=True)
class Totals:
    """Running totals of one office: where it departs from Monday–Friday, and what part-day closures take.

    Closed form for the ordinary week, bisection for the exceptions: O(log n) for any span.
    """

    exceptions: Sequence[int]
    exception_totals: Sequence[int]
    spans: Sequence[tuple[int, int]]
    part_days: Mapping[int, Sequence[tuple[int, int]]]
    part_ordinals: Sequence[int]
    lost_totals: Sequence[int]
    _counts: Sequence[int] = field(init=False, repr=False, compare=False)
    _befores: Sequence[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_counts", [self._count(ordinal) for ordinal in _NEAR])
        object.__setattr__(self, "_befores", [self._before(ordinal) for ordinal in _NEAR])

    def count(self, ordinal: int) -> int:
        """Working days from the beginning of time up to and including the day."""
        return self._counts[ordinal - _NEAR.start] if ordinal in _NEAR else self._count(ordinal)

    def _count(self, ordinal: int) -> int:
        # Ordinal 1 (0001-01-01) is a Monday.
        week, rest = divmod(ordinal, 7)
        return week * 5 + min(rest, 5) + self.exception_totals[bisect_right(self.exceptions, ordinal)]

    def works(self, ordinal: int) -> bool:
        """Whether the day is a working day."""
        return self.count(ordinal) > self.count(ordinal - 1)

    def open_spans(self, ordinal: int) -> Sequence[tuple[int, int]]:
        """The sessions of the day in microseconds, part-day closures taken out."""
        if not self.works(ordinal):
            return ()
        return self.part_days.get(ordinal, self.spans)

    def before(self, ordinal: int) -> int:
        """Business microseconds before the day begins."""
        return self._befores[ordinal - _NEAR.start] if ordinal in _NEAR else self._before(ordinal)

    def _before(self, ordinal: int) -> int:
        full = sum(end - start for start, end in self.spans)
        return self._count(ordinal - 1) * full - self.lost_totals[bisect_left(self.part_ordinals, ordinal)]

    def until(self, ordinal: int, micros: int) -> int:
        """Business microseconds up to a moment of the day."""
        found = self.before(ordinal)
        for start, end in self.open_spans(ordinal):
            if micros > start:
                found += min(end, micros) - start
        return found

    def first(self, start: int, target: int, *, minutes: bool = False) -> int:
        """The first day from ``start`` on at whose end the total reaches ``target``."""
        if not minutes and start in _NEAR:
            place = bisect_left(self._counts, target, lo=start - _NEAR.start)
            if place < len(_NEAR):
                return _NEAR.start + place

        def total(ordinal: int) -> int:
            return self.before(ordinal + 1) if minutes else self.count(ordinal)

        reach = 16
        while start + reach < _LAST and total(start + reach) < target:
            reach *= 2
        end = min(start + reach, _LAST - 1)
        if total(end) < target:
            raise CalendarError("期限超出可計算的範圍。", code="out_of_range")
        return bisect_left(range(end + 1), target, lo=start, key=total)


def length(spans: Sequence[tuple[int, int]]) -> int:
    """The summed length of spans."""
    return sum(end - start for start, end in spans)


def merge(intervals: Iterable[Interval], start: datetime, end: datetime) -> list[Interval]:
    """The intervals clipped to ``start``–``end``, in order, overlaps and touching ones joined, empty ones dropped."""
    clipped = sorted((max(left, start), min(right, end)) for left, right in intervals if left < end and right > start)
    merged: list[Interval] = []
    for left, right in clipped:
        if left >= right:
            continue
        if merged and left <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], right))
        else:
            merged.append((left, right))
    return merged
