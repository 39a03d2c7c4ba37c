"""How right direct answers have been, from verdicts on them, and the threshold that follows from those verdicts.

Pure: a verdict is the probability that the best entry had when it was decided, and whether it was right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import floor, sqrt

AIM = 0.97
"""Share of direct answers that must be right."""
LEAST_N = 60
"""Verdicts below which nothing is concluded from them."""
MOST_BELOW = 0.05
"""How far below the shipped threshold verdicts may bring it."""
CEILING = 0.995
"""The highest threshold; hardly anything is answered directly from there on."""
ENTRY_AIM = 0.9
"""Share of its direct answers that must be right for one entry to go on being answered with."""
ENTRY_LEAST_N = 5
"""Verdicts below which nothing is concluded about one entry."""
_Z = 1.959964  # 95 % two-sided


class Why(StrEnum):
    """Why a threshold is what it is."""

    FEW = "few"
    """Too few verdicts: the shipped one stays."""
    KEPT = "kept"
    """The shipped one keeps the aim."""
    LOWERED = "lowered"
    """A lower one keeps the aim too."""
    RAISED = "raised"
    """The shipped one misses the aim, a higher one keeps it."""
    SHORT = "short"
    """None keeps the aim, though the best may by chance miss it: that one."""
    CEILING = "ceiling"
    """None keeps the aim, and not by chance: the highest there is."""


@dataclass(frozen=True, slots=True)
class AnswerVerdict:
    """What became of one enquiry: the best entry's probability (0 to 1), and whether that entry was right."""

    probability: float
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Realised:
    """Realised precision with its n; ``low`` is the lower end of its 95 % interval. None without verdicts."""

    n: int
    right: int
    precision: float | None
    low: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A threshold with the verdicts at or above it. ``changed``: it is not the shipped one."""

    threshold: float
    n: int
    precision: float | None
    changed: bool
    why: Why


def realised(verdicts: Sequence[AnswerVerdict]) -> Realised:
    """Share of right ones, with the lower end of Wilson's 95 % interval (Wilson 1927)."""
    n, right = len(verdicts), sum(verdict.right for verdict in verdicts)
    if not n:
        return Realised(n=0, right=0, precision=None, low=None)
    return Realised(n=n, right=right, precision=right / n, low=_wilson(n, right, -1))


def condemned(found: Realised) -> bool:
    """Whether an entry is wrong more often than agreed: even the upper end of its interval lies below the aim."""
    return found.n >= ENTRY_LEAST_N and _wilson(found.n, found.right, 1) < ENTRY_AIM


def counted(right: Sequence[bool]) -> Realised:
    """The realised precision of answers of which only this is known."""
    return realised([AnswerVerdict(1.0, one) for one in right])


def derive(verdicts: Sequence[AnswerVerdict], shipped: float, aim: float = AIM, least_n: int = LEAST_N) -> Derived:
    """The lowest threshold whose verdicts keep the aim, within [shipped - 0.05, 0.995].

    Nothing is concluded from fewer than ``least_n`` verdicts at or above the shipped threshold. Going below it
    needs as many again in the strip that is added, and they must keep the aim by themselves: where nothing was
    seen, nothing is promised.
    """
    counted = realised(_from(verdicts, shipped))
    if counted.n < least_n:
        return _derived(verdicts, shipped, shipped, Why.FEW)
    lowest, highest = max(0.0, shipped - MOST_BELOW), max(CEILING, shipped)
    seen = {cut for verdict in verdicts if lowest <= (cut := _cut(verdict.probability)) <= highest}
    carried = [cut for cut in sorted(seen | {shipped}) if _carries(verdicts, cut, shipped, aim, least_n)]
    for cut in carried:
        if _keeps(_from(verdicts, cut), aim):
            why = Why.KEPT if cut == shipped else Why.LOWERED if cut < shipped else Why.RAISED
            return _derived(verdicts, cut, shipped, why)
    best = max((cut for cut in carried if cut >= shipped), key=lambda cut: _share(_from(verdicts, cut)))
    found = realised(_from(verdicts, best))
    if _wilson(found.n, found.right, 1) < aim:
        return _derived(verdicts, highest, shipped, Why.CEILING)
    return _derived(verdicts, best, shipped, Why.SHORT)


def _carries(verdicts: Sequence[AnswerVerdict], cut: float, shipped: float, aim: float, least_n: int) -> bool:
    """Whether enough was seen to speak about this threshold."""
    if cut >= shipped:
        return len(_from(verdicts, cut)) >= least_n
    strip = [verdict for verdict in _from(verdicts, cut) if verdict.probability < shipped]
    return len(strip) >= least_n and _keeps(strip, aim)


def _derived(verdicts: Sequence[AnswerVerdict], threshold: float, shipped: float, why: Why) -> Derived:
    found = realised(_from(verdicts, threshold))
    return Derived(
        threshold=threshold, n=found.n, precision=found.precision, changed=threshold != shipped, why=why
    )  # fmt: skip


def _from(verdicts: Sequence[AnswerVerdict], threshold: float) -> list[AnswerVerdict]:
    return [verdict for verdict in verdicts if verdict.probability >= threshold]


def _cut(probability: float) -> float:
    """Four digits, never above the probability itself."""
    return floor(probability * 10_000) / 10_000


def _share(verdicts: Sequence[AnswerVerdict]) -> float:
    return sum(verdict.right for verdict in verdicts) / len(verdicts)


def _keeps(verdicts: Sequence[AnswerVerdict], aim: float) -> bool:
    return _share(verdicts) >= aim


def _wilson(n: int, right: int, side: int) -> float:
    share, z2 = right / n, _Z * _Z
    spread = _Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return min(1.0, max(0.0, (share + z2 / (2 * n) + side * spread) / (1 + z2 / n)))
