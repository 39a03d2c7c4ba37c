"""What firms read: every sentence in three languages with the same placeholders, and every key that is used."""

import re
import string

import pytest

from knowledge.entries import Aspect
from knowledge.loading import load_knowledge
from knowledge.vocabulary import READING_LANGUAGES
from knowledge.wording import load_sentences, reading_language
from tests.architecture.tree import ROOT

SENTENCES = load_sentences().sentences
USED = re.compile(r"""(?:say\(|button\(|_button\()[^()"]*"([a-z_]+(?:\.[A-Za-z_]+)+|[a-z_]+)\"""")
FORBIDDEN = ("工單", "客戶", "指派", "SLA", "存查", "速件", "信息", "視頻", "質量", "默認")


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(SENTENCES))
def test_a_sentence_stands_in_three_languages_with_equal_placeholders(key):
    languages = SENTENCES[key]
    assert set(languages) == set(READING_LANGUAGES)
    assert all(text.strip() for text in languages.values())
    assert len({frozenset(placeholders(text)) for text in languages.values()}) == 1


@pytest.mark.parametrize("key", sorted(SENTENCES))
def test_a_sentence_uses_the_words_of_the_desk(key):
    assert not [word for word in FORBIDDEN if word in SENTENCES[key]["zh-TW"]]


def test_every_key_that_the_program_names_exists():
    files = [*(ROOT / "routing/domain/dialogue").glob("*.py"), *(ROOT / "routing/service").glob("*.py")]
    named = {key for path in files for key in USED.findall(path.read_text(encoding="utf-8"))}
    assert len(named) > 60
    assert named <= set(SENTENCES)


FAMILIES = {
    "category": "land construction utilities environment tax other",
    "kind": "ENQ PET APP",
    "status": "received assigned in_progress waiting_firm waiting_agency closed",
    "via": "line phone counter letter email web visit hotline",
    "notice.closed": "answered referred referred_named withdrawn duplicate duplicate_named declined",
    "rate": "1 2 3 4 5",
    "aspect": " ".join(Aspect),
    "hand_over": "elsewhere outside other_kind other_language person_judgement person_remedy person_medical "
    "person_others person_action person_complaint person_reckoning",
}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_word_of_the_contract_has_its_sentence(family):
    assert {f"{family}.{word}" for word in FAMILIES[family].split()} <= set(SENTENCES)


@pytest.mark.parametrize(
    ("language", "read"),
    [("zh-TW", "zh-TW"), ("zh-CN", "zh-TW"), (None, "zh-TW"), ("", "zh-TW"), ("en-US", "en"), ("ja", "ja"),
     ("vi", "zh-TW")],
)  # fmt: skip
def test_who_reads_what(language, read):
    assert reading_language(language) == read


def test_a_missing_value_is_a_mistake_that_shows():
    with pytest.raises(KeyError):
        load_sentences().say("added", "en")


NOT_CHECKED = ("沒有查證", "not verified here", "ここでは確認できて", "当窓口では未確認")


def test_no_answer_says_that_we_did_not_check_instead_of_who_will():
    entries = load_knowledge().entries
    assert len(entries) > 500
    said = [(entry.id, words) for entry in entries for language in READING_LANGUAGES for words in NOT_CHECKED
            if words in entry.wording(language).answer]  # fmt: skip
    assert said == []
