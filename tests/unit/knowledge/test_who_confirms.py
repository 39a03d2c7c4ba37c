"""What an answer cannot say is confirmed by a named unit; a firm is not told what we have not looked up."""

# ruff: noqa: E501 - word lists are read as lists, not as lines
import re

import pytest

from knowledge.loading import load_knowledge
from knowledge.wording import load_sentences

_EXCUSE = re.compile(
    r"(?:這裡|此處|本系統)(?:還|尚|都|也)?(?:沒有|未|無法|不)(?:核實|查證|確認|讀到|資料|報|提供|預測)|沒有核實|尚未查證|無法查證|沒有讀到|只看過新聞|"
    r"(?:no|not|un)[ -]?verified\b|hold no\b|not held here|was not read here|not the notice|no figure is given|give no figure|"
    r"確認済みの(?:数字|最新|公式)|確認できて(?:いない|いません|おらず)|ここ(?:では|に).{0,6}(?:確認できません|ありません)|当窓口にはありません",
    re.IGNORECASE,
)
ENTRIES = load_knowledge().entries


@pytest.mark.parametrize("language", ["zh-TW", "en", "ja"])
def test_no_answer_excuses_itself_with_what_was_not_verified(language):
    told = {entry.id: entry.wording(language).answer for entry in ENTRIES}
    assert not {name: answer for name, answer in told.items() if _EXCUSE.search(answer)}


def test_no_sentence_excuses_itself_with_what_was_not_verified():
    said = load_sentences().sentences
    assert not {key: texts for key, texts in said.items() if any(_EXCUSE.search(text) for text in texts.values())}


@pytest.mark.parametrize(
    ("entry", "language", "unit"),
    [
        ("land-rent-rate", "zh-TW", "各園區不同，由用地工程科為您確認"),
        ("land-rent-rate", "en", "differ from park to park; the Land and Engineering Section confirms them"),
        ("land-rent-rate", "ja", "用地工程科が確認します"),
        ("utilities-park-water-remaining", "en", "the Operations Management Section confirms it"),
        ("environment-air-quota", "en", "the Environment, Safety and Labour Section confirms it"),
        ("tax-treaty", "ja", "投資服務科が確認します"),
    ],
)
def test_the_unit_that_confirms_is_named(entry, language, unit):
    assert unit in next(one for one in ENTRIES if one.id == entry).wording(language).answer
