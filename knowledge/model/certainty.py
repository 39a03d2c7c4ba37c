"""When the best entry may be answered without asking back: one rule for the decision and for its measurement."""

from collections.abc import Mapping, Sequence

from knowledge.asking.aspects import Ask
from knowledge.asking.match import Match
from knowledge.entries import Category
from knowledge.understand import Understanding


def least(asks: Sequence[Ask], answer: float, by_aspect: Mapping[str, float]) -> float:
    """The least probability for a question that asks this: of the aspects asked the strictest."""
    return max((by_aspect.get(str(ask.aspect), answer) for ask in asks if not ask.weak), default=answer)


def is_sure(live: tuple[Match, ...], understanding: Understanding, *, answer: float, margin: float) -> bool:
    """True where the first of `live` is likely enough, clear of the runner-up, and nothing speaks against it.

    `live`: the entries that are true where the question holds. `answer` is the least probability, `margin` the least
    distance to a runner-up that says what is asked, too. Never sure: an entry that does not say what is asked or says
    the opposite, a matter for a person, words that ask nothing, one or two characters, several topics, small talk, the
    same entry again.
    """
    if not live or not live[0].fits:
        return False
    best = live[0]
    runner_up = max((m.probability for m in live[1:] if m.fits), default=0.0)
    clear = best.probability >= answer and best.probability - runner_up >= margin
    repeats = understanding.follow_up and best.entry_id == understanding.previous_entry
    small = understanding.category is Category.SMALLTALK
    unasked = understanding.person or understanding.tells or understanding.short or understanding.other_topics
    return clear and not (unasked or repeats or small)
