"""What the entries near a question say of its category."""

import pytest

from knowledge.model.classify import RankedCategory, with_entries
from knowledge.vocabulary import Category


def ranked(**shares: float) -> tuple[RankedCategory, ...]:
    return tuple(RankedCategory(category=Category(name), probability=p, evidence=()) for name, p in shares.items())


def test_a_likely_entry_outweighs_words_that_are_nearly_even():
    found = with_entries(ranked(land=0.6, construction=0.4), [(Category.CONSTRUCTION, 0.9)])
    assert found[0].category is Category.CONSTRUCTION
    assert sum(one.probability for one in found) == pytest.approx(1.0)


def test_an_unlikely_entry_leaves_plain_words_as_they_are():
    assert (
        with_entries(ranked(land=0.6, construction=0.4), [(Category.CONSTRUCTION, 0.05)])[0].category is Category.LAND
    )


def test_several_entries_of_one_category_count_as_its_likeliest():
    words = ranked(land=0.7, tax=0.3)
    assert with_entries(words, [(Category.TAX, 0.2)] * 5) == with_entries(words, [(Category.TAX, 0.2)])


def test_small_talk_stays_small_talk_unless_an_entry_is_fairly_likely():
    talk = ranked(smalltalk=0.55, other=0.45)
    assert with_entries(talk, [(Category.OTHER, 0.25)])[0].category is Category.SMALLTALK
    assert with_entries(talk, [(Category.OTHER, 0.6)])[0].category is Category.OTHER


def test_without_entries_nothing_changes():
    words = ranked(land=0.6, tax=0.4)
    assert with_entries(words, []) == words
