"""What a firm's message is about: language, category, the FAQ entries it resembles, small talk, alert.

A pure function of the knowledge and the text; deciding what to do with it is routing's (routing/domain/decision.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from knowledge.alerts.detection import Alert, detect_alert
from knowledge.entries import Aspect, KnowledgeBase
from knowledge.language.lexicon import Hit, LexiconIndex
from knowledge.language.opposites import Said
from knowledge.language.reading import Focus, leans_on_last_turn, read_focus
from knowledge.language.text import detect_language, normalise
from knowledge.model.answering import AnswerModel, shipped_answer_model
from knowledge.model.classify import CategoryModel, RankedCategory, rank, shipped_model
from knowledge.model.features import Floats
from knowledge.model.fitting import LazyMatchers, Plan
from knowledge.model.matching import KernelMatcher, Scores
from knowledge.offices.directory import Offices, load_offices
from knowledge.relevance.aspects import Ask, asked
from knowledge.relevance.candidates import Candidates, Question
from knowledge.relevance.match import Match
from knowledge.relevance.meeting import acts_in
from knowledge.relevance.persons import of_own_case, only_tells, person_needed, to_reckon
from knowledge.relevance.places import Place, PlaceReader
from knowledge.vocabulary import PHRASING_GROUPS, Category, Language

_TOPIC_SCORE = 0.25
_OWN_SENSE = 0.6
_ALERT_SURE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """The turn before, for short follow-ups: what was asked and where it went."""

    text: str
    category: Category | None = None
    entry_id: str | None = None


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
    asks: tuple[Ask, ...] = ()
    """What is asked, in the order of the cues (knowledge/data/aspects.yaml)."""
    place: Place | None = None
    """The park, kind of park or other place the text names, if it names one."""
    person: str | None = None
    """Why only a person may answer, if so (`judgement`, `remedy` … in knowledge/data/relevance.yaml; `complaint`,
    `reckoning`)."""
    tells: bool = False
    """True where it tells what happened and asks nothing."""
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
    previous_entry: str | None = None
    """The entry of the last turn, where this one leans on it: saying it again would be no answer."""


@dataclass(frozen=True, slots=True)
class _Read:
    """One wording of the message, scored."""

    text: str
    scores: Scores
    hits: list[Hit]
    by_category: Floats


class Understander:
    """Fitted on one knowledge base. Safe to share between threads: it only fits, once, what is first needed."""

    def __init__(
        self,
        base: KnowledgeBase,
        *,
        cache: Path | None = None,
        model: CategoryModel | None = None,
        answers: AnswerModel | None = None,
        offices: Offices | None = None,
        shipped: Mapping[str, Floats] | None = None,
    ) -> None:
        """Prepare; the matchers are fitted at first use of each language, or taken from the `cache` directory.

        `shipped`: fits by fingerprint in place of those that come with the product.
        """
        self.base = base
        self._lexicon = LexiconIndex(base.lexicon)
        self._model = model or shipped_model()
        self._answers = answers or shipped_answer_model()
        self._offices = offices or load_offices()
        self._plan = Plan.of(base)
        self._matchers = LazyMatchers(self._plan, cache, shipped)
        self._places = PlaceReader(self._offices)
        self.candidates = Candidates(base, self._plan, self._answers)

    def warm(self) -> None:
        """Fit all languages now (seconds); for a server's start or a background refit."""
        for group in PHRASING_GROUPS:
            self._matchers.of(group)
            self.candidates.vocabulary(group)
        self.category_scores("")
        detect_alert(".")

    def understand(self, text: str, previous: Previous | None = None) -> Understanding:
        """Read one message; `previous` is the turn before it, used only where the message alone says too little."""
        language = detect_language(text)
        focus = read_focus(text)
        matcher = self._matchers.of(language.group)
        read = self._best_read(matcher, focus)
        follow_up = previous is not None and leans_on_last_turn(focus.whole, self._sharp(read))
        if follow_up and previous is not None:
            together = f"{normalise(previous.text)} {focus.whole}"[-200:]
            read = self._read(matcher, together)
        alert = detect_alert(text)
        categories = _with_alert(rank(read.by_category, read.hits, self._model.sharpness), alert)
        shares = {c.category: c.probability for c in categories}
        group = language.group
        asks = asked(" ".join(focus.wordings), group)
        question = Question(
            text=read.text, group=group, asks=asks, said=Said.of(focus.whole), acts=acts_in(focus.whole), shares=shares
        )
        faq = self.candidates.find(matcher, read.scores, question)
        best = categories[0]
        talk = self._smalltalk(read) if best.category is Category.SMALLTALK else None
        return Understanding(
            text=text,
            language=language,
            category=best.category,
            categories=categories,
            topic=self._topic(faq, read, best.category),
            confidence=best.probability,
            faq=faq,
            smalltalk=talk,
            alert=alert,
            terms=tuple(dict.fromkeys(h.term.text for h in read.hits)),
            asks=asks,
            place=self._places.read(text),
            person=_person(text, focus.whole, asks, faq),
            tells=only_tells(focus.whole, asks) and not text.rstrip().endswith(("?", "？")),
            other_topics=self._other_topics(focus, best.category),
            readable=bool(focus.whole),
            short=0 < len(focus.whole.replace(" ", "")) <= 2,
            opposite=bool(faq) and faq[0].opposite,
            follow_up=follow_up,
            previous_entry=previous.entry_id if previous and follow_up else None,
        )

    def category_scores(self, folded: str) -> Floats:
        """Scores of the shipped category model alone for a normalised text."""
        return self._model.score(folded, self._lexicon.find(folded))

    def _read(self, matcher: KernelMatcher, folded: str) -> _Read:
        scores = matcher.score(folded)
        hits = self._lexicon.find(folded)
        kernel = scores.targets[self._plan.first_category :]
        return _Read(
            folded, scores, hits, self._model.score(folded, hits) + np.float32(self._model.kernel_weight) * kernel
        )

    def _best_read(self, matcher: KernelMatcher, focus: Focus) -> _Read:
        """Of the wordings of a long message, the one the knowledge knows best, with the category of them all."""
        reads = [self._read(matcher, wording) for wording in focus.wordings]
        if len(reads) == 1:
            return reads[0]
        best = max(reads, key=lambda r: float(r.scores.targets[: self._plan.first_smalltalk].max(initial=0.0)))
        hits = self._lexicon.find(focus.whole)
        return _Read(best.text, best.scores, hits, self._model.score(focus.whole, hits) + best.by_category)

    def _sharp(self, read: _Read) -> bool:
        """True where a text makes sense by itself: a category or an entry is clear."""
        ranked = rank(read.by_category, [], self._model.sharpness)
        known = float(read.scores.targets[: self._plan.first_smalltalk].max(initial=0.0)) > _OWN_SENSE
        return known or (ranked[0].probability > _OWN_SENSE and ranked[0].category is Category.SMALLTALK)

    def _smalltalk(self, read: _Read) -> str | None:
        talk = read.scores.targets[self._plan.first_smalltalk : self._plan.first_category]
        return self._plan.smalltalk[int(np.argmax(talk))] if len(talk) else None

    def _other_topics(self, focus: Focus, main: Category) -> tuple[Category, ...]:
        found: list[Category] = []
        for clause in focus.clauses:
            hits = self._lexicon.find(clause)
            ranked = rank(self._model.score(clause, hits), hits, self._model.sharpness)[0]
            if ranked.evidence and ranked.probability >= _OWN_SENSE and ranked.category is not Category.SMALLTALK:
                found.append(ranked.category)
        return tuple(c for c in dict.fromkeys(found) if c is not main) if len(set(found)) > 1 else ()

    def _topic(self, faq: Sequence[Match], read: _Read, category: Category) -> str | None:
        if category is Category.SMALLTALK:
            return None
        if faq and faq[0].entry.category is category and faq[0].score > _TOPIC_SCORE:
            return faq[0].entry.topic
        named = [h.term.topic for h in read.hits if h.term.topic and h.term.category is category]
        if named:
            return max(dict.fromkeys(named), key=named.count)
        return "general" if category is Category.OTHER else None


