"""Words of somebody who thinks of ending it are found; figures of speech and questions about rules are not."""

import json

import pytest

from knowledge.distress import in_distress
from knowledge.loading import DATA, load_knowledge


@pytest.mark.parametrize(
    "text",
    [
        "我不想活了",
        "我想死",
        "被裁員了，活不下去了",
        "压力大到想自杀",
        "想結束自己的生命",
        "老闆逼死我，我要跳樓",
        "同事說他想輕生，怎麼辦",
        "不想活",
        "I want to die",
        "I'm going to kill myself",
        "i don't want to live anymore",
        "my colleague talks about suicide",
        "死にたい",
        "もう消えたいです",
        "自殺を考えています",
    ],
)
def test_distress_is_heard_in_every_language(text):
    assert in_distress(text)


@pytest.mark.parametrize(
    "text",
    [
        "自殺防治講習要報名嗎",
        "員工自殺算職災嗎",
        "員工自殺要通報嗎",
        "忙到想死",
        "公司快活不下去了有補助嗎",
        "想死你們了",
        "跳樓大拍賣攤位申請",
        "炭烤店燒炭設備要申請嗎",
        "the deadline made me want to die of embarrassment",
        "我快累死了",
        "等到死",
        "笑死",
        "氣死我了",
        "壓力大到快死了",
        "停電了",
        "suicide prevention training for staff",
        "自殺対策の研修",
        "",
    ],
)
def test_figures_of_speech_businesses_and_rules_are_not_distress(text):
    assert not in_distress(text)


def test_nothing_that_firms_ask_is_taken_for_distress():
    texts = [p for one in load_knowledge().entries for ways in one.phrasings.values() for p in ways]
    for name in ("covered", "uncovered", "alerts", "outside"):
        rows = (DATA / "heldout" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        texts += [json.loads(row)["text"] for row in rows]
    assert len(texts) > 10_000
    assert [text for text in texts if in_distress(text)] == []
