"""A correction is tried against the evaluation set before it is live: nobody's good intention may lower the figures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources

from knowledge.entries import KnowledgeBase
from knowledge.language.text import normalise
from knowledge.model.features import grams
from knowledge.understand import Understander

TOLERANCE = 0.005
"""A share (0 to 1) by which FAQ recall or category accuracy may drop; more refuses the correction."""

_COVERED, _OTHER, _NEAR = 240, 80, 60
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationQuestion:
    """A text with the category and the entries that are right for it; no entries: only its category is measured."""

    text: str
    category: str
    right: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How many of the questions were understood rightly."""

    faq_right: int
    faq_asked: int
    category_right: int
    category_asked: int

    @property
    def recall(self) -> float:
        """Share of questions whose right entry came first; 1 if none was asked."""
        return self.faq_right / self.faq_asked if self.faq_asked else 1.0

    @property
    def accuracy(self) -> float:
        """Share of questions put into the right category; 1 if none was asked."""
        return self.category_right / self.category_asked if self.category_asked else 1.0

    def plain(self) -> dict[str, int]:
        """As JSON values."""
        return {
            "faq_right": self.faq_right, "faq_asked": self.faq_asked, "category_right": self.category_right,
            "category_asked": self.category_asked,
        }  # fmt: skip


def held_out() -> tuple[EvaluationQuestion, ...]:
    """A fixed part of the held-out set: the same lines each time, so that before and after are comparable.

    Empty where the set is not installed beside the program; then known phrasings alone are asked.
    """
    found = [*_part("covered.jsonl", _COVERED), *_part("uncovered.jsonl", _OTHER), *_part("outside.jsonl", _OTHER)]
    return tuple(found)


def _part(name: str, most: int) -> list[EvaluationQuestion]:
    path = resources.files("knowledge") / "data" / "heldout" / name
    if not path.is_file():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows.sort(key=lambda row: hashlib.sha256(str(row["id"]).encode()).digest())
    return [
        EvaluationQuestion(
            text=str(row["text"]), category=str(row["category"]),
            right=(str(row["faq"]), *map(str, row.get("accept") or ())) if row.get("faq") else (),
        )
        for row in rows[:most]
    ]  # fmt: skip


def near(base: KnowledgeBase, texts: Iterable[str]) -> tuple[EvaluationQuestion, ...]:
    """The known phrasings that share most with the texts to be taught: what a new phrasing would disturb first."""
    wanted = [frozenset(grams(normalise(text))) for text in texts]
    ranked: list[tuple[float, EvaluationQuestion]] = []
    for entry in base.entries:
        for known in (*entry.phrasings.get("zh", ()), *entry.phrasings.get("en", ()), *entry.phrasings.get("ja", ())):
            pieces = frozenset(grams(normalise(known)))
            shared = max((len(pieces & one) / len(pieces | one) for one in wanted if pieces | one), default=0.0)
            if shared > 0:
                ranked.append(
                    (shared, EvaluationQuestion(text=known, category=entry.category.value, right=(entry.id,)))
                )
    ranked.sort(key=lambda pair: (-pair[0], pair[1].text))
    return tuple(question for _, question in ranked[:_NEAR])


def measure(understander: Understander, questions: Sequence[EvaluationQuestion]) -> Figures:
    """Ask every question and count what is right."""
    faq = faq_asked = category = 0
    for question in questions:
        read = understander.understand(question.text)
        category += read.category.value == question.category
        if question.right:
            faq_asked += 1
            faq += bool(read.faq) and read.faq[0].entry_id in question.right
    return Figures(faq_right=faq, faq_asked=faq_asked, category_right=category, category_asked=len(questions))


def objection(before: Figures, after: Figures) -> str:
    """Why the correction may not go live, in words for the desk; empty if it may."""
    said = []
    if before.recall - after.recall > TOLERANCE + _ROUNDING:
        said.append(f"問題命中率由 {before.recall:.1%} 降為 {after.recall:.1%}（{before.faq_asked} 題）")
    if before.accuracy - after.accuracy > TOLERANCE + _ROUNDING:
        said.append(f"類別正確率由 {before.accuracy:.1%} 降為 {after.accuracy:.1%}（{before.category_asked} 題）")
    return "；".join(said)