def _person(text: str, folded: str, asks: tuple[Ask, ...], faq: Sequence[Match]) -> str | None:
    """Why a person is needed; not where the best entry is about just that (訴願 in general has an entry)."""
    why = person_needed(text)
    if why is None and any(ask.aspect is Aspect.COMPLAINT for ask in asks):
        why = "complaint"
    if why is None and to_reckon(folded, asks):
        return "reckoning"
    about = why is not None and not of_own_case(text) and bool(faq) and faq[0].fits and _about(faq[0], why)
    return None if about else why


def _about(match: Match, why: str) -> bool:
    question = match.entry.question
    asked_so = any(ask.aspect is Aspect.COMPLAINT for ask in asked(normalise(question)))
    return person_needed(question) == why or (why == "complaint" and asked_so)


_ALERT_CATEGORY = {
    Alert.OUTAGE_POWER: Category.UTILITIES,
    Alert.OUTAGE_WATER: Category.UTILITIES,
    Alert.CHEMICAL_LEAK: Category.ENVIRONMENT,
}


def _with_alert(categories: tuple[RankedCategory, ...], alert: Alert | None) -> tuple[RankedCategory, ...]:
    """What is happening now decides where it goes: outages, chemicals, and the rest to the general window."""
    if alert is None:
        return categories
    wanted = _ALERT_CATEGORY.get(alert, Category.OTHER)
    first = RankedCategory(category=wanted, probability=_ALERT_SURE, evidence=(str(alert),))
    rest = tuple(
        replace(c, probability=c.probability * (1 - _ALERT_SURE)) for c in categories if c.category is not wanted
    )
    return (first, *rest)
