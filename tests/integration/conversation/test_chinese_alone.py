"""An entry that has no English or Japanese yet: those who read them are offered a person, and nothing else."""

from dataclasses import replace

import pytest

from knowledge.entries import Wording
from knowledge.understand import Understander
from knowledge.wording import load_sentences
from routing.domain.decision import Thresholds
from routing.service.conversation.reader import Reader
from tests.harness.chat import actions_of, words_of
from tests.harness.databases import BOTH
from tests.harness.few_entries import few

ENTRY = "land-lease-renewal"
NONE = Wording(question="", answer="")


def chinese_alone(chat):
    base = few()
    entries = tuple(replace(one, en=NONE, ja=NONE) if one.id == ENTRY else one for one in base.entries)
    chat.reader = Reader(lambda: Understander(replace(base, entries=entries)), Thresholds.shipped())
    return base.entry(ENTRY)


@pytest.mark.parametrize("branch", BOTH, indirect=True)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_firm_that_writes_otherwise_is_offered_a_person(chat, language):
    entry = chinese_alone(chat)
    answered = chat.text(entry.wording(language).question)
    assert chat.contact.language == language
    assert "open_case" in actions_of(answered)
    assert not {"helpful", "faq"} & set(actions_of(answered))
    assert entry.answer not in words_of(answered)
    told = load_sentences().say("hand_over.other_language", language)
    assert told in words_of(answered)
    assert told in words_of(chat.tap("faq", id=ENTRY))
    assert ENTRY not in str(chat.tap("category", category="land"))


def test_in_chinese_it_is_answered(chat):
    entry = chinese_alone(chat)
    assert entry.answer in words_of(chat.text(entry.question))
