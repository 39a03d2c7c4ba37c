"""Entries and drafts that say nearly what a new entry asks: shown before it is kept, by how the window itself reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.entries import FaqEntry
from knowledge.understand import Understander
from routing.service.knowledge_admin.grouping import likeness
from routing.store.knowledge_admin.schema import KnowledgeEdit

NEAR = 0.5
"""Probability (0 to 1) from which the window takes a question for one that an entry answers."""
_ALIKE = 0.55
"""Likeness (0 to 1) of two questions from which a draft that waits is shown."""
_TEXTS, _DRAFTS, _MOST = 8, 100, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """What is nearly the same. ``said``: the words of the new entry that lead there; ``draft``: it waits still."""

    entry_id: str
    question: str
    said: str
    likeness: float
    draft: bool = False


def near(understander: Understander, entry: FaqEntry, waiting: Sequence[KnowledgeEdit]) -> tuple[Near, ...]:
    """What the question or a phrasing of this entry would be answered with now, and drafts like it; the most first."""
    found: dict[str, Near] = {}
    for text in (entry.question, *entry.phrasings.get("zh", ())[: _TEXTS - 1]):
        for match in understander.understand(text).faq[:3]:
            if match.entry_id == entry.id or not match.fits or match.probability < NEAR:
                continue
            known = found.get(match.entry_id)
            if known is None or known.likeness < match.probability:
                found[match.entry_id] = Near(
                    entry_id=match.entry_id, question=match.entry.question, said=text, likeness=match.probability
                )
    for one in _drafts(entry, waiting):
        found.setdefault(one.entry_id, one)
    return tuple(sorted(found.values(), key=lambda one: -one.likeness)[:_MOST])


def _drafts(entry: FaqEntry, waiting: Sequence[KnowledgeEdit]) -> list[Near]:
    others = [row for row in waiting if row.entry_id != entry.id][:_DRAFTS]
    asked = [str(row.body.get("question") or "") for row in others]
    likes = likeness([entry.question, *asked])[0, 1:] if asked else ()
    return [
        Near(entry_id=row.entry_id, question=text, said=entry.question, likeness=float(like), draft=True)
        for row, text, like in zip(others, asked, likes, strict=True)
        if like >= _ALIKE
    ]
