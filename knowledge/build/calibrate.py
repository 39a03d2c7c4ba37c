"""Derives the probability of a right answer, and the thresholds, from exact leave-one-out scores.

    python -m knowledge.build.calibrate [--another-hand] [--heldout FILE.jsonl …] [--aim 0.98]

Every phrasing is scored as if it were unknown, and once more as if its whole entry were (then any answer is wrong).
Only entries that say what is asked count: the others are never answered. Weights come from those trials, or, with
`--another-hand`, from the questions of the held-out sets alone, which are less like the phrasings than these are like
each other: only the weights are written then. The threshold comes from enquiries by another hand where they are given,
and is not lower than where the trials keep `--floor`.
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression

from knowledge.answer_policy import may_be_answered, true_there
from knowledge.entries import FaqEntry, KnowledgeBase
from knowledge.evaluation.cases import FIRMS, HELDOUT, NEAR, read_all
from knowledge.evaluation.direct import rows
from knowledge.language.opposites import Said
from knowledge.language.text import normalise
from knowledge.loading import DATA, load_knowledge
from knowledge.model.answering import FEATURES, AnswerModel, features, shipped_answer_model
from knowledge.model.classify import rank, shipped_model
from knowledge.model.coverage import said_by, words
from knowledge.model.features import Floats
from knowledge.model.fitting import Plan
from knowledge.model.matching import KernelMatcher
from knowledge.relevance.aspects import asked
from knowledge.relevance.candidates import with_category
from knowledge.relevance.meeting import acts_in
from knowledge.understand import Understander
from knowledge.vocabulary import PHRASING_GROUPS, EntryKind

RIDGE = 0.3
_NEAR = 6
"""Entries looked at for each question."""
UNKNOWN_SHARE = 0.15
"""Weight of a question without an entry; what comes in unknown is further off than an entry just left out."""
MODEL = DATA / "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One question with the features of its best entry, and whether that was right."""

    features: tuple[float, ...]
    right: bool
    language: str
    known: bool


def trials(understander: Understander, group: str) -> list[Trial]:
    """Leave-one-out and leave-entry-out trials of one language group."""
    plan = Plan.of(understander.base)
    examples = plan.examples(group)
    matcher = KernelMatcher(examples, plan.targets, np.zeros((len(examples), plan.targets), dtype=np.float32))
    kernel = matcher.kernel()
    inverse = np.linalg.inv(kernel + RIDGE * np.eye(len(kernel), dtype=np.float32))
    wanted = matcher.target_matrix(plan.targets)
    weights = inverse @ wanted
    one_out = wanted - weights / np.diag(inverse)[:, None]
    entry_of = [e.targets[0] for e in examples]
    owner = np.array(entry_of)
    found: list[Trial | None] = []
    for number in range(plan.first_smalltalk):
        rows = np.flatnonzero(owner == number)
        if not len(rows):
            continue
        all_out = wanted[rows] - np.linalg.solve(inverse[np.ix_(rows, rows)], weights[rows])
        for place, row in enumerate(rows):
            text = normalise(examples[row].text)
            seen = kernel[row].copy()
            seen[row] = 0
            question = (text, group, number)
            found.append(_trial(understander, plan, owner, question, scores=one_out[row], similarity=seen, known=True))
            seen[rows] = 0
            found.append(
                _trial(understander, plan, owner, question, scores=all_out[place], similarity=seen, known=False)
            )
    return [trial for trial in found if trial is not None]


