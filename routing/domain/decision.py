"""What to do with an understood message: answer, let the firm choose, hand over to a person, or just chat.

Pure rules over thresholds that come in as a value; the measured ones ship in knowledge/data/model/thresholds.yaml.
An entry is answered with when three things are known: what is asked and that the entry says it, where it holds, and
that a person is not needed; likeness alone is not enough.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from knowledge.answer_policy import Limits, is_sure, may_be_answered, true_there
from knowledge.entries import Aspect
from knowledge.language.text import normalise
from knowledge.loading import read_thresholds
from knowledge.model.coverage import words
from knowledge.relevance.aspects import STEPS
from knowledge.relevance.match import Match
from knowledge.relevance.places import are_apart, kind_matters
from knowledge.understand import Understanding
from knowledge.vocabulary import CASE_CATEGORIES, Category, EntryKind, ParkKind

_MOST_CHOICES = 3
_ALONE = 0.65
"""Probability from which one entry is offered alone although others were near."""
_BESIDE, _BESIDE_ABROAD = 0.2, 0.3
"""Share of the likeliest choice's probability from which another is likely beside it; in English and Japanese the
higher. Of 168 choices below it in Chinese three were what was asked, of some 50 in the others two (heldout, heldout4:
choices measured on these are no longer held out; direct answers are)."""
_RIVAL = 0.4
"""Probability from which an entry of the other kind of park is near enough to ask for the kind: that of each kind is
found as if the other kind's entries were not there."""
_UNFITTING = 0.6
"""What is left of the likelihood of an entry that does not say what is asked, beside others that do."""
_MOST_PARTS = 3
"""Matters that are answered one by one; with an office's card and a notice they are five objects."""
_LIKELY, _PLAUSIBLE = 0.5, 0.25
"""Probability from which a part that is not sure is a matter; the higher where the message as a whole has an answer."""
_NUMBER_TOLD = 4
"""Digits from which words tell a number and are not small talk, unless they plainly are."""
_PLAIN_CHAT = 0.9
"""Confidence from which words are small talk without a word of it in them; below, the words must show it."""
_BESIDE_CHAT = 5
"""Characters beside such words that say nothing more; of letters three times as many."""
_IN_FEW_WORDS = frozenset({"greeting", "ok", "thanks", "bye"})
_BOTH_TOGETHER, _BOTH_SECOND, _BOTH_THIRD = 0.6, 0.2, 0.25
"""Of two related entries that are answered together: what their probabilities come to, that of the less likely, and
what no third one has."""
_BOTH_LACKING = 0.8
"""Probability from which an entry that lacks something is told with the likeliest one that says it."""
_BOTH_SAME_TOPIC = 0.5
"""Probability from which an entry of the same topic says what the first lacks, though neither names the other."""
_BOTH_EQUAL = 0.75
"""Probability of the second from which two that are as good as each other are both told."""
_BOTH_BESIDE = 0.4
"""Probability of the second one from which it is answered beside one that is sure."""
SURE_CATEGORY = 0.8
"""Confidence from which it is plain what field words are of."""


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
    by_aspect: Mapping[str, float] = field(default_factory=dict)
    """What is added to it for questions that ask these aspects (signed)."""
    by_language: Mapping[str, float] = field(default_factory=dict)
    """What is added to it for a language group (`en`, `ja`)."""
    margin: float = 0.15
    """Distance to the runner-up that an answer needs."""
    offer: float = 0.06
    """Probability from which an entry is worth offering as a choice."""
    lead: float = 0.22
    """Probability that the likeliest choice needs for any to be shown; below it a person is offered."""
    also: float = 0.3
    """Probability from which a second entry is a button under the answer."""
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
        names = ("answer", "margin", "offer", "lead", "also", "offer_in_chat", "category", "smalltalk")
        known = {name: float(raw[name]) for name in names if name in raw}
        measured = Limits.from_mapping({"answer": 0.0, "margin": 0.0, **raw})
        found = cls(**known, note=str(raw.get("note", "")))  # type: ignore[arg-type]  # figures by name
        return replace(found, by_aspect=measured.by_aspect, by_language=measured.by_language)

    def least(self, understanding: Understanding) -> float:
        """The least probability for a direct answer to this question."""
        limits = Limits(answer=self.answer, margin=self.margin, by_aspect=self.by_aspect, by_language=self.by_language)
        return limits.least(understanding)

    @classmethod
    def shipped(cls) -> "Thresholds":
        """The measured thresholds that ship with the product."""
        return _shipped()


