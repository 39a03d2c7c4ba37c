"""Mends slips of typing in Chinese: what fits nowhere is replaced by a character alike, in sound or look, that does.

What fits is learnt from the knowledge's own sentences: pairs of neighbouring characters. A character is touched only
where neither pair in which it stands was ever seen, and only for the one that plainly fits best; 1 character stays 1.
"""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from knowledge.entries import KnowledgeBase
from knowledge.language.text import fold, normalise
from knowledge.vocabulary import PHRASING_GROUPS

_MOST_MENDED = 3
_PAIR = 2
_LEAST_BETWEEN, _LEAST_AT_AN_EDGE = 8, 26
"""How often the pairs of a replacement must have been seen, together: between two characters, and beside one."""
_PLAIN = 3
"""How many times as often as those of the next best."""
_LONGEST = 400


_ALONE = frozenset(
    fold(
        "之其於與及而且或至從由將已未若因但並向對那這再得為十百千萬一二三四五六七八九零沒無不人到來去進出上下大小中整何只又才就都也還很太好要會能可先後前內外給跟把被讓請問你我他們您是有在到每各某"
    )
)
"""Characters that stand beside any other: that they were never seen there tells nothing."""


@cache
def _table() -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """For each folded character those that sound or look like it; and slips by the word."""
    alike: dict[str, str] = {}
    words: list[tuple[str, str]] = []
    text = (files("knowledge") / "data" / "sounds.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        kind, first, *rest = line.split("\t")
        if kind == "w":
            words.append((first, rest[0]))
            continue
        for character in first:
            alike[character] = alike.get(character, "") + first.replace(character, "")
    return alike, tuple(words)


def alike_to(character: str) -> str:
    """The characters that sound or look like one, folded; '' where none is known."""
    return _table()[0].get(fold(character), "")


class Spelling:
    """The pairs of characters that the knowledge has seen. Safe to share between threads."""

    def __init__(self, seen: Counter[str]) -> None:
        """`seen`: how often each pair of folded characters stands in texts that are spelt right."""
        self._seen = seen

    @classmethod
    def of(cls, base: KnowledgeBase) -> "Spelling":
        """From all that firms ask, all that we say and the lexicon; what firms ask counts as often as it is asked."""
        zh = PHRASING_GROUPS[0]
        seen: Counter[str] = Counter()
        for text in _texts(base, zh):
            seen.update(_pairs(normalise(text)))
        return cls(seen)

    def mend(self, text: str) -> str:
        """A folded or normalised text with its slips mended; as long as before."""
        if len(text) > _LONGEST:
            return text
        for wrong, right in _table()[1]:
            if wrong in text:
                text = text.replace(wrong, right)
        characters, mended = list(text), 0
        for place, character in enumerate(characters):
            if mended == _MOST_MENDED:
                break
            before = characters[place - 1] if place else ""
            after = characters[place + 1] if place + 1 < len(characters) else ""
            if not _han(character) or character in _ALONE or not (_han(before) or _han(after)):
                continue
            if self._seen[before + character] or self._seen[character + after]:
                continue
            better = self._better(before, character, after)
            if better:
                characters[place] = better
                mended += 1
        return "".join(characters)

    def _better(self, before: str, character: str, after: str) -> str:
        """The character alike that plainly fits between its neighbours; '' where none does.

        Between two characters both pairs must be known; at an edge the one pair must be a frequent one.
        """
        fits = []
        for other in alike_to(character):
            pairs = [
                self._seen[pair] for pair in (before + other, other + after) if len(pair) == _PAIR and _all_han(pair)
            ]
            if min(pairs, default=0) and sum(pairs) >= (_LEAST_BETWEEN if len(pairs) > 1 else _LEAST_AT_AN_EDGE):
                fits.append((sum(pairs), other))
        fits.sort(reverse=True)
        plain = len(fits) == 1 or (len(fits) > 1 and fits[0][0] >= _PLAIN * fits[1][0])
        return fits[0][1] if plain else ""


def _texts(base: KnowledgeBase, group: str) -> Iterable[str]:
    for entry in base.entries:
        yield from (entry.question, entry.answer, entry.details, *entry.phrasings.get(group, ()))
    for talk in base.smalltalk:
        yield from talk.phrasings.get(group, ())
    for term in base.lexicon:
        yield term.text
    for phrasing in base.phrasings:
        yield phrasing.text


def _pairs(text: str) -> Iterable[str]:
    return (text[n : n + 2] for n in range(len(text) - 1) if _han(text[n]) and _han(text[n + 1]))


def _all_han(pair: str) -> bool:
    return all(_han(character) for character in pair)


def _han(character: str) -> bool:
    return bool(character) and "一" <= character <= "鿿"