def _trial(
    understander: Understander,
    plan: Plan,
    owner: np.ndarray,
    question: tuple[str, str, int],
    *,
    scores: Floats,
    similarity: Floats,
    known: bool,
) -> Trial | None:
    """One trial, or None where the best entry does not say what is asked: such a one is never answered."""
    text, group, number = question
    model = shipped_model()
    by_category = understander.category_scores(text) + model.kernel_weight * scores[plan.first_category :]
    shares = {c.category: c.probability for c in rank(by_category, [], model.sharpness)}
    own = with_category(scores[: plan.first_smalltalk], plan, shares)
    if not known:
        own[number] = -1
    candidates = understander.candidates
    asks, said, acts = asked(text, group), Said.of(text), acts_in(text)
    order = [int(i) for i in np.argsort(-own)[:_NEAR]]
    meetings = {i: candidates.profile(i).meets(asks, said, acts) for i in order}
    fitting = [i for i in order if not (meetings[i].off or meetings[i].opposite)]
    if not fitting:
        return None
    best, rival = fitting[0], next(iter(fitting[1:]), None)
    entry = understander.base.entries[best]
    vocabulary = candidates.vocabulary(group)
    weighed = vocabulary.weighed(text)
    coverage = vocabulary.coverage(best, weighed, without=_only_here(entry, group, text) if best == number else ())
    seen = features(
        score=float(own[best]),
        rival=float(own[rival]) if rival is not None else 0.0,
        similarity=float(similarity[owner == best].max(initial=0.0)),
        category=shares[entry.category],
        length=len(text),
        coverage=coverage,
    )
    return Trial(features=seen, right=known and best == number, language=group, known=known)


