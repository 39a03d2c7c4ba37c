"""What a question asks, and what an entry states: the sharp cue wins, and no cue is read twice."""

import pytest

from knowledge.entries import Aspect, Basis
from knowledge.language.opposites import Said
from knowledge.language.text import detect_language, normalise
from knowledge.relevance.aspects import Ask, Stated, asked, meets, missing, stated
from knowledge.relevance.meeting import Profile
from knowledge.vocabulary import Category, EntryKind
from tests.unit.knowledge.conftest import make_entry

A = Aspect


def strict(text):
    group = detect_language(text).group
    return [ask.aspect for ask in asked(normalise(text), group) if not ask.weak]


@pytest.mark.parametrize(
    ("text", "aspects"),
    [
        ("倉儲設備許可要審多久", [A.HOW_LONG]),
        ("開工後多久內要報備", [A.DEADLINE]),
        ("逾期沒申報要罰多少", [A.PENALTY]),
        ("忘記送月報會怎樣", [A.PENALTY]),
        ("辦用電登記要帶哪些文件", [A.PAPERS]),
        ("停車證一張多少錢", [A.HOW_MUCH]),
        ("這個表要送哪個單位", [A.WHERE]),
        ("水錶移位怎麼申請", [A.HOW]),
        ("許可證弄丟了怎麼補發", [A.HOW, A.REPLACE]),
        ("租約要續租，附什麼證件", [A.PAPERS, A.RENEW]),
        ("線路費用由誰負擔", []),
        ("聯絡處撤掉的流程", [A.HOW, A.CANCEL]),
        ("隔壁工廠半夜一直排臭味", [A.COMPLAINT]),
        ("更新計畫的補償", []),
        ("廠房可以過夜停車嗎", []),
        ("房屋税晚报会罚多少", [A.PENALTY]),
        ("What documents do we need for the fire review?", [A.PAPERS]),
        ("how long does the review of a sign take", [A.HOW_LONG]),
        ("What is the fine for late filing?", [A.PENALTY]),
        ("who issues the certificate and what does it cost, how much", [A.HOW_MUCH, A.WHERE]),
        ("届出の期限はいつまでですか", [A.DEADLINE]),
        ("届出に必要な書類は何ですか", [A.PAPERS]),
        ("届出を忘れたら罰金はありますか", [A.PENALTY]),
        ("手数料はいくらですか", [A.HOW_MUCH]),
        ("どこに提出しますか", [A.WHERE]),
        ("附加費計算方式", [A.HOW_MUCH]),
        ("消防檢修申報一年幾次", [A.DEADLINE]),
        ("許可證遺失，應如何申請補發及其費用", [A.HOW, A.HOW_MUCH, A.REPLACE]),
        ("所載不符時應如何處理", [A.HOW]),
        ("how many times a year must we report", [A.DEADLINE]),
    ],
)
def test_what_is_asked(text, aspects):
    assert sorted(strict(text)) == sorted(aspects)


def test_what_is_asked_by_itself_answers_nothing_else():
    said = Stated(aspects=frozenset({A.PENALTY, A.DEADLINE}), signs=frozenset({"figure"}), confirmed=True)
    both = asked(normalise("土地租金欠多久會被終止租約 滯納金怎麼算"))
    assert [ask.aspect for ask in missing(both, said)] == [A.HOW_MUCH]
    assert missing(asked(normalise("欠租的寬限怎麼算")), said) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("違反者處新臺幣3萬元以上15萬元以下罰鍰。", A.PENALTY),
        ("應檢附申請書、配置圖及土地權利證明文件。", A.PAPERS),
        ("每平方公尺每月12元。", A.HOW_MUCH),
        ("應於完工後30日內申報。", A.DEADLINE),
        ("審查期間為20日。", A.HOW_LONG),
        ("向環保局申請。", A.WHERE),
    ],
)
def test_what_an_answer_states(text, found):
    entry = make_entry("x", Category.LAND, EntryKind.ANSWER, "某事", ["某事"], answer=text)
    said = stated(entry)
    assert found in said.aspects
    assert not said.confirmed


