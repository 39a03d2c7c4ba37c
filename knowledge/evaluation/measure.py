"""Puts every case to the understanding and to the baselines and gathers the figures into one plain dictionary."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.alerts import detect_alert
from knowledge.certainty import is_sure
from knowledge.entries import EntryKind, KnowledgeBase
from knowledge.evaluation.baselines import Ask, baselines
from knowledge.evaluation.cases import Case, Pair, own_alerts
from knowledge.evaluation.metrics import Outcome, accuracy, auroc, confusion, macro_f1, percentile, recall
from knowledge.evaluation.robustness import SPOILERS, spoil
from knowledge.fitting import LazyMatchers, Plan
from knowledge.loading import read_thresholds
from knowledge.understand import Understander, Understanding

_WORST = 25
_TIMED = 400
_SPOILT = 300

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One case with what was understood."""

    case: Case
    read: Understanding
    outcome: Outcome


def _outcome(read: Understanding, limits: dict[str, Any]) -> Outcome:
    best = read.faq[0] if read.faq else None
    sure = is_sure(read.faq, read, answer=float(limits["answer"]), margin=float(limits["margin"]))
    answered = sure and best is not None and best.entry.kind is EntryKind.ANSWER
    return Outcome(
        ranked=tuple(m.entry_id for m in read.faq), confidence=best.score if best else 0.0, answered=answered
    )


def run(understander: Understander, cases: Sequence[Case]) -> list[Answered]:
    """Every case understood."""
    limits = read_thresholds()
    found = []
    for case in cases:
        read = understander.understand(case.text)
        found.append(Answered(case=case, read=read, outcome=_outcome(read, limits)))
    return found


def category_figures(found: Sequence[Answered]) -> Figures:
    """Accuracy and macro-F1 of the category, in all and by language and style."""
    groups: dict[str, list[Answered]] = {"all": list(found)}
    for item in found:
        groups.setdefault(f"language {item.case.language}", []).append(item)
        groups.setdefault(f"style {item.case.style}", []).append(item)
    return {
        name: {
            "n": len(items),
            "accuracy": accuracy([i.case.category for i in items], [str(i.read.category) for i in items]),
            "macro_f1": macro_f1([i.case.category for i in items], [str(i.read.category) for i in items]),
        }
        for name, items in sorted(groups.items())
    }


def faq_figures(found: Sequence[Answered], base: KnowledgeBase) -> Figures:
    """Recall, share answered with its precision, and telling covered from uncovered."""
    covered = [f for f in found if f.case.faq]
    uncovered = [f for f in found if f.case.faq_labelled and not f.case.faq]
    answerable = [f for f in covered if _answerable(f.case, base)]
    answered = [f for f in (*covered, *uncovered) if f.outcome.answered]
    right = [f for f in answered if f.outcome.ranked[0] in f.case.faq]
    return {
        "covered": len(covered),
        "uncovered": len(uncovered),
        "recall_1": recall([f.case.faq for f in covered], [f.outcome for f in covered], 1),
        "recall_3": recall([f.case.faq for f in covered], [f.outcome for f in covered], 3),
        "answered": len(answered),
        "share_answered_of_answerable": _share([f.outcome.answered for f in answerable]),
        "precision_of_answered": _share([f in right for f in answered]),
        "uncovered_answered": sum(f.outcome.answered for f in uncovered),
        "auroc": auroc([f.outcome.confidence for f in covered], [f.outcome.confidence for f in uncovered]),
    }


def _answerable(case: Case, base: KnowledgeBase) -> bool:
    entries = [e for i in case.faq if (e := base.entry(i)) is not None]
    return any(e.kind is EntryKind.ANSWER for e in entries)


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None


def alert_figures(cases: Sequence[Case]) -> Figures:
    """Recall of alerts and false alarms, on the held-out cases and on the package's own set."""
    heldout = [(c.text, c.alert) for c in cases if c.alert_labelled]
    figures: Figures = {}
    for name, rows in (("heldout", heldout), ("own set", own_alerts())):
        happening = [detect_alert(t) is not None for t, kind in rows if kind]
        others = [detect_alert(t) is not None for t, kind in rows if not kind]
        figures[name] = {
            "n": len(happening),
            "recall": _share(happening),
            "others": len(others),
            "false_alarms": _share(others),
        }
    return figures