@cache
def _shipped() -> Thresholds:
    return Thresholds.from_mapping(read_thresholds())


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do, with what, and why (`reason` is stable, for logs and statistics)."""

    action: Action
    reason: str
    match: Match | None = None
    """The entry to answer with, or the hand-over entry that says who will answer."""
    choices: tuple[Match, ...] = ()
    """Entries to offer, best first, at most three; for `choose`, and as what is known beside a hand-over."""
    nearest: Match | None = None
    """The entry that nothing but its probability kept from being answered."""
    also: Match | None = None
    """A second entry that may be meant: a button under the answer."""
    missing: tuple[Aspect, ...] = ()
    """What was asked and the entry of `match`, or the first of `choices`, does not say; it is named to the firm."""
    categories: tuple[Category, ...] = ()
    """Categories to offer when no entry is near, or when several topics were asked; for `choose`."""
    parts: tuple["Part", ...] = ()
    """Of a message with several matters: each with a decision of its own, in their order; else empty."""

    @property
    def leads(self) -> Match | None:
        """The entry that it is about: the one answered or handed over with, or else the first that is offered."""
        return self.match or next(iter(self.choices), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One matter of a message that holds several."""

    understanding: Understanding
    decision: Decision


def decide(
    understanding: Understanding, thresholds: Thresholds, today: date, known: ParkKind | None = None
) -> Decision:
    """The decision for one message; where it surely holds several matters, each has its own (`parts`).

    `today` is the Taipei date: entries past review are not answered. `known` is the kind of park the firm is known to
    be in; a place that the text names comes before it. Of several matters the message counts as answered only where
    each of them is.
    """
    whole = _decide(understanding, thresholds, today, known)
    if understanding.alert is not None or whole.action is Action.CHAT:
        return whole
    parts = tuple(
        Part(understanding=part, decision=_decide(part, thresholds, today, known)) for part in understanding.parts
    )
    parts = tuple(part for part in parts if part.decision.action is not Action.CHAT)
    if not are_several(parts, whole, understanding):
        return whole
    parts = parts[:_MOST_PARTS]
    answered = all(part.decision.action is Action.ANSWER for part in parts)
    first = next((part.decision for part in parts if part.decision.action is Action.ANSWER), None)
    return Decision(
        action=Action.ANSWER if answered else Action.CHOOSE, reason="several_matters", parts=parts,
        match=first.match if first is not None and answered else None,
    )  # fmt: skip


def told_in(decision: Decision, language: str) -> Decision:
    """The same for a reader of this language: what has no answer in it is neither told nor offered.

    Where the likeliest entry has none, a person is offered in its place, and nothing that is less likely.
    """
    if decision.parts:
        parts = tuple(replace(part, decision=told_in(part.decision, language)) for part in decision.parts)
        answered = all(part.decision.action is Action.ANSWER for part in parts)
        action = decision.action if answered else Action.CHOOSE
        return replace(decision, parts=parts, action=action, match=decision.match if answered else None)
    leads = decision.leads
    if leads is None:
        return decision
    choices = tuple(choice for choice in decision.choices if choice.entry.speaks(language))
    alone = len(choices) == 1 < len(decision.choices) and decision.reason != "which_kind"
    if not leads.entry.speaks(language) or (alone and choices[0].probability < _ALONE):
        return Decision(action=Action.HAND_OVER, reason="other_language")
    also = decision.also if decision.also is not None and decision.also.entry.speaks(language) else None
    return replace(decision, choices=choices, also=also)


