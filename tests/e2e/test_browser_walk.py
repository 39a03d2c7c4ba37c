"""The whole line in a real browser: a firm on its phone, an officer and a supervisor at their screens.

Every process is real; nobody here touches the API. Pages must not complain either: not of a script, not of a
resource, not of the content security policy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from knowledge.calendar.office_calendar import local
from tests.harness.browser import PHONE, SCREEN, ChatPage, DeskPage
from tests.harness.cast import email
from tests.harness.processes import Forker
from tests.harness.product import PASSWORD, Product, running
from tests.harness.samples import picture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(40, func_only=True)]

PATIENCE = 10_000
"""Milliseconds within which whatever is waited for must be seen; a machine under load needs some of them."""
QUESTION = "租地要繳多少預約金"
MATTER = "廠房旁邊的排水溝蓋板破了一個洞，想請貴局派人來看並說明修繕由誰負責"
FIRM = "晴川精密有限公司"
WATCH = "addEventListener('securitypolicyviolation', (one) => console.error('policy: ' + one.violatedDirective))"
UNBROKEN = "\u2060".join("07-3611212")
"""A telephone number as a card writes it: no line ends within."""
PHOTO = picture("PNG", (1, 1))


@dataclass(slots=True)
class Rooms:
    """Browsers of several people, and everything that a page complained of."""

    chromium: Browser
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def page(self, size: ViewportSize) -> Page:
        """A page in a browser of its own."""
        context = self.chromium.new_context(viewport=size, locale="zh-TW", timezone_id="Asia/Taipei")
        context.set_default_timeout(PATIENCE)
        context.add_init_script(WATCH)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.contexts.append(context)
        return context.new_page()


@contextmanager
def rooms_in(chromium: Browser) -> Iterator[Rooms]:
    rooms = Rooms(chromium)
    expect.set_options(timeout=PATIENCE)
    try:
        yield rooms
    finally:
        expect.set_options(timeout=None)
        for context in rooms.contexts:
            context.close()
    assert rooms.complaints == []


@pytest.fixture
def own_product(forker: Forker, tmp_path: Path) -> Iterator[Product]:
    """One process on SQLite for this test alone: the supervisor counts every case there is."""
    with running(forker, f"sqlite:///{tmp_path / 'onestop.db'}", tmp_path) as product:
        yield product
        product.line.check_sent()
        product.line.check_ledger()


def test_the_whole_line_in_a_browser(own_product: Product, chromium: Browser) -> None:
    """From a firm's first words to a supervisor's numbers, each step seen on both sides."""
    with rooms_in(chromium) as rooms:
        chat = ChatPage(rooms.page(PHONE))
        _the_firm_becomes_a_friend(chat, own_product)
        _the_firm_asks(chat)
        number, officer = _the_firm_opens_a_case(chat)
        office = DeskPage(rooms.page(SCREEN), own_product.url)
        office.sign_in(email(officer), PASSWORD)
        _the_officer_finds_it(office, number)
        _they_work_on_it(office, chat)
        _the_firm_sees_it_whole(chat)
        boss = DeskPage(rooms.page(SCREEN), own_product.url)
        boss.sign_in(email("sue"), PASSWORD)
        _the_supervisor_counts_it(boss, number)


def _the_firm_becomes_a_friend(chat: ChatPage, product: Product) -> None:
    chat.page.goto(f"{product.line.url}/chat")
    chat.page.get_by_role("button", name="新增使用者").click()
    chat.page.get_by_label("LINE 顯示名稱").fill("陳小姐")
    chat.page.get_by_role("button", name="開始聊天").click()
    expect(chat.page).to_have_url(re.compile(r"/chat/U[0-9a-f]{32}$"))
    chat.hears("高屏分局單一窗口", "直接打字描述問題")


def _the_firm_asks(chat: ChatPage) -> None:
    answer = chat.say(QUESTION)
    for part in ("依據", "查證日期", "系統自動回答"):
        expect(answer).to_contain_text(part)
    expect(answer.get_by_role("button", name="查看法規或來源")).to_be_visible()
    chat.tap("有解決")
    expect(chat.told.last).to_contain_text("太好了")


def _the_firm_opens_a_case(chat: ChatPage) -> tuple[str, str]:
    """A photo, a matter that nobody knows, and the dialogue; gives the case number and the officer."""
    expect(chat.show("排水溝.png", PHOTO)).to_contain_text("已收到您的照片或檔案")
    unsure = chat.say(MATTER)
    expect(unsure.get_by_role("button", name=re.compile("請專人協助$"))).to_be_visible()
    expect(unsure).not_to_contain_text("系統自動回答")
    expect(chat.tap(re.compile("請專人協助$"))).to_contain_text("統一編號")
    chat.hears("/privacy")
    expect(chat.say(FIRM)).to_contain_text("聯絡人")
    expect(chat.say("陳小姐")).to_contain_text("電話")
    expect(chat.say("07-3611212")).to_contain_text("園區")
    summary = chat.tap("楠梓科技產業園區")
    for part in (MATTER, FIRM, f"陳小姐 {UNBROKEN}", "楠梓"):
        expect(summary).to_contain_text(part)
    receipt = chat.tap("確認送出")
    for part in ("服務案號", "承辦單位", "承辦人", "預定回復日", "依承辦單位回復為準"):
        expect(receipt).to_contain_text(part)
    seen = receipt.inner_text()
    number = re.search(r"KP-\d{7}-\d{4}", seen)
    officer = re.search(r"承辦人\s+(\w+)", seen)
    assert number, seen
    assert officer, seen
    assert re.search(r"預定回復日\s+\d{4}/\d{1,2}/\d{1,2}", seen), seen
    return number.group(), officer.group(1).lower()


def _the_officer_finds_it(office: DeskPage, number: str) -> None:
    row = office.page.get_by_role("row").filter(has_text=number)
    for part in (FIRM, "楠梓", "等我方", "剩 3 個工作天"):
        expect(row).to_contain_text(part)
    row.get_by_role("link").first.click()
    expect(office.page.get_by_role("heading", level=1)).to_contain_text(MATTER[:20])
    talk = office.page.get_by_role("region", name="往來內容")
    expect(talk).to_contain_text(MATTER)
    photo = talk.get_by_role("img")
    expect(photo).to_be_visible()
    expect(photo).to_have_js_property("naturalWidth", 1)


def _they_work_on_it(office: DeskPage, chat: ChatPage) -> None:
    """Reply, wait until the firm says that all is there, ask another agency, close; the firm is told each time."""
    office.page.get_by_label("回復廠商").fill("已請同仁下午到場查看。")
    office.send(office.page.get_by_role("button", name="送出回復"))
    chat.hears("承辦人回復", "已請同仁下午到場查看。")
    office.step("請廠商補件", "送出補件通知", 應補事項="請補：現場照片兩張、租約影本。")
    expect(office.page.get_by_text("待廠商補件中")).to_be_visible()
    chat.hears("請補充資料", "請補：現場照片兩張、租約影本。")
    expect(chat.say("租約影本在此，照片如前")).to_contain_text("都傳完請點「補齊了」")
    office.page.reload()
    expect(office.page.get_by_text("待廠商補件中")).to_be_visible()
    chat.tap("補齊了")
    chat.hears("繼續辦理", "預定回復日")
    office.page.reload()
    expect(office.page.get_by_text("待廠商補件中")).to_have_count(0)
    expect(office.page.get_by_role("region", name="往來內容")).to_contain_text("租約影本在此，照片如前")
    office.step("會辦", "送出會辦", 會辦對象="台灣電力公司", 廠商資料="未提供", 會辦事項="蓋板下有電纜，請確認。")
    # What merely informs is kept for the next free reply.
    chat.say("進度")
    chat.hears("會辦中", "辦理期限照常計算")
    office.send(office.page.get_by_role("button", name="恢復辦理"))
    office.step("辦結", "辦結", 辦理結果="已答復", 辦結摘要="蓋板已更換，費用由本分局負擔。")
    expect(office.page.get_by_role("complementary", name="案件資料")).to_contain_text("依限")
    chat.hears("案件辦結", "蓋板已更換，費用由本分局負擔。")


def _the_firm_sees_it_whole(chat: ChatPage) -> None:
    chat.tap(re.compile("^5"))
    chat.hears("謝謝您為", "評分")
    progress = chat.tap("查看進度")
    for part in ("請您補件", "您補充了資料", "會辦其他機關", "繼續辦理", "辦結"):
        expect(progress).to_contain_text(part)


def _the_supervisor_counts_it(office: DeskPage, number: str) -> None:
    """Today's report counts this case and no other, and each number leads to it."""
    page, today = office.page, local(datetime.now(UTC)).date().isoformat()  # noqa: TID251 - the product's clock
    page.get_by_role("navigation", name="主選單").get_by_role("link", name="時效統計").click()
    page.get_by_label("起日").fill(today)
    page.get_by_label("迄日").fill(today)
    page.get_by_role("button", name="查詢").click()
    expect(page.get_by_text("期間未結束")).to_be_visible()
    shown = dict.fromkeys(("受理", "辦結案件"), "1") | {"依限辦結率": "100.00%", "逾限辦結": "0", "逾限未結": "0"}
    for label, value in shown.items():
        tile = page.locator(".figures li").filter(has=page.get_by_text(label, exact=True))
        expect(tile.locator("strong")).to_have_text(value)
    balance = page.locator(".equation")
    expect(balance).to_contain_text(re.compile(r"期初未結 0 ＋ 受理 1 ＋ 重新開啟 0 － 辦結（次） 1 ＝ 期末未結 0"))
    page.locator(".figures li").filter(has_text="受理").get_by_role("link", name="1").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("受理")
    cases = page.locator("tbody tr")
    expect(cases).to_have_count(1)
    expect(cases).to_contain_text(number)
    expect(cases).to_contain_text("辦結")
