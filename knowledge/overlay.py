"""What the branch changed since the shipped files: approved entries, and what officers taught from cases.

Pure: the shipped knowledge and an overlay make the active knowledge. Phrasings join their entry and are fitted;
counter-examples and categories are remembered as they were said, and hold for messages that say nearly the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from rapidfuzz import fuzz

from knowledge.entries import FaqEntry, KnowledgeBase
from knowledge.language.forms import TextForms
from knowledge.language.text import detect_language, normalise
from knowledge.model.classify import RankedCategory
from knowledge.model.features import UnitCoder, bag
from knowledge.relevance.match import Match
from knowledge.understand import Previous, Understander, Understanding
from knowledge.vocabulary import Category

NEARLY_THE_SAME = 0.8
"""Likeness (0 to 1) from which a message counts as saying what an officer corrected."""
_SURE = 0.97


class Kind(StrEnum):
    """What a taught text is."""

    PHRASING = "phrasing"
    """It asks for this entry."""
    COUNTER = "counter"
    """It does not ask for this entry, however near it looks."""
    CATEGORY = "category"
    """It belongs to this category."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """One text that an officer put right."""

    text: str
    kind: Kind
    entry_id: str | None = None
    category: Category | None = None


def lay_over(shipped: KnowledgeBase, edited: Iterable[FaqEntry], taught: Iterable[Taught] = ()) -> KnowledgeBase:
    """The active knowledge: edited entries replace shipped ones of the same id or are added; phrasings join theirs.

    A taught phrasing stands with its entry alone: where another entry has the same words, they go there.
    """
    edited_by_id = {entry.id: entry for entry in edited}
    shipped_ids = {entry.id for entry in shipped.entries}
    entries = [edited_by_id.get(entry.id, entry) for entry in shipped.entries]
    entries += [entry for entry in edited_by_id.values() if entry.id not in shipped_ids]
    ids = {entry.id for entry in entries}
    owners: dict[str, str] = {}
    added: dict[str, list[str]] = {}
    for item in taught:
        if item.kind is Kind.PHRASING and item.entry_id in ids:
            owners[normalise(item.text)] = item.entry_id
            added.setdefault(item.entry_id, []).append(item.text)
    if owners:
        entries = [_with_phrasings(entry, added.get(entry.id, []), owners) for entry in entries]
    return replace(shipped, entries=tuple(entries))


def _with_phrasings(entry: FaqEntry, texts: Sequence[str], owners: dict[str, str]) -> FaqEntry:
    groups = {
        group: [said for said in known if owners.get(normalise(said), entry.id) == entry.id]
        for group, known in entry.phrasings.items()
    }
    heard = {normalise(said) for known in groups.values() for said in known}
    for text in texts:
        key = normalise(text)
        if key and key not in heard and owners[key] == entry.id:
            heard.add(key)
            groups.setdefault(detect_language(text).group, []).append(text)
    changed = {group: tuple(known) for group, known in groups.items()}
    return entry if changed == dict(entry.phrasings) else replace(entry, phrasings=changed)


class _Remembered:
    """Taught texts, and which of them a message says again."""

    def __init__(self, taught: Iterable[Taught]) -> None:
        coder = UnitCoder()
        self._coder = coder
        self._known = [(units := coder.learn(normalise(item.text)), bag(units), item) for item in taught]

    def said_again(self, forms: TextForms) -> list[tuple[float, Taught]]:
        """The taught texts that this one nearly is, the most like first."""
        if not self._known:
            return []
        units = self._coder.code(forms.normal())
        sorted_units = bag(units)
        found = []
        for known, known_bag, item in self._known:
            like = (fuzz.ratio(units, known) + fuzz.ratio(sorted_units, known_bag)) / 200
            if like >= NEARLY_THE_SAME:
                found.append((like, item))
        return sorted(found, key=lambda pair: -pair[0])


class TaughtUnderstander(Understander):
    """An understander that also holds to counter-examples and categories which officers gave."""

    def __init__(self, base: KnowledgeBase, taught: Iterable[Taught] = (), *, cache: Path | None = None) -> None:
        """As for any understander; ``taught`` phrasings are expected in ``base`` already (``lay_over``)."""
        super().__init__(base, cache=cache)
        self._remembered = _Remembered(item for item in taught if item.kind is not Kind.PHRASING)

    def read(self, forms: TextForms, previous: Previous | None = None) -> Understanding:
        """Read one message; what an officer said about nearly the same words comes before what is computed."""
        read = super().read(forms, previous)
        for _, item in reversed(self._remembered.said_again(forms)):
            if item.kind is Kind.COUNTER and item.entry_id:
                read = _not_this_entry(read, item.entry_id)
            elif item.kind is Kind.CATEGORY and item.category is not None:
                read = _this_category(read, item.category)
        return read


def _not_this_entry(read: Understanding, entry_id: str) -> Understanding:
    """The entry may be offered still, and is never answered with: as with one that says the opposite."""
    marked = (replace(match, opposite=True) if match.entry_id == entry_id else match for match in read.faq)
    ordered: tuple[Match, ...] = tuple(sorted(marked, key=lambda match: match.opposite))
    return replace(read, faq=ordered, opposite=bool(ordered) and ordered[0].opposite)


def _this_category(read: Understanding, category: Category) -> Understanding:
    if read.category is category:
        return read
    rest = sum(ranked.probability for ranked in read.categories if ranked.category is not category) or 1.0
    ranked = [
        RankedCategory(
            category=one.category, evidence=one.evidence,
            probability=_SURE if one.category is category else one.probability / rest * (1 - _SURE),
        )
        for one in read.categories
    ]  # fmt: skip
    return replace(
        read, category=category, confidence=_SURE, topic=None,
        categories=tuple(sorted(ranked, key=lambda one: -one.probability)),
        smalltalk=read.smalltalk if category is Category.SMALLTALK else None,
    )  # fmt: skip
