"""Opposites are never taken for each other."""

import pytest

from knowledge.language.opposites import Said, Stance, negated
from knowledge.language.text import normalise

OPPOSED = [
    ("我要退租", ["我要續租", "租約到期續約"]),
    ("我要續租", ["想退租土地", "提前解約"]),
    ("不能停車嗎", ["可以停車嗎", "停車場在哪"]),
    ("取消申請", ["怎麼申請補助", "申請要準備什麼"]),
    ("停工要報嗎", ["開工申報", "什麼時候要動工"]),
    ("調降契約容量", ["增加契約容量", "契約容量調高"]),
    ("廢止用電", ["新設用電怎麼申請", "新裝電表"]),
    ("我想賣廠房", ["想買廠房", "承購標準廠房"]),
    ("減資登記", ["增資登記怎麼辦", "增資要附什麼"]),
    ("出口要許可嗎", ["進口要許可嗎", "輸入許可"]),
    ("使用執照怎麼申請", ["建造執照怎麼申請", "建照要多久"]),
    ("cancel the lease renewal, reduce power", ["increase power", "raise the capacity"]),
]


@pytest.mark.parametrize(("question", "phrasings"), OPPOSED)
def test_opposites_are_seen(question, phrasings):
    """Traps 1.2: no string likeness separates these."""
    assert Stance.of(phrasings).contradicts(Said.of(normalise(question)))


@pytest.mark.parametrize(
    ("question", "phrasings"),
    [
        ("我要續約", ["我要續租", "租約到期續約"]),
        ("能不能停車", ["可以停車嗎"]),
        ("不好意思請問怎麼申請", ["怎麼申請補助"]),
        ("退租跟續租差在哪", ["我要續租"]),
    ],
)
def test_agreement_is_not_vetoed(question, phrasings):
    assert not Stance.of(phrasings).contradicts(Said.of(normalise(question)))


def test_question_forms_are_no_denial():
    assert not negated(normalise("能不能蓋夾層"))
    assert negated(normalise("不能蓋夾層嗎"))
