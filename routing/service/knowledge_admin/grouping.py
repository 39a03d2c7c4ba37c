"""Texts of firms: which of them say the same. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from knowledge.language.text import normalise
from knowledge.model.features import UnitCoder, bag, grams

LIKE = 0.4
"""Likeness (0 to 1) from which two enquiries are taken for the same question in a list for people."""


@dataclass(frozen=True, slots=True)
class Group:
    """Texts that say the same: positions in the list given, the most typical first."""

    members: tuple[int, ...]


def likeness(texts: Sequence[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """How like each text is to each other (0 to 1): words in order and in any order, and shared pairs of characters."""
    coder = UnitCoder()
    units = [coder.learn(normalise(text)) for text in texts]
    bags = [bag(one) for one in units]
    plain = process.cdist(units, units, scorer=fuzz.ratio, dtype=np.float32)
    unordered = process.cdist(bags, bags, scorer=fuzz.ratio, dtype=np.float32)
    pairs = [frozenset(gram for gram in grams(normalise(text)) if len(gram) > 1) for text in texts]
    shared = np.zeros((len(texts), len(texts)), dtype=np.float32)
    for row, one in enumerate(pairs):
        for column in range(row, len(pairs)):
            other = pairs[column]
            smaller = min(len(one), len(other))
            shared[row, column] = shared[column, row] = len(one & other) / smaller if smaller else 0.0
    return (plain * 0.0035 + unordered * 0.0035 + shared * 0.3).astype(np.float32)


def group(texts: Sequence[str], *, least: float = LIKE) -> list[Group]:
    """Texts grouped by likeness, the largest group first; the same list always gives the same groups.

    Each text joins the group to which it is most like on average, if that is at least ``least``.
    """
    if not texts:
        return []
    like = likeness(texts)
    order = sorted(range(len(texts)), key=lambda number: (-float(like[number].sum()), number))
    groups: list[list[int]] = []
    for number in order:
        nearest = max(groups, key=lambda members: float(like[number, members].mean()), default=None)
        if nearest is not None and float(like[number, nearest].mean()) >= least:
            nearest.append(number)
        else:
            groups.append([number])
    found = [sorted(members, key=lambda n: (-float(like[n, members].mean()), n)) for members in groups]
    return [Group(tuple(members)) for members in sorted(found, key=lambda members: (-len(members), members[0]))]
