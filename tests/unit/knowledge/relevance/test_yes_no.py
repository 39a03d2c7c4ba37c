"""Questions that only ask for yes or no are answered only by an entry that says just that (trap 1.2)."""

import pytest

from knowledge.language.text import normalise
from knowledge.relevance.yes_no import Sides, read_yes_no
from tests.unit.knowledge.relevance.asking import answered


@pytest.mark.parametrize(
    ("text", "not_with"),
    [
        # it says that there must be one, not that there may
        ("屋頂太陽能可以嗎", "construction-solar"),
        ("廠房屋頂想裝太陽能板，要分局同意嗎", "construction-solar"),
        ("屋頂太陽能要分局同意嗎", "construction-solar"),
        # it says where a mortgage is registered, not whether there may be one
        ("土地設定抵押可以嗎", "land-title-registration"),
        ("租的土地可以拿去銀行設定抵押嗎", "land-title-registration"),
        ("廠房可以設定抵押給銀行嗎", "land-title-registration"),
        # it never says what is asked to be needed or allowed
        ("能源管理人員要專職嗎", "utilities-energy-manager"),
        ("發電機要裝隔音嗎", "utilities-generator"),
        ("飲水機可以用地下水嗎", "utilities-drinking-fountain"),
        ("土地租約的印花稅分局會代貼嗎", "tax-stamp-land-gain"),
        ("高壓氣體鋼瓶儲存要不要專人看管", "construction-hazardous-materials"),
        # a refresher, a cut-off, and a place of another authority
        ("防火管理人多久要回訓", "construction-fire-manager"),
        ("電費晚繳會被斷電嗎", "utilities-power-late-payment"),
        ("高雄港自由貿易港區的貨要怎麼報關", "tax-otherzone-sale"),
    ],
)
def test_what_no_one_says_is_allowed_or_needed_is_not_answered(understander, text, not_with):
    assert answered(understander, text) != not_with


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("加工區的廠房可以轉租給別人嗎", "land-no-sublease"),
        ("新蓋廠房一定要裝太陽能嗎", "construction-solar"),
        ("室內裝修要送審嗎", "construction-fitout-permit"),
        ("發電機要登記嗎", "utilities-generator"),
        ("楠梓園區土地可以買嗎", "land-lease-only"),
        ("水費兩個月沒繳 會停水嗎", "utilities-water-arrears"),
        ("我們在大發，要蓋新廠，執照也是跟分局申請嗎", "construction-industrial-park"),
        ("外國人離職要通報嗎", "other-foreign-absent"),
    ],
)
def test_what_an_entry_says_is_answered(understander, text, entry):
    assert answered(understander, text) == entry


def test_what_may_or_must_be_is_read_from_the_end_of_the_question():
    question = read_yes_no(normalise("發電機要裝隔音嗎"), "zh")
    assert question is not None
    assert (question.may, question.must) == (False, True)
    assert normalise("隔音") in question.predicate


def test_energy_and_sun_are_no_may():
    question = read_yes_no(normalise("太陽能板要裝嗎"), "zh")
    assert question is not None
    assert (question.may, question.must) == (False, True)


def test_without_a_statement_of_what_is_allowed_the_answer_itself_must_speak_of_it():
    sides = Sides.of(["租地上的廠房可以設定抵押嗎"], ["向地政機關申請登記"], "zh")
    question = read_yes_no(normalise("廠房可以設定抵押嗎"), "zh")
    assert question is not None
    assert not sides.meets(question, states=False)
    assert sides.meets(question, states=True)


@pytest.mark.parametrize("text", ["電梯還是沒修好", "B棟貨梯電梯故障，想請人來看", "our lift is broken"])
def test_what_broke_is_not_answered_with_when_it_is_inspected(understander, text):
    assert answered(understander, text) is None
