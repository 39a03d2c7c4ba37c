"""Trains the category model from phrasings, lexicon and the statute table, and writes data/model/category.npz.

    python -m knowledge.build.category

Run it after a larger change of phrasings or lexicon. What officers teach in between reaches the category through the
kernel of knowledge/model/matching.py, which is fitted at start.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.svm import LinearSVC

from knowledge.build.statutes import TARGET as STATUTES
from knowledge.build.tables import Packed, Space, cut, pack, train
from knowledge.entries import KnowledgeBase, Phrasing
from knowledge.language.lexicon import LexiconIndex
from knowledge.language.text import normalise
from knowledge.loading import DATA, read_knowledge
from knowledge.model.classify import GramTable, hit_shares
from knowledge.model.features import Floats
from knowledge.vocabulary import CATEGORIES, Category

TARGET = DATA / "model" / "category.npz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What was tried is in docs/eval-history.jsonl; these are the chosen weights."""

    statutes: float = 1.0
    terms: float = 0.8
    hits: float = 0.6
    strength: float = 0.2
    faq_weight: float = 0.03
    size: int = 40_000
    kernel_weight: float = 1.0
    sharpness: float = 2.5


def training_texts(base: KnowledgeBase) -> list[tuple[Phrasing, bool]]:
    """Every text whose category is known; True for those of FAQ entries."""
    found = [(p, False) for p in base.phrasings]
    for talk in base.smalltalk:
        found += [(Phrasing(text=t, category=Category.SMALLTALK), False) for g in talk.phrasings.values() for t in g]
    for entry in base.entries:
        spoken = [t for group in entry.phrasings.values() for t in group]
        spoken += [entry.question, entry.en.question, entry.ja.question]
        found += [(Phrasing(text=t, category=entry.category), True) for t in spoken if t]
    return found


def statute_table(path: Path = STATUTES) -> Packed:
    """The shipped statute table."""
    with np.load(path, allow_pickle=False) as data:
        return Packed(grams=str(data["grams"]).split("\n"), weights=data["weights"], scale=data["scale"])


def dense_features(texts: Sequence[str], tables: Sequence[GramTable], lexicon: LexiconIndex) -> Floats:
    """Statute scores, term scores and lexicon hits of each text."""
    rows = []
    for text, found in zip(texts, cut(texts), strict=True):
        scores = [table.score(found) for table in tables]
        rows.append(np.concatenate([*scores, hit_shares(lexicon.find(normalise(text)))]))
    return np.array(rows, dtype=np.float32)


def build(base: KnowledgeBase, recipe: Recipe) -> bytes:
    """The model file for this knowledge."""
    statutes = statute_table()
    terms = train(
        [t.text for t in base.lexicon],
        [CATEGORIES.index(t.category) for t in base.lexicon],
        size=recipe.size,
        least=1,
        strength=0.3,
    )
    known = training_texts(base)
    texts = [p.text for p, _ in known]
    labels = [CATEGORIES.index(p.category) for p, _ in known]
    weights = [recipe.faq_weight if faq else 1.0 for _, faq in known]
    found = cut(texts)
    space = Space(found, 1)
    dense = dense_features(texts, (statutes.table(), terms.table()), LexiconIndex(base.lexicon))
    factors = np.repeat([recipe.statutes, recipe.terms, recipe.hits], [len(statutes.scale), 7, 7]).astype(np.float32)
    model = LinearSVC(C=recipe.strength, class_weight="balanced", dual=True, max_iter=3000)
    model.fit(hstack([space.rows(found), csr_matrix(dense * factors)]).tocsr(), labels, sample_weight=weights)
    own = pack(space.names, (model.coef_[:, : len(space.names)] * space.idf).T, recipe.size)
    parts = {"statutes": statutes, "terms": terms, "own": own}
    return _file(parts, model.coef_[:, len(space.names) :].T * factors[:, None], model.intercept_, recipe, texts)


def _file(parts: dict[str, Packed], dense: Floats, bias: Floats, recipe: Recipe, texts: Sequence[str]) -> bytes:
    settings = {
        "kernel_weight": recipe.kernel_weight,
        "sharpness": recipe.sharpness,
        "texts": len(texts),
        "fingerprint": hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16],
    }
    arrays: dict[str, np.ndarray] = {"settings": np.array(json.dumps(settings))}
    for name, packed in parts.items():
        arrays[f"{name}_grams"] = np.array("\n".join(packed.grams))
        arrays[f"{name}_weights"] = packed.weights
        arrays[f"{name}_scale"] = packed.scale
    buffer = BytesIO()
    arrays |= {"dense": dense.astype(np.float32), "bias": bias.astype(np.float32)}
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def main() -> None:
    """Writes data/model/category.npz."""
    base, _ = read_knowledge()
    TARGET.write_bytes(build(base, Recipe()))
    print(f"{TARGET.name}: {TARGET.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
