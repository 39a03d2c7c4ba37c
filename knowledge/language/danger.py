"""How much a message reads like a report of danger now, by its n-grams; made by knowledge/build/alerts.py.

The rules of knowledge/language/alerts.py know words; this knows how reports and questions sound, also in words that no
rule names.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from knowledge.language.text import normalise
from knowledge.loading import DATA
from knowledge.model.classify import LONGEST, GramTable
from knowledge.model.features import Floats, grams

FILE = DATA / "model" / "alerts.npz"


@dataclass(frozen=True, slots=True, kw_only=True)
class DangerModel:
    """A linear table: its first column tells danger from all else, the further ones the kinds from each other."""

    table: GramTable
    bias: Floats

    def score(self, text: str) -> tuple[float, int]:
        """How sure danger is (above 0: more likely than not), and the number of the likeliest kind."""
        found = list(grams(normalise(text), LONGEST))
        scores = self.table.score(found) + self.bias
        return float(scores[0]), int(np.argmax(scores[1:]))


@cache
def danger_model() -> DangerModel:
    """The model that ships with the product."""
    with np.load(FILE, allow_pickle=False) as data:
        table = GramTable(str(data["grams"]).split("\n"), data["weights"], data["scale"])
        return DangerModel(table=table, bias=data["bias"])
