"""The figures: each is computed from plain lists, so that every method beside ours is measured the same way."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one method said about one covered or uncovered question."""

    ranked: tuple[str, ...]
    confidence: float
    answered: bool


def accuracy(wanted: Sequence[str], said: Sequence[str]) -> float | None:
    """Share of equal labels; None without cases."""
    return sum(w == s for w, s in zip(wanted, said, strict=True)) / len(wanted) if wanted else None


def macro_f1(wanted: Sequence[str], said: Sequence[str]) -> float | None:
    """Unweighted mean of F1 over the labels that occur."""
    scores = []
    for label in sorted(set(wanted)):
        hit = sum(w == s == label for w, s in zip(wanted, said, strict=True))
        total = sum(w == label for w in wanted) + sum(s == label for s in said)
        scores.append(2 * hit / total if total else 0.0)
    return float(np.mean(scores)) if scores else None


def confusion(wanted: Sequence[str], said: Sequence[str]) -> dict[str, dict[str, int]]:
    """Wanted label to said label to count."""
    table: dict[str, Counter[str]] = {}
    for w, s in zip(wanted, said, strict=True):
        table.setdefault(w, Counter())[s] += 1
    return {w: dict(row) for w, row in sorted(table.items())}


def recall(wanted: Sequence[frozenset[str]], outcomes: Sequence[Outcome], depth: int) -> float | None:
    """Share of covered questions whose entry is among the first `depth`."""
    if not wanted:
        return None
    hits = sum(bool(w & set(o.ranked[:depth])) for w, o in zip(wanted, outcomes, strict=True))
    return hits / len(wanted)


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float | None:
    """How well confidence tells covered from uncovered: the chance that a covered one scores higher."""
    if not inside or not outside:
        return None
    a, b = np.array(inside)[:, None], np.array(outside)[None, :]
    return float(((a > b) + 0.5 * (a == b)).mean())


def percentile(values: Sequence[float], share: float) -> float | None:
    """Linear percentile; None without values."""
    return float(np.percentile(values, share)) if values else None
