"""When the best entry may be answered without asking back: one rule for the decision and for its measurement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from knowledge.relevance.match import Match
from knowledge.relevance.places import are_apart, holds
from knowledge.understand import Understanding
from knowledge.vocabulary import Category, ParkKind

_ROOM = 0.2
"""Below 1 by so much and more, a bound is lowered in full."""
_MOST = 0.995
"""No question needs more than this: hardly anything is answered from there on."""
_PLAIN, _BESIDE_PLAIN = 0.95, 0.05
"""An entry that is so likely is clear of the next one by less: it is a button under the answer. Of 14 questions of
other hands that two entries met, ten had such a first one, each the right one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From which probability on the best entry is answered with (data/model/thresholds.yaml)."""

    answer: float
    """Least probability of the best entry."""
    margin: float
    """Least distance to a runner-up that says what is asked, too."""
    by_aspect: Mapping[str, float] = field(default_factory=dict)
    """What is added for questions that ask these aspects, where they were measured to be safer or less safe."""
    by_language: Mapping[str, float] = field(default_factory=dict)
    """What is added for a language group: with fewer phrasings the same rightness has a lower probability."""

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any]) -> "Limits":
        """Limits from the data file."""
        tables = {
            name: {str(key): float(value) for key, value in (raw.get(name) or {}).items()}
            for name in ("by_aspect", "by_language")
        }
        return cls(answer=float(raw["answer"]), margin=float(raw["margin"]), **tables)

    def least(self, understanding: Understanding) -> float:
        """The least probability for this question: of the aspects asked the strictest, in its language."""
        strict = (self.by_aspect.get(str(ask.aspect), 0.0) for ask in understanding.asks if not ask.weak)
        added = max(strict, default=0.0) + self.by_language.get(understanding.language.group, 0.0)
        # What is taken off shrinks as the bound nears 1: raised to 1 by verdicts of the branch, it lets nothing pass.
        room = min(1.0, (1.0 - self.answer) / _ROOM) if added < 0 else 1.0
        return min(self.answer + added * room, _MOST)


def true_there(matches: tuple[Match, ...], understanding: Understanding, known: ParkKind | None) -> tuple[Match, ...]:
    """The entries that are true where the question holds; `known` is the kind of park of the firm, if known."""
    return tuple(m for m in matches if holds(m.entry, understanding.place, known))


def is_sure(live: tuple[Match, ...], understanding: Understanding, *, answer: float, margin: float) -> bool:
    """True where the first of `live` is likely enough, clear of the runner-up, and nothing speaks against it.

    `live`: the entries that are true where the question holds. `answer` is the least probability, `margin` the least
    distance to a runner-up that says what is asked, too; less is enough for what is all but certain. Never sure: an
    entry that does not say what is asked or says the opposite, a matter for a person, words that ask nothing, one or
    two characters, several topics, small talk, the same entry again.
    """
    if not live or not live[0].fits:
        return False
    best = live[0]
    runner_up = max((m.probability for m in live[1:] if m.fits and not are_apart(best.entry, m.entry)), default=0.0)
    distance = margin if best.probability < max(_PLAIN, answer) else min(margin, _BESIDE_PLAIN)
    clear = best.probability >= answer and best.probability - runner_up >= distance
    repeats = understanding.follow_up and best.entry_id == understanding.previous_entry
    return clear and may_be_answered(understanding) and not repeats


def may_be_answered(understanding: Understanding) -> bool:
    """Whether an entry may answer at all: it is asked, of one topic, and needs no person."""
    unasked = understanding.person or understanding.tells or understanding.short or understanding.other_topics
    return not unasked and understanding.category is not Category.SMALLTALK
