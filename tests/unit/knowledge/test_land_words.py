"""What is heard of a need for land: figures side by side, figures of something else, and who looks for it at all."""

import pytest

from knowledge.land import Range, goes_anywhere, heard, label, seeks_land, skips, stops
from routing.domain.dialogue.land_need import wanted


def exactly(value):
    return Range(value, value)


def test_water_and_wastewater_side_by_side_each_have_their_own_figure():
    for text in ("用水100CMD 廢水80CMD", "用水 100 CMD、廢水 80 CMD", "water 100 CMD wastewater 80 CMD"):
        measures = heard(text).measures
        assert (measures["water"], measures["wastewater"]) == (exactly(100.0), exactly(80.0)), text


@pytest.mark.parametrize(
    "text",
    ["来年4月", "明年4月", "土地一甲左右", "1 hectare", "3樓", "2個月後", "12名", "大約 300 坪", "改成3000㎡",
     "7/1 到 8/1", "20人"],
)  # fmt: skip
def test_a_figure_of_something_else_is_no_figure_of_water(text):
    assert "water" not in heard(text, asked="water").measures


@pytest.mark.parametrize(
    ("text", "spread"),
    [
        ("500", exactly(500.0)), ("大概五百", exactly(500.0)), ("每天800噸", exactly(800.0)),
        ("1日100トン", exactly(100.0)),
        ("30 cubic meters per day", exactly(30.0)), ("300 到 400", Range(300.0, 400.0)),
    ],
)  # fmt: skip
def test_a_bare_figure_answers_what_was_asked(text, spread):
    assert heard(text, asked="water").measures == {"water": spread}


@pytest.mark.parametrize(
    ("category", "text", "asked"),
    [
        ("land", "any land available for lease?", True),
        ("land", "Is there a warehouse for rent in Linyuan", True),
        ("utilities", "想擴廠 需要5000㎡廠房 高壓用電1000KW", True),
        ("utilities", "公司要在屏東設廠做寵物食品 土地一甲左右 電300匹馬力", True),
        ("utilities", "我們要買電 500 kW", False),
        ("utilities", "廠房停電了，想要恢復供電", False),
        ("tax", "想租廠房 500坪", False),
        ("land", "廠房租約要續約 500坪", False),
        ("land", "the building renewal deposit is overdue", False),
    ],
)
def test_who_looks_for_land_is_asked_what_for_and_nobody_else(category, text, asked):
    assert wanted(category, text) is asked


def test_enough_any_place_and_not_known_are_told_apart_in_three_languages():
    assert [stops(one) for one in ("先這樣", "That is enough.", "これで終わり")] == [True] * 3
    assert [goes_anywhere(one) for one in ("都可以", "Anywhere in Kaohsiung", "どこでもいい")] == [True] * 3
    assert [skips(one) for one in ("隨便", "don't know", "わかりません", "特にありません")] == [True] * 4
    assert [stops("土地"), goes_anywhere("林園"), skips("300 kW")] == [False] * 3


def test_firms_read_kinds_of_business_in_their_language_and_their_own_words_as_they_are():
    assert [label("天車", "en"), label("天車", "ja"), label("天車", "zh-TW")] == ["Crane", "クレーン", "天車"]
    assert label("寵物食品", "en") == "寵物食品"
    assert seeks_land("We are looking for a factory building")
