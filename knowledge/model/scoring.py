"""A message scored: which entries, small talk and categories its wordings resemble."""

from dataclasses import dataclass

import numpy as np

from knowledge.language.lexicon import Hit, LexiconIndex
from knowledge.language.reading import Focus
from knowledge.model.classify import CategoryModel, RankedCategory, rank
from knowledge.model.features import Floats
from knowledge.model.fitting import Plan
from knowledge.model.matching import KernelMatcher, Scores
from knowledge.vocabulary import Category

_OWN_SENSE = 0.6


@dataclass(frozen=True, slots=True)
class Scored:
    """One wording of the message, scored."""

    text: str
    scores: Scores
    hits: list[Hit]
    by_category: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What one clause of a message is surely about, by these words of the lexicon."""

    clause: str
    category: Category
    words: tuple[str, ...]


class Scorer:
    """Scores normalised wordings by the matcher of their language, the category model and the lexicon."""

    def __init__(self, plan: Plan, model: CategoryModel, lexicon: LexiconIndex) -> None:
        """`plan` numbers what the matchers score."""
        self._plan, self._model, self._lexicon = plan, model, lexicon

    def by_model(self, text: str) -> Floats:
        """Scores of the category model alone for a normalised text."""
        return self._model.score(text, self._lexicon.find(text))

    def words_in(self, text: str) -> list[Hit]:
        """The words of the lexicon in a normalised text."""
        return self._lexicon.find(text)

    def score(self, matcher: KernelMatcher, text: str) -> Scored:
        """Score one normalised wording."""
        scores = matcher.score(text)
        hits = self._lexicon.find(text)
        kernel = scores.targets[self._plan.first_category :]
        by_category = self._model.score(text, hits) + np.float32(self._model.kernel_weight) * kernel
        return Scored(text, scores, hits, by_category)

    def best(self, matcher: KernelMatcher, focus: Focus) -> Scored:
        """Of the wordings of a long message, the one the knowledge knows best, with the category of them all."""
        scored = [self.score(matcher, wording) for wording in focus.wordings]
        if len(scored) == 1:
            return scored[0]
        best = max(scored, key=self._known)
        hits = self._lexicon.find(focus.whole)
        return Scored(best.text, best.scores, hits, self._model.score(focus.whole, hits) + best.by_category)

    def ranked(self, scored: Scored) -> tuple[RankedCategory, ...]:
        """The categories of a wording, best first, with the words that speak for them."""
        return rank(scored.by_category, scored.hits, self._model.sharpness)

    def makes_sense(self, scored: Scored) -> bool:
        """True where a text makes sense by itself: an entry or small talk is clear."""
        best = rank(scored.by_category, [], self._model.sharpness)[0]
        talks = best.probability > _OWN_SENSE and best.category is Category.SMALLTALK
        return self._known(scored) > _OWN_SENSE or talks

    def smalltalk(self, scored: Scored) -> str | None:
        """The small talk that a wording is most like; None where the base has none."""
        talk = scored.scores.targets[self._plan.first_smalltalk : self._plan.first_category]
        return self._plan.smalltalk[int(np.argmax(talk))] if len(talk) else None

    def topics(self, focus: Focus) -> tuple[Topic, ...]:
        """What the clauses of the message are surely about, in their order; small talk is no topic."""
        found = []
        for clause in focus.clauses:
            hits = self._lexicon.find(clause)
            best = rank(self._model.score(clause, hits), hits, self._model.sharpness)[0]
            if best.evidence and best.probability >= _OWN_SENSE and best.category is not Category.SMALLTALK:
                found.append(Topic(clause=clause, category=best.category, words=best.evidence))
        return tuple(found)

    def _known(self, scored: Scored) -> float:
        """How near the nearest entry is."""
        return float(scored.scores.targets[: self._plan.first_smalltalk].max(initial=0.0))
