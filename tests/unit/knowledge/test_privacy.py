"""The privacy notice: what 個人資料保護法 §8 asks for, in three languages, with a version."""

from knowledge.privacy import USUAL_DAYS, load_privacy
from knowledge.vocabulary import READING_LANGUAGES

NOTICE = load_privacy()


def test_the_notice_has_a_version_that_fits_its_column():
    deployed = NOTICE.as_deployed({"mail": "mail.example.gov.tw"}, keep_files_days=USUAL_DAYS)
    assert 0 < len(NOTICE.version) < len(deployed.version) <= 20


def test_every_section_is_there_in_three_languages():
    assert len(NOTICE.sections) >= 5
    for section in NOTICE.sections:
        assert set(section.heading) == set(section.body) == set(READING_LANGUAGES)
        assert all(text.strip() for text in (*section.heading.values(), *section.body.values()))


def test_the_law_is_answered():
    whole = "".join(section.heading["zh-TW"] + section.body["zh-TW"] for section in NOTICE.sections)
    for word in ("目的", "類別", "期間", "地區", "對象", "權利", "第三條"):
        assert word in whole or (word == "第三條" and ("第 3 條" in whole or "第3條" in whole)), word


WORDS = {"2026-11-29": "fa2e730dd2d6d3d5", "2026-11-29b": "07cd0f236ab927a5", "2026-11-29c": "46f6ebe4734e42e5",
         "2026-11-29d": "53378aae061879e9", "2026-11-29e": "a81382f4258efa63",
         "2026-11-30": "c4ca4ebfa52ef4b7"}  # fmt: skip
"""The words of each version that was published, by their fingerprint."""


def test_other_words_are_another_version():
    """compliance A4, A5: whoever saw a version saw these words."""
    assert WORDS[NOTICE.version] == NOTICE.fingerprint


def test_a_recipient_that_is_switched_on_is_named_and_makes_another_version():
    """compliance A5: a setting that sends data to somebody forces the notice to be seen anew."""
    plain = NOTICE.as_deployed({}, keep_files_days=USUAL_DAYS)
    versions = {plain.version}
    for name in NOTICE.optional:
        for host in ("one.example.tw", "two.example.tw"):
            told = NOTICE.as_deployed({name: host}, keep_files_days=USUAL_DAYS)
            assert all(host in body for body in told.sections[-1].body.values())
            versions.add(told.version)
    assert len(versions) == 1 + 2 * len(NOTICE.optional)


def test_the_days_for_which_files_are_kept_are_those_of_the_deployment():
    told = NOTICE.as_deployed({}, keep_files_days=7)
    assert told.version != NOTICE.version
    assert any("7 日" in section.body["zh-TW"] for section in told.sections)
    assert not any("{" in body for section in told.sections for body in section.body.values())


def test_whether_a_language_model_drafts_is_told_and_makes_another_version():
    off = NOTICE.as_deployed({}, keep_files_days=USUAL_DAYS)
    on = NOTICE.as_deployed({}, keep_files_days=USUAL_DAYS, drafts=True)
    told = ["".join(one.body["zh-TW"] for one in notice.sections) for notice in (off, on)]
    assert ["未將您的資料提供給生成式" in one for one in told] == [True, False]
    assert ["得使用生成式" in one for one in told] == [False, True]
    assert off.version == NOTICE.version != on.version
