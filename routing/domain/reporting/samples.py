"""n, mean, percentiles and extremes of arrays of numbers, to the last digit those of ``figures.distribution``."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from routing.domain.reporting.columns import Array
from routing.domain.reporting.figures import Distribution

_NO = Distribution(0, None, None, None, None, None)
_FEW = 4_000
"""Values that are added one by one."""
_AT_ONCE = 1 << 15
"""Values that are cut at once: their sums stay within 63 bits, and they themselves within the processor's cache."""
_HIGH, _LOW = 20, 42
"""Binary places of the two parts into which a number is cut for adding; each part has at most 42 bits."""


def of_times(counts: Array) -> Distribution:
    """The distribution of days: how often 0, ½, 1, … of them."""
    up_to = np.cumsum(counts)
    n = int(up_to[-1]) if len(up_to) else 0
    if not n:
        return _NO

    def value(place: int) -> float:
        return int(np.searchsorted(up_to, place, side="right")) / 2

    total = int(np.dot(counts, np.arange(len(counts)))) / 2
    return Distribution(
        n=n, mean=total / n, median=_between(value, 50, n), p90=_between(value, 90, n), min=value(0), max=value(n - 1)
    )  # fmt: skip


def of_numbers(values: Array) -> Distribution:
    """The distribution of numbers that are not negative; NaN is none."""
    given = values[~np.isnan(values)]
    n = len(given)
    if not n:
        return _NO
    places = {0, n - 1}
    for percent in (50, 90):
        below, rest = divmod(percent * (n - 1), 100)
        places.update((below, below + bool(rest)))
    ordered = np.partition(given, sorted(places))

    def value(place: int) -> float:
        return float(ordered[place])

    return Distribution(
        n=n, mean=exact_sum(given) / n, median=_between(value, 50, n), p90=_between(value, 90, n), min=value(0),
        max=value(n - 1),
    )  # fmt: skip


def _between(value: Callable[[int], float], percent: int, n: int) -> float:
    """As ``figures.percentile``, asking for no more values than it reads."""
    below, rest = divmod(percent * (n - 1), 100)
    if rest == 0:
        return value(below)
    return value(below) + (value(below + 1) - value(below)) * rest / 100


def exact_sum(values: Array) -> float:
    """The sum of numbers rounded once, as ``math.fsum`` gives it: many are cut into whole numbers that add exactly."""
    if len(values) <= _FEW:
        return math.fsum(values.tolist())
    high, low = 0, 0
    for begin in range(0, len(values), _AT_ONCE):
        part = values[begin : begin + _AT_ONCE]
        if not (float(part.min()) >= 0 and float(part.max()) < 1 << (_LOW - _HIGH)):
            return math.fsum(values.tolist())
        scaled = np.ldexp(part, _HIGH)
        whole = np.floor(scaled)
        rest = np.ldexp(scaled - whole, _LOW)
        if (rest != np.floor(rest)).any():
            return math.fsum(values.tolist())
        high += int(whole.astype(np.int64).sum())
        low += int(rest.astype(np.int64).sum())
    # The quotient of two whole numbers is rounded once.
    return ((high << _LOW) + low) / (1 << (_HIGH + _LOW))
