"""Trains the alert model from data/alerts.yaml and all that is known to be no emergency; writes data/model/alerts.npz.

python -m knowledge.build.alerts
"""

import itertools
import json
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import yaml
from sklearn.svm import LinearSVC

from knowledge.build.category import training_texts
from knowledge.build.tables import Space, cut, pack
from knowledge.entries import KnowledgeBase
from knowledge.evaluation.cases import ALERTS
from knowledge.language.alerts import Alert
from knowledge.language.text import detect_language
from knowledge.loading import DATA, read_knowledge

TARGET = DATA / "model" / "alerts.npz"
KINDS = tuple(Alert)
_REPORTS, _FRAMED = 45, 14
"""Sentences made of each event."""
_MOST = 400
_PLAIN = 0.4
_SIZE = 30_000


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
    for line in ALERTS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            text, kind = line.split("\t")
            yield text, None if kind == "-" else Alert(kind)


def texts(base: KnowledgeBase) -> list[tuple[str, Alert | None, float]]:
    """Every training text with its kind and weight."""
    raw = yaml.safe_load((DATA / "alerts.yaml").read_text(encoding="utf-8"))
    found = [(text, kind, 0.3) for text, kind in made(raw)]
    found += [(text, kind, 2.0) for text, kind in own_set()]
    # Phrasings of entries ask and do not report, the few about emergencies aside.
    found += [(p.text, None, 1.0) for p, _ in training_texts(base) if not _emergency(p.text)]
    return found


def _emergency(text: str) -> bool:
    return any(word in text for word in ("現在", "救命", "突然", "right now", "緊急", "今すぐ", "了怎麼辦", "怎麼辦"))


def build(base: KnowledgeBase) -> dict[str, np.ndarray]:
    """The arrays of the model file: one column a kind, and the bias of each."""
    rows = texts(base)
    found = cut([text for text, _, _ in rows])
    space = Space(found, 2)
    labels = np.array([KINDS.index(kind) if kind else len(KINDS) for _, kind, _ in rows])
    danger = LinearSVC(C=0.5, class_weight="balanced", max_iter=4000)
    danger.fit(space.rows(found), labels < len(KINDS), sample_weight=[weight for _, _, weight in rows])
    which = LinearSVC(C=0.3, class_weight="balanced", max_iter=3000)
    inside = labels < len(KINDS)
    which.fit(space.rows([f for f, yes in zip(found, inside, strict=True) if yes]), labels[inside])
    weights = np.vstack([danger.coef_, which.coef_])
    packed = pack(space.names, (weights * space.idf).T, _SIZE)
    return {
        "grams": np.array("\n".join(packed.grams)),
        "weights": packed.weights,
        "scale": packed.scale,
        "bias": np.concatenate([danger.intercept_, which.intercept_]).astype(np.float32),
        "note": np.array(json.dumps({"texts": len(rows), "reports": int(inside.sum())})),
    }


def main() -> None:
    """Writes data/model/alerts.npz."""
    base, _ = read_knowledge()
    np.savez_compressed(TARGET, allow_pickle=False, **build(base))
    print(f"{TARGET.name}: {TARGET.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
