"""The words of the desk: whatever code the knowledge uses has one, so that no code is ever read by staff."""

from __future__ import annotations

import pytest

from bot.web.words import WORDS, word
from knowledge.loading import load_knowledge


def test_every_topic_of_the_knowledge_has_a_word() -> None:
    knowledge = load_knowledge()
    topics = {entry.topic for entry in knowledge.entries}
    assert topics - WORDS["topic"].keys() == set()


@pytest.mark.parametrize(("code", "shown"), [("power", "電力"), (None, "—"), ("unheard-of", "unheard-of")])
def test_a_code_without_a_word_is_shown_as_it_is(code: str | None, shown: str) -> None:
    assert word(code, "topic") == shown
