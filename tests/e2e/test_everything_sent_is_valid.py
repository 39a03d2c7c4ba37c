"""Every kind of message a firm can get, in its three languages, held against LINE's schema and limits.

Whatever any other test of this folder sends is checked as well, when that test is over (tests/e2e/conftest.py).
"""

from __future__ import annotations

import pytest

from routing.domain.messages import postback
from tests.harness.cast import email
from tests.harness.product import Product
from tests.harness.simulator import Phone, words

LANGUAGES = {"zh-TW": "案件辦結", "en": "Your case is closed", "ja": "案件が完了しました"}
ASKED = (
    "租地要繳多少預約金", "廠房續租", "停電了怎麼辦", "工廠失火了", "瓦斯外洩", "有人被機器夾傷", "土地", "您好",
    "謝謝", "？", "How do I renew the lease of a standard factory building?", "工場の賃貸契約を更新したい", "主選單",
    "a", "😀", "水費怎麼算，另外營業稅要去哪裡申報？", "我要退租", "你們有沒有獎勵補助可以申請" * 40,
)  # fmt: skip
LONG = "很長的說明，" * 300


@pytest.fixture(params=LANGUAGES)
def firm(product: Product, request: pytest.FixtureRequest) -> Phone:
    firm = product.line.person(language=request.param)
    seen = len(firm.received())
    firm.do("postback", data=postback("language", lang=request.param))
    firm.answer_after(seen)
    return firm


@pytest.mark.parametrize("asked", ASKED, ids=range(len(ASKED)))
def test_every_answer(product: Product, asked: str) -> None:
    firm = product.line.person(follow=False)
    firm.do("follow")
    firm.answer_after(0)
    firm.say(asked)
    product.settled()
    assert product.line.check_sent() >= 2


@pytest.mark.parametrize("category", ["land", "construction", "utilities", "environment", "tax", "other", "nonsense"])
def test_every_category(product: Product, category: str) -> None:
    firm = product.line.person()
    firm.do("postback", data=postback("category", category=category))
    assert firm.answer_after(0)


def test_every_notice(product: Product, firm: Phone, request: pytest.FixtureRequest) -> None:
    """The whole life of a case, with every step that a firm is told of, and words as long as they may be."""
    number = firm.open_case("廠房旁邊的排水溝蓋板破了一個洞，想請貴局派人來看並說明修繕由誰負責")
    steps: list[tuple[str, dict[str, object]]] = [
        ("assignment", {"assignee": email("otto")}),
        ("category", {"category": "utilities", "reason": "屬水電"}),
        ("kind", {"kind": "PET", "reason": "檢舉"}),
        ("kind", {"kind": "ENQ", "reason": "確認為諮詢"}),
        ("messages", {"text": LONG}),
        ("messages", {"text": "已以電話說明。", "via": "phone"}),
        ("wait", {"on": "agency", "agency": "taipower", "message": "請協助確認。"}),
        ("resume", {}),
        ("wait", {"on": "firm", "message": LONG, "until": "2099-12-31"}),
        ("resume", {}),
        ("extension", {"days": 2, "reason": "現勘"}),
        ("close", {"outcome": "answered", "summary": "完成" * 900}),
        ("reopen", {"reason": "廠商來電"}),
        ("close", {"outcome": "referred", "summary": "移請權責機關", "agency": "台電"}),
    ]
    for name, body in steps:
        expect = 201 if name == "messages" else 200
        product.api("sue", "POST", f"/cases/{number}/{name}", body, expect=expect)
    product.settled(seconds=30)
    told = words(*(bubble["message"] for bubble in firm.received()))
    assert LANGUAGES[request.node.callspec.params["firm"]] in told
    assert number in told
    for data in (postback("my_cases"), postback("case", number=number), postback("rate", number=number, score=1)):
        seen = len(firm.received())
        firm.do("postback", data=data)
        firm.answer_after(seen)
    product.settled()
    assert product.line.check_sent() >= len(steps)
    assert product.api("sue", "GET", "/deliveries", case=number, state="dead")["items"] == []
