"""What leaves the office names nobody, and what comes back names them again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.language.placeholders import FIRM, NAME, PHONE, Placeholders, marks_in

KNOWN = ((NAME, "王大明"), (FIRM, "晴川精密有限公司"), (PHONE, "07-0000000"))


@pytest.mark.parametrize(
    ("text", "gone", "kept"),
    [
        ("我是晴川精密的王大明，電話０９１２-345-678", ("晴川精密", "王大明", "345"), ("電話",)),
        ("統編12345675，信箱 a.b@c.com.tw，賴 ID: sunny_01", ("12345675", "a.b", "sunny"), ("統編", "信箱")),
        ("電號 07-12-3456-78-9 停電", ("3456",), ("電號", "停電")),
        ("麻煩請林小姐回電 07-361-1212 轉 212", ("林", "1212", "212"), ("麻煩請", "小姐")),
        ("聯絡人：李四，住高雄市楠梓區加昌路600號", ("李四", "600"), ("聯絡人",)),
        ("Mr. John Smith of Sunny Precision Co., Ltd., tel +886-7-361-1212", ("Smith", "Sunny", "361"), ("tel",)),
        ("115.11.29 繳 12,000 元，12000 平方公尺，2026-11-29", (), ("115.11.29", "12,000 元", "12000", "2026-11-29")),
        ("案號 KP-1151116-0001", ("1151116",), ("案號",)),
    ],
)  # fmt: skip
def test_who_is_marked_and_what_stays(text, gone, kept):
    marks = Placeholders(KNOWN)
    hidden = marks.hide(text)
    assert [word for word in gone if word in hidden] == []
    assert [word for word in kept if word not in hidden] == []
    assert marks.restore(hidden) == text.translate(str.maketrans("０９１２", "0912"))


def test_the_same_value_has_one_mark_and_a_mark_typed_by_a_firm_is_none():
    marks = Placeholders(KNOWN)
    first, second = marks.hide("王大明說"), marks.hide("請回電王大明")
    assert marks_in(first) == marks_in(second) == ("[[NAME_1]]",)
    assert "王大明" not in marks.restore(marks.hide("[[NAME_1]]、[NAME_1] 是誰"))
    assert marks.restore("[NAME_1]") == "王大明"


def test_marks_that_were_never_given_and_values_that_were_never_told_are_found():
    marks = Placeholders(KNOWN)
    marks.hide("我是王大明")
    assert marks.strange("[[NAME_1]] [[PHONE_7]]") == ("[[PHONE_7]]",)
    assert marks.leaks("請洽晴川精密 0988-111-222") == ("晴川精密", "0988-111-222")
    assert marks.leaks("請於 115.11.29 前繳 12,000 元，詳見第 39 條") == ()


PARTS = [*"請電王大明07-００9123@。 [", "NAME_1]", "晴川精密有限公司", "A123456789"]


@given(st.lists(st.sampled_from(PARTS), max_size=24))
def test_whatever_is_hidden_comes_back(parts):
    marks = Placeholders(KNOWN)
    text = "".join(parts)
    hidden = marks.hide(text)
    assert "王大明" not in hidden
    assert "A123456789" not in hidden
    assert marks.restore(hidden).replace("［", "[") == text.replace("０", "0").replace("［", "[")
