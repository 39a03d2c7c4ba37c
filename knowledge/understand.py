"""What a firm's message is about: language, category, the FAQ entries it resembles, small talk, alert.

A pure function of the knowledge and the text; deciding what to do with it is routing's (routing/domain/decision.py).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from knowledge.alerts.detection import Alert, detect_alert, put_first
from knowledge.entries import Aspect, KnowledgeBase
from knowledge.language.forms import TextForms
from knowledge.language.lexicon import Hit, LexiconIndex
from knowledge.language.opposites import Said
from knowledge.language.reading import Focus, leans_on_last_turn, names_nothing, pieces, read_focus, without_lead
from knowledge.language.short_words import in_chinese, in_english
from knowledge.language.spelling import Spelling
from knowledge.language.text import detect_language, normalise
from knowledge.model.answering import AnswerModel, shipped_answer_model
from knowledge.model.classify import CategoryModel, RankedCategory, shipped_model, with_entries
from knowledge.model.features import Floats
from knowledge.model.fitting import LazyMatchers, Plan
from knowledge.model.scoring import Scored, Scorer
from knowledge.offices.directory import Offices, load_offices
from knowledge.relevance.aspects import Ask, asked, sought
from knowledge.relevance.candidates import Candidates, Question
from knowledge.relevance.match import Match
from knowledge.relevance.meeting import acts_in
from knowledge.relevance.persons import only_context, only_tells, why_a_person
from knowledge.relevance.places import Place, PlaceReader
from knowledge.vocabulary import PHRASING_GROUPS, Category, Language

_TOPIC_SCORE = 0.25
_ENGLISH_QUESTION = 6
"""Words of an English question that may be a matter of its own."""
_SPOKEN_OF = 0.5
"""Of a word's weight, what an entry must have said to speak of it."""
_TOGETHER = 200
"""Characters, from the end, of a follow-up read together with the turn before it."""
_WHOM = "general"
"""Topic of the words for whoever is asked: 哪個單位, 聯絡方式, contact."""
_SAME_MATTER = 0.15
"""Of the likeness of the nearest entry: what is less like the turn before is about another matter."""


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
    """Words of the lexicon in the message itself, not in the turn before it."""
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
    parts: tuple["Understanding", ...] = ()
    """The matters of a message that may hold several, each read by itself; empty where there is one."""
    soft: bool = False
    """Of a part: only a comma or a blank parts it from the one before."""
    questions: tuple[str, ...] = ()
    """The stretches of the message that ask something, where several do; they may be about one matter."""
    unsaid: tuple[str, ...] = ()
    """Those of `questions` that name something of which the best entry says no word."""


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
        plan = Plan.of(base)
        self._scorer = Scorer(plan, model or shipped_model(), LexiconIndex(base.lexicon))
        self._matchers = LazyMatchers(plan, cache, shipped)
        self._places = PlaceReader(offices or load_offices())
        self._numbers = {entry.id: number for number, entry in enumerate(base.entries)}
        self.candidates = Candidates(base, plan, answers or shipped_answer_model())

    def know(self, offices: Offices) -> None:
        """Read places by these offices from now on; nothing is fitted anew."""
        self._places = PlaceReader(offices)

    def warm(self) -> None:
        """Fit all languages now (seconds); for a server's start or a background refit."""
        for group in PHRASING_GROUPS:
            self._matchers.of(group)
            self.candidates.vocabulary(group)
        self.category_scores("")
        self.spelling.mend("")
        detect_alert(TextForms("."))

    @cached_property
    def spelling(self) -> Spelling:
        """What is known to stand beside what, for slips of typing."""
        return Spelling.of(self.base)

    def category_scores(self, folded: str) -> Floats:
        """Scores of the shipped category model alone for a normalised text."""
        return self._scorer.by_model(folded)

    def understand(self, text: str, previous: Previous | None = None) -> Understanding:
        """Read one message; `previous` is the turn before it, used only where the message alone says too little."""
        return self.read(TextForms(text, self._mends(detect_language(text))), previous)

    def _mends(self, language: Language) -> Callable[[str], str] | None:
        """What takes slips of typing, short words and words of the other language out of a normalised form."""
        if language is Language.EN:
            return in_english
        return self._mend_chinese if language.group == PHRASING_GROUPS[0] else None

    def _mend_chinese(self, normal: str) -> str:
        return in_chinese(self.spelling.mend(normal))

    def read(self, forms: TextForms, previous: Previous | None = None) -> Understanding:
        """As `understand`, for whoever needs the forms of the text as well."""
        whole = self._read(forms, previous)
        if whole.category is Category.SMALLTALK and (rest := self._without_courtesy(forms, whole.language.group)):
            whole = replace(self._read(forms.of(rest), previous), text=forms.text)
        questions = _questions(forms, whole.language.group)
        whole = replace(whole, questions=questions, unsaid=self._unsaid(questions, whole, forms))
        parts = self._parts(forms, whole, previous)
        alert = whole.alert or next((part.alert for part in parts if part.alert), None)
        return replace(whole, parts=parts, alert=alert) if parts else whole

    def _unsaid(self, questions: Sequence[str], whole: Understanding, forms: TextForms) -> tuple[str, ...]:
        """The questions with words of the lexicon none of which the best entry says."""
        if not questions or not whole.faq:
            return ()
        best, group = whole.faq[0], whole.language.group
        found = []
        for text in questions:
            normal = forms.normal(text)
            hits = self._scorer.words_in(normal)
            if Aspect.WHERE not in best.lacks and any(ask.aspect is Aspect.WHERE for ask in asked(normal, group)):
                # 要聯絡誰 names nothing besides whom to ask, which the entry says.
                hits = [hit for hit in hits if hit.term.topic != _WHOM]
            if hits and not any(self._says(best, hit.term.text, group) for hit in hits):
                found.append(text)
        return tuple(found)

    def _says(self, match: Match, word: str, group: str) -> bool:
        """Whether an entry speaks of a word, in this language."""
        vocabulary = self.candidates.vocabulary(group)
        coverage = vocabulary.coverage(self._numbers[match.entry_id], vocabulary.weighed(normalise(word)))
        return coverage.share >= _SPOKEN_OF

    def _other_topics(self, focus: Focus, group: str, main: Category, faq: Sequence[Match]) -> tuple[Category, ...]:
        """Further categories asked about in the same message, in their order.

        None is what only tells (一年用電600萬度, beside a question on the carbon fee), and what asks in words of which
        the best entry speaks: 要多少規費, after 工廠登記怎麼辦, asks of the registration.
        """
        topics = self._scorer.topics(focus)
        if len({topic.category for topic in topics}) < 2:
            return ()
        asks = {clause: asked(clause, group) for clause in focus.clauses}
        asking = any(asks.values())
        others = (
            topic.category
            for topic in topics
            if topic.category is not main
            and not (asking and only_context(topic.clause, asks[topic.clause]))
            and not (faq and faq[0].fits and any(self._says(faq[0], word, group) for word in topic.words))
        )
        return tuple(dict.fromkeys(others))

    def _without_courtesy(self, forms: TextForms, group: str) -> str:
        """The stretches of a message that ask something, where hello and thanks stand around them; else ''."""
        every = pieces(forms)
        asking = [piece.text for piece in every if self._begins(forms.normal(without_lead(piece.text)), group)]
        return "".join(asking) if len(asking) < len(every) else ""

    def _parts(self, forms: TextForms, whole: Understanding, previous: Previous | None) -> tuple[Understanding, ...]:
        """What may be matters of their own: stretches that ask something of which the knowledge knows a word.

        What tells or asks on (多久, 罰多少) stands with the matter beside it; two in a row with one entry are one.
        """
        found: list[tuple[str, bool]] = []
        context = ""
        for piece in pieces(forms):
            if not self._begins(forms.normal(without_lead(piece.text)), whole.language.group):
                context += piece.text
                continue
            if found and piece.soft and context:
                found[-1] = (found[-1][0] + context, found[-1][1])
                context = ""
            found.append((context + piece.text, piece.soft))
            context = ""
        if len(found) < 2:
            return ()
        found[-1] = (found[-1][0] + context, found[-1][1])
        read = [
            replace(self._read(forms.of(without_lead(text)), previous if n == 0 else None), soft=soft)
            for n, (text, soft) in enumerate(found)
        ]
        leads = [part.faq[0].entry_id if part.faq else "" for part in read]
        kept = [part for n, part in enumerate(read) if not n or leads[n] != leads[n - 1]]
        if len(kept) < len(read):
            kept = self._joined(forms, found, leads)
        return tuple(replace(part, place=part.place or whole.place) for part in kept) if len(kept) > 1 else ()

    def _joined(self, forms: TextForms, found: Sequence[tuple[str, bool]], leads: Sequence[str]) -> list[Understanding]:
        """The stretches, those in a row with one entry read together."""
        texts: list[tuple[str, bool]] = []
        for n, (text, soft) in enumerate(found):
            if n and leads[n] == leads[n - 1]:
                texts[-1] = (texts[-1][0] + text, texts[-1][1])
            else:
                texts.append((text, soft))
        return [replace(self._read(forms.of(without_lead(text)), None), soft=soft) for text, soft in texts]

    def _begins(self, normal: str, group: str) -> bool:
        """True for a stretch that may begin a matter: it asks, has a word of the lexicon, and leans on nothing.

        The lexicon has few English words: a whole English question does as well.
        """
        if not asked(normal, group):
            return False
        if group == "en" and len(normal.split()) >= _ENGLISH_QUESTION:
            return True
        return bool(self._scorer.words_in(normal)) and not leans_on_last_turn(normal, sharp=False)

    def _read(self, forms: TextForms, previous: Previous | None) -> Understanding:
        text = forms.text
        language = detect_language(text)
        group = language.group
        focus = read_focus(forms)
        scored, follow_up = self._scored(focus, group, previous)
        own = scored.hits
        if follow_up:
            own = [] if names_nothing(focus.whole) else self._scorer.words_in(focus.whole)
        alert = detect_alert(forms)
        by_words = put_first(alert, self._scorer.ranked(scored))
        asks = asked(" ".join(focus.wordings), group)
        faq = self._entries(scored, group, sought(focus.whole, asks, group), focus.whole, by_words)
        if previous is not None and follow_up and not own:
            faq = self._of_that_matter(faq, group, previous)
        categories = put_first(alert, with_entries(by_words, ((m.entry.category, m.probability) for m in faq)))
        best = categories[0]
        return Understanding(
            text=text,
            language=language,
            category=best.category,
            categories=categories,
            topic=_topic(faq, scored.hits, best.category),
            # How sure the words alone make it: every bound that is set on it was set on that.
            confidence=next(one.probability for one in by_words if one.category is best.category),
            faq=faq,
            smalltalk=self._scorer.smalltalk(scored) if best.category is Category.SMALLTALK else None,
            alert=alert,
            terms=tuple(dict.fromkeys(h.term.text for h in own)),
            asks=asks,
            place=self._places.read(forms),
            person=why_a_person(forms, focus.whole, asks, faq),
            tells=only_tells(focus.whole, asks) and not text.rstrip().endswith(("?", "？")),
            other_topics=self._other_topics(focus, group, best.category, faq),
            readable=bool(focus.whole),
            short=not follow_up and 0 < len(focus.whole.replace(" ", "")) <= 2,
            opposite=bool(faq) and faq[0].opposite,
            follow_up=follow_up,
            previous_entry=previous.entry_id if previous and follow_up else None,
        )

    def _scored(self, focus: Focus, group: str, previous: Previous | None) -> tuple[Scored, bool]:
        """The wording that is compared, and whether the last turn was needed for it."""
        matcher = self._matchers.of(group)
        scored = self._scorer.best(matcher, focus)
        if previous is None or not leans_on_last_turn(focus.whole, self._scorer.makes_sense(scored)):
            return scored, False
        together = f"{normalise(previous.text)} {focus.whole}"[-_TOGETHER:]
        return self._scorer.score(matcher, together), True

    def _of_that_matter(self, faq: tuple[Match, ...], group: str, previous: Previous) -> tuple[Match, ...]:
        """The entries that the turn before resembles as well: 要多久 alone is like every entry that says how long."""
        before = self._scorer.score(self._matchers.of(group), normalise(previous.text)).scores.targets
        least = _SAME_MATTER * float(before[: len(self._numbers)].max(initial=0.0))
        return tuple(m for m in faq if m.entry_id == previous.entry_id or before[self._numbers[m.entry_id]] >= least)

    def _entries(
        self, scored: Scored, group: str, asks: tuple[Ask, ...], whole: str, categories: tuple[RankedCategory, ...]
    ) -> tuple[Match, ...]:
        """The entries that the wording resembles, held against what the whole message asks and says."""
        shares = {c.category: c.probability for c in categories}
        question = Question(
            text=scored.text, group=group, asks=asks, said=Said.of(whole), acts=acts_in(whole), shares=shares
        )
        return self.candidates.find(self._matchers.of(group), scored.scores, question)


def _questions(forms: TextForms, group: str) -> tuple[str, ...]:
    """The stretches of a message that ask something; none where only one does."""
    found = tuple(without_lead(piece.text) for piece in pieces(forms) if asked(forms.normal(piece.text), group))
    return found if len(found) > 1 else ()


def _topic(faq: Sequence[Match], hits: Sequence[Hit], category: Category) -> str | None:
    """The topic of the best entry, or else the one that the words of the lexicon name most often."""
    if category is Category.SMALLTALK:
        return None
    if faq and faq[0].entry.category is category and faq[0].score > _TOPIC_SCORE:
        return faq[0].entry.topic
    named = [h.term.topic for h in hits if h.term.topic and h.term.category is category]
    if named:
        return max(dict.fromkeys(named), key=named.count)
    return "general" if category is Category.OTHER else None
