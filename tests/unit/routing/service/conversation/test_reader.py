"""The reader with an outside service that may reorder choices, and nothing else."""

from datetime import date

import pytest

from knowledge.loading import load_knowledge
from knowledge.understand import Understander
from routing.domain.decision import Action, Thresholds
from routing.service.conversation.reader import Reader

TODAY = date(2026, 11, 22)
UNSURE = "廢水"


@pytest.fixture(scope="module")
def understander():
    return Understander(load_knowledge())


def reader(understander, likeness):
    return Reader(lambda: understander, Thresholds.shipped(), likeness=likeness)


def choices(understander, likeness):
    _, decision = reader(understander, likeness).read(UNSURE, None, today=TODAY)
    assert decision.action is Action.CHOOSE
    return [match.entry_id for match in decision.choices]


def test_choices_come_in_the_order_of_the_service(understander):
    plain = choices(understander, None)
    assert len(plain) > 1
    assert choices(understander, lambda _, asked: list(range(len(asked)))) == plain[::-1]


@pytest.mark.parametrize("likes", [None, [], [1.0] * 9])
def test_a_service_that_says_nothing_useful_changes_nothing(understander, likes):
    assert choices(understander, lambda *_: likes) == choices(understander, None)


def test_the_service_is_not_asked_where_the_window_chats(understander):
    asked = []
    for text in ("哈囉", "謝謝"):
        reader(understander, lambda text, _: asked.append(text)).read(text, None, today=TODAY)
    assert asked == []
