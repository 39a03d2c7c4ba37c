"""Two things asked of one matter, each of which stands in an entry of its own; and the order of what is offered."""

from dataclasses import replace

from knowledge.entries import Aspect, Wording
from knowledge.relevance.match import Match
from knowledge.vocabulary import EntryKind
from routing.domain.decision import Action, decide
from tests.unit.routing.domain.test_decision import LIMITS, TODAY, entry, match, read

TEXT = "耗水費誰要繳 一度多少"
ASKED = ("耗水費誰要繳", "一度多少")


def near(entry_id, question, probability, *, related=(), kind=EntryKind.ANSWER, lacks=()):
    known = replace(
        entry(entry_id, kind=kind), question=question, en=Wording(question="?", answer="!"), related=related
    )
    return Match(
        entry=known, score=probability, probability=probability, phrase=question, similarity=0.5, lacks=lacks,
        off="aspect" if lacks else "",
    )  # fmt: skip


def asked(*faq, **changes):
    return read(*faq, text=TEXT, questions=ASKED, **changes)


WHO = near("water-who", "哪些廠商要繳耗水費？", 0.5, related=("water-rate",), lacks=(Aspect.HOW_MUCH,))
RATE = near("water-rate", "耗水費一度多少錢？", 0.45)


def test_two_related_entries_that_hold_what_is_asked_between_them_are_both_answered():
    decision = decide(asked(WHO, RATE), LIMITS, TODAY)
    assert decision.action is Action.ANSWER
    assert decision.reason == "both"
    assert [part.decision.leads.entry_id for part in decision.parts] == ["water-who", "water-rate"]
    assert [part.understanding.text for part in decision.parts] == list(ASKED)


def test_an_entry_that_hands_over_is_told_beside_the_one_that_answers():
    rate = near("water-rate", "耗水費一度多少錢？", 0.45, kind=EntryKind.HAND_OVER)
    decision = decide(asked(WHO, rate), LIMITS, TODAY)
    assert [part.decision.action for part in decision.parts] == [Action.ANSWER, Action.HAND_OVER]
    assert decision.action is Action.CHOOSE


def test_entries_of_matters_that_are_not_related_are_offered():
    stranger = near("water-arrears", "水費一度多少錢？", 0.45)
    assert not decide(asked(WHO, stranger), LIMITS, TODAY).parts


def test_one_question_is_not_answered_twice():
    assert not decide(read(WHO, RATE, text="耗水費"), LIMITS, TODAY).parts


def test_a_third_entry_that_may_be_meant_as_well_leaves_the_choice_to_the_firm():
    third = near("water-halving", "耗水費減半嗎？", 0.4)
    assert not decide(asked(WHO, RATE, third), LIMITS, TODAY).parts


def test_what_one_lacks_is_told_by_another_of_its_topic_whatever_else_is_near():
    """用電場所要設技術人員嗎 多少瓩以上 沒設會罰嗎: the fine alone would leave the threshold out."""
    fine = replace(near("fine", "沒設技術人員罰多少？", 0.95, lacks=(Aspect.HOW_MUCH,)), off="")
    level = replace(near("level", "要請哪一級技術人員？", 0.6, lacks=(Aspect.HOW_MUCH,)), off="")
    who = near("who", "多少瓩以上算用電場所？", 0.7)
    decision = decide(asked(fine, who, level), LIMITS, TODAY)
    assert [part.decision.leads.entry_id for part in decision.parts] == ["fine", "who"]


def test_two_related_entries_as_likely_as_each_other_are_both_told_for_one_question():
    every = near("interval", "幾年申報一次？", 0.93, related=("report",))
    report = near("report", "怎麼申報？", 0.92)
    decision = decide(read(every, report, text="公安申報每年都要嗎"), LIMITS, TODAY)
    assert [part.decision.leads.entry_id for part in decision.parts] == ["interval", "report"]


def test_one_that_is_sure_is_told_alone_for_one_question():
    every = near("interval", "幾年申報一次？", 0.97, related=("report",))
    decision = decide(read(every, near("report", "怎麼申報？", 0.8), text="公安申報每年都要嗎"), LIMITS, TODAY)
    assert decision.reason == "sure"


def test_what_a_person_must_judge_is_not_answered_in_two():
    assert not decide(asked(WHO, RATE, person="judgement"), LIMITS, TODAY).parts


def test_the_likeliest_is_offered_first():
    decision = decide(read(match(0.4, entry_id="a"), match(0.6, entry_id="b")), LIMITS, TODAY)
    assert [choice.entry_id for choice in decision.choices] == ["b", "a"]


def test_what_does_not_say_what_is_asked_is_offered_behind_what_does():
    lacking = near("lacking", "?", 0.6, lacks=(Aspect.HOW_MUCH,))
    decision = decide(read(lacking, match(0.5, entry_id="says")), LIMITS, TODAY)
    assert [choice.entry_id for choice in decision.choices] == ["says", "lacking"]
