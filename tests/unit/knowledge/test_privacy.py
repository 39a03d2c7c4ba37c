"""The privacy notice: what 個人資料保護法 §8 asks for, in three languages, with a version."""

from knowledge.privacy import load_privacy
from knowledge.vocabulary import READING_LANGUAGES

NOTICE = load_privacy()


def test_the_notice_has_a_version_that_fits_its_column():
    assert 0 < len(NOTICE.version) <= 20


def test_every_section_is_there_in_three_languages():
    assert len(NOTICE.sections) >= 5
    for section in NOTICE.sections:
        assert set(section.heading) == set(section.body) == set(READING_LANGUAGES)
        assert all(text.strip() for text in (*section.heading.values(), *section.body.values()))


def test_the_law_is_answered():
    whole = "".join(section.heading["zh-TW"] + section.body["zh-TW"] for section in NOTICE.sections)
    for word in ("目的", "類別", "期間", "地區", "對象", "權利", "第三條"):
        assert word in whole or (word == "第三條" and ("第 3 條" in whole or "第3條" in whole)), word
