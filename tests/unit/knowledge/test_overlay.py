"""The branch's own knowledge over the shipped one: entries replaced, phrasings joined, counter-examples obeyed."""

from dataclasses import replace
from datetime import date

import pytest

from knowledge.entries import KnowledgeBase
from knowledge.loading import load_knowledge
from knowledge.overlay import Kind, Taught, TaughtUnderstander, lay_over
from knowledge.vocabulary import Category
from routing.domain.decision import Action, Thresholds, decide

TODAY = date(2026, 11, 23)
EASY = Thresholds(answer=0.3, margin=0.0)


@pytest.fixture(scope="module")
def shipped():
    base = load_knowledge()
    wanted = {"land-lease-renewal", "land-standard-renewal", "land-find-platform", "utilities-water-plan-fee"}
    return KnowledgeBase(entries=tuple(e for e in base.entries if e.id in wanted), lexicon=base.lexicon)


def test_nothing_laid_over_changes_nothing(shipped):
    assert lay_over(shipped, ()) == shipped


def test_an_edited_entry_takes_the_place_of_the_shipped_one_and_a_new_one_is_added(shipped):
    old = shipped.entries[0]
    edited, new = replace(old, answer="新的回答"), replace(old, id="land-new")
    base = lay_over(shipped, [edited, new])
    assert [e.id for e in base.entries] == [*(e.id for e in shipped.entries), "land-new"]
    assert base.entry(old.id).answer == "新的回答"


def test_a_taught_phrasing_joins_its_entry_in_its_language_once_and_leaves_another(shipped):
    words = shipped.entry("land-lease-renewal").phrasings["zh"][0]
    taught = [
        Taught(text=words, kind=Kind.PHRASING, entry_id="land-standard-renewal"),
        Taught(text=words, kind=Kind.PHRASING, entry_id="land-standard-renewal"),
        Taught(text="how do I keep my standard factory", kind=Kind.PHRASING, entry_id="land-standard-renewal"),
        Taught(text="不見了的條目", kind=Kind.PHRASING, entry_id="gone"),
    ]
    base = lay_over(shipped, (), taught)
    assert base.entry("land-standard-renewal").phrasings["zh"].count(words) == 1
    assert words not in base.entry("land-lease-renewal").phrasings["zh"]
    assert "how do I keep my standard factory" in base.entry("land-standard-renewal").phrasings["en"]


def test_a_taught_phrasing_is_answered_with_its_entry(shipped):
    taught = [Taught(text="廠商大會要帶伴手禮嗎", kind=Kind.PHRASING, entry_id="land-find-platform")]
    read = TaughtUnderstander(lay_over(shipped, (), taught), taught).understand("廠商大會要帶伴手禮嗎？")
    assert read.faq[0].entry_id == "land-find-platform"


def test_nearly_the_words_of_a_counter_example_are_never_answered_with_that_entry(shipped):
    question = shipped.entry("land-lease-renewal").phrasings["zh"][1]
    taught = [Taught(text=question, kind=Kind.COUNTER, entry_id="land-lease-renewal")]
    before = TaughtUnderstander(shipped).understand(question)
    after = TaughtUnderstander(shipped, taught).understand(f"{question}？")
    assert decide(before, EASY, TODAY).match.entry_id == "land-lease-renewal"
    decision = decide(after, EASY, TODAY)
    assert decision.action is not Action.ANSWER or decision.match.entry_id != "land-lease-renewal"
    assert "land-lease-renewal" in {match.entry_id for match in after.faq}


def test_a_taught_category_holds_for_nearly_the_same_words_only(shipped):
    taught = [Taught(text="中秋節禮盒的發票怎麼報", kind=Kind.CATEGORY, category=Category.OTHER)]
    understander = TaughtUnderstander(shipped, taught)
    read = understander.understand("中秋節禮盒的發票怎麼報？")
    assert read.category is Category.OTHER
    assert sum(one.probability for one in read.categories) == pytest.approx(1)
    assert read.categories[0].category is Category.OTHER
    other = understander.understand("土地租約快到期，可以續租嗎")
    assert other.category is TaughtUnderstander(shipped).understand("土地租約快到期，可以續租嗎").category