def are_several(parts: tuple[Part, ...], whole: Decision, understanding: Understanding) -> bool:
    """True where a message surely holds several matters.

    Each is about another entry and is plainly a matter: the base surely knows it, or likely, or its category is plainly
    another. At least one is surely known; of stretches that only a comma parts, all. A matter for a person stays
    whole unless one of the parts says why.
    """
    leads = [part.decision.leads for part in parts]
    names = [lead.entry_id for lead in leads if lead is not None]
    if len(parts) < 2 or len(names) != len(set(names)) or len(parts) - len(names) > 1:
        return False
    sure = [_is_known(part.decision) for part in parts]
    if not any(sure) and not (understanding.other_topics and all(_is_likely(part, _LIKELY) for part in parts)):
        return False
    if understanding.person and not any(part.understanding.person for part in parts):
        return False
    if any(part.understanding.soft for part in parts):
        return all(sure) and all(_asks_more_than_a_step(part.understanding) for part in parts)
    rest = [part for part, known in zip(parts, sure, strict=True) if not known]
    least = _LIKELY if whole.match is not None else _PLAUSIBLE
    return all(_is_likely(part, least) or _is_elsewhere(part, parts) for part in rest)


def _is_known(decision: Decision) -> bool:
    return decision.action is Action.ANSWER or decision.reason in {"which_kind", "entry_hands_over"}


def _asks_more_than_a_step(understanding: Understanding) -> bool:
    return any(ask.aspect not in STEPS for ask in understanding.asks)


def _is_likely(part: Part, least: float) -> bool:
    lead = part.decision.leads
    return lead is not None and lead.probability >= least


def _is_elsewhere(part: Part, parts: tuple[Part, ...]) -> bool:
    """True where the category of a part is plain and none of the others'."""
    mine = part.understanding
    others = {other.understanding.category for other in parts if other is not part}
    return mine.confidence >= SURE_CATEGORY and mine.category not in others


def _decide(understanding: Understanding, thresholds: Thresholds, today: date, known: ParkKind | None) -> Decision:
    """The decision for one matter."""
    if not understanding.readable:
        return Decision(action=Action.CHOOSE, reason="unreadable", categories=CASE_CATEGORIES)
    if _chats(understanding, thresholds):
        return Decision(action=Action.CHAT, reason="smalltalk")
    place = understanding.place
    every = tuple(m for m in understanding.faq if not m.entry.expired(today))
    live = true_there(every, understanding, known)
    sure = is_sure(live, understanding, answer=thresholds.least(understanding), margin=thresholds.margin)
    answer = _both(live, understanding, known, sure=sure and not live[0].lacks)
    if answer is None and sure:
        answer = _sure(live, understanding, thresholds, known)
    if answer is not None:
        return answer
    if place is not None and not place.own and not understanding.short:
        return Decision(action=Action.HAND_OVER, reason="elsewhere")
    decision = _unsure(live, every, understanding, thresholds)
    if is_sure(live, understanding, answer=0.0, margin=thresholds.margin):
        return replace(decision, nearest=live[0])
    return decision


def _both(
    live: tuple[Match, ...], understanding: Understanding, known: ParkKind | None, *, sure: bool
) -> Decision | None:
    """Two related entries, each of which says a part of what is asked; None where they are not surely these two.

    耗水費誰要繳 一度多少 has its answer in two entries: offered as a choice, or one alone, half of it would be lost.
    `sure`: one alone is sure and lacks nothing; then the other must be the more likely, and of another question.
    """
    if not may_be_answered(understanding):
        return None
    near = sorted((m for m in live if not m.opposite and m.off != "step"), key=lambda m: -m.probability)
    pair = _pair(near)
    if pair is None:
        return None
    first, second = pair
    equals = second.fits and second.probability >= _BOTH_EQUAL
    if not understanding.questions and not (equals and not sure):
        return None
    unknown = known is None and understanding.place is None
    if unknown and any(kind_matters(m.entry, (), understanding.text) for m in (first, second)):
        return None
    together = first.probability + second.probability >= _BOTH_TOGETHER and second.probability >= _BOTH_SECOND
    related = _are_related(first, second)
    texts = _texts_of(first, second, understanding)
    apart = texts[0] != texts[1]
    adds = (apart and second.probability >= _BOTH_BESIDE) if sure else (apart or bool(first.lacks) or equals)
    if not (together and related and adds) or set(first.lacks) & set(second.lacks):
        return None
    parts = tuple(
        Part(
            understanding=replace(understanding, text=text, parts=(), questions=(), unsaid=()), decision=_of_one(match)
        )
        for match, text in zip((first, second), texts, strict=True)
    )
    parts = tuple(sorted(parts, key=lambda part: understanding.text.find(part.understanding.text)))
    answered = all(part.decision.action is Action.ANSWER for part in parts)
    return Decision(
        action=Action.ANSWER if answered else Action.CHOOSE, reason="both", parts=parts,
        match=first if answered else None,
    )  # fmt: skip


