"""Things that were offered are named by their place."""

import pytest

from routing.domain.dialogue.ordinals import picked


@pytest.mark.parametrize(("text", "place"), [
    ("第一個", 0), ("1", 0), ("２", 1), ("第2個", 1), ("我要第三個", 2), ("第三", 2), ("二", 1), ("最後一個", 2),
    ("the first one", 0), ("second", 1), ("The last one, please", 2), ("option 2", 1), ("2番目です", 1), ("選1", 0),
    ("第一題。", 0),
])  # fmt: skip
def test_the_place_that_is_named(text, place):
    assert picked(text, 3) == place


@pytest.mark.parametrize("text", [
    "第四個", "9", "第一次申請", "1樓", "10", "一般", "第一個案子什麼時候好", "the first floor", "",
    "07-3611212", "二廠",
])  # fmt: skip
def test_other_words_name_none(text):
    assert picked(text, 3) is None
