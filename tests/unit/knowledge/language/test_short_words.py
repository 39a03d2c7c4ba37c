"""Short words of firms, and words of one language in sentences of another, are read as the knowledge says."""

import pytest

from knowledge.language.short_words import in_chinese, in_english
from knowledge.language.text import normalise


@pytest.mark.parametrize(("written", "read"), [
    ("廠登要多久", "工廠登記要多久"), ("契容可以增加嗎", "契約容量可以增加嗎"), ("投抵怎麼申請", "投資抵減怎麼申請"),
    ("building permit 要去哪裡申請", "建造執照 要去哪裡申請"), ("C/O 怎麼辦", "產地證明書 怎麼辦"),
])  # fmt: skip
def test_a_chinese_sentence_is_spelt_out(written, read):
    assert in_chinese(normalise(written)) == normalise(read)


@pytest.mark.parametrize("written", [
    "工廠登記", "進出口廠商登記", "辦廠登記", "產地證明要什麼", "招標廠商", "案件都審查完了嗎", "取消檢查", "改變使用",
])  # fmt: skip
def test_a_word_that_only_looks_like_a_short_one_stays(written):
    assert in_chinese(normalise(written)) == normalise(written)


@pytest.mark.parametrize(("written", "read"), [
    ("How do I apply for 工廠登記?", "how do i apply for factory registration"),
    ("what about 廠登", "what about factory registration"),
    ("When is the rent due", "when is the rent due"),
])  # fmt: skip
def test_an_english_sentence_is_read_in_english(written, read):
    assert in_english(normalise(written)) == read
