"""What is asked, where it holds and who may be asked decide before likeness does."""

from dataclasses import replace
from datetime import date

import pytest

from knowledge.entries import Aspect
from knowledge.relevance.aspects import Ask
from knowledge.relevance.places import Place
from knowledge.vocabulary import EntryKind, ParkKind
from routing.domain.decision import Action, decide
from tests.unit.routing.domain.test_decision import LIMITS, TODAY, match, read

TECHNOLOGY, INDUSTRIAL = ParkKind.TECHNOLOGY, ParkKind.INDUSTRIAL
HERE = Place(kind=TECHNOLOGY, own=True)
THERE = Place(kind=INDUSTRIAL, own=True)
ELSEWHERE = Place(kind=None, own=False)


def of_kind(probability, parks, entry_id="land-a"):
    found = match(probability, entry_id=entry_id)
    return replace(found, entry=replace(found.entry, parks=parks))


@pytest.mark.parametrize("off", ["aspect", "step"])
def test_an_entry_that_does_not_say_what_is_asked_is_offered_with_what_it_lacks(off):
    decision = decide(read(replace(match(0.99), off=off, lacks=(Aspect.PENALTY,))), LIMITS, TODAY)
    assert (decision.action, decision.reason) == (Action.CHOOSE, off)
    assert decision.missing == (Aspect.PENALTY,)
    assert decision.nearest is None


def test_of_several_things_asked_what_the_answer_does_not_say_is_named():
    decision = decide(read(replace(match(0.99), lacks=(Aspect.HOW_LONG,))), LIMITS, TODAY)
    assert (decision.action, decision.missing) == (Action.ANSWER, (Aspect.HOW_LONG,))


def test_an_entry_that_does_not_say_what_is_asked_is_no_rival():
    near = replace(match(0.9, entry_id="land-b"), off="aspect")
    assert decide(read(match(0.95), near), LIMITS, TODAY).action is Action.ANSWER


def test_a_second_entry_that_may_be_meant_is_a_button():
    decision = decide(read(match(0.95), match(0.4, entry_id="land-b")), LIMITS, TODAY)
    assert (decision.action, decision.also.entry_id) == (Action.ANSWER, "land-b")


@pytest.mark.parametrize(
    ("parks", "place", "known", "reason"),
    [
        (TECHNOLOGY, HERE, None, "sure"),
        (TECHNOLOGY, HERE, INDUSTRIAL, "sure"),
        (TECHNOLOGY, THERE, None, "other_kind"),
        (TECHNOLOGY, THERE, TECHNOLOGY, "other_kind"),
        (TECHNOLOGY, None, INDUSTRIAL, "other_kind"),
        (TECHNOLOGY, None, TECHNOLOGY, "sure"),
        (TECHNOLOGY, None, None, "sure"),
        (ParkKind.ANY, THERE, None, "sure"),
        (ParkKind.ANY, ELSEWHERE, None, "elsewhere"),
        (INDUSTRIAL, HERE, None, "other_kind"),
    ],
)
def test_where_it_holds(parks, place, known, reason):
    decision = decide(read(of_kind(0.99, parks), place=place), LIMITS, TODAY, known)
    assert decision.reason == reason
    assert (decision.match is not None) == (reason == "sure")


def test_where_the_rules_differ_and_nothing_says_which_the_kind_is_asked_once():
    faq = (of_kind(0.95, TECHNOLOGY), of_kind(0.93, INDUSTRIAL, "land-b"))
    decision = decide(read(*faq), LIMITS, TODAY)
    assert (decision.action, decision.reason) == (Action.CHOOSE, "which_kind")
    known = decide(read(*faq), LIMITS, TODAY, INDUSTRIAL)
    assert (known.reason, known.match.entry_id) == ("sure", "land-b")


def test_a_rule_of_the_other_kind_that_is_not_near_is_not_asked_about():
    faq = (of_kind(0.95, TECHNOLOGY), of_kind(0.2, INDUSTRIAL, "land-b"))
    assert decide(read(*faq), LIMITS, TODAY).reason == "sure"
    assert decide(read(*faq), LIMITS, TODAY, TECHNOLOGY).reason == "sure"


@pytest.mark.parametrize("why", ["judgement", "remedy", "medical", "others", "action", "complaint"])
def test_what_only_a_person_may_answer_goes_to_one_with_what_is_known(why):
    decision = decide(read(match(0.99), person=why), LIMITS, TODAY)
    assert (decision.action, decision.reason) == (Action.HAND_OVER, f"person_{why}")
    assert [m.entry_id for m in decision.choices] == ["land-a"]


def test_words_that_ask_nothing_are_not_answered():
    assert decide(read(match(0.99), tells=True), LIMITS, TODAY).action is Action.CHOOSE


def test_a_threshold_of_its_own_holds_for_an_aspect():
    asks = (Ask(aspect=Aspect.HOW_MUCH),)
    strict = replace(LIMITS, by_aspect={"how_much": 0.07})
    assert decide(read(match(0.95), asks=asks), strict, TODAY).action is Action.CHOOSE
    assert decide(read(match(0.95)), strict, TODAY).action is Action.ANSWER
    assert decide(read(match(0.98), asks=asks), strict, TODAY).action is Action.ANSWER


def test_a_hand_over_entry_still_hands_over():
    decision = decide(read(match(0.99, kind=EntryKind.HAND_OVER, review=date(2027, 1, 1))), LIMITS, TODAY)
    assert (decision.action, decision.reason) == (Action.HAND_OVER, "entry_hands_over")
