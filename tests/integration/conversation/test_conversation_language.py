"""The language a firm is answered in: that of its last clear sentence, or the one it chose; danger as it is told."""

import pytest

from routing.domain.inbound import InboundKind
from routing.ports import Profile
from routing.service.conversation.profiles import Names
from tests.harness.branch import Played
from tests.harness.chat import Chat, said, words_of

ZH, EN, JA = "租金可以分期繳嗎？", "How do I apply for a factory registration?", "工場登記の手続きを教えてください"


def test_each_clear_sentence_decides_the_language_anew(chat):
    for words, language in ((JA, "ja"), (ZH, "zh-TW"), (EN, "en"), ("厂房租金怎么算", "zh-TW"), (JA, "ja")):
        chat.text(words)
        assert chat.contact.language == language, words


@pytest.mark.parametrize(
    "unclear", ["工場", "KP-1151122-0001", "ok", "factory", "東京応化", "3", "疏散", "許可申請書類"]
)
def test_what_could_be_of_several_languages_changes_nothing(chat, unclear):
    chat.text(JA)
    chat.text(unclear)
    assert chat.contact.language == "ja"


def test_a_chosen_language_stays_until_another_is_asked_for(chat):
    chat.tap("language", lang="en")
    chat.text(ZH)
    assert chat.contact.language == "en"
    chat.tap("language", lang="ja")
    chat.text(EN)
    assert chat.contact.language == "ja"


@pytest.mark.parametrize("chosen", [None, "en", "ja"])
def test_a_fire_told_in_chinese_is_answered_in_chinese(chat, chosen):
    """疏 is written in Japan too and makes nothing Japanese."""
    if chosen:
        chat.tap("language", lang=chosen)
    answer = words_of(chat.text("失火了，員工已疏散"))
    assert "先打119" in answer
    assert "すぐ避難" not in answer


@pytest.mark.parametrize("typed", ["火災", "停電"])
def test_danger_in_words_of_both_countries_is_answered_in_chinese_or_as_the_firm_reads(chat, typed):
    assert "LINE訊息不是法定通報" in words_of(chat.text(typed))
    chat.text(JA)
    assert "通報になりません" in words_of(chat.text(typed))


def test_simplified_chinese_is_answered_in_traditional(chat):
    assert said(chat.text("你们几点上班？我要找真人"), "hand_over.title") or chat.contact.language == "zh-TW"
    chat.text("厂房租金怎么算")
    assert chat.contact.language == "zh-TW"


@pytest.mark.parametrize(
    ("profile", "language"), [("ja", "ja"), ("en-US", "en"), ("zh-Hant", "zh-TW"), ("th", "zh-TW"), (None, "zh-TW")]
)
def test_the_first_greeting_is_in_the_language_of_the_profile(chat, profile, language):
    assert said(chat.do(InboundKind.FOLLOW, reads=profile), "greeting.title", language=language)
    chat.text(ZH)
    assert chat.contact.language == "zh-TW"


def test_a_profile_says_nothing_against_what_a_firm_has_written(branch, chat):
    """L17: a profile is asked for later as well, and never in the way of anything."""
    chat.text(ZH)
    Names(branch.database, {"line": Played(profile=lambda _user: Profile("田中", "ja"))}).learn()
    assert chat.contact.language == "zh-TW"
    other = Chat(branch, "U2")
    other.sticker()
    Names(branch.database, {"line": Played(profile=lambda _user: Profile("佐藤", "ja"))}).learn()
    assert other.contact.language == "ja"
