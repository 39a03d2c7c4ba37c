"""Slips of typing: a character that fits nowhere is read as the one alike that does, and nothing else is touched."""

import pytest

from knowledge.answer_policy import Limits
from knowledge.evaluation.cases import HELDOUT, read_all
from knowledge.evaluation.measure import outcome_of
from knowledge.evaluation.robustness import spoil
from knowledge.language.text import detect_language, normalise
from knowledge.loading import load_knowledge, read_thresholds
from knowledge.understand import Understander


@pytest.fixture(scope="module")
def understander():
    return Understander(load_knowledge())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("要辦工廠登計要準備哪些東西", "要辦工廠登記要準備哪些東西"),
        ("員工加斑費怎麼算", "員工加班費怎麼算"),
        ("空污操做許可證快到期了", "空污操作許可證快到期了"),
        ("租越快到期 想續組", "租約快到期 想續租"),
        ("申辨工廠登記", "申辦工廠登記"),
        ("因備文件", "應備文件"),
        ("要帶什麼聞件", "要帶什麼文件"),
        ("營業稅什麼時後報", "營業稅什麼時候報"),
        ("炭費是每家都要繳嗎", "碳費是每家都要繳嗎"),
    ],
)
def test_a_slip_is_read_as_what_was_meant(understander, typed, meant):
    assert understander.spelling.mend(normalise(typed)) == normalise(meant)


def test_hardly_anything_that_is_spelt_right_is_touched(understander):
    texts = [normalise(c.text) for c in read_all(HELDOUT)[0] if detect_language(c.text).group == "zh"]
    assert len(texts) > 900
    assert sum(understander.spelling.mend(text) != text for text in texts) <= 0.025 * len(texts)


@pytest.mark.parametrize(("slip", "answered"), [("one homophone", 0.9), ("two homophones", 0.8)])
def test_questions_with_slips_are_answered_nearly_as_often_and_rightly(understander, slip, answered):
    limits = Limits.from_mapping(read_thresholds())
    cases = [c for c in read_all(HELDOUT)[0] if c.faq and detect_language(c.text).group == "zh"]
    clean = [outcome_of(understander.understand(c.text), limits) for c in cases]
    slips = [outcome_of(understander.understand(t), limits) for t in spoil([c.text for c in cases], slip)]
    right = [o.ranked[0] in c.faq for o, c in zip(slips, cases, strict=True) if o.answered]
    assert len(right) >= answered * sum(o.answered for o in clean)
    assert sum(right) >= 0.985 * len(right)


def test_what_is_mended_is_as_long_as_before_and_shown_as_it_was_typed(understander):
    read = understander.understand("租越快到期 想續組要多久前提出？另外產地證明一張多少錢")
    assert read.text.startswith("租越")
    lease, origin = read.parts
    assert lease.text.startswith("租越")
    assert "續租" in lease.faq[0].entry.question
    assert origin.faq[0].entry_id == "other-origin-certificate"


@pytest.mark.parametrize("text", ["How long does a lease last?", "賃料はいくらですか", "", "😀", "在"])
def test_other_languages_and_nothing_are_left_alone(understander, text):
    assert understander.understand(text).text == text