def _pair(near: list[Match]) -> tuple[Match, Match] | None:
    """Of the entries near, likeliest first, the two that may be answered together.

    What lacks something is told with the likeliest one that says it, whatever else is near; otherwise no third one may
    be likely that says what is asked, too.
    """
    if len(near) < 2:
        return None
    first = near[0]
    if first.lacks and not first.off and first.probability >= _BOTH_LACKING:
        rest = (m for m in near[1:] if m.probability >= _BOTH_BESIDE and m.off != "step")
        second = next((m for m in rest if not set(first.lacks) & set(m.lacks)), None)
        if second is not None:
            return first, second
    if any(m.fits and m.probability >= _BOTH_THIRD for m in near[2:]):
        return None
    return first, near[1]


def _are_related(first: Match, second: Match) -> bool:
    """True where one names the other, or the second says, of the same topic, what the first lacks."""
    named = second.entry_id in first.entry.related or first.entry_id in second.entry.related
    same = first.entry.topic == second.entry.topic and second.probability >= _BOTH_SAME_TOPIC
    return named or (bool(first.lacks) and same)


def _texts_of(first: Match, second: Match, understanding: Understanding) -> tuple[str, str]:
    """Which of the questions in a message each entry is most like; the whole message where that does not tell."""
    language = understanding.language.value
    asking = understanding.questions
    if not asking:
        return understanding.text, understanding.text

    def most_like(match: Match) -> int:
        own = set(words(normalise(f"{match.entry.wording(language).question} {match.phrase}")))
        return max(range(len(asking)), key=lambda n: len(own.intersection(words(normalise(asking[n])))))

    one, other = most_like(first), most_like(second)
    return (asking[one], asking[other]) if one != other else (understanding.text, understanding.text)


def _of_one(match: Match) -> Decision:
    if match.entry.kind is EntryKind.HAND_OVER:
        return Decision(action=Action.HAND_OVER, reason="entry_hands_over", match=match)
    return Decision(action=Action.ANSWER, reason="sure", match=match)


def _chats(understanding: Understanding, thresholds: Thresholds) -> bool:
    """Whether it is small talk: plainly so, or short, or in words of small talk with not much beside them.

    Anger and jokes need no such words; thanks, a hello and an OK are said in few.
    """
    if understanding.category is not Category.SMALLTALK or understanding.confidence < thresholds.smalltalk:
        return False
    if understanding.confidence >= _PLAIN_CHAT:
        return True
    digits = sum(map(str.isdigit, understanding.text))
    if digits >= _NUMBER_TOLD or (digits and understanding.smalltalk not in _IN_FEW_WORDS):
        # 單號 BC/14/123/A0001 tells something, whatever it is like.
        return False
    if understanding.smalltalk not in _IN_FEW_WORDS:
        # 垃圾車幾點來 has a word of anger in it, and asks.
        thing = any("垃圾" in term and len(term) > 2 for term in understanding.terms)
        return understanding.smalltalk != "insult" or (not thing and all(ask.weak for ask in understanding.asks))
    length = len(normalise(understanding.text).replace(" ", ""))
    most = 3 * _BESIDE_CHAT if understanding.text.isascii() else _BESIDE_CHAT
    beside = length - sum(len(normalise(term).replace(" ", "")) for term in understanding.terms)
    return beside <= most


def _sure(
    live: tuple[Match, ...], understanding: Understanding, thresholds: Thresholds, known: ParkKind | None
) -> Decision:
    best = live[0]
    if best.entry.kind is EntryKind.HAND_OVER:
        return _of_one(best)
    near = tuple(m for m in live[1:] if m.fits and m.probability >= max(thresholds.offer, _RIVAL))
    unknown = known is None and understanding.place is None
    if unknown and kind_matters(best.entry, (m.entry for m in near), understanding.text):
        other = next((m for m in near if are_apart(best.entry, m.entry)), None)
        return Decision(action=Action.CHOOSE, reason="which_kind", choices=(best, other) if other else (best,))
    second = next((m for m in near if m.probability >= thresholds.also), None)
    return Decision(action=Action.ANSWER, reason="sure", match=best, also=second, missing=best.lacks)


