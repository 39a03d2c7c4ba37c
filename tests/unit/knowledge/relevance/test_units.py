"""A firm's quantity in the unit in which the answer speaks."""

from decimal import Decimal

import pytest

from knowledge.relevance.units import converted


@pytest.mark.parametrize(
    ("text", "told", "result", "into"),
    [
        ("我們廠房45坪要登記嗎", "廠房面積150平方公尺以上", "148.76", "sqm"),
        ("一百坪的辦公室裝修", "300平方公尺以下", "330.58", "sqm"),
        ("基地1.2公頃", "面積500平方公尺以下免設", "12000", "sqm"),
        ("900平方公尺的地", "每坪100元，滿300坪", "272.25", "ping"),
        ("50馬力的機器要登記嗎", "馬力與電熱合計75千瓦以上", "37.3", "kw"),
        ("our contract is 6 MW", "經常契約容量5,000瓩以上", "6000", "kw"),
        ("一天用水350噸", "每日300立方公尺以上", "350", "cubic"),
        ("用水四百CMD", "每日300立方公尺以上", "400", "cubic"),
        ("we have 45 ping", "廠房面積150平方公尺以上", "148.76", "sqm"),
    ],
)
def test_a_quantity_is_told_in_the_unit_of_the_answer(text, told, result, into):
    (one,) = converted(text, told)
    assert (one.result, one.into) == (Decimal(result), into)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("150平方公尺要登記嗎", "廠房面積150平方公尺以上"),
        ("45坪要登記嗎", "300立方公尺以上"),
        ("廢棄物十噸", "處6,000元以上罰鍰"),
        ("規費多少", "5,000元"),
    ],
)
def test_nothing_is_told_where_there_is_nothing_to_convert(text, told):
    assert converted(text, told) == ()
