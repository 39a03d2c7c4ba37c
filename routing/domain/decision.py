"""What to do with an understood message: answer, let the firm choose, hand over to a person, or just chat.

Pure rules over thresholds that come in as a value; the measured ones ship in knowledge/data/model/thresholds.yaml.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from knowledge.entries import CASE_CATEGORIES, Category, EntryKind
from knowledge.loading import read_thresholds
from knowledge.model.certainty import is_sure
from knowledge.understand import Match, Understanding

_MOST_CHOICES = 3


class Action(StrEnum):
    """The four decisions."""

    ANSWER = "answer"
    CHOOSE = "choose"
    HAND_OVER = "hand_over"
    CHAT = "chat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From which probability on something is done; `note` says where the figures come from, with n."""

    answer: float = 0.93
    """Probability of the best entry from which it is answered directly."""
    margin: float = 0.15
    """Distance to the runner-up that an answer needs."""
    offer: float = 0.06
    """Probability from which an entry is worth offering as a choice."""
    offer_in_chat: float = 0.5
    """Probability from which an entry is offered to what looks more like small talk than anything else."""
    category: float = 0.5
    """Confidence from which a category is taken without asking."""
    smalltalk: float = 0.5
    """Confidence from which a message is taken as small talk."""
    note: str = ""

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any]) -> "Thresholds":
        """Thresholds from a data file; unknown names are ignored, missing ones keep their default."""
        names = ("answer", "margin", "offer", "offer_in_chat", "category", "smalltalk")
        known = {name: float(raw[name]) for name in names if name in raw}
        return cls(**known, note=str(raw.get("note", "")))

    @classmethod
    def shipped(cls) -> "Thresholds":
        """The measured thresholds that ship with the product."""
        return cls.from_mapping(read_thresholds())


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do, with what, and why (`reason` is stable, for logs and statistics)."""

    action: Action
    reason: str
    match: Match | None = None
    """The entry to answer with, or the hand-over entry that says who will answer."""
    choices: tuple[Match, ...] = ()
    """Entries to offer, best first, at most three; for `choose`."""
    nearest: Match | None = None
    """The entry that nothing but its probability kept from being answered."""
    categories: tuple[Category, ...] = ()
    """Categories to offer when no entry is near, or when several topics were asked; for `choose`."""


def decide(understanding: Understanding, thresholds: Thresholds, today: date) -> Decision:
    """The decision for one message. `today` is the Taipei date: entries past review are not answered."""
    if not understanding.readable:
        return Decision(action=Action.CHOOSE, reason="unreadable", categories=CASE_CATEGORIES)
    if understanding.category is Category.SMALLTALK and understanding.confidence >= thresholds.smalltalk:
        return Decision(action=Action.CHAT, reason="smalltalk")
    live = tuple(m for m in understanding.faq if not m.entry.expired(today))
    if is_sure(live, understanding, answer=thresholds.answer, margin=thresholds.margin):
        best = live[0]
        if best.entry.kind is EntryKind.HAND_OVER:
            return Decision(action=Action.HAND_OVER, reason="entry_hands_over", match=best)
        return Decision(action=Action.ANSWER, reason="sure", match=best)
    decision = _unsure(live, understanding, thresholds)
    if is_sure(live, understanding, answer=0.0, margin=thresholds.margin):
        return replace(decision, nearest=live[0])
    return decision


def _unsure(live: tuple[Match, ...], understanding: Understanding, thresholds: Thresholds) -> Decision:
    """Offer what is near; ask for the category where nothing is; hand over where only the category is clear."""
    offers = tuple(m for m in live if m.probability >= thresholds.offer)[:_MOST_CHOICES]
    if understanding.other_topics:
        topics = (understanding.category, *understanding.other_topics)
        return Decision(action=Action.CHOOSE, reason="several_topics", choices=offers, categories=topics)
    if understanding.short and not (offers and understanding.terms):
        return Decision(action=Action.CHOOSE, reason="too_short", categories=CASE_CATEGORIES)
    chatting = understanding.category is Category.SMALLTALK
    if offers and not (chatting and offers[0].probability < thresholds.offer_in_chat):
        reason = "opposite" if understanding.opposite else "unsure"
        return Decision(action=Action.CHOOSE, reason=reason, choices=offers)
    if understanding.confidence < thresholds.category or chatting:
        ranked = tuple(c.category for c in understanding.categories if c.category is not Category.SMALLTALK)
        return Decision(action=Action.CHOOSE, reason="category_unsure", categories=ranked[:_MOST_CHOICES])
    return Decision(action=Action.HAND_OVER, reason="unknown")
