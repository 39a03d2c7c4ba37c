"""Personal data is made unreadable before a text leaves the office."""

import pytest

from knowledge.language.masking import masked


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
    ],
)
def test_personal_data_is_unreadable(text, secret):
    """Trap: nothing personal leaves the office."""
    assert secret not in masked(text)


@pytest.mark.parametrize("text", ["契約容量由500調到800瓩", "土地租金怎麼算", "2 MW of extra capacity", "建蔽率 70%"])
def test_what_is_asked_stays_readable(text):
    assert masked(text) == text
