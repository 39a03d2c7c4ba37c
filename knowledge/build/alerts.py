"""Trains the alert model from data/alerts.yaml and all that is known to be no emergency; writes data/model/alerts.npz.

python -m knowledge.build.alerts

n-grams learn from everything, put-together sentences included. The weights of the concepts start from those in
data/alert_concepts.yaml and are moved only by sentences somebody wrote as a whole, whose n-grams are then judged by a
model that has not seen them.
"""

import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from knowledge.alerts.alert_model import spoken_scores
from knowledge.alerts.detection import Alert
from knowledge.build.alert_weights import weigh
from knowledge.build.category import training_texts
from knowledge.build.tables import Space, cut, pack
from knowledge.entries import KnowledgeBase
from knowledge.evaluation.cases import ALERTS, THIRD
from knowledge.language.text import detect_language
from knowledge.loading import DATA, read_knowledge

TARGET = DATA / "model" / "alerts.npz"
KINDS = tuple(Alert)
_REPORTS, _FRAMED = 45, 14
"""Sentences made of each event."""
_MOST = 400
_PLAIN = 0.4
_SIZE = 30_000
_MADE, _PHRASING = 0.1, 0.5
"""Weight of a sentence that was put together, and of one that only asks."""
_PARTS = 5


def made(raw: dict[str, Any]) -> Iterator[tuple[str, Alert | None]]:
    """Sentences put together from the file, the same every time."""
    chance = random.Random(5)
    for kind, languages in raw["events"].items():
        for language, events in languages.items():
            space = " " if language != "ja" else ""
            for event in events:
                yield event, Alert(kind)
                for _ in range(_REPORTS):
                    parts = [chance.choice(raw[name][language]) for name in ("before", "places", "after")]
                    said = f"{parts[1]}{space if chance.random() < 0.3 or language == 'en' else ''}{event}"
                    yield f"{parts[0]}{space}{said}{chance.choice(['', space])}{parts[2]}", Alert(kind)
                for frame in chance.sample(raw["frames"][language], min(_FRAMED, len(raw["frames"][language]))):
                    yield frame.format(event), None
    for kind, sets in raw["parts"].items():
        for lists in sets:
            for text in _joined(lists, chance):
                yield _wrapped(text, raw, chance), Alert(kind)
    for lists in raw["quiet_parts"]:
        yield from ((text, None) for text in _joined(lists, chance))
    yield from ((word, None) for word in raw["words"])


def _joined(lists: list[list[str]], chance: random.Random) -> list[str]:
    """One of each list in order, in every way there is or in a few hundred of them."""
    every = ["".join(parts) for parts in itertools.product(*lists)]
    return every if len(every) <= _MOST else chance.sample(every, _MOST)


def _wrapped(text: str, raw: dict[str, Any], chance: random.Random) -> str:
    """A report as it stands or with words before and after it, in its language."""
    language = detect_language(text).group
    if chance.random() < _PLAIN:
        return text
    return f"{chance.choice(raw['before'][language])} {text} {chance.choice(raw['after'][language])}".strip()


def own_set() -> Iterator[tuple[str, Alert | None]]:
    """The package's own labelled reports, which the rules were made with as well."""
    yield from _labelled(ALERTS)


def _labelled(path: Path) -> Iterator[tuple[str, Alert | None]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            text, kind = line.split("\t")
            yield text, None if kind == "-" else Alert(kind)


def rounds() -> Iterator[tuple[str, Alert | None]]:
    """The rounds of the third held-out set whose first contact is on record (its README)."""
    for path in sorted(THIRD.glob("alerts-round*.tsv")):
        yield from _labelled(path)


def texts(base: KnowledgeBase) -> list[tuple[str, Alert | None, float]]:
    """Every training text with its kind and weight."""
    raw = yaml.safe_load((DATA / "alerts.yaml").read_text(encoding="utf-8"))
    found = [(text, kind, _MADE) for text, kind in made(raw)]
    found += [(text, kind, 2.0) for text, kind in own_set()]
    found += [(text, kind, 3.0) for text, kind in rounds()]
    # Phrasings of entries ask and do not report, the few about emergencies aside.
    found += [(p.text, None, _PHRASING) for p, _ in training_texts(base) if not _emergency(p.text)]
    return found


def _emergency(text: str) -> bool:
    return any(word in text for word in ("現在", "救命", "突然", "right now", "緊急", "今すぐ", "了怎麼辦", "怎麼辦"))


def build(base: KnowledgeBase) -> dict[str, np.ndarray]:
    """The arrays of the model file: of n-grams and of features, one column for danger and one a kind."""
    rows = texts(base)
    found = cut([text for text, _, _ in rows])
    space = Space(found, 2)
    labels = np.array([KINDS.index(kind) if kind else len(KINDS) for _, kind, _ in rows])
    weights = np.array([weight for _, _, weight in rows])
    grams = space.rows(found)
    danger, which = _fit_grams(grams, labels, weights)
    packed = pack(space.names, (np.vstack([danger.coef_, which.coef_]) * space.idf).T, _SIZE)
    written = weights != _MADE
    spoken = _unseen_scores(grams, labels, weights, written)
    own = [text for (text, _, _), yes in zip(rows, written, strict=True) if yes]
    names, table = weigh(own, labels[written], spoken, weights[written] == _PHRASING)
    return {
        "grams": np.array("\n".join(packed.grams)),
        "weights": packed.weights,
        "scale": packed.scale,
        "bias": np.concatenate([danger.intercept_, which.intercept_]).astype(np.float32),
        "features": np.array("\n".join(names)),
        "feature_weights": table.astype(np.float32),
        "note": np.array(json.dumps({"texts": len(rows), "reports": int((labels < len(KINDS)).sum())})),
    }


def _fit_grams(grams: csr_matrix, labels: np.ndarray, weights: np.ndarray) -> tuple[LinearSVC, LinearSVC]:
    """Danger against all else, and the kinds against each other."""
    inside = labels < len(KINDS)
    danger = LinearSVC(C=0.5, class_weight="balanced", max_iter=4000).fit(grams, inside, sample_weight=weights)
    which = LinearSVC(C=0.3, class_weight="balanced", max_iter=3000).fit(grams[inside], labels[inside])
    return danger, which


def _unseen_scores(grams: csr_matrix, labels: np.ndarray, weights: np.ndarray, written: np.ndarray) -> np.ndarray:
    """The n-grams' scores of each written sentence by a model fitted without it and its fifth of the others."""
    part = np.arange(len(labels)) % _PARTS
    scores = np.zeros((len(labels), 1 + len(KINDS)))
    for number in range(_PARTS):
        out = written & (part == number)
        danger, which = _fit_grams(grams[~out], labels[~out], weights[~out])
        scores[out] = np.column_stack([danger.decision_function(grams[out]), which.decision_function(grams[out])])
    return spoken_scores(scores[written])


def main() -> None:
    """Writes data/model/alerts.npz."""
    base, _ = read_knowledge()
    np.savez_compressed(TARGET, allow_pickle=False, **build(base))
    print(f"{TARGET.name}: {TARGET.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
