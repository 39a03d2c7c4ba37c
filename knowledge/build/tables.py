"""Trains linear tables over n-grams and packs them into 8 bits."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from knowledge.language.text import normalise
from knowledge.model.classify import LONGEST, GramTable
from knowledge.model.features import Floats, grams


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """An 8-bit table as it is stored."""

    grams: list[str]
    weights: np.ndarray
    scale: Floats

    def table(self) -> GramTable:
        """The table as it is used."""
        return GramTable(self.grams, self.weights, self.scale)


def cut(texts: Sequence[str]) -> list[list[str]]:
    """The n-grams of each text, each once."""
    return [list(grams(normalise(t), LONGEST)) for t in texts]


class Space:
    """Numbers n-grams; a text is the row of its grams over their root number, scaled by idf."""

    def __init__(self, cut_texts: Sequence[Sequence[str]], least: int) -> None:
        seen = Counter(g for c in cut_texts for g in c)
        kept = [g for g, n in seen.items() if n >= least]
        self.names = kept
        self.ids = {g: i for i, g in enumerate(kept)}
        spread = np.array([seen[g] for g in kept], dtype=np.float64)
        self.idf = np.log((1 + len(cut_texts)) / (1 + spread)) + 1

    def rows(self, cut_texts: Sequence[Sequence[str]]) -> csr_matrix:
        """The sparse matrix of these texts."""
        pointers, columns, values = [0], [], []
        for found in cut_texts:
            numbers = [self.ids[g] for g in found if g in self.ids]
            columns.extend(numbers)
            values.extend(self.idf[numbers] / max(len(found), 1) ** 0.5)
            pointers.append(len(columns))
        return csr_matrix((values, columns, pointers), shape=(len(cut_texts), len(self.ids)))


def pack(names: Sequence[str], weights: np.ndarray, size: int) -> Packed:
    """The `size` heaviest rows of gram weights (grams x classes) in 8 bits."""
    heavy = np.argsort(-np.abs(weights).max(axis=1), kind="stable")[:size]
    kept = weights[heavy]
    scale = (np.abs(kept).max(axis=0) / 127).astype(np.float32)
    scale[scale == 0] = 1
    return Packed(grams=[names[i] for i in heavy], weights=np.round(kept / scale).astype(np.int8), scale=scale)


def train(texts: Sequence[str], labels: Sequence[int], *, size: int, least: int, strength: float) -> Packed:
    """A linear SVC over n-grams, classes balanced, as a packed table."""
    found = cut(texts)
    space = Space(found, least)
    model = LinearSVC(C=strength, class_weight="balanced", dual=True, max_iter=2000)
    model.fit(space.rows(found), labels)
    return pack(space.names, (model.coef_ * space.idf).T, size)