def _unsure(
    live: tuple[Match, ...], every: tuple[Match, ...], understanding: Understanding, thresholds: Thresholds
) -> Decision:
    """Offer what is near; ask for the category where nothing is; hand over where only the category is clear."""
    offers = _near(live, understanding, thresholds)
    if understanding.person and not understanding.short:
        return _to_person(understanding, thresholds, offers)
    if understanding.other_topics:
        topics = (understanding.category, *understanding.other_topics)
        return Decision(action=Action.CHOOSE, reason="several_topics", choices=offers, categories=topics)
    if understanding.short and not (offers and understanding.terms):
        return Decision(action=Action.CHOOSE, reason="too_short", categories=CASE_CATEGORIES)
    if _of_other_kind(live, every, thresholds):
        return Decision(action=Action.HAND_OVER, reason="other_kind")
    chatting = understanding.category is Category.SMALLTALK
    if offers and not (chatting and offers[0].probability < thresholds.offer_in_chat):
        first = offers[0]
        reason = "opposite" if first.opposite else first.off or "unsure"
        return Decision(action=Action.CHOOSE, reason=reason, choices=offers, missing=first.lacks)
    far = bool(live) and live[0].probability >= thresholds.offer and not offers
    return _by_category(understanding, thresholds, far=far)


def _to_person(understanding: Understanding, thresholds: Thresholds, offers: tuple[Match, ...]) -> Decision:
    """A person, with what is known; who asks for somebody to come is offered nothing that is merely near."""
    if understanding.person == "visit":
        return _by_category(understanding, thresholds, far=True)
    return Decision(action=Action.HAND_OVER, reason=f"person_{understanding.person}", choices=offers)


def _near(live: tuple[Match, ...], understanding: Understanding, thresholds: Thresholds) -> tuple[Match, ...]:
    """What is near enough to be offered; nothing where even the likeliest is far.

    Where what is likeliest of all says the opposite of what is asked, the rest is about something else.
    """
    offers = tuple(sorted((m for m in live if m.probability >= thresholds.offer), key=_before))[:_MOST_CHOICES]
    likeliest = max((m.probability for m in offers), default=0.0)
    opposite = max((m.probability for m in live if m.opposite), default=0.0)
    if likeliest < thresholds.lead or (opposite > likeliest and not any(m.opposite for m in offers)):
        return ()
    beside = _BESIDE if understanding.language.group == "zh" else _BESIDE_ABROAD
    near = tuple(m for m in offers if m.probability >= beside * likeliest)
    # One that is left alone is shown with its answer: that needs to be likely by itself.
    # Nor is one alone shown for a message that may hold several matters.
    return offers[:2] if len(near) == 1 and (likeliest < _ALONE or understanding.parts) else near


def _before(match: Match) -> tuple[bool, float]:
    """The order in which entries are offered: the likeliest first, those that do not meet what is asked behind."""
    return match.opposite, -match.probability * (1.0 if match.fits else _UNFITTING)


def _by_category(understanding: Understanding, thresholds: Thresholds, *, far: bool) -> Decision:
    """Nothing is near: ask for the category, or hand over where it is clear or all that there is is `far`."""
    if far and understanding.category is not Category.SMALLTALK:
        return Decision(action=Action.HAND_OVER, reason="unknown")
    if understanding.confidence < thresholds.category or understanding.category is Category.SMALLTALK:
        ranked = tuple(c.category for c in understanding.categories if c.category is not Category.SMALLTALK)
        return Decision(action=Action.CHOOSE, reason="category_unsure", categories=ranked[:_MOST_CHOICES])
    return Decision(action=Action.HAND_OVER, reason="unknown")


def _of_other_kind(live: tuple[Match, ...], every: tuple[Match, ...], thresholds: Thresholds) -> bool:
    """True where the entry asked for is one of the other kind of park, and none here is as near."""
    gone = next((m for m in every if m not in live), None)
    best = live[0].probability if live else 0.0
    return gone is not None and gone.probability >= thresholds.also and gone.probability > best
