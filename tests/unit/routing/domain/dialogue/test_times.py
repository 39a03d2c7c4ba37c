"""When a call suits, as firms type it in three languages, and what is no time (L19)."""

from __future__ import annotations

import pytest

from routing.domain.dialogue.times import AFTERNOON, ANY, MORNING, suits


@pytest.mark.parametrize(
    ("words", "half"),
    [
        ("明天下午三點以後", AFTERNOON), ("下禮拜一早上", MORNING), ("明早", MORNING),
        ("星期五 10:00", MORNING), ("下班前", AFTERNOON),
        ("午休後再打", AFTERNOON), ("隨時都可以", ANY), ("盡快", ANY), ("麻煩越快越好", ANY), ("現在", ANY),
        ("tmr morning", MORNING), ("tmrw afternoon pls", AFTERNOON), ("tomorrow morning", MORNING),
        ("2pm", AFTERNOON),
        ("after 2 pm tmr", AFTERNOON), ("next monday am", MORNING), ("after lunch", AFTERNOON),
        ("around 3", AFTERNOON),
        ("ASAP", ANY), ("as soon as possible please", ANY), ("whenever", ANY), ("any time tomorrow", ANY),
        ("明日の朝", MORNING), ("夕方", AFTERNOON), ("この後いつでも", ANY),
        ("なるべく早くお願いします", ANY), ("午前中", MORNING),
    ],
)  # fmt: skip
def test_a_time_is_read_as_it_is_typed(words, half):
    assert suits(words) == half


@pytest.mark.parametrize(
    "words",
    [
        "等一下", "等一下我問統編", "現在停電了", "盡快派人來修漏水",
        "下班前要交的文件是哪些", "下午茶有限公司", "morning star co.", "now leasing",
        "as soon as possible the pump must be fixed", "soon kang industry",
        "明早要停水嗎", "夕方に停電しました", "Friday Ltd.",
        "around 300 pallets are stuck",
    ],
)  # fmt: skip
def test_a_name_or_a_matter_that_begins_like_a_time_is_none(words):
    assert suits(words) is None
