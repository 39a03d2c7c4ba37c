"""Texts of firms: grouped by likeness, and shown without what identifies anybody."""

import pytest

from routing.service.knowledge_admin.grouping import bare, group, mask


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("請回電 07-821-1234 轉 105", "821"),
        ("手機０９１２３４５６７８", "５６７８"),
        ("手機0912-345-678", "345"),
        ("+886 912 345 678 call me", "912"),
        ("寄到 wang.da@example.com.tw", "wang.da"),
        ("我們統編12345675", "12345675"),
        ("身分證 A123456789", "A123456789"),
        ("案號 KP-1151122-0001 何時好", "1151122"),
        ("分機 302 找我", "302"),
        ("賴ID: happy_boss88", "happy_boss88"),
        ("我是王小姐", "王小姐"),
        ("陳大明先生負責", "陳大明"),
        ("見 https://example.com/a?b=c", "example"),
    ],
)
def test_what_identifies_somebody_is_masked(text, hidden):
    assert hidden not in mask(text)
    assert "〔" in mask(text)


def test_names_of_firm_and_contact_are_masked_also_without_the_legal_form():
    said = mask("我是晴川精密的林小萍，晴川精密有限公司要續租", ["晴川精密有限公司", "林小萍", None])
    assert "晴川" not in said
    assert "小萍" not in said
    assert bare(said).endswith("要續租")


@pytest.mark.parametrize(
    "text", ["廠房12000平方公尺的租金", "2026年11月22日到期", "第8條第2款", "契約容量1500瓩", "方經理人會議"]
)
def test_numbers_that_belong_to_the_question_stay(text):
    assert mask(text) == text


def test_the_same_question_in_other_words_is_one_group_and_others_are_not():
    texts = [
        "續租要附什麼文件",
        "停車證怎麼申請",
        "標準廠房續租要準備哪些文件",
        "電價多少",
        "辦理續租應備文件",
        "車輛停車證申請",
    ]
    groups = [{texts[n] for n in found.members} for found in group(texts)]
    assert groups == [{texts[0], texts[2], texts[4]}, {texts[1], texts[5]}, {"電價多少"}]


def test_grouping_is_deterministic_and_takes_nothing_and_empty_texts():
    texts = ["停電", "停電了", "", "停電了嗎", ""]
    assert group(texts) == group(texts)
    assert sorted(n for found in group(texts) for n in found.members) == [0, 1, 2, 3, 4]
    assert group([]) == []
