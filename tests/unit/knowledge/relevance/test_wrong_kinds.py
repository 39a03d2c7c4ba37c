"""Kinds of wrong answers that firms were given, each in other words, held against the shipped entries."""

import pytest

from knowledge.entries import Aspect
from knowledge.language.text import normalise
from knowledge.relevance.aspects import asked, stated
from tests.unit.knowledge.relevance.asking import answered


@pytest.mark.parametrize(
    ("text", "not_with"),
    [
        # how long was asked; the entry says who must connect
        ("下水道納管審查需要幾天", "environment-sewer-connection-duty"),
        # a report about others, and whether we come to measure
        ("隔壁廠晚上機器很大聲，分局會派人來測嗎", "environment-noise-limit"),
        ("對面工廠的噪音標準是多少，可以來量嗎", "environment-noise-limit"),
        # the day of this year; the entry says that there is one a year
        ("今年保稅盤存是哪一天", "tax-stocktake"),
        ("今年の棚卸の立会いは何月何日ですか", "tax-stocktake"),
        ("When is the bonded stocktake this year?", "tax-stocktake"),
        # closing was asked; the entry opens
        ("聯絡處裁撤要跑什麼流程", "other-liaison-office"),
        ("How do we shut down the liaison office?", "other-liaison-office"),
        # how to pay was asked; the entry says who pays
        ("空污費可以刷卡還是轉帳", "environment-air-fee"),
        ("空污費的繳款流程", "environment-air-fee"),
        # a gap between two persons: somebody's case
        ("防火管理人突然離職，接手的人還在受訓", "construction-fire-manager"),
        ("電氣負責人走了 新的下週才到職", "utilities-technician-change"),
        # reading the record; the entry gives the fee for setting up
        ("閱覽公司登記案卷一次多少", "other-registration-fee"),
        ("抄錄公司登記資料的費用", "other-registration-fee"),
        # the specialist of another medium, whose days happen to be the same
        ("廢水甲級專責要走了，幾天內要報代理人", "environment-air-staff"),
        # selling was asked; the entry forbids letting to a third
        ("May we sell our plant on rented ground to a customer?", "land-no-sublease"),
        # the consent of the branch was asked for; the entry says what the land office registers
        ("土地要設定抵押 需要分局同意嗎", "land-title-registration"),
        # a permit was asked for; the entry says that there must be panels
        ("Is a building permit needed for PV on the roof?", "construction-solar"),
        ("太陽光設備を屋上に置くには建築許可が必要ですか", "construction-solar"),
        # panels are named; the entry lists the kinds of licenses
        ("車棚上架太陽能板要不要雜照", "construction-license-kinds"),
        # how often was asked; the entry says how long the review takes
        ("公安檢查簽證隔幾年做一次", "construction-safety-report"),
        # where numbers or the right to use come from; the entry says how they are issued and sent
        ("電子發票的字軌要去哪裡領", "tax-e-invoice"),
        ("电子发票怎么开通", "tax-e-invoice"),
        ("開出去的電子發票中獎了怎麼領獎", "tax-e-invoice"),
        # getting into the platform, a person's name, where a fine is paid, minors: not what these entries say
        ("電子發票平台一直登不進去", "tax-e-invoice"),
        ("來我們廠的勞動檢查員叫什麼名字", "other-labour-inspection"),
        ("勞檢的罰單去哪裡繳", "other-labour-inspection"),
        ("May a minor operate the crane?", "other-crane"),
        # whether the office is there; the entry says what holds for workers
        ("颱風來的話園區會停班嗎", "other-typhoon-work"),
        # a reckoning of one case
        ("請幫我核對這個人的病假薪水算得對不對", "other-sick-leave"),
        # water was named in English; the entry is on air
        ("Which papers are needed for a water pollution permit?", "environment-air-permit-papers"),
        # rain is no waste water
        ("May storm water run into the ditch without a permit?", "environment-no-sewer-discharge"),
        # work that stands still; the entry says when it must begin
        ("房子蓋一半停工 建照還有效嗎", "construction-start-deadline"),
        # when to apply was asked; the entry says until when the law runs
        ("今年度的研究發展抵減哪一天截止", "tax-rd-credit"),
        # land was named; the entry is on factories put up by the Bureau
        ("租地契約需要公證嗎", "land-standard-terms"),
    ],
)
def test_what_the_entry_does_not_say_is_not_answered_with_it(understander, text, not_with):
    assert answered(understander, text) != not_with


@pytest.mark.parametrize(
    ("text", "entry", "aspect"),
    [
        ("月報忘了送海關 後果是什麼", "tax-monthly-report", Aspect.PENALTY),
        ("房屋稅籍晚報要罰幾塊", "tax-house-new", Aspect.PENALTY),
        ("What is the fine for registering a new building for house tax too late?", "tax-house-new", Aspect.PENALTY),
        ("公司變更地址 登記要附哪些書件", "other-company-registration", Aspect.PAPERS),
        ("What papers for changing the company name in the register?", "other-company-registration", Aspect.PAPERS),
        ("申請接管污水大概要等幾週", "environment-sewer-connection-duty", Aspect.HOW_LONG),
        ("要怎麼申請指示建築線", "construction-building-line", Aspect.HOW),
        ("室內裝修送審要幾天", "construction-fitout-permit", Aspect.HOW_LONG),
        ("拆照多久會下來", "construction-demolition", Aspect.HOW_LONG),
        ("環評書件審查費怎麼收", "environment-eia-days", Aspect.HOW_MUCH),
    ],
)
def test_an_aspect_is_answered_only_by_an_entry_that_states_it(understander, text, entry, aspect):
    """Entries grow: the one that did not state it may do so one day, and is then the answer."""
    states = aspect in stated(understander.base.entry(entry)).aspects
    assert answered(understander, text) != entry or states


