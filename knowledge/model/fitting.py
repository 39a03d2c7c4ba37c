"""Fits the matchers of a knowledge base: one a language, at first use, kept in a cache directory if there is one."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from knowledge.entries import FaqEntry, KnowledgeBase
from knowledge.model.features import Floats
from knowledge.model.matching import Example, KernelMatcher
from knowledge.model.shipped import shipped_fits
from knowledge.vocabulary import CATEGORIES, PHRASING_GROUPS, Category


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Numbers the targets: entries, then small talk, then categories."""

    base: KnowledgeBase
    smalltalk: tuple[str, ...]
    first_smalltalk: int
    first_category: int
    entry_categories: NDArray[np.intp]
    """Number of each entry's category."""

    @classmethod
    def of(cls, base: KnowledgeBase) -> "Plan":
        """The plan of a knowledge base."""
        smalltalk = tuple(s.id for s in base.smalltalk)
        categories = np.array([CATEGORIES.index(e.category) for e in base.entries], dtype=np.intp)
        return cls(
            base=base,
            smalltalk=smalltalk,
            first_smalltalk=len(base.entries),
            first_category=len(base.entries) + len(smalltalk),
            entry_categories=categories,
        )

    @property
    def targets(self) -> int:
        """How many targets there are."""
        return self.first_category + len(CATEGORIES)

    def examples(self, group: str) -> list[Example]:
        """Every phrasing of one language group with its targets."""
        return [*self._of_entries(group), *self._of_talk(group)]

    def _of_entries(self, group: str) -> Iterator[Example]:
        for number, entry in enumerate(self.base.entries):
            category = self.first_category + CATEGORIES.index(entry.category)
            for text in spoken(entry, group):
                yield Example(text=text, targets=(number, category))

    def _of_talk(self, group: str) -> Iterator[Example]:
        category = self.first_category + CATEGORIES.index(Category.SMALLTALK)
        for number, intent in enumerate(self.base.smalltalk, self.first_smalltalk):
            for text in intent.phrasings.get(group, ()):
                yield Example(text=text, targets=(number, category))


def spoken(entry: FaqEntry, group: str) -> tuple[str, ...]:
    """All wordings of an entry in one language group, each once."""
    texts = (*entry.phrasings.get(group, ()), entry.wording(group).question)
    return tuple(dict.fromkeys(t for t in texts if t))


class LazyMatchers:
    """Makes each language's matcher once, when it is first asked for."""

    def __init__(self, plan: Plan, cache: Path | None, shipped: Mapping[str, Floats] | None = None) -> None:
        """``shipped``: fits by fingerprint that come with the product; those of data/model unless given."""
        self._plan = plan
        self._shipped = shipped_fits() if shipped is None else shipped
        self._cache = cache
        self._locks = {group: Lock() for group in PHRASING_GROUPS}
        self._made: dict[str, KernelMatcher] = {}

    def of(self, group: str) -> KernelMatcher:
        """The matcher of a language group; seconds at first use unless it is cached."""
        made = self._made.get(group)
        if made is not None:
            return made
        with self._locks[group]:
            if group not in self._made:
                self._made[group] = self._make(group)
            return self._made[group]

    def _make(self, group: str) -> KernelMatcher:
        examples = self._plan.examples(group)
        fingerprint = KernelMatcher.fingerprint(examples, self._plan.targets)
        if fingerprint in self._shipped:
            return KernelMatcher(examples, self._plan.targets, self._shipped[fingerprint])
        if self._cache is None:
            return KernelMatcher(examples, self._plan.targets)
        name = f"{group}-{fingerprint}.npy"
        stored = _load(self._cache / name)
        matcher = KernelMatcher(examples, self._plan.targets, stored)
        if stored is None:
            _store(self._cache / name, matcher.weights)
        return matcher


def _load(path: Path) -> Floats | None:
    """Weights of an earlier fit; None where there are none or they cannot be read."""
    try:
        loaded: Floats = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return loaded


def _store(path: Path, weights: Floats) -> None:
    """Write whole or not at all, so that processes starting together never read half a file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            np.save(file, weights)
        Path(name).replace(path)
    except OSError:
        # A cache that cannot be written costs seconds at the next start, nothing else.
        return
