"""When to answer, offer, hand over or chat."""

from dataclasses import replace
from datetime import date

import pytest

from knowledge.alerts.detection import Alert
from knowledge.entries import Basis, FaqEntry, Wording
from knowledge.model.classify import RankedCategory
from knowledge.relevance.match import Match
from knowledge.understand import Understanding
from knowledge.vocabulary import Category, EntryKind, Language, ParkKind
from routing.domain.decision import Action, Thresholds, decide

TODAY = date(2026, 11, 22)
LIMITS = Thresholds(answer=0.9, margin=0.15, offer=0.1, category=0.5, smalltalk=0.5)


def entry(entry_id="land-a", kind=EntryKind.ANSWER, review=date(2027, 5, 1)):
    return FaqEntry(
        id=entry_id,
        category=Category.LAND,
        topic="rent",
        kind=kind,
        parks=ParkKind.ANY,
        question="?",
        answer="!",
        details="",
        en=Wording(question="?", answer="!"),
        ja=Wording(question="?", answer="!"),
        basis=(Basis(law="法", article="", url="", version=""),),
        facts=(),
        verified=date(2026, 11, 1),
        review=review,
        unit="用地工程科",
    )


def match(probability, **changes):
    opposite = changes.pop("opposite", False)
    return Match(
        entry=entry(**changes), score=probability, probability=probability, phrase="", similarity=0.5, opposite=opposite
    )


def read(*faq, category=Category.LAND, confidence=0.9, **changes):
    ranked = (RankedCategory(category=category, probability=confidence, evidence=()),)
    return replace(
        Understanding(
            text="問",
            language=Language.ZH_TW,
            category=category,
            categories=ranked,
            topic=None,
            confidence=confidence,
            faq=faq,
        ),
        **changes,
    )


@pytest.mark.parametrize(
    ("understanding", "action", "reason"),
    [
        (read(match(0.95)), Action.ANSWER, "sure"),
        (read(match(0.95, kind=EntryKind.HAND_OVER)), Action.HAND_OVER, "entry_hands_over"),
        (read(match(0.95), match(0.9, entry_id="land-b")), Action.CHOOSE, "unsure"),
        (read(match(0.97), match(0.9, entry_id="land-b")), Action.ANSWER, "sure"),
        (read(match(0.97), match(0.94, entry_id="land-b")), Action.CHOOSE, "unsure"),
        (read(match(0.94), match(0.82, entry_id="land-b")), Action.CHOOSE, "unsure"),
        (read(match(0.5)), Action.CHOOSE, "unsure"),
        (read(match(0.95, review=date(2026, 11, 21))), Action.HAND_OVER, "unknown"),
        (read(match(0.95, review=TODAY)), Action.ANSWER, "sure"),
        (read(match(0.95, opposite=True), opposite=True), Action.CHOOSE, "opposite"),
        (read(match(0.95), short=True), Action.CHOOSE, "too_short"),
        (read(match(0.95), short=True, terms=("租金",)), Action.CHOOSE, "unsure"),
        (read(short=True), Action.CHOOSE, "too_short"),
        (read(match(0.95), other_topics=(Category.TAX,)), Action.CHOOSE, "several_topics"),
        (read(match(0.95), follow_up=True, previous_entry="land-a"), Action.CHOOSE, "unsure"),
        (read(readable=False), Action.CHOOSE, "unreadable"),
        (read(match(0.95), category=Category.SMALLTALK), Action.CHAT, "smalltalk"),
        (read(match(0.95), category=Category.SMALLTALK, confidence=0.3), Action.CHOOSE, "unsure"),
        (read(match(0.3), category=Category.SMALLTALK, confidence=0.3), Action.CHOOSE, "category_unsure"),
        (read(), Action.HAND_OVER, "unknown"),
        (read(confidence=0.3), Action.CHOOSE, "category_unsure"),
    ],
)
def test_each_rule(understanding, action, reason):
    decision = decide(understanding, LIMITS, TODAY)
    assert (decision.action, decision.reason) == (action, reason)


def test_at_most_three_choices_best_first():
    faq = [match(p, entry_id=f"land-{i}") for i, p in enumerate((0.5, 0.4, 0.3, 0.2))]
    assert [m.probability for m in decide(read(*faq), LIMITS, TODAY).choices] == [0.5, 0.4, 0.3]


def test_the_shipped_thresholds_state_their_n():
    assert "n=" in Thresholds.shipped().note


@pytest.mark.parametrize(
    ("understanding", "nearest"),
    [
        (read(match(0.85)), "land-a"),
        (read(match(0.85), match(0.8, entry_id="land-b")), None),
        (read(match(0.85, opposite=True)), None),
        (read(match(0.85), other_topics=(Category.TAX,)), None),
        (read(match(0.85), short=True), None),
        (read(match(0.95)), None),
        (read(), None),
    ],
)
def test_the_entry_that_only_its_probability_kept_from_being_answered_is_named(understanding, nearest):
    found = decide(understanding, LIMITS, TODAY).nearest
    assert (found.entry_id if found else None) == nearest


def asked_one(probability, entry_id, *, category=Category.LAND, **changes):
    """One of several matters."""
    return read(match(probability, entry_id=entry_id), category=category, **changes)


TWO = (asked_one(0.95, "land-a"), asked_one(0.95, "tax-a", category=Category.TAX))


@pytest.mark.parametrize(
    ("parts", "action", "reasons"),
    [
        (TWO, Action.ANSWER, ["sure", "sure"]),
        ((TWO[0], asked_one(0.6, "tax-a")), Action.CHOOSE, ["sure", "unsure"]),
        ((TWO[0], read(category=Category.TAX)), Action.CHOOSE, ["sure", "unknown"]),
        ((*TWO, asked_one(0.95, "land-b"), asked_one(0.95, "land-c")), Action.ANSWER, ["sure", "sure", "sure"]),
    ],
)
def test_several_matters_are_decided_each_by_itself(parts, action, reasons):
    decision = decide(read(match(0.6), parts=parts), LIMITS, TODAY)
    assert (decision.action, decision.reason) == (action, "several_matters")
    assert [part.decision.reason for part in decision.parts] == reasons


@pytest.mark.parametrize(
    ("parts", "changes"),
    [
        ((TWO[0], asked_one(0.95, "land-a")), {}),
        ((TWO[0], asked_one(0.1, "land-b")), {}),
        ((TWO[0], asked_one(0.6, "tax-a", category=Category.TAX, soft=True)), {}),
        ((asked_one(0.6, "land-b"), asked_one(0.6, "land-c")), {}),
        (TWO, {"alert": Alert.FIRE}),
        (TWO, {"person": "judgement"}),
    ],
    ids=["one entry", "hardly likely", "a comma", "none sure", "danger", "for a person"],
)
def test_what_is_not_surely_several_matters_stays_one(parts, changes):
    assert decide(read(match(0.95), parts=parts, **changes), LIMITS, TODAY).parts == ()
