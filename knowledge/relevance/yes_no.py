"""Questions that only ask for yes or no (可以設定抵押嗎, 要專職嗎): what is asked, and whether an entry answers that.

Any text about a matter looks like an answer to 可以嗎 or 要不要. It is one only if the entry speaks of what is to be
done or needed (the predicate), and on the same side: 屋頂太陽能可以嗎 is not answered by what says that it must be
there. The words are data: `yes_no` in knowledge/data/relevance.yaml.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from knowledge.entries import Aspect
from knowledge.language.text import normalise
from knowledge.relevance.aspects import Ask
from knowledge.relevance.cues import compiled, read_cues

_YES_NO = frozenset({Aspect.ALLOWED, Aspect.EXCEPTION})
_LEAST_SAID = 1 / 3
"""Of a word's pairs of characters, those that an entry must have said to speak of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """The word lists of one language."""

    may: re.Pattern[str]
    must: re.Pattern[str]
    modal: re.Pattern[str] | None
    function: re.Pattern[str] | None
    asks_leave: re.Pattern[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNo:
    """A yes-or-no question: is something allowed (`may`), or needed (`must`), and the words of what is meant by it."""

    may: bool
    must: bool
    predicate: frozenset[str]
    """Pairs of characters of what may or must be; empty where there is only 可以嗎 or words of any matter."""
    about: frozenset[str]
    """The same of the whole stretch where there is no predicate (設定抵押可以嗎)."""
    asks_leave: bool
    """True where somebody's consent or a permit is asked for (要分局同意嗎)."""


@cache
def _words() -> Mapping[str, _Words]:
    raw: Mapping[str, Mapping[str, Any]] = read_cues("relevance.yaml")["yes_no"]
    return {
        language: _Words(
            may=compiled(row["may"]),
            must=compiled(row["must"]),
            **{name: compiled(row[name]) if name in row else None for name in ("modal", "function", "asks_leave")},
        )
        for language, row in raw.items()
    }


def only_yes_no(asks: tuple[Ask, ...]) -> bool:
    """True where nothing but yes or no is asked; another way of putting it (是什麼, 哪些) asks for more."""
    return bool(asks) and all(ask.aspect in _YES_NO for ask in asks)


def read_yes_no(text: str, group: str) -> YesNo | None:
    """What a normalised text asks to be affirmed, or None where the language has no word list."""
    words = _words().get(group)
    if words is None:
        return None
    may, must = bool(words.may.search(text)), bool(words.must.search(text))
    predicate, about = _predicate(text, words)
    leave = words.asks_leave is not None and bool(words.asks_leave.search(text))
    return YesNo(may=may, must=must and not may, predicate=predicate, about=about, asks_leave=leave)


def _predicate(text: str, words: _Words) -> tuple[frozenset[str], frozenset[str]]:
    """What stands after the last word of may or must, and what the stretch with that word is about."""
    if words.modal is None or words.function is None:
        return frozenset(), frozenset()
    for stretch in reversed(text.split()):
        found = list(words.modal.finditer(stretch))
        if found:
            after = _pairs([words.function.sub(" ", stretch[found[-1].end() :])])
            return after, after or _pairs([words.function.sub(" ", stretch)])
    return frozenset(), frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Of an entry: which sides its own questions take, and the pairs of characters that they and all its texts hold."""

    may: bool
    must: bool
    asked: frozenset[str]
    said: frozenset[str]
    told: frozenset[str]
    """Those of its answer alone."""
    grants: bool
    """True where it speaks of a consent or a permit."""
    strict: bool
    """True in a language with enough phrasings to know by them which side an entry takes."""

    @classmethod
    def of(cls, questions: Iterable[str], told: Iterable[str], group: str) -> "Sides":
        """Read an entry's questions and answers, not normalised."""
        words = _words()[group]
        asking = [normalise(text) for text in questions]
        telling = [normalise(text) for text in told]
        every = [*asking, *telling]
        may = [text for text in asking if words.may.search(text)]
        must = [text for text in asking if words.must.search(text) and not words.may.search(text)]
        return cls(
            may=bool(may), must=bool(must), asked=_pairs([*may, *must]), said=_pairs(every),
            told=_pairs(telling), strict=words.modal is not None,
            grants=words.asks_leave is not None and any(words.asks_leave.search(text) for text in every),
        )  # fmt: skip

    def meets(self, question: YesNo, *, states: bool) -> bool:
        """True where the entry answers this; `states`: a person confirmed that it says what is allowed or needed.

        Without that, its answer has to speak of what may be; of what must be, one of its own questions.
        """
        if not _holds(self.said, question.predicate):
            return False
        if question.asks_leave and not self.grants:
            return False
        if self.strict and question.may and self.must and not self.may:
            return False
        if states or not self.strict:
            return True
        return _holds(self.told, question.about) if question.may else _holds(self.asked, question.predicate)


def _holds(known: frozenset[str], word: frozenset[str]) -> bool:
    return len(word & known) >= _LEAST_SAID * len(word)


def _pairs(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(p[at : at + 2] for text in texts for p in text.split() for at in range(len(p) - 1))
