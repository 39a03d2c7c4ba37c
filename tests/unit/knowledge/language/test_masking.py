"""Personal data is made unreadable: for colleagues, and more of it before a text leaves the office."""

import pytest

from knowledge.language.masking import bare, mask, mask_for_outside


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("請打0912-345-678找我", "345"),
        ("電話 (07)361-2345 轉 12", "361"),
        ("統編12345675 想查租金", "12345675"),
        ("寄到 abc.def@example.com", "abc.def"),
        ("身分證A123456789", "A123456789"),
        ("０９１２３４５６７８", "345"),
        ("我是王小明 想問租金", "王小明"),
        ("請轉陳經理", "陳"),
        ("聯絡人：林大華", "林大華"),
        ("田中さんに聞きました", "田中"),
        ("My name is John Smith, about rent", "Smith"),
        ("Please ask Mr. Brown", "Brown"),
        ("大明精密股份有限公司要續租", "大明精密"),
        ("LINE ID: abc_123", "abc_123"),
        ("賴ID happy_boss88", "happy_boss88"),
    ],
)
def test_personal_data_is_unreadable(text, secret):
    """Trap: nothing personal leaves the office."""
    assert secret not in mask_for_outside(text)


@pytest.mark.parametrize("text", ["契約容量由500調到800瓩", "土地租金怎麼算", "2 MW of extra capacity", "建蔽率 70%"])
def test_what_is_asked_stays_readable(text):
    assert mask_for_outside(text) == text


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("請回電 07-821-1234 轉 105", "821"),
        ("手機０９１２３４５６７８", "５６７８"),
        ("手機0912-345-678", "345"),
        ("+886 912 345 678 call me", "912"),
        ("寄到 wang.da@example.com.tw", "wang.da"),
        ("我們統編12345675", "12345675"),
        ("身分證 A123456789", "A123456789"),
        ("案號 KP-1151122-0001 何時好", "1151122"),
        ("分機 302 找我", "302"),
        ("賴ID: happy_boss88", "happy_boss88"),
        ("我是王小姐", "王小姐"),
        ("陳大明先生負責", "陳大明"),
        ("見 https://example.com/a?b=c", "example"),
        ("加 LINE：wang-88", "wang-88"),
    ],
)
def test_what_identifies_somebody_is_masked(text, hidden):
    assert hidden not in mask(text)
    assert "〔" in mask(text)


def test_names_of_firm_and_contact_are_masked_also_without_the_legal_form():
    said = mask("我是晴川精密的林小萍，晴川精密有限公司要續租", ["晴川精密有限公司", "林小萍", None])
    assert "晴川" not in said
    assert "小萍" not in said
    assert bare(said).endswith("要續租")


@pytest.mark.parametrize(
    "text", ["廠房12000平方公尺的租金", "2026年11月22日到期", "第8條第2款", "契約容量1500瓩", "方經理人會議"]
)
def test_numbers_that_belong_to_the_question_stay(text):
    assert mask(text) == text
