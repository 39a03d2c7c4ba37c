"""Puts every case to the understanding and to the baselines and gathers the figures into one plain dictionary."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.alerts.detection import detect_alert
from knowledge.answer_policy import Limits, is_sure, true_there
from knowledge.entries import KnowledgeBase
from knowledge.evaluation.baselines import Ask, baselines
from knowledge.evaluation.cases import Case, Pair, alert_sets
from knowledge.evaluation.metrics import Outcome, accuracy, auroc, confusion, macro_f1, recall
from knowledge.evaluation.robustness import SPOILERS, spoil
from knowledge.evaluation.speed import speed_figures, timed
from knowledge.language.forms import TextForms
from knowledge.loading import read_thresholds
from knowledge.understand import Understander, Understanding
from knowledge.vocabulary import Category, EntryKind

_WORST = 25
_SPOILT = 300

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One case with what was understood."""

    case: Case
    read: Understanding
    outcome: Outcome


def outcome_of(read: Understanding, limits: Limits) -> Outcome:
    """What would be answered to a firm of which nothing is known."""
    live = true_there(read.faq, read, None)
    best = live[0] if live else read.faq[0] if read.faq else None
    sure = is_sure(live, read, answer=limits.least(read), margin=limits.margin)
    answered = sure and best is not None and best.entry.kind is EntryKind.ANSWER
    ordered = dict.fromkeys(m.entry_id for m in (*live, *read.faq))
    return Outcome(ranked=tuple(ordered), confidence=best.score if best else 0.0, answered=answered)


def run(understander: Understander, cases: Sequence[Case]) -> list[Answered]:
    """Every case understood."""
    limits = Limits.from_mapping(read_thresholds())
    found = []
    for case in cases:
        read = understander.understand(case.text)
        found.append(Answered(case=case, read=read, outcome=outcome_of(read, limits)))
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
    """Recall, share answered with its precision, and covered questions against uncovered ones."""
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
    for name, rows in {"labelled": heldout, **alert_sets()}.items():
        happening = [detect_alert(TextForms(t)) is not None for t, kind in rows if kind]
        others = [detect_alert(TextForms(t)) is not None for t, kind in rows if not kind]
        figures[name] = {
            "n": len(happening),
            "recall": _share(happening),
            "others": len(others),
            "false_alarms": _share(others),
        }
    return figures


def opposite_figures(understander: Understander, pairs: Sequence[Pair]) -> Figures:
    """How often one of a pair is answered with the other's entry; the target is never."""
    limits = Limits.from_mapping(read_thresholds())
    crossed: list[str] = []
    answered = 0
    for pair in pairs:
        for text, mine, other in (
            (pair.first, pair.first_faq, pair.second_faq),
            (pair.second, pair.second_faq, pair.first_faq),
        ):
            outcome = outcome_of(understander.understand(text), limits)
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
    limits = Limits.from_mapping(read_thresholds())
    return [outcome_of(understander.understand(t), limits) for t in texts]


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
        **timed(ask, [c.text for c in covered]),
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


def talk_figures(found: Sequence[Answered]) -> Figures:
    """Small talk and abuse: how much is seen as such, and what must never be, an answer from the knowledge."""
    talk = [f for f in found if f.case.category == Category.SMALLTALK]
    return {
        "n": len(talk),
        "seen": sum(f.read.category is Category.SMALLTALK for f in talk),
        "answered": sum(f.outcome.answered for f in talk),
    }


def quality(
    understander: Understander, base: KnowledgeBase, cases: Sequence[Case], pairs: Sequence[Pair]
) -> tuple[Figures, list[Answered]]:
    """What a change must not make worse; seconds. The cases with what was understood come with it."""
    found = run(understander, cases)
    figures: Figures = {
        "cases": len(cases),
        "category": category_figures(found),
        "confusion": confusion([f.case.category for f in found], [str(f.read.category) for f in found]),
        "faq": faq_figures(found, base),
        "alerts": alert_figures(cases),
        "opposites": opposite_figures(understander, pairs),
        "smalltalk": talk_figures(found),
        "worst": worst(found),
    }
    return figures, found


def measure(
    base: KnowledgeBase, cases: Sequence[Case], pairs: Sequence[Pair], *, beside: bool, cache: Path | None
) -> Figures:
    """Everything, for one set of cases; `beside` also measures speed and, where entries are labelled, the baselines."""
    understander = Understander(base, cache=cache)
    understander.warm()
    figures, found = quality(understander, base, cases, pairs)
    figures["robustness"] = robustness_figures(understander, found)
    if beside and any(f.case.faq for f in found):
        figures["speed"] = speed_figures(base, [c.text for c in cases])
        figures["beside"] = {b.name: {**method_figures(b.ask, found), "fit_s": b.fit_seconds} for b in baselines(base)}
    return figures
