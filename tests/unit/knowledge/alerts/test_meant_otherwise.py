"""Words that sound like danger and are none, and what is danger beside them."""

import pytest

from knowledge.alerts.detection import Alert, detect_alert
from knowledge.language.forms import TextForms


@pytest.mark.parametrize(
    "text",
    [
        "One of our drivers stole goods. Can we fire him now?",
        "He was fired last month and wants his bonus",
        "同僚が引っ越しました。住所の届出は何日以内ですか",
        "エンジニアが着任しました。手続きを教えてください",
        "向かいの工場から毎朝黒い煙が出て困っています",
        "The chimney next door blows out black smoke every evening",
        "There is a bad smell from the drain in our washroom",
        "傳照片傳到一半 上傳就斷掉了",
        "按送出之後就跳掉 資料都不見",
        "報名系統填到一半卡住",
        "送信の途中で画面が固まってしまいました",
    ],
)
def test_what_is_meant_otherwise_raises_no_alarm(text):
    assert detect_alert(TextForms(text)) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("fire! help, the warehouse is burning", Alert.FIRE),
        ("隣の工場から火と煙が出ています", Alert.FIRE),
        ("社員が倒れました、意識がありません", Alert.INJURY),
        ("There is a strong smell of gas in the hall, we are dizzy", Alert.GAS_LEAK),
        ("電線斷掉一直噴火花", Alert.FIRE),
        ("網頁當掉 倉庫在燒", Alert.FIRE),
    ],
)
def test_danger_is_seen_all_the_same(text, kind):
    assert detect_alert(TextForms(text)) is kind
