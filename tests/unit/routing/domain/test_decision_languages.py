"""Entries that nobody has translated yet: whoever reads another language is offered a person."""

from dataclasses import replace

import pytest

from knowledge.entries import Wording
from knowledge.loading import load_knowledge
from knowledge.relevance.match import Match
from routing.domain.decision import Action, Decision, told_in

WHOLE, OTHER = load_knowledge().entries[:2]
NONE = Wording(question="", answer="")


def match(entry, probability=0.99):
    return Match(entry=entry, score=1.0, probability=probability, phrase="", similarity=1.0)


CHINESE = match(replace(WHOLE, en=NONE, ja=NONE))
SURE = Decision(action=Action.ANSWER, reason="sure", match=CHINESE, also=match(OTHER))


@pytest.mark.parametrize("language", ["zh-TW", "zh-CN"])
def test_chinese_is_answered_as_ever(language):
    assert told_in(SURE, language) == SURE


@pytest.mark.parametrize("language", ["en", "ja"])
def test_another_language_is_offered_a_person(language):
    expected = Decision(action=Action.HAND_OVER, reason="other_language")
    assert told_in(SURE, language) == expected
    assert (
        told_in(Decision(action=Action.CHOOSE, reason="unsure", choices=(CHINESE, match(OTHER))), language) == expected
    )


def test_what_is_beside_a_spoken_entry_is_left_out():
    decision = Decision(action=Action.ANSWER, reason="sure", match=match(OTHER), also=CHINESE)
    assert told_in(decision, "en") == replace(decision, also=None)
    choices = (match(OTHER, 0.9), CHINESE)
    assert told_in(Decision(action=Action.CHOOSE, reason="unsure", choices=choices), "en").choices == choices[:1]
    unlikely = Decision(action=Action.CHOOSE, reason="unsure", choices=(match(OTHER, 0.3), CHINESE))
    assert told_in(unlikely, "en").reason == "other_language"