@pytest.mark.parametrize("place", ["大發", "林園工業區", "永安那邊的廠", "臨海產業園區"])
@pytest.mark.parametrize(
    ("text", "not_with"),
    [
        ("保稅貨品出廠後幾天要登帳", "tax-books"),
        ("貨車能不能停到隔天早上", "other-truck-curfew"),
        ("面臨道路要退縮幾公尺", "land-setback"),
        ("外牆招牌的許可費", "construction-signboard-fee"),
        ("管理費晚繳的罰鍰", "other-fee-penalty"),
        ("自用機器從國外進來免稅嗎", "tax-machine-import"),
        ("車輛出入證幾年換一次", "other-access-permit"),
        ("公司改董事長幾天內辦變更登記", "other-company-registration"),
    ],
)
def test_a_rule_of_technology_parks_is_not_told_to_an_industrial_park(understander, place, text, not_with):
    assert answered(understander, f"{place} {text}") != not_with


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("楠梓的廠 保稅貨品出廠後幾天要登帳", "tax-books"),
        ("建照審查要幾天", "construction-permit-time"),
        ("室內裝修沒申請要罰多少", "construction-fitout-penalty"),
        ("申請使用執照要附什麼", "construction-use-permit-documents"),
        ("排放許可證效期多久 什麼時候展延", "environment-discharge-permit-term"),
        ("排放许可证有效期几年", "environment-discharge-permit-term"),
        ("How long is a waste water discharge permit valid?", "environment-discharge-permit-term"),
        ("営業税は何か月ごとに申告しますか", "tax-vat-period"),
        ("防火管理人上一次課是四年前 多久要複訓", "construction-fire-manager-training"),
        ("開叉車 幾噸以上一定要上過課", "other-forklift"),
        ("新來的泰籍移工 居留證幾天內要去辦", "other-migrant-arrival"),
    ],
)
def test_what_the_entry_says_is_still_answered_at_once(understander, text, entry):
    assert answered(understander, text) == entry


@pytest.mark.parametrize(
    ("text", "group", "aspect", "not_asked"),
    [
        ("How much advance notice must we give before a layoff?", "en", Aspect.DEADLINE, Aspect.HOW_MUCH),
        ("保税品を売るときの関税の扱いはどうなりますか", "ja", Aspect.ALLOWED, Aspect.PENALTY),
        ("届出が遅れたらどうなりますか", "ja", Aspect.PENALTY, Aspect.HOW_MUCH),
        ("工廠登記變更地址的規費多少", "zh", Aspect.HOW_MUCH, Aspect.WHERE),
    ],
)
def test_a_word_of_another_matter_asks_nothing_by_itself(text, group, aspect, not_asked):
    asks = {ask.aspect for ask in asked(normalise(text), group)}
    assert aspect in asks
    assert not_asked not in asks


@pytest.mark.parametrize(
    "text",
    ["となりの工場がうるさいです。見に来てもらえますか", "Could you send an inspector to measure the noise next door?"],
)
def test_somebody_to_come_is_a_persons_to_say_in_every_language(understander, text):
    assert answered(understander, text) is None


@pytest.mark.parametrize(
    "text",
    ["What is the fine for not reporting a work accident?", "ボイラーの検査を受けない場合の罰則は"],
)
def test_what_only_the_details_state_is_not_answered_where_they_are_not_shown(understander, text):
    """Details are in Chinese: their reader sees the fine, readers of English and Japanese would not."""
    with_fine = {
        entry.id for entry in understander.base.entries if "NT$" in entry.en.answer or "過料" in entry.ja.answer
    }
    assert answered(understander, text) in {None, *with_fine}


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("工廠登記證找不到了 要怎麼補", "construction-certificate-lost"),
        ("公司決議解散 清算人多久內要報法院", "other-dissolution"),
        ("解散後的決算申報 幾天內要送", "tax-liquidation"),
        ("新人到職健保幾天內要加", "other-health-insurance"),
        ("員工幾個人以上要請身障者", "other-disabled-quota"),
        ("噪音的作業環境監測多久一次", "other-work-monitoring"),
        ("太陽能板架多高以下可以免雜照", "construction-solar-license"),
        ("可以請16歲的學生來打工嗎", "other-child-labour"),
        ("女員工排大夜班要不要工會同意", "other-women-night"),
        ("試用期最長可以多久", "other-probation"),
        ("勞檢員來可以拒絕嗎", "other-labour-inspection"),
        ("病假的薪水怎麼給", "other-sick-leave"),
        ("員工的爸爸過世喪假幾天", "other-leave-kinds"),
        ("颱風停班員工沒來可以扣全勤嗎", "other-typhoon-work"),
        ("扣抵聯遺失怎麼辦", "tax-invoice-lost"),
        ("貨物稅每個月什麼時候報", "tax-commodity-filing"),
        ("進口報單要保存幾年", "tax-customs-records"),
    ],
)
def test_common_matters_of_firms_have_their_entry(understander, text, entry):
    read = understander.understand(text)
    assert entry in [match.entry_id for match in read.faq[:2]]
    assert answered(understander, text) in {entry, None}
