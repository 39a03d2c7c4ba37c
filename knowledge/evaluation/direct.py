"""Direct answers on questions as firms write them, by aspect, park and language; and near misses, never to be answered.

The sets are in data/heldout4. An answer that leaves out one of several things asked counts half. Intervals are Wilson's
(95 %).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

from knowledge.answer_policy import Limits, is_sure, true_there
from knowledge.evaluation.cases import FIRMS, NEAR
from knowledge.loading import read_thresholds
from knowledge.relevance.aspects import STEPS
from knowledge.understand import Understander, Understanding
from knowledge.vocabulary import EntryKind

_Z = 1.959964
Figures = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line: a question, its language, and the entries that are right (or, of a near miss, wrong; `*` is any)."""

    text: str
    language: str
    entries: frozenset[str]


def rows(path: Path) -> list[Row]:
    """The lines of a set."""
    lines = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] != "#")
    return [Row(text=text, language=language, entries=frozenset(ids.split())) for text, language, ids in lines]


def answer_to(read: Understanding, limits: Limits) -> tuple[str | None, bool]:
    """The entry answered with to a firm of which nothing is known, or None; and whether all that is asked is said."""
    live = true_there(read.faq, read, None)
    if not is_sure(live, read, answer=limits.least(read), margin=limits.margin):
        return None, True
    best = live[0]
    return (best.entry_id, not best.lacks) if best.entry.kind is EntryKind.ANSWER else (None, True)


def interval(right: float, n: int) -> tuple[float, float] | None:
    """Wilson's 95 % interval of a share; halves may be counted."""
    if not n:
        return None
    share, z2 = right / n, _Z * _Z
    middle, spread = share + z2 / (2 * n), _Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, (middle - spread) / (1 + z2 / n)), min(1.0, (middle + spread) / (1 + z2 / n))


def direct_figures(understander: Understander) -> Figures:
    """Share answered and precision of the natural questions, in all and by aspect, park and language.

    Questions that no entry is known to answer stand apart: any answer to them counts as wrong.
    """
    limits = Limits.from_mapping(read_thresholds())
    groups: dict[str, list[float | None]] = {}
    for row in [*rows(NEAR / "natural.tsv"), *rows(NEAR / "mixed.tsv")]:
        read = understander.understand(row.text)
        worth = _worth(understander, row, limits)
        if "-" in row.entries:
            groups.setdefault("not known to be answered", []).append(worth)
            continue
        for name in ("all", f"language {row.language}", f"park {_park(read)}", f"aspect {_aspect(read)}"):
            groups.setdefault(name, []).append(worth)
    groups["firms (heldout5)"] = [_worth(understander, row, limits) for row in rows(FIRMS)]
    return {name: _line(values) for name, values in sorted(groups.items())}


def _worth(understander: Understander, row: Row, limits: Limits) -> float | None:
    """None for a question that is not answered, else what the answer is worth."""
    entry, whole = answer_to(understander.understand(row.text), limits)
    return None if entry is None else 0.0 if entry not in row.entries else 1.0 if whole else 0.5


def _line(values: Sequence[float | None]) -> Figures:
    answered = [worth for worth in values if worth is not None]
    right = sum(answered)
    return {
        "n": len(values), "answered": len(answered), "share": len(answered) / len(values),
        "precision": right / len(answered) if answered else None, "interval": interval(right, len(answered)),
    }  # fmt: skip


def _park(read: Understanding) -> str:
    if read.place is None:
        return "not named"
    return "of another authority" if not read.place.own else str(read.place.kind)


def _aspect(read: Understanding) -> str:
    sharp = [ask.aspect for ask in read.asks if not ask.weak and ask.aspect not in STEPS]
    return str(sharp[0]) if sharp else "none named"


def near_miss_figures(understander: Understander) -> Figures:
    """Of each set of near misses: how many, and which were answered with what is not the answer."""
    limits = Limits.from_mapping(read_thresholds())
    found: Figures = {}
    for path in sorted(NEAR.glob("*.tsv")):
        if path.stem in {"natural", "mixed"}:
            continue
        every = rows(path)
        wrong = [row.text for row in every if _wrong(understander, row, limits)]
        kept = len(every) - len(wrong)
        found[path.stem] = {
            "n": len(every), "wrong": len(wrong), "kept": kept / len(every), "interval": interval(kept, len(every)),
            "texts": wrong,
        }  # fmt: skip
    return found


def _wrong(understander: Understander, row: Row, limits: Limits) -> bool:
    entry, _ = answer_to(understander.understand(row.text), limits)
    return entry is not None and (entry in row.entries or "*" in row.entries)
