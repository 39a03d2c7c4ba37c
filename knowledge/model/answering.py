"""How likely the best entry is the right one, from what the matcher and the category model say independently."""

import math
from dataclasses import dataclass
from importlib.resources import files

import yaml

from knowledge.model.coverage import Coverage

FEATURES = ("score", "margin", "similarity", "category", "length", "covered", "mass", "constant")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerModel:
    """A logistic function of a few readable features; its weights are data (made by knowledge/build/calibrate.py)."""

    weights: tuple[float, ...]

    def probability(self, features: tuple[float, ...]) -> float:
        """Probability (0 to 1) that an entry with these features is the one asked for."""
        total = sum(w * f for w, f in zip(self.weights, features, strict=True))
        return 1 / (1 + math.exp(-min(max(total, -30.0), 30.0)))


def features(
    *, score: float, rival: float, similarity: float, category: float, length: int, coverage: Coverage
) -> tuple[float, ...]:
    """The features of one candidate.

    `rival` is the best score of any other entry that fits what is asked, `category` the probability the category model
    gives the entry's category, `length` the characters of the question, `coverage` how much of it the entry has said.
    """
    return (score, score - rival, similarity, category, min(length, 40) / 40, coverage.share, coverage.mass, 1.0)


def shipped_answer_model() -> AnswerModel:
    """The weights that ship with the product."""
    raw = yaml.safe_load((files("knowledge") / "data" / "model" / "answer.yaml").read_text(encoding="utf-8"))
    return AnswerModel(weights=tuple(float(raw["weights"][name]) for name in FEATURES))
