"""Everyday words are known in three languages, however they are typed, and look-alike sentences are none."""

import json

import pytest

from knowledge.everyday import load_everyday
from knowledge.loading import DATA, load_knowledge

EVERYDAY = load_everyday()
OURS = frozenset(
    {
        "other-human",
        "other-case-status",
        "other-reply-time",
        "other-language",
        "other-privacy",
        "other-office-contact",
        "other-window-what",
    }
)
"""Entries about this very service: their phrasings ask for what an everyday word does."""


@pytest.mark.parametrize(
    ("typed", "intent"),
    [
        ("人工", "person"),
        ("客服", "person"),
        ("真人！", "person"),
        ("请问可以转人工吗", "person"),
        ("转人工", "person"),
        ("你好，麻煩請幫我轉真人，謝謝", "person"),
        ("Talk to a human please", "person"),
        ("オペレーターお願いします", "person"),
        ("進度", "progress"),
        ("我的案件到哪了？", "progress"),
        ("我的案件到哪裡了", "progress"),
        ("进度如何", "progress"),
        ("When will I get a reply?", "reply_when"),
        ("what's the status", "progress"),
        ("いつ返事がもらえますか", "reply_when"),
        ("我的案件", "my_cases"),
        ("取消", "cancel"),
        ("算了", "never_mind"),
        ("撤回", "withdraw"),
        ("我要撤回案件", "withdraw"),
        ("Cancel my case", "withdraw"),
        ("案件を取り下げたいです", "withdraw"),
        ("改公司名稱", "change_firm"),
        ("我想改公司名稱", "change_firm"),
        ("公司名称错了", "change_firm"),
        ("wrong phone number", "change_phone"),
        ("打電話給我", "call_me"),
        ("请打电话给我", "call_me"),
        ("please call me back", "call_me"),
        ("電話ください", "call_me"),
        ("還是沒解決", "not_solved"),
        ("还是没解决", "not_solved"),
        ("still not solved", "not_solved"),
        ("まだ解決していません", "not_solved"),
        ("幾點上班", "hours"),
        ("請問你們幾點上班？", "hours"),
        ("今天有上班嗎", "hours"),
        ("Are you open today?", "hours"),
        ("営業時間は？", "hours"),
        ("不要再傳了！", "quiet"),
        ("不要再传", "quiet"),
        ("unsubscribe", "quiet"),
        ("通知を止めてください", "quiet"),
        ("隱私", "privacy"),
        ("privacy policy", "privacy"),
        ("刪除我的資料", "data_delete"),
        ("请删除我的资料", "data_delete"),
        ("delete my data", "data_delete"),
        ("個人情報を削除してください", "data_delete"),
        ("我的資料", "data_show"),
        ("請說中文", "language_zh"),
        ("说中文", "language_zh"),
        ("English please", "language_en"),
        ("Do you speak English?", "language_en"),
        ("可以說英文嗎", "language_en"),
        ("日本語で", "language_ja"),
        ("日本語でお願いします", "language_ja"),
        ("繼續剛才的", "go_on"),
        ("使い方を教えてください", "menu"),
    ],
)
def test_everyday_words_in_three_languages(typed, intent):
    assert EVERYDAY.intent(typed) == intent


@pytest.mark.parametrize(
    "typed",
    [
        "取消出口報單怎麼辦",
        "人工費用",
        "人工成本可以抵減嗎",
        "客服中心設在廠內要申請嗎",
        "進度款",
        "工程進度報表怎麼填",
        "撤回投資案",
        "撤銷工廠登記要多久",
        "取消預約金",
        "電話費",
        "打電話給誰",
        "隱私權政策範本",
        "刪除設備清冊",
        "英文名稱變更",
        "英文證明怎麼申請",
        "中文標示",
        "日文文件要翻譯嗎",
        "公司名稱變更登記",
        "改公司名稱要多少錢",
        "上班時間要打卡嗎",
        "員工上班時間規定",
        "停止使用通知單",
        "通知",
        "解決",
        "cancel an export declaration",
        "English name registration",
        "privacy fence around the plant",
        "human resources plan",
        "delete a chemical from the permit",
        "call centre in the park",
        "stop work order",
        "営業時間の延長申請",
        "英語の証明書",
        "",
        "🙂",
        "水",
        "電",
        "KP-1151122-0001",
        "04595257",
        "好",
        "ok",
        "謝謝",
        "收到",
    ],
)
def test_look_alike_sentences_are_words_of_their_own(typed):
    assert EVERYDAY.intent(typed) is None


def test_no_question_that_the_base_knows_is_an_everyday_word():
    """0 of some 16,000 phrasings and questions, but for the entries about this service itself."""
    base = load_knowledge()
    asked = [(one.id, p) for one in base.entries for ways in one.phrasings.values() for p in ways]
    asked += [(one.id, one.wording(language).question) for one in base.entries for language in ("zh-TW", "en", "ja")]
    assert len(asked) > 15_000
    assert [(name, p) for name, p in asked if name not in OURS and EVERYDAY.intent(p)] == []


@pytest.mark.parametrize("name", ["covered", "uncovered", "alerts"])
def test_no_question_or_report_of_the_held_out_sets_is_an_everyday_word(name):
    rows = (DATA / "heldout" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    about_us = {"smalltalk"}
    texts = [row["text"] for row in map(json.loads, rows) if row.get("category") not in about_us]
    assert len(texts) > 50
    assert [text for text in texts if EVERYDAY.intent(text)] == []


def test_a_letter_is_never_an_everyday_word():
    assert EVERYDAY.intent("進度" * 40) is None
