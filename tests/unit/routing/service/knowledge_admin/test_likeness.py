"""Texts of firms: grouped by likeness."""

from routing.service.knowledge_admin.grouping import group


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