def _only_here(entry: FaqEntry, group: str, text: str) -> frozenset[str]:
    """The words of a phrasing that no other text of its entry has: to a question left out they are new."""
    counted = Counter(word for said in said_by(entry, group) for word in words(normalise(said)))
    return frozenset(word for word in words(text) if counted[word] == 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recording(AnswerModel):
    """The shipped weights; keeps the features of every candidate it is asked about, by probability."""

    seen: dict[float, tuple[float, ...]]

    def probability(self, features: tuple[float, ...]) -> float:
        found = AnswerModel.probability(self, features)
        self.seen[found] = features
        return found


def by_another_hand(base: KnowledgeBase) -> list[Trial]:
    """The best entry of each question of the held-out sets that may be answered at all, for a firm not known."""
    seen: dict[float, tuple[float, ...]] = {}
    understander = Understander(base, answers=_Recording(weights=shipped_answer_model().weights, seen=seen))
    found = []
    for text, right, wrong in _asked_by_another_hand():
        seen.clear()
        read = understander.understand(text)
        best = next(iter(true_there(read.faq, read, None)), None)
        if best is None or not best.fits or not may_be_answered(read) or best.entry.kind is not EntryKind.ANSWER:
            continue
        fits = best.entry_id in right if right is not None else not wrong.intersection({best.entry_id, "*"})
        found.append(
            Trial(features=seen[best.probability], right=fits, language=read.language.group, known=bool(right))
        )
    return found


def _asked_by_another_hand() -> list[tuple[str, frozenset[str] | None, frozenset[str]]]:
    """The questions with the entries that answer them, or, of near misses (None), those that do not."""
    cases, _ = read_all(HELDOUT)
    none: frozenset[str] = frozenset()
    found: list[tuple[str, frozenset[str] | None, frozenset[str]]] = [
        (case.text, case.faq, none) for case in cases if case.faq_labelled and case.category != "smalltalk"
    ]
    for path in (NEAR / "natural.tsv", NEAR / "mixed.tsv", FIRMS):
        found += [(row.text, row.entries - {"-"}, none) for row in rows(path)]
    for name in ("aspect", "opposite", "single"):
        found += [(row.text, None, row.entries) for row in rows(NEAR / f"{name}.tsv")]
    return found


def fit(found: Sequence[Trial], unknown: float = UNKNOWN_SHARE) -> AnswerModel:
    """The logistic weights; questions without an entry count with `unknown`."""
    seen = np.array([t.features for t in found])
    right = np.array([t.right for t in found])
    weights = np.array([1.0 if t.known else unknown for t in found])
    model = LogisticRegression(C=10.0, fit_intercept=False, max_iter=2000).fit(seen, right, sample_weight=weights)
    return AnswerModel(weights=tuple(float(w) for w in model.coef_[0]))


def threshold(
    probabilities: np.ndarray, right: np.ndarray, weights: np.ndarray, aim: float
) -> tuple[float, float, float]:
    """The lowest threshold with this precision; with the share answered and the precision there."""
    order = np.argsort(-probabilities)
    share = np.cumsum(weights[order])
    precision = np.cumsum(weights[order] * right[order]) / share
    good = np.flatnonzero(precision >= aim)
    if not len(good):
        return 1.0, 0.0, 1.0
    last = good[-1]
    return float(probabilities[order][last]), float(share[last] / weights.sum()), float(precision[last])


def heldout(understander: Understander, paths: Sequence[Path]) -> tuple[np.ndarray, np.ndarray]:
    """Probability and rightness of the best entry for enquiries written by another hand."""
    probabilities, right = [], []
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            raw = json.loads(line)
            if "faq" not in raw or raw.get("category") == "smalltalk":
                continue
            faq = understander.understand(raw["text"]).faq
            if faq and faq[0].fits:
                probabilities.append(faq[0].probability)
                right.append(faq[0].entry_id in {raw["faq"], *raw.get("accept", [])})
    return np.array(probabilities), np.array(right)


def main() -> None:
    """Writes data/model/answer.yaml and thresholds.yaml."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--heldout", type=Path, nargs="*", default=[])
    parser.add_argument("--another-hand", action="store_true", help="weights from the held-out sets; no threshold")
    parser.add_argument("--aim", type=float, default=0.99)
    parser.add_argument("--floor", type=float, default=0.93, help="least precision among the trials")
    arguments = parser.parse_args()
    base = load_knowledge()
    if arguments.another_hand:
        trials_of_others = by_another_hand(base)
        source = f"{len(trials_of_others)} questions of the held-out sets (--another-hand)"
        _write_answers(fit(trials_of_others, unknown=1.0), source)
        return
    found = [t for group in PHRASING_GROUPS for t in trials(Understander(base), group)]
    model = fit(found)
    _write_answers(model, f"{len(found)} leave-one-out and leave-entry-out trials")
    probabilities = np.array([model.probability(t.features) for t in found])
    right = np.array([t.right for t in found])
    weights = np.array([1.0 if t.known else UNKNOWN_SHARE for t in found])
    level, share, precision = threshold(probabilities, right, weights, arguments.aim)
    note = f"leave-one-out, n={len(found)}: {share:.1%} answered, {precision:.1%} right"
    if arguments.heldout:
        own, hits = heldout(Understander(base, answers=model), arguments.heldout)
        other, share, precision = threshold(own, hits, np.ones(len(own)), arguments.aim)
        level = max(other, threshold(probabilities, right, weights, arguments.floor)[0])
        kept = own >= level
        note += (
            f"; another hand, n={len(own)}: {kept.mean():.1%} answered, {hits[kept].mean():.1%} right (n={kept.sum()})"
        )
    _write_thresholds(level, note)
    known = [t for t in found if t.known]
    recall = np.mean([t.right for t in known])
    print(f"leave-one-out recall@1 {recall:.3f} (n={len(known)}); {note}; threshold {level:.3f}")


def _write_answers(model: AnswerModel, source: str) -> None:
    weights = {name: round(w, 4) for name, w in zip(FEATURES, model.weights, strict=True)}
    head = (
        "# Weights of the logistic function that turns likeness into the probability of a right answer.\n"
        f"# Made by knowledge/build/calibrate.py from {source}.\n"
    )
    (MODEL / "answer.yaml").write_text(head + yaml.safe_dump({"weights": weights}, sort_keys=False), encoding="utf-8")


def _write_thresholds(level: float, note: str) -> None:
    path = MODEL / "thresholds.yaml"
    present = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    values = {"answer": 0.9, "margin": 0.15, "offer": 0.06, "category": 0.5, "smalltalk": 0.5} | (present or {})
    values |= {"answer": round(level, 4), "note": note}
    head = (
        "# From which probability on something is done (routing/domain/decision.py). `answer` and `note` are made by\n"
        "# knowledge/build/calibrate.py; the note states n and the precision realised.\n"
    )
    path.write_text(head + yaml.safe_dump(values, sort_keys=False, allow_unicode=True), encoding="utf-8")


if __name__ == "__main__":
    main()
