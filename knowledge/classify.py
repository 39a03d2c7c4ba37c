"""Which category a question belongs to, with the words that speak for it.

Two views are added: a linear model over n-grams, lexicon hits and a table learnt from statutes (shipped, made by
knowledge/build), and the kernel of matching.py, which also knows what officers taught since.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from knowledge.entries import CASE_CATEGORIES, CATEGORIES, Category
from knowledge.features import Floats, grams
from knowledge.lexicon import Hit

LONGEST = 3
"""Longest n-gram of the linear model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedCategory:
    """One category with its probability and the lexicon words that speak for it."""

    category: Category
    probability: float
    evidence: tuple[str, ...]


class GramTable:
    """Weights of n-grams in 8 bits, one column a class; a text scores the sum of its grams over their root number."""

    def __init__(self, names: list[str], weights: NDArray[np.int8], scale: Floats) -> None:
        self._rows = {name: row for row, name in enumerate(names)}
        self._weights = weights
        self._scale = scale

    def score(self, found: list[str]) -> Floats:
        """One score a class for the n-grams of a text."""
        rows = [row for gram in found if (row := self._rows.get(gram)) is not None]
        if not rows:
            return np.zeros(len(self._scale), dtype=np.float32)
        summed = self._weights[rows].sum(axis=0, dtype=np.float32)
        scores: Floats = (summed * self._scale / np.float32(max(len(found), 1) ** 0.5)).astype(np.float32)
        return scores


@dataclass(frozen=True, slots=True, kw_only=True)
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

    def features(self, found: list[str], hits: list[Hit]) -> Floats:
        """The dense features of a text."""
        return np.concatenate([self.statutes.score(found), self.terms.score(found), hit_shares(hits)])

    def score(self, text: str, hits: list[Hit]) -> Floats:
        """One score a category for a normalised text."""
        found = list(grams(text, LONGEST))
        return self.own.score(found) + self.features(found, hits) @ self.dense + self.bias


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
    return tuple(
        RankedCategory(
            category=CATEGORIES[i],
            probability=float(shares[i]),
            evidence=tuple(dict.fromkeys(h.term.text for h in hits if h.term.category is CATEGORIES[i])),
        )
        for i in order
    )


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
