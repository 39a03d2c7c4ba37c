"""How much of what a question says an entry has ever said: a word that no text of the entry holds speaks against it.

Likeness of sentences is blind to this: 管理費可以刷卡嗎 is nearly 管理費可以分期嗎, and only one word is new. Words are
pairs of characters in Chinese and Japanese, beginnings of words in English; a word counts by how few entries have it.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from knowledge.entries import FaqEntry
from knowledge.language.text import normalise

_STEM = 6
"""Letters of a Latin word that count: registration, registered and register are one."""
_MASS = 60.0
"""Weight of covered words from which more of them say no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """`share` of a question's weight that the entry covers, `mass` of what is covered; both 0 to 1."""

    share: float
    mass: float


def words(text: str) -> tuple[str, ...]:
    """The words of a normalised text, each once."""
    found: dict[str, None] = {}
    for part in text.split():
        if part.isascii():
            found[part[:_STEM]] = None
        elif len(part) == 1:
            found[part] = None
        else:
            found.update(dict.fromkeys(part[at : at + 2] for at in range(len(part) - 1)))
    return tuple(found)


def said_by(entry: FaqEntry, group: str) -> Iterable[str]:
    """Every text of an entry in one language group."""
    wording = entry.wording(group)
    yield from entry.phrasings.get(group, ())
    yield wording.question
    yield wording.answer
    if group == "zh":
        yield entry.details


class Vocabulary:
    """The words of every entry in one language group. Immutable after construction."""

    def __init__(self, entries: Sequence[FaqEntry], group: str) -> None:
        """Gather the words; takes about a tenth of a second for a thousand texts."""
        self._of = [frozenset(w for t in said_by(entry, group) for w in words(normalise(t))) for entry in entries]
        entries_with = Counter(word for own in self._of for word in own)
        total = len(entries) + 1
        self._weight = {word: math.log(total / (count + 0.5)) for word, count in entries_with.items()}
        self._unknown = math.log(total / 0.5)

    def weighed(self, text: str) -> dict[str, float]:
        """The words of a normalised text with their weights."""
        return {word: self._weight.get(word, self._unknown) for word in words(text)}

    def coverage(self, number: int, weighed: dict[str, float], *, without: Collection[str] = ()) -> Coverage:
        """How much of a weighed text the entry of this number covers; words of `without` count as not said."""
        own = self._of[number]
        covered = sum(weight for word, weight in weighed.items() if word in own and word not in without)
        total = sum(weighed.values())
        return Coverage(share=covered / total if total > 0 else 0.0, mass=min(covered, _MASS) / _MASS)
