"""What to do with an understood message: answer, let the firm choose, hand over to a person, or just chat.

Pure rules over thresholds that come in as a value; the measured ones ship in knowledge/data/model/thresholds.yaml.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from knowledge.entries import Category, EntryKind
from knowledge.understand import Match, Understanding


class Action(StrEnum):
    """The four decisions."""

    ANSWER = "answer"
    CHOOSE = "choose"
    HAND_OVER = "hand_over"
    CHAT = "chat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From which probability on something is done; `note` says where the figures come from, with n."""

    answer: float = 0.6
    """Probability of the best entry from which it is answered directly."""
    margin: float = 0.15
    """Distance to the runner-up that an answer needs."""
    offer: float = 0.08
    """Probability from which an entry is worth offering as a choice."""
    category: float = 0.5
    """Confidence from which a category is taken without asking."""
    smalltalk: float = 0.5
    """Confidence from which a message is taken as small talk."""
    note: str = ""

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any]) -> "Thresholds":
        """Thresholds from a data file; unknown names are ignored, missing ones keep their default."""
        known = {k: float(raw[k]) for k in ("answer", "margin", "offer", "category", "smalltalk") if k in raw}
        return cls(**known, note=str(raw.get("note", "")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do, with what, and why (`reason` is stable, for logs and statistics)."""

    action: Action
    reason: str
    match: Match | None = None
    """The entry to answer with, or the hand-over entry that says who will answer."""
    choices: tuple[Match, ...] = ()
    """Entries to offer, best first, at most three; for `choose`."""
    categories: tuple[Category, ...] = ()
    """Categories to offer when no entry is near; for `choose`."""


def decide(understanding: Understanding, thresholds: Thresholds, today: date) -> Decision:
    """The decision for one message. `today` is the Taipei date: entries past review are not answered."""
    if not understanding.readable:
        return Decision(action=Action.CHOOSE, reason="unreadable", categories=_menu())
    if understanding.category is Category.SMALLTALK and understanding.confidence >= thresholds.smalltalk:
        return Decision(action=Action.CHAT, reason="smalltalk")
    live = tuple(m for m in understanding.faq if not m.entry.expired(today))
    best = live[0] if live else None
    offers = tuple(m for m in live if m.probability >= thresholds.offer)[:3]
    if best is not None and _sure(best, live, understanding, thresholds):
        if best.entry.kind is EntryKind.HAND_OVER:
            return Decision(action=Action.HAND_OVER, reason="entry_hands_over", match=best)
        return Decision(action=Action.ANSWER, reason="sure", match=best)
    if offers:
        return Decision(action=Action.CHOOSE, reason="unsure", choices=offers)
    if understanding.confidence < thresholds.category:
        ranked = tuple(c.category for c in understanding.categories if c.category is not Category.SMALLTALK)
        return Decision(action=Action.CHOOSE, reason="category_unsure", categories=ranked[:3])
    return Decision(action=Action.HAND_OVER, reason="unknown")


def _sure(best: Match, live: tuple[Match, ...], understanding: Understanding, thresholds: Thresholds) -> bool:
    runner_up = live[1].probability if len(live) > 1 else 0.0
    clear = best.probability >= thresholds.answer and best.probability - runner_up >= thresholds.margin
    vetoed = understanding.short or understanding.opposite or bool(understanding.other_topics)
    return clear and not vetoed


def _menu() -> tuple[Category, ...]:
    return tuple(c for c in Category if c is not Category.SMALLTALK)
