"""Finds the words of the lexicon in a text: longest first, each character counted once."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.entries import Term
from knowledge.language.text import normalise

_LATIN = re.compile(r"[a-z0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One lexicon word found in a text, as the lexicon writes it."""

    term: Term
    start: int
    length: int


class LexiconIndex:
    """Looks up every place of a normalised text; immutable after construction."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._terms: dict[str, list[Term]] = {}
        for term in terms:
            key = normalise(term.text)
            if key:
                self._terms.setdefault(key, []).append(term)
        self._lengths: dict[str, list[int]] = {}
        for key in self._terms:
            lengths = self._lengths.setdefault(key[:1], [])
            if len(key) not in lengths:
                lengths.append(len(key))
        for lengths in self._lengths.values():
            lengths.sort(reverse=True)

    def find(self, text: str) -> list[Hit]:
        """All hits of a normalised text, in order of place; hits inside longer hits are kept out."""
        hits: list[Hit] = []
        place = 0
        while place < len(text):
            key = self._longest(text, place)
            if key is None:
                place += 1
                continue
            hits.extend(Hit(term=t, start=place, length=len(key)) for t in self._terms[key])
            place += len(key)
        return hits

    def _longest(self, text: str, place: int) -> str | None:
        for length in self._lengths.get(text[place], ()):
            key = text[place : place + length]
            if key in self._terms and _stands_alone(text, place, place + len(key)):
                return key
        return None


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Latin words must not be cut out of longer words; a plural s may follow."""
    if _LATIN.match(text[start]) and start and _LATIN.match(text[start - 1]):
        return False
    if not _LATIN.match(text[end - 1]) or end == len(text) or not _LATIN.match(text[end]):
        return True
    return text[end] == "s" and (end + 1 == len(text) or not _LATIN.match(text[end + 1]))
