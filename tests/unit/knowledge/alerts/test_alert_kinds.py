"""Kinds of danger by what is perceived and by whom, each beside what looks like it by its intent."""

import pytest

from knowledge.alerts.detection import Alert, detect_alert
from knowledge.language.forms import TextForms


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("客梯停在兩樓中間 裡面的阿姨說吸不到空氣", Alert.INJURY),
        ("爐殼外面已經發紅 沒人敢靠近", Alert.FIRE),
        ("擋土牆被沖垮 泥水一直灌進倉庫", Alert.FLOOD),
        ("絕對不是演習 二樓真的在燒", Alert.FIRE),
        ("this is not a drill, the warehouse is burning", Alert.FIRE),
        ("これは訓練ではありません。倉庫が燃えています", Alert.FIRE),
        ("my machine have fire, boss not here", Alert.FIRE),
        ("ガスくさいです、元栓の閉め方が分かりません", Alert.GAS_LEAK),
        ("Máy bị cháy lớn rồi", Alert.FIRE),
        ("Teman saya pingsan, tidak bernapas", Alert.INJURY),
        ("Walang kuryente dito sa planta", Alert.OUTAGE_POWER),
        ("有人丟菸蒂 紙箱整個燒起來了", Alert.FIRE),
    ],
)
def test_what_is_perceived_now_is_danger(text, kind):
    assert detect_alert(TextForms(text)) is kind


@pytest.mark.parametrize(
    "text",
    ["我女兒還在那間廠房裡 火好大 拜託救她", "I cannot reach my brother, he is still inside and the hall is burning"],
)
def test_relatives_of_those_inside_are_heard(text):
    assert detect_alert(TextForms(text)) in {Alert.FIRE, Alert.INJURY}


@pytest.mark.parametrize(
    "text",
    [
        "客梯停在兩樓中間 裡面沒有人",
        "想設一個吸菸亭 煙味才不會飄進產線",
        "Where is the smoking area? The smell comes into our office",
        "Will the power outage on Saturday reach building C?",
        "週日停電到幾點 要先關機台嗎",
        "後面養雞場的味道聞了三年 有辦法量嗎",
        "裏の会社のにおいが二年前から気になります",
        "這是演習 二號倉庫起火 各組就位",
        "This is a drill. Fire in hall 2.",
        "訓練です。第三工場で火災が発生しました",
        "外包工人摔傷 算不算我們的職災",
        "Are we liable when a contractor's worker is injured here?",
        "Our caretaker ran away two weeks ago, what do we report?",
        "Bảo hiểm cháy nổ mua ở đâu?",
        "以前廠區淹過 現在排水夠嗎",
    ],
)
def test_the_like_with_another_intent_is_none(text):
    assert detect_alert(TextForms(text)) is None