def test_confirmed_aspects_come_before_those_read_from_the_text():
    entry = make_entry(
        "x", Category.LAND, EntryKind.ANSWER, "某事", ["某事"], answer="向環保局申請，費用500元。", aspects=(A.WHERE,)
    )
    signs = frozenset({"money", "amount", "figure"})
    assert stated(entry) == Stated(aspects=frozenset({A.WHERE}), signs=signs, confirmed=True)


def test_a_fee_needs_money_in_the_answer():
    metres = make_entry("x", Category.LAND, EntryKind.ANSWER, "退縮多深？", ["退縮"], answer="應退縮10公尺。")
    fee = asked(normalise("退縮審查規費多少"))
    assert missing(fee, stated(metres))
    assert not missing(asked(normalise("要退縮幾公尺")), stated(metres))


@pytest.mark.parametrize(
    ("text", "said", "unsaid"),
    [
        ("幾個人以上的工廠要設護理師", "勞工50人以上應設置。", "規模由主管機關公告，每3年檢查1次。"),
        ("派幾個人看著才夠", "應置監視人員1人以上。", "應派人監視，每日檢查。"),
        ("甲苯放多少公升就要申請", "達500公升應申請。", "達管制量應申請，30日內核准。"),
        ("發電機幾kW以上要登記", "500瓩以上應登記。", "達一定容量應於30日內登記。"),
        ("請外籍主管，公司資本額門檻是多少", "資本額應達500萬元。", "資本額應達規定，期間最長3年。"),
        ("要提早幾天跟你們講", "應於7日前通知。", "應於7日內通知。"),
        ("How many employees before we need a committee?", "僱用100人以上應設置。", "達公告規模應設置，每3個月1次。"),
        ("How much thinner may we keep without a permit?", "未達200公升免申請。", "未達管制量免申請，罰3萬元。"),
        ("How far in advance must we notify you?", "14日前通知。", "14日內通知。"),
        ("何人以上で届出が必要ですか", "30人以上應報備。", "達一定規模應於30日內報備。"),
        ("指定数量は何リットルですか", "管制量為400公升。", "管制量依種類而定，罰3萬元。"),
        ("何日前までに申し込みますか", "5日前申請。", "5日內申請。"),
    ],
)
def test_a_threshold_is_answered_only_by_a_figure_of_its_kind(text, said, unsaid):
    asks = asked(normalise(text), detect_language(text).group)
    every = frozenset({A.HOW_MUCH, A.DEADLINE, A.DEFINITION})
    entries = [
        make_entry("x", Category.OTHER, EntryKind.ANSWER, "某事", ["某事"], answer=answer, aspects=tuple(every))
        for answer in (said, unsaid)
    ]
    assert [bool(missing(asks, stated(entry))) for entry in entries] == [False, True]


def test_a_way_of_putting_a_question_is_never_missing():
    nothing = Stated(aspects=frozenset(), signs=frozenset(), confirmed=True)
    assert missing((Ask(aspect=A.ALLOWED, weak=True), Ask(aspect=A.RENEW)), nothing) == ()
    assert not meets(Ask(aspect=A.PENALTY), nothing)


def test_an_entry_that_hands_over_does_so_whatever_is_asked_of_its_matter():
    asks = asked(normalise("停車位一個月多少錢"))
    offs = [
        Profile.of(make_entry("x", Category.OTHER, kind, "停車位", ["停車位"], answer="由承辦人說明。")).meets(
            asks, Said.of("停車位一個月多少錢")
        )
        for kind in (EntryKind.HAND_OVER, EntryKind.ANSWER)
    ]
    assert [meeting.off for meeting in offs] == ["", "aspect"]


def test_a_basis_names_the_paragraph_it_rests_on():
    assert Basis(law="某法", article="§3", url="", version="", paragraph="第2項").label == "某法§3第2項"
