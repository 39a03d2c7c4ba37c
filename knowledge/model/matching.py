"""Which known text a question resembles: kernel ridge over all phrasings, with rapidfuzz as the kernel.

Kernel of two texts: 0.35 ratio(units)² + 0.35 ratio(bag of units)² + 0.3 cosine(TF-IDF n-grams). Squares keep the
kernel close to positive definite; where it is not, the ridge is raised at fit time. What is learnt for each text is
a set of targets (its FAQ entry, its small talk intent, its category), all from one factorisation.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from knowledge.language.text import normalise
from knowledge.model.features import BagIndex, Floats, GramIndex, UnitCoder, bag

_UNITS, _BAG, _GRAMS = 0.35, 0.35, 0.30
_RIDGE = 0.3
_BLOCK = 512
_NEAR = 1000
"""Examples whose word order is compared."""
_ORDER_SHARE = 0.4
"""What is left of the squared ratio when order counts, among examples that share few words (measured)."""
_VOTERS = 120
"""Nearest examples whose targets are scored."""
_PIECE = 8192
_SAMPLED = 16
"""Every so-manieth value is looked at to guess how large the largest are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One known text with the targets it stands for (indices into the matcher's targets)."""

    text: str
    targets: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What the matcher says about one question."""

    targets: Floats
    """One score a target; about 1 for a certain one, about 0 for the others."""
    similarity: Floats
    """Kernel value (0 to 1) with each example."""


class KernelMatcher:
    """Fitted on examples; answers with a score for each target. Immutable after construction."""

    def __init__(self, examples: Sequence[Example], targets: int, fitted: Floats | None = None) -> None:
        """Fit, or take over the weights of an earlier fit on the same examples (`fitted`)."""
        self.examples = tuple(examples)
        coder = UnitCoder()
        texts = [normalise(e.text) for e in self.examples]
        self._coder = coder
        self._rows = _rows_of(self.examples, targets)
        self._units = [coder.learn(t) for t in texts]
        self._bags = BagIndex(self._units)
        self._index = GramIndex(texts)
        wanted = (len(self.examples), targets)
        usable = fitted is not None and fitted.shape == wanted
        self.weights: Floats = fitted if usable and fitted is not None else self._fit(targets)
        self._columns = np.ascontiguousarray(self.weights.T)
        # The first target of an example is its own; the further ones (categories) many share and are always scored.
        self._owners = np.array([e.targets[0] for e in self.examples], dtype=np.intp)
        self._always = {t for e in self.examples for t in e.targets[1:]}

    def _fit(self, targets: int) -> Floats:
        if not self.examples:
            return np.zeros((0, targets), dtype=np.float32)
        return ridge(self.kernel(), self.target_matrix(targets))

    @staticmethod
    def fingerprint(examples: Sequence[Example], targets: int) -> str:
        """Names a fit: the same examples and settings give the same weights."""
        settings = (targets, _UNITS, _BAG, _GRAMS, _RIDGE)
        content = repr((settings, [(e.text, e.targets) for e in examples]))
        return hashlib.sha256(content.encode()).hexdigest()[:24]

    def target_matrix(self, targets: int) -> Floats:
        """One row an example, one where the target holds."""
        wanted = np.zeros((len(self.examples), targets), dtype=np.float32)
        for row, example in enumerate(self.examples):
            wanted[row, list(example.targets)] = 1.0
        return wanted

    def kernel(self) -> Floats:
        """The kernel of every example with every other."""
        matrix = self._index.gram_matrix()
        matrix *= _GRAMS
        squares = (np.arange(101, dtype=np.float32) / 100) ** 2
        for texts, weight in ((self._units, _UNITS), ([bag(u) for u in self._units], _BAG)):
            ratios = process.cdist(texts, texts, scorer=fuzz.ratio, dtype=np.uint8, workers=-1)
            for start in range(0, len(texts), _BLOCK):
                matrix[start : start + _BLOCK] += (squares * weight)[ratios[start : start + _BLOCK]]
        return matrix

    def similarity(self, text: str) -> Floats:
        """Kernel of a normalised text with every example.

        Word order is compared where the words themselves are alike: `_NEAR` examples. For the rest, whose weight in
        any answer is next to nothing, it is taken from the words.
        """
        units = self._coder.code(text)
        sorted_ = self._bags.ratio(units)
        sorted_ *= sorted_
        plain = sorted_ * np.float32(_ORDER_SHARE)
        near = _largest(sorted_, _NEAR)
        texts = [self._units[i] for i in near.tolist()]
        ratios = process.cdist([units], texts, scorer=fuzz.ratio, dtype=np.float32)[0]
        plain[near] = ratios * ratios / np.float32(10_000)
        kernel: Floats = np.float32(_UNITS) * plain + np.float32(_BAG) * sorted_
        kernel += np.float32(_GRAMS) * self._index.cosine(text)
        return kernel

    def nearest(self, target: int, scores: Scores) -> tuple[str, float] | None:
        """The example of a target most like the question, and how like it is."""
        rows = self._rows[target]
        if not rows:
            return None
        best = max(rows, key=scores.similarity.__getitem__)
        return self.examples[best].text, float(scores.similarity[best])

    def score(self, text: str) -> Scores:
        """Score the targets for a normalised text: exactly for those with an example near it, 0 for the others."""
        found = np.zeros(self.weights.shape[1], dtype=np.float32)
        if not self.examples or not text:
            return Scores(targets=found, similarity=np.zeros(len(self.examples), dtype=np.float32))
        similarity = self.similarity(text)
        for target in self._candidates(similarity):
            found[target] = _dot(self._columns[target], similarity)
        return Scores(targets=found, similarity=similarity)

    def _candidates(self, similarity: Floats) -> list[int]:
        """The targets of the nearest examples."""
        if len(similarity) <= _VOTERS:
            return list(range(self.weights.shape[1]))
        owners = set(self._owners[_largest(similarity, _VOTERS)].tolist())
        return sorted(owners.union(self._always))


def _largest(values: Floats, count: int) -> NDArray[np.intp]:
    """Where the `count` largest values stand, in no order."""
    if len(values) <= count:
        return np.arange(len(values))
    # A sample says below which value none of them stands: a few hundred are sorted out, not twenty thousand.
    sample = values[::_SAMPLED]
    wanted = 2 * count // _SAMPLED + 1
    if wanted < len(sample):
        above = np.flatnonzero(values >= np.partition(sample, -wanted)[-wanted])
        if len(above) >= count:
            return above[np.argpartition(values[above], -count)[-count:]]
    return np.argpartition(values, -count)[-count:]


def _dot(left: Floats, right: Floats) -> float:
    """Scalar product in pieces too small for BLAS to wake its threads: they took 19 ms on a busy machine, not 0.1."""
    if len(left) <= _PIECE:
        return float(left.dot(right))
    return float(sum(left[at : at + _PIECE].dot(right[at : at + _PIECE]) for at in range(0, len(left), _PIECE)))


def _rows_of(examples: Sequence[Example], targets: int) -> list[list[int]]:
    rows: list[list[int]] = [[] for _ in range(targets)]
    for row, example in enumerate(examples):
        for target in example.targets:
            rows[target].append(row)
    return rows


def ridge(kernel: Floats, wanted: Floats) -> Floats:
    """Weights of the ridge regression; `kernel` is used up.

    A kernel of string ratios need not be positive definite: the ridge doubles until it is.
    """
    extra = _RIDGE
    diagonal = np.einsum("ii->i", kernel).copy()
    while True:
        np.einsum("ii->i", kernel)[:] = diagonal + np.float32(extra)
        try:
            inverses = _factor(kernel)
        except np.linalg.LinAlgError:
            kernel = _restored(kernel)
            extra *= 2
        else:
            return _solve(kernel, inverses, wanted)


def _restored(kernel: Floats) -> Floats:
    """The symmetric kernel from its upper triangle, which the factorisation leaves alone."""
    upper = np.triu(kernel, 1)
    return upper + upper.T


def _factor(kernel: Floats) -> list[Floats]:
    """Cholesky in place in the lower triangle, block by block.

    Almost all work is in matrix products, several times quicker than numpy's own factorisation. The diagonal is set
    anew by the caller before a second try. Returns the inverse of each diagonal block.
    """
    size = len(kernel)
    inverses: list[Floats] = []
    for start in range(0, size, _BLOCK):
        end = min(start + _BLOCK, size)
        panel = kernel[start:, start:end].copy()
        if start:
            panel -= kernel[start:, :start] @ np.ascontiguousarray(kernel[start:end, :start]).T
        block = np.linalg.cholesky(panel[: end - start])
        inverse = np.linalg.inv(block)
        inverses.append(inverse)
        rows, columns = np.tril_indices(end - start)
        kernel[start:end, start:end][rows, columns] = block[rows, columns]
        kernel[end:, start:end] = panel[end - start :] @ inverse.T
    return inverses


def _solve(factor: Floats, inverses: list[Floats], wanted: Floats) -> Floats:
    """Solve L Lᵀ x = wanted, L being the lower triangle of `factor`."""
    size = len(factor)
    x: Floats = wanted.astype(np.float32, copy=True)
    for number, start in enumerate(range(0, size, _BLOCK)):
        end = min(start + _BLOCK, size)
        x[start:end] = inverses[number] @ (x[start:end] - factor[start:end, :start] @ x[:start])
    for number, start in reversed(list(enumerate(range(0, size, _BLOCK)))):
        end = min(start + _BLOCK, size)
        below = np.ascontiguousarray(factor[end:, start:end]).T
        x[start:end] = inverses[number].T @ (x[start:end] - below @ x[end:])
    return x
