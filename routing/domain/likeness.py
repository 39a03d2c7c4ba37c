"""Whether two matters sound alike, by the pairs of letters that they share: a hint for people, never a decision."""

from __future__ import annotations

from knowledge.language.text import normalise

ALIKE = 0.4
"""Of all pairs of letters, the part that is shared, from which on a person is asked."""


def alike(one: str, other: str) -> bool:
    """Whether two subjects may be one matter: one within the other, or much the same pairs of letters (Dice)."""
    first, second = _bare(one), _bare(other)
    if len(first) < 2 or len(second) < 2:
        return False
    if first in second or second in first:
        return True
    mine, theirs = _pairs(first), _pairs(second)
    return 2 * len(mine & theirs) >= ALIKE * (len(mine) + len(theirs))


def _bare(text: str) -> str:
    return "".join(character for character in normalise(text) if character.isalnum())


def _pairs(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(len(text) - 1)}
