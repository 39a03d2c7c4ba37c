"""What a firm's message is about: language, category, the FAQ entries it resembles, small talk, alert.

A pure function of the knowledge and the text; deciding what to do with it is routing's (routing/domain/decision.py).
"""

from dataclasses import dataclass, field

import numpy as np

from knowledge.alerts import Alert, detect_alert
from knowledge.classify import RankedCategory, hit_shares, rank
from knowledge.entries import CATEGORIES, Category, FaqEntry, KnowledgeBase, ParkKind
from knowledge.lexicon import Hit, LexiconIndex
from knowledge.matching import Example, KernelMatcher
from knowledge.text import Language, detect_language, normalise

_CHOICES = 5
_SHARPNESS = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """The turn before, for short follow-ups: what was asked and where it went."""

    text: str
    category: Category | None = None
    entry_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One FAQ entry a question resembles."""

    entry: FaqEntry
    score: float
    """Raw score of the matcher, about 1 for a certain match."""
    probability: float
    """How likely this entry is the right one (calibrated; 0 to 1)."""
    phrase: str
    """The known phrasing of this entry nearest to the question."""
    similarity: float
    """Kernel value of that phrasing (0 to 1)."""

    @property
    def entry_id(self) -> str:
        """Id of the entry."""
        return self.entry.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """Everything read out of one message, with its evidence. `faq` and `categories` are best first."""

    text: str
    language: Language
    category: Category
    categories: tuple[RankedCategory, ...]
    topic: str | None
    confidence: float
    """Probability of `category`."""
    faq: tuple[Match, ...] = ()
    smalltalk: str | None = None
    alert: Alert | None = None
    terms: tuple[str, ...] = ()
    park_kind: ParkKind | None = None
    """The kind of park the text names, if it names one."""
    park_matters: bool = False
    """True where the best entry holds for one kind of park and the text does not say which."""
    other_topics: tuple[Category, ...] = ()
    """Further categories asked about in the same message."""
    readable: bool = True
    """False for empty, emoji-only or symbol-only messages."""
    short: bool = False
    """True for one or two characters: too little to answer."""
    opposite: bool = False
    """True where the best entry says the opposite of what is asked: never to be answered."""
    follow_up: bool = False
    """True where the last turn was needed to read this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Targets:
    entries: tuple[FaqEntry, ...]
    smalltalk: tuple[str, ...]
    size: int = field(default=0)


class Understander:
    """Fitted on one knowledge base; thread-safe, since it never changes after construction."""

    def __init__(self, base: KnowledgeBase) -> None:
        self.base = base
        self._lexicon = LexiconIndex(base.lexicon)
        self._entries = base.entries
        self._talk = tuple(s.id for s in base.smalltalk)
        self._first_talk = len(self._entries)
        self._first_category = self._first_talk + len(self._talk)
        self._matchers = {group: self._matcher(group) for group in ("zh", "en", "ja")}

    def understand(self, text: str, previous: Previous | None = None) -> Understanding:
        """Read one message; `previous` is the turn before it, used only where the message alone says too little."""
        language = detect_language(text)
        folded = normalise(text)
        matcher = self._matchers[language.group]
        scores = matcher.score(folded)
        hits = self._lexicon.find(folded)
        by_category = scores.targets[self._first_category :] + 0.5 * hit_shares(hits)
        categories = rank(by_category, hits, _SHARPNESS)
        faq = self._faq(matcher, scores.targets, scores.similarity)
        best = categories[0]
        smalltalk = self._smalltalk(scores.targets) if best.category is Category.SMALLTALK else None
        return Understanding(
            text=text,
            language=language,
            category=best.category,
            categories=categories,
            topic=_topic(faq, hits, best.category),
            confidence=best.probability,
            faq=faq,
            smalltalk=smalltalk,
            alert=detect_alert(text),
            terms=tuple(dict.fromkeys(h.term.text for h in hits)),
            readable=bool(folded),
            short=0 < len(folded.replace(" ", "")) <= 2,
        )

    def _matcher(self, group: str) -> KernelMatcher:
        examples: list[Example] = []
        for number, entry in enumerate(self._entries):
            category = self._first_category + CATEGORIES.index(entry.category)
            spoken = (*entry.phrasings.get(group, ()), entry.wording(group).question)
            examples += [Example(text=t, targets=(number, category)) for t in dict.fromkeys(spoken) if t]
        category = self._first_category + CATEGORIES.index(Category.SMALLTALK)
        for number, talk in enumerate(self.base.smalltalk, self._first_talk):
            examples += [Example(text=t, targets=(number, category)) for t in talk.phrasings.get(group, ())]
        return KernelMatcher(examples, self._first_category + len(CATEGORIES))

    def _faq(self, matcher: KernelMatcher, targets: np.ndarray, similarity: np.ndarray) -> tuple[Match, ...]:
        scores = targets[: self._first_talk]
        order = np.argsort(-scores, kind="stable")[:_CHOICES]
        return tuple(self._match(matcher, int(i), float(scores[i]), similarity) for i in order if scores[i] > 0.02)

    def _match(self, matcher: KernelMatcher, number: int, score: float, similarity: np.ndarray) -> Match:
        rows = [r for r, e in enumerate(matcher.examples) if number in e.targets]
        nearest = max(rows, key=lambda r: similarity[r], default=None)
        return Match(
            entry=self._entries[number],
            score=score,
            probability=min(max(score, 0.0), 1.0),
            phrase=matcher.examples[nearest].text if nearest is not None else "",
            similarity=float(similarity[nearest]) if nearest is not None else 0.0,
        )

    def _smalltalk(self, targets: np.ndarray) -> str | None:
        talk = targets[self._first_talk : self._first_category]
        return self._talk[int(np.argmax(talk))] if len(talk) else None


def _topic(faq: tuple[Match, ...], hits: list[Hit], category: Category) -> str | None:
    if faq and faq[0].entry.category is category and faq[0].score > 0.3:
        return faq[0].entry.topic
    return next((h.term.topic for h in hits if h.term.topic and h.term.category is category), None)
