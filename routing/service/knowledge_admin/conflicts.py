"""Entries that get in each other's way: nearly one phrasing in two, one article with two different numbers. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from rapidfuzz import fuzz, process

from knowledge.entries import FaqEntry, KnowledgeBase
from knowledge.language.text import normalise
from knowledge.model.features import UnitCoder, bag

NEAR = 84
"""rapidfuzz ratio (0 to 100) of the sorted units from which two phrasings are shown as nearly the same."""
_ROWS = 256
_NUMBER = re.compile(
    r"(\d[\d,]*(?:\.\d+)?)\s*(個月|個工作天|工作天|工作日|日曆天|天|日|年|月|小時|%|％|元|平方公尺|公頃|公噸|次|倍|分之\d+)"
)
_DATED = re.compile(r"\d{2,4}年\d{1,2}月(?:\d{1,2}日)?|第\d+條(?:之\d+)?|\d+月\d+日|第\d+[項款目次年]")


@dataclass(frozen=True, slots=True, kw_only=True)
class NearPhrasing:
    """Two phrasings of different entries that hardly differ."""

    entry: FaqEntry
    other: FaqEntry
    text: str
    other_text: str
    likeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherNumbers:
    """Two entries that rest on the same article and name different numbers of the same unit."""

    entry: FaqEntry
    other: FaqEntry
    article: str
    unit: str
    numbers: tuple[str, ...]
    other_numbers: tuple[str, ...]


def near_phrasings(base: KnowledgeBase, *, most: int = 200) -> tuple[NearPhrasing, ...]:
    """Pairs of nearly equal phrasings in two entries, the most like first; a second or two for a whole base."""
    said = [
        (entry, text, normalise(text)) for entry in base.entries for group in entry.phrasings.values() for text in group
    ]
    coder = UnitCoder()
    bags = [bag(coder.learn(folded)) for _, _, folded in said]
    owner = np.array([number for number, entry in _numbered(base, said)])
    found: list[NearPhrasing] = []
    for start in range(0, len(bags), _ROWS):
        ratios = process.cdist(
            bags[start : start + _ROWS], bags[start:], scorer=fuzz.ratio, score_cutoff=NEAR, dtype=np.uint8
        )
        for row, column in zip(*np.nonzero(ratios), strict=True):
            first, second = start + int(row), start + int(column)
            if second > first and owner[first] != owner[second]:
                found.append(_pair(said[first], said[second], float(ratios[row, column]) / 100))
    found.sort(key=lambda pair: (-pair.likeness, pair.entry.id, pair.text))
    return tuple(found[:most])


def _numbered(base: KnowledgeBase, said: list[tuple[FaqEntry, str, str]]) -> Iterable[tuple[int, FaqEntry]]:
    numbers = {entry.id: number for number, entry in enumerate(base.entries)}
    return [(numbers[entry.id], entry) for entry, _, _ in said]


def _pair(one: tuple[FaqEntry, str, str], two: tuple[FaqEntry, str, str], likeness: float) -> NearPhrasing:
    return NearPhrasing(entry=one[0], other=two[0], text=one[1], other_text=two[1], likeness=likeness)


def other_numbers(base: KnowledgeBase, *, most: int = 200) -> tuple[OtherNumbers, ...]:
    """Pairs of entries that rest on one and the same article alone and share a unit, but no number of it."""
    by_article: dict[str, list[FaqEntry]] = defaultdict(list)
    for entry in base.entries:
        for article in {basis.label for basis in entry.basis if basis.article}:
            by_article[article].append(entry)
    found: list[OtherNumbers] = []
    for article, entries in sorted(by_article.items()):
        for place, entry in enumerate(entries):
            for other in entries[place + 1 :]:
                found += _differing(article, entry, other)
    return tuple(found[:most])


def _differing(article: str, entry: FaqEntry, other: FaqEntry) -> list[OtherNumbers]:
    mine, theirs = _numbers(entry), _numbers(other)
    return [
        OtherNumbers(
            entry=entry, other=other, article=article, unit=unit, numbers=tuple(sorted(mine[unit])),
            other_numbers=tuple(sorted(theirs[unit])),
        )
        for unit in sorted(mine.keys() & theirs.keys())
        if not mine[unit] & theirs[unit]
    ]  # fmt: skip


def _numbers(entry: FaqEntry) -> dict[str, set[str]]:
    """Numbers of the answer by unit; dates and numbers of articles are none."""
    found: dict[str, set[str]] = defaultdict(set)
    for number, unit in _NUMBER.findall(_DATED.sub(" ", f"{entry.answer} {entry.duration}")):
        found["%" if unit == "％" else unit].add(number.replace(",", ""))
    return found


@lru_cache(maxsize=2)
def _kept(_version: str, base: _Same) -> tuple[tuple[NearPhrasing, ...], tuple[OtherNumbers, ...]]:
    return near_phrasings(base.base), other_numbers(base.base)


class _Same:
    """A knowledge base that is looked up by its version alone."""

    def __init__(self, base: KnowledgeBase) -> None:
        self.base = base

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same)

    def __hash__(self) -> int:
        return 0


def of(version: str, base: KnowledgeBase) -> tuple[tuple[NearPhrasing, ...], tuple[OtherNumbers, ...]]:
    """Both lists of a version of the knowledge; computed once for each."""
    return _kept(version, _Same(base))
