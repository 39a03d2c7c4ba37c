"""How long one question takes at the sizes that are promised, beside one comparison by rapidfuzz with all phrasings."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from knowledge.entries import KnowledgeBase
from knowledge.evaluation.metrics import percentile
from knowledge.language.text import normalise
from knowledge.model.fitting import LazyMatchers, Plan
from knowledge.model.matching import KernelMatcher
from knowledge.understand import Understander
from knowledge.vocabulary import PHRASING_GROUPS

_TIMED = 400
_ROUNDS = 3
SIZES = ((300, 12), (366, 27))
"""Entries and Chinese phrasings each; the second makes about 10,000."""

Figures = dict[str, Any]


def timed(ask: Callable[[str], object], texts: Sequence[str]) -> Figures:
    """Milliseconds a question, the best of a few rounds each, since the machine is not ours alone."""
    texts = texts[:_TIMED]
    best = [float("inf")] * len(texts)
    for _ in range(_ROUNDS):
        for number, text in enumerate(texts):
            start = time.perf_counter()
            ask(text)
            best[number] = min(best[number], (time.perf_counter() - start) * 1000)
    return {"p50_ms": percentile(best, 50), "p99_ms": percentile(best, 99)}


def sized(base: KnowledgeBase, entries: int, phrasings: int) -> KnowledgeBase:
    """A base of this size: phrasings are cut, or made up from halves of others. For timing only."""
    chance = random.Random(7)
    pool = [text for entry in base.entries for text in entry.phrasings.get("zh", ())]
    made = []
    for entry in base.entries[:entries]:
        own = list(entry.phrasings.get("zh", ()))[:phrasings]
        while len(own) < phrasings:
            first, second = chance.choice(pool), chance.choice(pool)
            own.append(f"{first[: len(first) // 2]}{second[len(second) // 2 :]}{len(own)}")
        made.append(replace(entry, phrasings={**entry.phrasings, "zh": tuple(own)}))
    return replace(base, entries=tuple(made))


def _weightless(base: KnowledgeBase) -> Understander:
    """An understander whose weights are drawn by lot: as quick as a fitted one, without the fit."""
    plan = Plan.of(base)
    chance = np.random.default_rng(7)
    fits = {}
    for group in PHRASING_GROUPS:
        examples = plan.examples(group)
        shape = (len(examples), plan.targets)
        fits[KernelMatcher.fingerprint(examples, plan.targets)] = chance.normal(0, 0.1, shape).astype(np.float32)
    understander = Understander(base, shipped=fits)
    understander.warm()
    return understander


def speed_figures(base: KnowledgeBase, texts: Sequence[str]) -> Figures:
    """Milliseconds a question at each size, with rapidfuzz's own comparison beside it, and seconds of a whole refit."""
    figures: Figures = {}
    for entries, phrasings in SIZES:
        smaller = sized(base, entries, phrasings)
        known = [normalise(t) for e in smaller.entries for t in e.phrasings.get("zh", ())]
        figures[f"{len(smaller.entries)} x {phrasings}"] = {
            **timed(_weightless(smaller).understand, texts),
            "cdist": timed(lambda text, known=known: process.cdist([text], known, scorer=fuzz.ratio), texts),  # type: ignore[misc]
        }
    start = time.perf_counter()
    matchers = LazyMatchers(Plan.of(base), None, shipped={})
    sizes = {group: len(matchers.of(group).examples) for group in PHRASING_GROUPS}
    return {"sizes": figures, "refit_s": time.perf_counter() - start, "phrasings": sizes}
