"""Canned replies: what may be written, and how a case's facts get in."""

import pytest

from routing.domain.canned import Words, checked, filled
from routing.domain.errors import Invalid


def words(zh="您好，案號 {案號} 已受理。", **texts):
    return Words(title=" 受理  說明 ", unit=None, texts={"zh-TW": zh, **texts})


def test_blanks_and_empty_languages_are_left_out():
    told = checked(words("  {案號}\n", en=" ", ja="{案號}です"))
    assert (told.title, told.texts) == ("受理 說明", {"zh-TW": "{案號}", "ja": "{案號}です"})


@pytest.mark.parametrize(
    ("zh", "texts", "field", "code"),
    [
        ("", {}, "zh-TW", "invalid"),
        ("{統編}", {}, "zh-TW", "unknown_place"),
        ("{案號", {}, "zh-TW", "unknown_place"),
        ("{{案號}}", {}, "zh-TW", "unknown_place"),
        ("{案號}", {"en": "Your case"}, "en", "places_differ"),
        ("{案號}", {"ja": "{案號}、{單位}"}, "ja", "places_differ"),
        ("字" * 2001, {}, "zh-TW", "invalid"),
        ("好", {"ko": "예"}, "texts", "invalid"),
    ],
)
def test_what_cannot_be_used_is_refused_by_field(zh, texts, field, code):
    with pytest.raises(Invalid) as refused:
        checked(words(zh, **texts))
    assert (refused.value.field, refused.value.code) == (field, code)


def test_facts_are_put_in_once_and_what_is_missing_is_seen():
    assert filled("{廠商}：{案號}，{單位電話}", {"廠商": "{案號}公司", "案號": "KP-1"}) == "{案號}公司：KP-1，○○"
