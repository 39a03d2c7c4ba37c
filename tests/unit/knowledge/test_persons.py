"""What only a person may answer, and what is told rather than asked."""

import pytest

from knowledge.asking.aspects import asked
from knowledge.asking.persons import only_tells, person_needed
from knowledge.language.text import normalise


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("租跟買哪個比較划算", "judgement"),
        ("車子在園區被落石砸到誰賠", "judgement"),
        ("我們這種情況算違規嗎", "judgement"),
        ("罰這麼重合理嗎", "judgement"),
        ("幫我看一下這張圖過不過得了", "judgement"),
        ("罰單我們不服，可以訴願嗎", "remedy"),
        ("can we appeal against the fine", "remedy"),
        ("員工吸到溶劑一直頭暈", "medical"),
        ("隔壁公司的租金是多少", "others"),
        ("查一下別家的合約到什麼時候", "others"),
        ("你們會派人來測噪音嗎", "action"),
    ],
)
def test_a_person_is_needed(text, why):
    assert person_needed(text) == why


@pytest.mark.parametrize("text", ["建照什麼時候掛號", "租金怎麼算", "被檢舉會罰多少", "要不要設防火管理人"])
def test_no_person_is_needed(text):
    assert person_needed(text) is None


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("保稅人員上週離職了 新人月底才報到", True),
        ("冷卻水塔昨天被風吹倒了卡在路邊", True),
        ("保稅人員離職了 幾天內要報", False),
        ("標準廠房租金", False),
        ("資料送了", False),
    ],
)
def test_words_that_tell_and_ask_nothing_are_somebodys_case(text, tells):
    folded = normalise(text)
    assert only_tells(folded, asked(folded)) is tells
