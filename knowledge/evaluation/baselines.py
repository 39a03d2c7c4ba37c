"""The usual ways to do the same, fitted on the same phrasings: rapidfuzz's defaults, BM25, TF-IDF with a linear SVC."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from rapidfuzz import fuzz, process

from knowledge.entries import KnowledgeBase
from knowledge.evaluation.metrics import Outcome
from knowledge.language.text import normalise
from knowledge.model.features import grams
from knowledge.model.fitting import spoken
from knowledge.vocabulary import PHRASING_GROUPS

if find_spec("bm25s"):
    import bm25s
if find_spec("sklearn"):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

Ask = Callable[[str], Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A method with its name, how it answers, and what fitting took."""

    name: str
    ask: Ask
    fit_seconds: float


def training(base: KnowledgeBase) -> tuple[list[str], list[str]]:
    """Every phrasing of every language with its entry."""
    rows = [(t, e.id) for e in base.entries for group in PHRASING_GROUPS for t in spoken(e, group)]
    return [t for t, _ in rows], [i for _, i in rows]


def _first_distinct(ids: Sequence[str], count: int = 3) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))[:count]


def _rapidfuzz(texts: list[str], ids: list[str], scorer: Callable[..., float] | None) -> Ask:
    def ask(question: str) -> Outcome:
        if scorer is None:
            found = process.extract(question, texts, limit=40)
        else:
            found = process.extract(question, texts, limit=40, scorer=scorer)
        return Outcome(
            ranked=_first_distinct([ids[i] for _, _, i in found]), confidence=found[0][1] / 100, answered=False
        )

    return ask


def _bm25(texts: list[str], ids: list[str]) -> Ask:
    index = bm25s.BM25()
    index.index([list(grams(normalise(t)).elements()) for t in texts], show_progress=False)

    def ask(question: str) -> Outcome:
        wanted = list(grams(normalise(question)).elements()) or [" "]
        found, scores = index.retrieve([wanted], k=40, show_progress=False)
        return Outcome(
            ranked=_first_distinct([ids[int(i)] for i in found[0]]), confidence=float(scores[0][0]), answered=False
        )

    return ask


def _linear(texts: list[str], ids: list[str]) -> Ask:
    model = make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True), LinearSVC())
    model.fit([normalise(t) for t in texts], ids)

    def ask(question: str) -> Outcome:
        scores = model.decision_function([normalise(question)])[0]
        order = scores.argsort()[::-1][:3]
        return Outcome(
            ranked=tuple(str(model.classes_[i]) for i in order), confidence=float(scores[order[0]]), answered=False
        )

    return ask


def baselines(base: KnowledgeBase) -> list[Baseline]:
    """Those that can run here; scikit-learn and bm25s are used only if installed."""
    texts, ids = training(base)
    makers: list[tuple[str, Callable[[], Ask]]] = [
        ("rapidfuzz extractOne (WRatio)", lambda: _rapidfuzz(texts, ids, None)),
        ("rapidfuzz ratio", lambda: _rapidfuzz(texts, ids, fuzz.ratio)),
    ]
    if find_spec("bm25s"):
        makers.append(("BM25 (bm25s, 1+2-grams)", lambda: _bm25(texts, ids)))
    if find_spec("sklearn"):
        makers.append(("TF-IDF + LinearSVC", lambda: _linear(texts, ids)))
    found = []
    for name, make in makers:
        start = time.perf_counter()
        ask = make()
        found.append(Baseline(name=name, ask=ask, fit_seconds=time.perf_counter() - start))
    return found
