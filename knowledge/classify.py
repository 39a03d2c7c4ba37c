"""Which category a question belongs to, with the words that speak for it."""

from dataclasses import dataclass

import numpy as np

from knowledge.entries import CATEGORIES, Category
from knowledge.features import Floats
from knowledge.lexicon import Hit


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedCategory:
    """One category with its probability and the lexicon words that speak for it."""

    category: Category
    probability: float
    evidence: tuple[str, ...]


def hit_shares(hits: list[Hit]) -> Floats:
    """Weight of lexicon hits by category: longer words count more."""
    shares = np.zeros(len(CATEGORIES), dtype=np.float32)
    for hit in hits:
        shares[CATEGORIES.index(hit.term.category)] += min(hit.length, 5) ** 0.5
    norm = float(np.linalg.norm(shares))
    return shares / np.float32(norm) if norm else shares


def rank(scores: Floats, hits: list[Hit], sharpness: float) -> tuple[RankedCategory, ...]:
    """Categories best first with probabilities that sum to one."""
    raised = np.exp((scores - scores.max()) * sharpness)
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
