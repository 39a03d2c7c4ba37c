"""When the best entry may be answered without asking back: one rule for the decision and for its measurement."""

from knowledge.entries import Category
from knowledge.understand import Match, Understanding


def is_sure(live: tuple[Match, ...], understanding: Understanding, *, answer: float, margin: float) -> bool:
    """True where the first of `live` is likely enough, clear of the runner-up, and nothing speaks against it.

    `answer` is the least probability, `margin` the least distance to the runner-up. Never sure: one or two
    characters, several topics, an entry that says the opposite, the same entry again after it was just given,
    small talk.
    """
    if not live:
        return False
    best = live[0]
    runner_up = live[1].probability if len(live) > 1 else 0.0
    clear = best.probability >= answer and best.probability - runner_up >= margin
    repeats = understanding.follow_up and best.entry_id == understanding.previous_entry
    small = understanding.category is Category.SMALLTALK
    return clear and not (understanding.short or best.opposite or understanding.other_topics or repeats or small)
