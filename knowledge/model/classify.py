"""Which category a question belongs to, with the words that speak for it.

Two views are added: a linear model over n-grams, lexicon hits and a table learnt from statutes (shipped, made by
knowledge/build), and the kernel of matching.py, which also knows what officers taught since.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from knowledge.language.lexicon import Hit
from knowledge.model.features import Floats, grams
from knowledge.vocabulary import CASE_CATEGORIES, CATEGORIES, Category

LONGEST = 3
"""Longest n-gram of the linear model."""
_ENTRY_WEIGHT = 7.0
"""Log odds that a certain entry adds to its category. From 2 to 8 the five labelled sets together (1,952 messages)
differ by less than half a point; without it 0.6 points fewer are right."""
_BESIDE_TALK = 0.3
"""Least probability of an entry that counts against small talk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedCategory:
    """One category with its probability and the lexicon words that speak for it."""

    category: Category
    probability: float
    evidence: tuple[str, ...]


class GramTable:
    """Weights of n-grams in 8 bits, one column a class; a text scores the sum of its grams over their root number."""

    def __init__(self, names: list[str], weights: NDArray[np.int8], scale: Floats) -> None:
        self.rows = {name: row for row, name in enumerate(names)}
        self.weights = weights
        self.scale = scale

    def score(self, found: list[str]) -> Floats:
        """One score a class for the n-grams of a text."""
        rows = [row for gram in found if (row := self.rows.get(gram)) is not None]
        if not rows:
            return np.zeros(len(self.scale), dtype=np.float32)
        summed = self.weights[rows].sum(axis=0, dtype=np.float32)
        scores: Floats = (summed * self.scale / np.float32(max(len(found), 1) ** 0.5)).astype(np.float32)
        return scores


@dataclass(frozen=True, kw_only=True)
class CategoryModel:
    """The shipped linear model. Score = own n-grams + (statutes, terms, lexicon hits) times `dense` + `bias`."""

    statutes: GramTable
    terms: GramTable
    own: GramTable
    dense: Floats
    bias: Floats
    kernel_weight: float
    sharpness: float
    fingerprint: str

    @cached_property
    def _rows(self) -> tuple[dict[str, int], Floats]:
        """All three tables as one: what each n-gram adds to each category, the factors in `dense` counted in.

        Everything is linear, so the sum is the same; a text is looked up once and not three times.
        """
        number: dict[str, int] = {}
        for table in (self.statutes, self.terms, self.own):
            for name in table.rows:
                number.setdefault(name, len(number))
        added = np.zeros((len(number), len(self.bias)), dtype=np.float32)
        first = 0
        for table, factors in ((self.statutes, True), (self.terms, True), (self.own, False)):
            weights = table.weights * table.scale
            if factors:
                weights = weights @ self.dense[first : first + len(table.scale)]
                first += len(table.scale)
            added[[number[name] for name in table.rows]] += weights
        return number, added

    def score(self, text: str, hits: list[Hit]) -> Floats:
        """One score a category for a normalised text."""
        number, added = self._rows
        found = grams(text, LONGEST)
        rows = [row for gram in found if (row := number.get(gram)) is not None]
        spoken = added[rows].sum(axis=0) / np.float32(max(len(found), 1) ** 0.5)
        lexicon = hit_shares(hits) @ self.dense[-len(CATEGORIES) :]
        scores: Floats = (spoken + lexicon + self.bias).astype(np.float32)
        return scores


def hit_shares(hits: list[Hit]) -> Floats:
    """Weight of lexicon hits by category: longer words count more; unit length."""
    shares = np.zeros(len(CATEGORIES), dtype=np.float32)
    for hit in hits:
        shares[_POSITION[hit.term.category]] += min(hit.length, 5) ** 0.5
    norm = float(np.linalg.norm(shares))
    return shares / np.float32(norm) if norm else shares


_POSITION = {category: number for number, category in enumerate(CATEGORIES)}


def rank(scores: Floats, hits: list[Hit], sharpness: float) -> tuple[RankedCategory, ...]:
    """Categories best first with probabilities that sum to one."""
    raised = np.exp((scores - scores.max()) * np.float32(sharpness))
    shares = raised / raised.sum()
    order = np.argsort(-shares, kind="stable")
    spoken: dict[Category, dict[str, None]] = {}
    for hit in hits:
        spoken.setdefault(hit.term.category, {})[hit.term.text] = None
    return tuple(
        RankedCategory(
            category=CATEGORIES[i], probability=float(shares[i]), evidence=tuple(spoken.get(CATEGORIES[i], ()))
        )
        for i in order
    )


def with_entries(
    ranked: tuple[RankedCategory, ...], likely: Iterable[tuple[Category, float]]
) -> tuple[RankedCategory, ...]:
    """The categories again, best first, with what the entries near the question say of them.

    `likely`: the category of each of these entries, and how probably it is the one asked for. The likeliest entry of a
    category counts, in log odds. What the words show to be small talk is left so unless an entry is fairly likely.
    """
    least = _BESIDE_TALK if ranked and ranked[0].category is Category.SMALLTALK else 0.0
    most: dict[Category, float] = {}
    for category, probability in likely:
        if probability >= least:
            most[category] = max(most.get(category, 0.0), probability)
    weighed = [one.probability * math.exp(_ENTRY_WEIGHT * most.get(one.category, 0.0)) for one in ranked]
    total = sum(weighed)
    again = (replace(one, probability=weight / total) for one, weight in zip(ranked, weighed, strict=True))
    return tuple(sorted(again, key=lambda one: -one.probability))


def read_model(content: bytes) -> CategoryModel:
    """The model in the form knowledge/build/category.py writes."""
    with np.load(BytesIO(content), allow_pickle=False) as data:
        settings = json.loads(str(data["settings"]))
        tables = {
            name: GramTable(str(data[f"{name}_grams"]).split("\n"), data[f"{name}_weights"], data[f"{name}_scale"])
            for name in ("statutes", "terms", "own")
        }
        return CategoryModel(
            **tables,
            dense=data["dense"],
            bias=data["bias"],
            kernel_weight=float(settings["kernel_weight"]),
            sharpness=float(settings["sharpness"]),
            fingerprint=str(settings["fingerprint"]),
        )


@cache
def shipped_model() -> CategoryModel:
    """The model that ships with the product."""
    return read_model((files("knowledge") / "data" / "model" / "category.npz").read_bytes())


STATUTE_CLASSES = CASE_CATEGORIES