def opposite_figures(understander: Understander, pairs: Sequence[Pair]) -> Figures:
    """How often one of a pair is answered with the other's entry; the target is never."""
    limits = read_thresholds()
    crossed: list[str] = []
    answered = 0
    for pair in pairs:
        for text, mine, other in (
            (pair.first, pair.first_faq, pair.second_faq),
            (pair.second, pair.second_faq, pair.first_faq),
        ):
            outcome = _outcome(understander.understand(text), limits)
            answered += outcome.answered
            if outcome.answered and other is not None and outcome.ranked[0] == other and other != mine:
                crossed.append(text)
    return {"pairs": len(pairs), "answered": answered, "crossed": len(crossed), "texts": crossed}


def robustness_figures(understander: Understander, found: Sequence[Answered]) -> Figures:
    """Recall@1 of covered questions after spoiling them, beside the clean ones."""
    covered = [f for f in found if f.case.faq][:_SPOILT]
    figures: Figures = {
        "clean": recall([f.case.faq for f in covered], [f.outcome for f in covered], 1),
        "n": len(covered),
    }
    for name in SPOILERS:
        again = run_texts(understander, spoil([f.case.text for f in covered], name))
        figures[name] = recall([f.case.faq for f in covered], again, 1)
    return figures


def run_texts(understander: Understander, texts: Sequence[str]) -> list[Outcome]:
    """Outcomes of plain texts."""
    limits = read_thresholds()
    return [_outcome(understander.understand(t), limits) for t in texts]


def _timed(ask: Callable[[str], object], texts: Sequence[str]) -> Figures:
    spent = []
    for text in texts[:_TIMED]:
        start = time.perf_counter()
        ask(text)
        spent.append((time.perf_counter() - start) * 1000)
    return {"p50_ms": percentile(spent, 50), "p99_ms": percentile(spent, 99)}


def speed_figures(understander: Understander, base: KnowledgeBase, cases: Sequence[Case]) -> Figures:
    """Latency of one question, and the time of a refit of every language."""
    texts = [c.text for c in cases]
    start = time.perf_counter()
    matchers = LazyMatchers(Plan.of(base), None)
    sizes = {group: len(matchers.of(group).examples) for group in ("zh", "en", "ja")}
    return {**_timed(understander.understand, texts), "refit_s": time.perf_counter() - start, "phrasings": sizes}


def method_figures(ask: Ask, found: Sequence[Answered]) -> Figures:
    """The same recall and AUROC for another method."""
    covered = [f.case for f in found if f.case.faq]
    uncovered = [f.case for f in found if f.case.faq_labelled and not f.case.faq]
    inside = [ask(c.text) for c in covered]
    outside = [ask(c.text) for c in uncovered]
    return {
        "recall_1": recall([c.faq for c in covered], inside, 1),
        "recall_3": recall([c.faq for c in covered], inside, 3),
        "auroc": auroc([o.confidence for o in inside], [o.confidence for o in outside]),
        **_timed(ask, [c.text for c in covered]),
    }


def worst(found: Sequence[Answered]) -> list[Figures]:
    """The most confident mistakes: wrong categories and wrong entries."""
    wrong = [
        f
        for f in found
        if f.case.category != f.read.category or (f.outcome.answered and not set(f.outcome.ranked[:1]) & f.case.faq)
    ]
    wrong.sort(key=lambda f: (not f.outcome.answered, -f.read.confidence))
    return [
        {
            "text": f.case.text,
            "wanted": [f.case.category, *sorted(f.case.faq)],
            "said": [str(f.read.category), *f.outcome.ranked[:1]],
            "confidence": round(f.read.confidence, 3),
            "answered": f.outcome.answered,
        }
        for f in wrong[:_WORST]
    ]


def measure(
    base: KnowledgeBase, cases: Sequence[Case], pairs: Sequence[Pair], *, beside: bool, cache: Path | None
) -> Figures:
    """Everything, for one set of cases; `beside` also measures the baselines."""
    understander = Understander(base, cache=cache)
    understander.warm()
    found = run(understander, cases)
    figures: Figures = {
        "cases": len(cases),
        "category": category_figures(found),
        "confusion": confusion([f.case.category for f in found], [str(f.read.category) for f in found]),
        "faq": faq_figures(found, base),
        "alerts": alert_figures(cases),
        "opposites": opposite_figures(understander, pairs),
        "robustness": robustness_figures(understander, found),
        "speed": speed_figures(understander, base, cases),
        "worst": worst(found),
    }
    if beside and any(f.case.faq for f in found):
        figures["beside"] = {b.name: {**method_figures(b.ask, found), "fit_s": b.fit_seconds} for b in baselines(base)}
    return figures
