"""The entries a question resembles, each held against what is asked: ranked, with a probability, and what it lacks."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from knowledge.entries import KnowledgeBase
from knowledge.language.opposites import Said
from knowledge.model.answering import AnswerModel, features
from knowledge.model.coverage import Vocabulary
from knowledge.model.features import Floats
from knowledge.model.fitting import Plan
from knowledge.model.matching import KernelMatcher, Scores
from knowledge.relevance.aspects import Ask
from knowledge.relevance.match import Match
from knowledge.relevance.meeting import Meeting, Profile
from knowledge.relevance.places import are_apart
from knowledge.relevance.yes_no import only_yes_no, read_yes_no
from knowledge.vocabulary import CATEGORIES, Category

_CHOICES = 5
_WORTH_NAMING = 0.02
_CATEGORY_WEIGHT = 0.12
_FITTING = 0.12
"""What an entry that says what is asked has over one that does not, in score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as it was read: the wording that was scored, what it asks and says, its category's shares."""

    text: str
    group: str
    asks: tuple[Ask, ...]
    said: Said
    acts: frozenset[int]
    shares: Mapping[Category, float]


class Candidates:
    """Finds the entries for a question. Safe to share between threads: it only reads entries once, when first near."""

    def __init__(self, base: KnowledgeBase, plan: Plan, answers: AnswerModel) -> None:
        """The entries of `base`, numbered by `plan`."""
        self._base, self._plan, self._answers = base, plan, answers
        self._profiles: dict[int, Profile] = {}
        self._vocabularies: dict[str, Vocabulary] = {}

    def profile(self, number: int) -> Profile:
        """What is known of the entry of this number."""
        known = self._profiles.get(number)
        if known is None:
            known = self._profiles[number] = Profile.of(self._base.entries[number])
        return known

    def vocabulary(self, group: str) -> Vocabulary:
        """The words of all entries in one language."""
        known = self._vocabularies.get(group)
        if known is None:
            known = self._vocabularies[group] = Vocabulary(self._base.entries, group)
        return known

    def find(self, matcher: KernelMatcher, scored: Scores, question: Question) -> tuple[Match, ...]:
        """The entries nearest to a question, best first; those that say what is asked before their equals."""
        scores = with_category(scored.targets[: self._plan.first_smalltalk], self._plan, question.shares)
        order = [int(i) for i in np.argsort(-scores, kind="stable")[: _CHOICES + 1]]
        yes_no = read_yes_no(question.text, question.group) if only_yes_no(question.asks) else None
        meetings = {
            number: self.profile(number).meets(question.asks, question.said, question.acts, yes_no, question.group)
            for number in order
        }
        weighed = self.vocabulary(question.group).weighed(question.text)
        found = []
        for number in order[:_CHOICES]:
            if scored.targets[number] <= _WORTH_NAMING:
                break
            rivals = [other for other in order if self._rivals(number, other, meetings)]
            rival = max((float(scores[other]) for other in rivals), default=0.0)
            phrase, similarity = matcher.nearest(number, scored) or ("", 0.0)
            entry, meeting = self._base.entries[number], meetings[number]
            seen = features(
                score=float(scores[number]), rival=rival, similarity=similarity,
                category=question.shares[entry.category], length=len(question.text),
                coverage=self.vocabulary(question.group).coverage(number, weighed),
            )  # fmt: skip
            found.append(Match(
                entry=entry, score=float(scores[number]), probability=self._answers.probability(seen), phrase=phrase,
                similarity=similarity, opposite=meeting.opposite, lacks=meeting.lacks, off=meeting.off,
                says=self.profile(number).says,
            ))  # fmt: skip
        return tuple(sorted(found, key=lambda m: (m.opposite, -m.score - (0 if m.off else _FITTING))))

    def _rivals(self, number: int, other: int, meetings: Mapping[int, Meeting]) -> bool:
        """Whether an entry stands against this one: another that meets what is asked no less, where this one holds."""
        entries = self._base.entries
        apart = other == number or are_apart(entries[number], entries[other])
        return not apart and not _behind(meetings[other], meetings[number])


def _behind(other: Meeting, mine: Meeting) -> bool:
    """True where another entry is no rival: it does not say what is asked, and this one does."""
    return bool(other.off or other.opposite) and not (mine.off or mine.opposite)


def with_category(scores: Floats, plan: Plan, shares: Mapping[Category, float]) -> Floats:
    """Entry scores with the category counted in: what the category model says is independent of the wording."""
    prior = np.array([shares[c] for c in CATEGORIES], dtype=np.float32)
    return (scores + np.float32(_CATEGORY_WEIGHT) * prior[plan.entry_categories]).astype(np.float32)
