"""Words in place of buttons, through the whole line: LINE as the simulator plays it, the product, both databases."""

from __future__ import annotations

from tests.harness.product import Product
from tests.harness.simulator import words

MATTER = "廠房旁邊的排水溝蓋板破了一個洞，想請貴局派人來看並說明修繕由誰負責"


def test_a_firm_goes_all_the_way_in_words(deployed: Product) -> None:
    """L16, L18, L19: language, an emergency, the case's own progress, office hours, silence; nothing needs a button."""
    firm = deployed.line.person()
    alarm = words(*firm.say("失火了，員工已疏散"))
    assert all(told in alarm for told in ("119", "法定通報", "8 小時內", "職業安全衛生法 §37"))
    receipt = firm.say("請專人協助")
    assert "confirm_case" in str(receipt)
    opened = words(*firm.say("確認送出"))
    assert "緊急案件" in opened
    assert "請問聯絡電話" in opened
    firm.say("07-3611212")
    assert "4 位" not in words(*firm.say("晴川精密有限公司"))
    firm.say("陳小姐")
    assert "資料已補到案件上" in words(*firm.say("楠梓"))
    progress = words(*firm.say("我的案件到哪了？"))
    assert "失火了" in progress
    assert "優先處理" in progress
    assert "08:30" in words(*firm.say("請問你們幾點上班？"))
    assert "English" in words(*firm.say("English please"))
    assert "Urgent" in words(*firm.say("When will I get a reply?"))
    assert "不再主動傳送" in words(*firm.say("請說中文"), *firm.say("不要再傳"))
    rows = deployed.rows("SELECT quiet, language, language_chosen FROM contact")
    assert [(bool(row[0]), row[1], bool(row[2])) for row in rows] == [(True, "zh-TW", True)]


def test_what_is_cancelled_in_words_is_taken_up_again(deployed: Product) -> None:
    """L21, L23: nothing that was told is lost, and nothing is opened twice."""
    firm = deployed.line.person()
    firm.say(MATTER)
    firm.say("人工")
    assert "7 位" in words(*firm.say("4595257"))
    firm.say("晴川精密")
    assert "已取消" in words(*firm.say("取消"))
    assert "聯絡人" in words(*firm.say("繼續"))
    firm.say("陳小姐")
    firm.say("07-3611212")
    firm.say("楠梓")
    assert "公司名稱" in words(*firm.say("改公司名稱"))
    assert "晴海精密" in words(*firm.say("晴海精密"))
    firm.say("確認送出")
    assert deployed.rows("SELECT COUNT(*) FROM service_case")[0][0] == 1
