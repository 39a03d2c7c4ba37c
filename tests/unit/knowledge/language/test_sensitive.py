"""個資法 §6: what is said of somebody's health or record, and identity numbers; rules that are asked about stay."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.language.sensitive import _NAMED, _SAID, CRIMINAL, HEALTH, NATIONAL_ID, hidden

DATA = Path(__file__).parents[4] / "knowledge" / "data"

HIDDEN = [
    ("我的身分證是A123456789，要申請租約", NATIONAL_ID, "A123456789"),
    ("Ａ１２３４５６７８９ 林小姐", NATIONAL_ID, "Ａ１２３４５６７８９"),
    ("證號 a-123 456 789", NATIONAL_ID, "123 456 789"),
    ("身分證字號 A123456780（打錯一碼）", NATIONAL_ID, "A123456780"),
    ("移工居留證 A800000014", NATIONAL_ID, "A800000014"),
    ("員工王小明罹患肺癌第二期，正在化療", HEALTH, "肺癌"),
    ("本人患有憂鬱症，想延後繳租", HEALTH, "憂鬱症"),
    ("王先生確診了要請假", HEALTH, "確診"),
    ("健檢報告：肝指數異常", HEALTH, "肝指數"),
    ("血壓 150/95 可以上工嗎", HEALTH, "150/95"),
    ("He was diagnosed with lung cancer.", HEALTH, "lung cancer"),
    ("社員はうつ病と診断されました", HEALTH, "うつ病"),
    ("他有竊盜前科可以用嗎", CRIMINAL, "竊盜前科"),
    ("他曾因詐欺被判刑三年", CRIMINAL, "詐欺"),
    ("She has a criminal record", CRIMINAL, "criminal record"),
]
KEPT = [
    "員工健康檢查多久一次？", "有前科可以應徵嗎", "我要申請犯罪紀錄證明", "我想請問癌症藥廠可不可以進駐",
    "醫療器材業可以進駐嗎",
    "我想問員工懷孕的產假", "發票 AB12345678", "統編 04595257", "KP-1151122-0001", "電號 12-34-5678-90-1",
    "他們公司被判決敗訴",
    "員工罹患職業病怎麼辦", "設備編號 A123456780",
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "gone"), HIDDEN)
def test_what_is_said_of_somebody_is_hidden(text, kind, gone):
    left, kinds = hidden(text)
    assert kinds == (kind,)
    assert gone not in left
    assert "已遮蔽〕" in left


@pytest.mark.parametrize("text", KEPT)
def test_what_is_asked_about_rules_stays(text):
    assert hidden(text) == (text, ())


@pytest.mark.parametrize("text", ["老闆氣到快中風", "被客訴罵到我都要心臟病了"])
def test_a_figure_of_speech_is_no_record(text):
    assert hidden(text) == (text, ())


@pytest.mark.parametrize("text", ["老闆中風倒下了快叫救護車", "有人受傷送醫，瓦斯外洩", "他糖尿病昏迷了"])
def test_what_help_depends_on_stays(text):
    assert hidden(text) == (text, ())


def test_no_question_that_the_window_was_taught_or_is_measured_by_is_touched():
    lines = [line for file in sorted(DATA.rglob("*.[tj]s*")) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(lines) > 10_000
    assert [line for line in lines if hidden(line)[1]] == []


@given(st.text())
def test_what_is_hidden_once_is_hidden(text):
    once, _ = hidden(text)
    assert hidden(once)[0] == once


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(_SAID).flatmap(lambda said: st.from_regex(said[1].pattern)))
def test_whatever_a_pattern_finds_holds_one_of_the_words_that_are_looked_for_first(text):
    assert any(word in text.casefold() for word in _NAMED)
