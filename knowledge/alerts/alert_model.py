"""How likely a sentence reports danger now, and of which kind; made by knowledge/build/alerts.py.

Two views are added: the concepts of knowledge/alerts/concepts.py, each with a weight that can be read, and n-grams,
which also know how reports and questions sound.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np

from knowledge.alerts.concepts import concepts
from knowledge.loading import DATA
from knowledge.model.classify import LONGEST, GramTable
from knowledge.model.features import Floats, grams

FILE = DATA / "model" / "alerts.npz"
EVIDENCE_LIMIT = 7.0
UNLIKE_ANY = -1.3
"""n-grams below this sound like no report at all: three quarters of ordinary questions, no report of any set."""
GRAM_LIMIT = 1.5
"""n-grams count up to this much: a strange word must not outweigh what is said,"""
GRAM_LEAST = 0.9
"""and less against danger, since a wording never met sounds like no report whatever it reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertModel:
    """First columns tell danger from all else, the further ones the kinds from each other."""

    table: GramTable
    bias: Floats
    weights: dict[str, Floats]
    """What each feature adds; `base` always, `grams` times the n-grams' score."""
    evidence: frozenset[str]
    """Features that count together up to a limit, so that a long tale of last year's fire is not danger now."""

    def grams(self, text: str) -> Floats:
        """The n-grams' scores of a normalised text: danger, then each kind."""
        return self.table.score(list(grams(text, LONGEST))) + self.bias

    def score(self, grams: Floats, found: frozenset[str]) -> Floats:
        """How sure danger is (above 0: more likely than not), then a score for each kind.

        `grams`: the n-grams' scores of the text; `found`: its features.
        """
        spoken = spoken_scores(grams)
        scores: Floats = (self.weights["base"] + self.weights["grams"] * spoken).astype(np.float32)
        evidence = np.float32(0)
        for name in found:
            weight = self.weights.get(name)
            if weight is None:
                continue
            if name in self.evidence:
                evidence += weight[0]
                scores[1:] += weight[1:]
            else:
                scores += weight
        scores[0] += EVIDENCE_LIMIT * np.tanh(evidence / EVIDENCE_LIMIT)
        return scores


def spoken_scores(grams: Floats) -> Floats:
    """The n-grams' scores as far as they count; the last axis holds danger, then each kind."""
    spoken = np.clip(grams, -GRAM_LIMIT, GRAM_LIMIT)
    spoken[..., 0] = np.maximum(spoken[..., 0], -GRAM_LEAST)
    return spoken


def known_evidence(names: Iterable[str]) -> frozenset[str]:
    """Of the names of features, those of signs, effects and events named, alone or two together."""
    groups = concepts().groups
    own = {name for group in ("signs", "effects", "told") for name in groups[group]}
    return frozenset(name for name in names if set(name.split(" + ")) & own)


@cache
def alert_model() -> AlertModel:
    """The model that ships with the product."""
    with np.load(FILE, allow_pickle=False) as data:
        table = GramTable(str(data["grams"]).split("\n"), data["weights"], data["scale"])
        names = str(data["features"]).split("\n")
        weights = dict(zip(names, data["feature_weights"], strict=True))
        return AlertModel(table=table, bias=data["bias"], weights=weights, evidence=known_evidence(names))
