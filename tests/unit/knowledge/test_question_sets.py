"""Question sets as data: whole, from what the base says, and every slip named by file, set and field."""

from __future__ import annotations

import pytest

from knowledge.loading import load_knowledge
from knowledge.question_sets import read_text, set_for, shipped, written

SET = """
- id: crane-check
  category: other
  topic: safety
  words: [天車]
  unit: 環安勞動科
  title: {zh-TW: 天車檢查, en: Crane, ja: クレーン}
  entries: [other-crane]
  verified: 2026-11-29
  questions:
    - id: plan
      kind: choice
      name: {zh-TW: 平面圖, en: Plan, ja: 平面図}
      ask: {zh-TW: 平面圖備妥了嗎？, en: Is the plan ready?, ja: 平面図は？}
      choices:
        - {id: ready, zh-TW: 已備妥, en: Ready, ja: 準備済み}
        - {id: missing, zh-TW: 尚未, en: Not yet, ja: まだ}
      source: 設置場所平面圖及基礎概要
"""


def problems(text: str) -> list[str]:
    return [str(one) for one in read_text(text, "a.yaml", load_knowledge())[1]]


def test_what_ships_asks_only_what_its_entries_say_and_comes_back_as_it_was_written() -> None:
    base = load_knowledge()
    for one in shipped():
        assert one.entries, one.id
        assert all(one.category is base.entry(name).category for name in one.entries)
        assert {base.entry(name).unit for name in one.entries} == {one.unit}
        said = " ".join(
            " ".join((*entry.prepare, entry.answer)) for name in one.entries for entry in [base.entry(name)]
        )
        assert [each.id for each in one.questions if not each.source or each.source not in said] == []
    again, wrong = read_text(written(shipped()), "again.yaml", base)
    assert (wrong, again) == ((), shipped())


def test_a_good_set_has_no_problem() -> None:
    assert problems(SET) == []


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("id: crane-check", "id: Crane Check", "a.yaml：Crane Check：id："),
        ("category: other", "category: nothing", "a.yaml：crane-check：category："),
        ("unit: 環安勞動科", "unit: 某科", "a.yaml：crane-check：unit："),
        ("entries: [other-crane]", "entries: [no-such]", "a.yaml：crane-check：entries：沒有這些條目"),
        ("entries: [other-crane]", "entries: []", "a.yaml：crane-check：entries：請填知識庫條目"),
        ("verified: 2026-11-29", "verified: 2026-02-30", "a.yaml：crane-check：verified："),
        ("kind: choice", "kind: essay", "a.yaml：crane-check：questions[1].kind："),
        ("kind: choice", "kind: text", "a.yaml：crane-check：questions[1].choices：選擇題要有選項"),
        ("id: ready", "id: skip", "a.yaml：crane-check：questions[1].choices[1].id："),
        ("ja: まだ", 'ja: ""', "a.yaml：crane-check：questions[1].choices[2].ja：不可空白"),
        ("en: Is the plan ready?", "en: yes", "a.yaml：crane-check：questions[1].ask.en：不可空白"),
        ("words: [天車]", "words: [天]", "a.yaml：crane-check：words："),
        ("source:", "sauce:", "a.yaml：crane-check：questions[1].-：沒有這些欄位：sauce"),
        ("topic: safety\n  words: [天車]", "words: []", "a.yaml：crane-check：topic："),
    ],
)  # fmt: skip
def test_each_slip_is_named_by_file_set_and_field(old: str, new: str, named: str) -> None:
    assert old in SET
    assert any(one.startswith(named) for one in problems(SET.replace(old, new, 1))), problems(SET.replace(old, new, 1))


def test_a_set_twice_and_a_file_that_is_no_list_are_named() -> None:
    assert problems(SET + SET) == ["a.yaml：crane-check：id：代號重複"]
    assert problems("questions: 1") == ["a.yaml：-：-：應為題組清單"]
    assert problems("- 1") == ["a.yaml：第 1 筆：-：題組應為欄位與值"]
    assert problems("- id: x\n  questions: {}") != []
    assert problems("a: [") != []


def test_the_longest_word_says_which_set_is_meant_and_a_stopped_one_is_none() -> None:
    sets = shipped()
    assert set_for(sets, "utilities", "power", "我們的契約容量想增加").id == "feeder-capacity"  # type: ignore[union-attr]
    assert set_for(sets, "utilities", "power", "電費怎麼算") is None
    assert set_for(sets, "tax", "power", "我們的契約容量想增加") is None
    wide = read_text(SET.replace("words: [天車]", "words: []"), "a.yaml")[0]
    assert set_for(wide, "other", "safety", "鍋爐") == wide[0]
    stopped = read_text(SET.replace("words:", "stopped: true\n  words:"), "a.yaml")[0]
    assert set_for(stopped, "other", "safety", "天車") is None
