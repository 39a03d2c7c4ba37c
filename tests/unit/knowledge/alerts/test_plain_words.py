"""Danger told so plainly that it needs no weighing, and the repairs and questions in the same words."""

import pytest

from knowledge.alerts.detection import Alert, detect_alert
from knowledge.language.forms import TextForms


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("阮頭家昏去矣 喘袂過氣 欲按怎", Alert.INJURY),
        ("伊去予電電著,倒佇遐袂振動", Alert.INJURY),
        ("救護車救護車 拜託 大發X路", Alert.INJURY),
        ("Ambulance please, gate 3", Alert.INJURY),
        ("救急車お願いします 第二ゲートです", Alert.INJURY),
        ("煙感一直叫 走廊都是煙 電梯可以搭嗎", Alert.FIRE),
        ("Asap penuh di lorong, boleh pakai lift?", Alert.FIRE),
        ("地下室發電機開著 裡面的人說頭痛想睡 叫不太醒", Alert.GAS_LEAK),
        ("若現在隔壁排出來的煙讓我們員工流眼淚、呼吸困難,該怎麼處理比較好?", Alert.CHEMICAL_LEAK),
        ("สารเคมีรั่ว แสบตาแสบจมูก", Alert.CHEMICAL_LEAK),
    ],
)
def test_what_is_told_plainly_raises_the_alarm(text, kind):
    assert detect_alert(TextForms(text)) is kind


@pytest.mark.parametrize(
    "text",
    [
        "ガス検知器が故障しています。交換までの間、操業してもいいですか",
        "煙霧偵測器故障一直叫 請派人維修",
        "Alarm kebakaran rusak, siapa yang perbaiki?",
        "Đầu báo cháy hết pin, mua ở đâu?",
        "側溝に泥がたまって雨のたびに水があふれます。清掃していただけますでしょうか。",
        "Storm drain outside our warehouse blocked with leaves and mud, can somebody clean before rain season?",
        "上司がカンカンに燃えています",
        "辦運動會需要申請救護車待命嗎",
        "發電機的噪音讓人頭痛 要檢舉誰",
        "昨昏有人予機器夾著 愛按怎通報",
    ],
)
def test_the_same_words_in_a_repair_or_a_question_raise_none(text):
    assert detect_alert(TextForms(text)) is None
