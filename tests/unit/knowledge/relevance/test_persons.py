"""What only a person may answer, and what is told rather than asked."""

import pytest

from knowledge.language.text import detect_language, fold, normalise
from knowledge.relevance.aspects import asked
from knowledge.relevance.persons import only_tells, person_needed, to_reckon


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("租跟買哪個比較划算", "judgement"),
        ("車子在園區被落石砸到誰賠", "judgement"),
        ("我們這種情況算違規嗎", "judgement"),
        ("罰這麼重合理嗎", "judgement"),
        ("幫我看一下這張圖過不過得了", "judgement"),
        ("承辦跟會計師說的不一樣，到底聽誰的", "judgement"),
        ("這個月電費突然變兩倍", "judgement"),
        ("你們看我這樣要不要辦登記", "judgement"),
        ("do you think we had better buy or lease", "judgement"),
        ("どちらがお得ですか", "judgement"),
        ("案子卡在哪個人手上", "judgement"),
        ("罰單我們不服，可以訴願嗎", "remedy"),
        ("房東的保證金一直不肯退", "remedy"),
        ("聽說隔壁那間要搬走", "others"),
        ("對面那家工廠很臭 可以派人來看嗎", "action"),
        ("can we appeal against the fine", "remedy"),
        ("員工吸到溶劑一直頭暈", "medical"),
        ("隔壁公司的租金是多少", "others"),
        ("查一下別家的合約到什麼時候", "others"),
        ("你們會派人來測噪音嗎", "action"),
        ("我們上個月送的案子審到哪裡了", "judgement"),
        ("路燈不亮 麻煩派人來看", "visit"),
        ("建照申請過了沒", "judgement"),
        ("這期水費是不是算錯", "judgement"),
        ("Why was our permit refused?", "judgement"),
        ("How many engineers does Foxlink employ?", "others"),
        ("Could you recommend a good architect?", "judgement"),
        ("申請はもう通りましたか", "judgement"),
    ],
)
def test_a_person_is_needed(text, why):
    assert person_needed(fold(text)) == why


@pytest.mark.parametrize(
    ("text", "reckons"),
    [
        ("中文證明申請三份多少錢", True),
        ("我們租三百坪 管理費要繳多少", True),
        ("資本額兩千萬 設立登記規費多少", True),
        ("耗水費這個月用一萬五千噸要繳多少", True),
        ("How much is the fee for 12 copies?", True),
        ("証明書を3部でいくらですか", True),
        ("中文證明一份多少錢", False),
        ("每坪租金多少", False),
        ("耗水費一度多少", False),
        ("一天用水三百噸要提用水計畫嗎", False),
        ("80人以上要請幾個身障者 沒請要繳多少", False),
        ("従業員が10人以上だと届出が必要ですか。罰金はいくらですか", False),
        ("空污費要繳多少", False),
    ],
)
def test_what_a_quantity_comes_to_is_reckoned_by_a_person(text, reckons):
    folded = normalise(text)
    assert to_reckon(folded, asked(folded, detect_language(text).group)) is reckons


@pytest.mark.parametrize(
    "text",
    [
        "建照什麼時候掛號",
        "租金怎麼算",
        "被檢舉會罰多少",
        "要不要設防火管理人",
        "健康診断は何年ごとですか",
        "押金什麼時候還",
        "大夜班急救人員要放幾個",
        "Must there be a first aider on every shift?",
        "How many hours of training does the forklift driver have to take?",
    ],
)
def test_no_person_is_needed(text):
    assert person_needed(fold(text)) is None


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


@pytest.mark.parametrize(
    "text",
    ["Our neighbour smells every night. Where can I complain?", "隔壁工廠半夜很吵 我們要跟誰檢舉"],
)
def test_whom_to_complain_to_is_answered(understander, text):
    read = understander.understand(text)
    assert read.person is None
    assert read.faq[0].entry_id == "environment-odour-complaint"


def test_which_of_two_is_better_is_for_a_person():
    assert person_needed(fold("a branch or a subsidiary, which is better")) == "judgement"
    assert person_needed(fold("支店と子会社のどちらがよいか")) == "judgement"
