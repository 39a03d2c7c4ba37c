"""The desk in a real browser: quicker with scripts, whole without them, on a telephone and on a desk's screen."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from bot.simulator.running import free_port
from routing.domain.permissions import Role
from routing.service.accounts import authentication
from routing.service.accounts.passwords import hash_password
from tests.harness import local_http
from tests.harness.service import Service
from tests.harness.waiting import eventually

pytestmark = pytest.mark.browser

PASSWORD = "a good long password"


class Desk(Service):
    """The service, served on a port."""

    def __init__(self, database_url: str, **settings: str) -> None:
        self.port = free_port()
        super().__init__(database_url, ONESTOP_BASE_URL=f"http://127.0.0.1:{self.port}", **settings)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Over the port: playwright keeps an event loop in this thread, so that none can be started."""
        return local_http.request(method, self.url + path, **{"timeout": 60.0, **given})


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with Desk(f"sqlite:///{tmp_path_factory.mktemp('desk') / 'desk.db'}") as desk:
        with desk.runtime.database.writing() as session:
            for email, role in (("may@kp.example", Role.OFFICER), ("root@kp.example", Role.ADMIN)):
                authentication.add_staff(
                    session, email=email, name="梅小姐", role=role, unit="用地工程科", categories=(),
                    agency=None, password=hash_password(PASSWORD), now=desk.now,
                )  # fmt: skip
        server = uvicorn.Server(
            uvicorn.Config(desk.app, host="127.0.0.1", port=desk.port, log_config=None, log_level="error")
        )
        thread = threading.Thread(target=server.run)
        thread.start()
        eventually(lambda: server.started, what="the desk's server")
        yield desk
        server.should_exit = True
        thread.join(timeout=10)


def sign_in(page: Page, desk: Desk, email: str = "may@kp.example") -> None:
    page.goto(f"{desk.url}/desk")
    page.get_by_label("電子郵件").fill(email)
    page.get_by_label("密碼").fill(PASSWORD)
    page.get_by_role("button", name="登入").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("待辦")


def given_to_may(desk: Desk, text: str) -> str:
    number = desk.opened(text=text)
    desk.post("sue", f"/cases/{number}/assignment", {"assignee": "may@kp.example"})
    return number


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_officer_works_a_case_from_the_queue_to_its_end(desk: Desk, chromium: Browser, scripts: bool) -> None:
    context = chromium.new_context(locale="zh-TW", java_script_enabled=scripts)
    page = context.new_page()
    number = given_to_may(desk, f"請問租約如何續約{scripts}")
    sign_in(page, desk)
    page.get_by_role("link", name=f"請問租約如何續約{scripts}").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("請問租約如何續約")
    page.get_by_label("回復廠商").fill("續約請備妥原租約。")
    page.get_by_label("回復方式").select_option("phone")
    page.get_by_role("button", name="送出回復").click()
    expect(page.get_by_role("status")).to_contain_text("已登錄回復")
    page.get_by_text("辦結", exact=True).first.click()
    page.get_by_label("辦理結果").select_option("answered")
    page.get_by_label("辦結摘要").fill("已說明續約程序。")
    page.get_by_role("button", name="辦結", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("已辦結")
    expect(page).to_have_url(f"{desk.url}/desk/cases/{number}?done=close&notice=no_address")
    context.close()


def test_a_refused_form_comes_back_with_its_text_though_scripts_carry_it(desk: Desk, page: Page) -> None:
    number = given_to_may(desk, "兩人同時開啟的案件")
    sign_in(page, desk)
    page.goto(f"{desk.url}/desk/cases/{number}")
    desk.post("alice", f"/cases/{number}/messages", {"text": "我先處理", "internal": True})
    page.get_by_label("回復廠商").fill("不能弄丟的文字")
    page.get_by_role("button", name="送出回復").click()
    expect(page.get_by_role("alert")).to_contain_text("案件剛由其他同仁更新")
    expect(page.get_by_label("回復廠商")).to_have_value("不能弄丟的文字")


def test_a_refused_step_stands_open_with_its_text(desk: Desk, page: Page) -> None:
    number = given_to_may(desk, "補件日期填錯的案件")
    sign_in(page, desk)
    page.goto(f"{desk.url}/desk/cases/{number}")
    page.locator("summary", has_text="請廠商補件").click()
    page.get_by_label("應補事項").fill("請補租約影本")
    page.get_by_label("請於何日前提供").fill("2026-11-01")
    page.get_by_role("button", name="送出補件通知").click()
    expect(page.get_by_role("alert")).to_contain_text("補件期限不能早於今日")
    expect(page.get_by_label("應補事項")).to_be_visible()
    expect(page.get_by_label("應補事項")).to_have_value("請補租約影本")


def test_the_open_queue_shows_a_new_case_by_itself(desk: Desk, page: Page) -> None:
    sign_in(page, desk)
    given_to_may(desk, "剛剛進來的案件")
    expect(page.get_by_role("link", name="剛剛進來的案件")).to_be_visible(timeout=20_000)


def test_the_policy_refuses_nothing_that_the_pages_need(desk: Desk, page: Page) -> None:
    number = given_to_may(desk, "看主控台的案件")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    sign_in(page, desk)
    for path in (f"/desk/cases/{number}", "/desk/cases", "/desk/new", "/desk/deliveries", "/desk/turnaround"):
        page.goto(desk.url + path)
        page.wait_for_load_state("networkidle")
    assert complaints == []


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_the_screen(desk: Desk, page: Page, width: int) -> None:
    number = given_to_may(desk, "一個很長的主旨" * 12)
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, desk)
    for path in ("/desk?view=all", f"/desk/cases/{number}", "/desk/cases", "/desk/new", "/desk/deliveries",
                 "/desk/turnaround?by=category", "/privacy"):  # fmt: skip
        page.goto(desk.url + path)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{path} is {wider} px too wide"


def test_on_a_telephone_every_page_of_the_menu_is_seen(desk: Desk, page: Page) -> None:
    """Before: who has most pages did not see the last ones, nor which one was open."""
    page.set_viewport_size({"width": 360, "height": 800})
    sign_in(page, desk, "root@kp.example")
    links = page.get_by_role("navigation", name="主選單").get_by_role("link")
    assert links.count() > 6
    for link in links.all():
        expect(link).to_be_in_viewport(ratio=1)


def test_the_keyboard_reaches_the_content_first_and_sees_where_it_is(desk: Desk, page: Page) -> None:
    sign_in(page, desk)
    page.goto(f"{desk.url}/desk")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    expect(skip).to_have_text("跳到主要內容")
    expect(skip).to_be_in_viewport()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_words_typed_and_not_sent_are_not_lost_by_a_slip(desk: Desk, page: Page) -> None:
    number = given_to_may(desk, "打到一半的案件")
    sign_in(page, desk)
    page.goto(f"{desk.url}/desk/cases/{number}")
    page.get_by_label("回復廠商").fill("打到一半")
    asked: list[str] = []

    def stay(dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("navigation", name="主選單").get_by_role("link", name="待辦").click()
    eventually(lambda: bool(asked), what="the question")
    expect(page.get_by_label("回復廠商")).to_have_value("打到一半")
    page.remove_listener("dialog", stay)
    page.on("dialog", lambda dialog: dialog.accept())


def test_an_open_case_says_that_it_was_updated_and_keeps_focus_and_words(desk: Desk, page: Page) -> None:
    desk.app.state.live.longest = 60
    number = given_to_may(desk, "續租廠房")
    sign_in(page, desk)
    page.goto(f"{desk.url}/desk/cases/{number}")
    words = page.locator("#step-reply textarea")
    words.fill("打到一半")
    note = page.locator("#live-note")
    expect(note).to_be_hidden()
    page.wait_for_timeout(500)
    desk.post("bob", f"/cases/{number}/messages", {"text": "已電詢。", "internal": True})
    expect(note).to_be_visible(timeout=10_000)
    expect(words).to_be_focused()
    expect(words).to_have_value("打到一半")
    page.reload()
    expect(page.locator("#step-reply textarea")).to_have_value("打到一半")
    expect(page.locator("#live-note")).to_be_hidden()


def test_what_a_colleague_writes_is_unread_in_the_open_queue_until_it_was_on_the_page(
    desk: Desk, chromium: Browser
) -> None:
    desk.app.state.live.longest = 60
    number = given_to_may(desk, "空調漏水待修")
    context = chromium.new_context(locale="zh-TW")
    case, queue = context.new_page(), context.new_page()
    sign_in(case, desk)
    case.goto(f"{desk.url}/desk/cases/{number}")
    case.goto(f"{desk.url}/desk/new")
    queue.goto(f"{desk.url}/desk")
    row = queue.locator(f"#queue tr:has(a[href$='{number}'])")
    expect(row).to_be_visible()
    expect(row).not_to_contain_text("未讀")
    desk.post("bob", f"/cases/{number}/messages", {"text": "已請廠商明日到場。", "internal": True})
    expect(row).to_contain_text("未讀 1", timeout=10_000)
    case.goto(f"{desk.url}/desk/cases/{number}")
    expect(case.locator(".bubble.is-unread")).to_contain_text("已請廠商明日到場。")
    expect(row).not_to_contain_text("未讀", timeout=10_000)
    context.close()


def test_the_queue_changes_by_itself_but_not_under_the_hands_of_whoever_is_in_it(desk: Desk, page: Page) -> None:
    desk.app.state.live.longest = 60
    number, other = given_to_may(desk, "路燈不亮"), given_to_may(desk, "申請停車證")
    sign_in(page, desk)
    row = page.locator(f"#queue a[href$='{number}']")
    expect(row).to_be_visible()
    page.wait_for_timeout(500)
    until = (desk.now.date().replace(year=desk.now.year + 1)).isoformat()
    desk.post("sue", f"/cases/{number}/snooze", {"until": until})
    expect(row).to_have_count(0, timeout=10_000)
    page.locator(f"#queue a[href$='{other}']").focus()
    desk.post("sue", f"/cases/{number}/snooze", {"until": None})
    expect(page.locator("#live-note")).to_be_visible(timeout=10_000)
    expect(page.locator(f"#queue a[href$='{other}']")).to_be_focused()
    page.get_by_role("button", name="顯示最新").click()
    expect(row).to_be_visible()


def test_a_case_is_found_opened_and_answered_by_keys_alone(desk: Desk, page: Page) -> None:
    number = given_to_may(desk, "請問宿舍申請")
    sign_in(page, desk)
    page.keyboard.press("/")
    expect(page.locator("input[type=search]")).to_be_focused()
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    expect(page.locator("#queue tbody tr")).to_have_count(1)
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("請問宿舍申請")
    page.keyboard.press("n")
    expect(page.locator("#step-note textarea")).to_be_focused()
    page.keyboard.type("rja/?")
    expect(page.locator("#step-note textarea")).to_have_value("rja/?")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("已新增內部註記。")).to_be_visible()
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="快速鍵")).to_be_visible()
    page.get_by_label("使用單鍵快速鍵").uncheck()
    page.get_by_role("button", name="關閉").click()
    page.locator("h1").click()
    page.keyboard.press("r")
    expect(page.locator("#step-reply textarea")).not_to_be_focused()


def test_a_case_is_answered_and_closed_by_keys_in_one_press(desk: Desk, page: Page) -> None:
    number = given_to_may(desk, "請問停車位申請")
    sign_in(page, desk)
    page.goto(f"{desk.url}/desk/cases/{number}")
    page.keyboard.press("r")
    page.keyboard.type("請至管理中心辦理。")
    page.keyboard.press("Control+Shift+Enter")
    expect(page.get_by_role("status").first).to_contain_text("已回復並辦結。")
    case = desk.get("sue", f"/cases/{number}").json()
    assert (case["status"], case["outcome"]) == ("closed", "answered")


A_MINUTE = 60 / 0.28
"""Keys that somebody of average skill presses in a minute (keystroke-level model, Card, Moran and Newell 1980)."""
ZHUYIN = 4
"""Keys of one character."""


def test_a_call_is_entered_by_keys_alone_in_less_than_a_minute_of_typing(desk: Desk, page: Page) -> None:
    sign_in(page, desk)
    page.locator("h1").click()
    pressed = 0

    def press(*keys: str) -> None:
        nonlocal pressed
        for key in keys:
            page.keyboard.press(key)
        pressed += len(keys)

    def fill(words: str) -> None:
        nonlocal pressed
        page.keyboard.type(words)
        pressed += sum(1 if one.isascii() else ZHUYIN for one in words)

    press("c")
    expect(page.get_by_label("廠商名稱")).to_be_focused()
    fill("宏昇精密")
    press("Tab", "Tab")
    fill("王小姐")
    press("Tab")
    fill("073612345")
    press("Tab", "ArrowDown")
    press("Tab", "Tab", "ArrowDown", "ArrowDown", "ArrowDown")
    press("Tab", "Tab", "Tab")
    fill("三廠後門路燈昨晚起不亮，請派員修理")
    press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("三廠後門路燈昨晚起不亮")
    case = desk.get("sue", f"/cases/{page.url.partition('/cases/')[2].partition('?')[0]}").json()
    assert (case["channel"], case["firm"]["name"], case["category"]) == ("phone", "宏昇精密", "utilities")
    assert case["park"]
    assert pressed < A_MINUTE / 1.2, pressed


def test_two_who_have_a_case_open_see_each_other_and_typed_words_are_kept(desk: Desk, chromium: Browser) -> None:
    desk.app.state.live.longest = 60
    number = given_to_may(desk, "兩個人都在看的案件")
    first, second = chromium.new_context(locale="zh-TW"), chromium.new_context(locale="zh-TW")
    mine, other = first.new_page(), second.new_page()
    for page, who in ((mine, "may@kp.example"), (other, "root@kp.example")):
        sign_in(page, desk, who)
        page.goto(f"{desk.url}/desk/cases/{number}")
    expect(mine.locator("#near")).to_contain_text("正在看本案", timeout=10_000)
    # Who takes a step is on the page that follows too: to leave the one before must not come after it.
    mine.locator("#step-note > summary").click()
    mine.locator("#step-note textarea").fill("一個註記")
    mine.get_by_role("button", name="儲存註記").click()
    expect(mine.get_by_role("status").filter(has_text="註記").first).to_be_visible()
    mine.wait_for_timeout(500)
    other.goto(f"{desk.url}/desk/cases/{number}")
    expect(other.locator("#near")).to_contain_text("正在看本案", timeout=5_000)
    mine.locator("#step-reply textarea").press_sequentially("打到一半")
    expect(other.locator("#near")).to_contain_text("正在填寫本案回復", timeout=10_000)
    expect(other.locator("#step-reply textarea")).to_have_value("")
    mine.wait_for_timeout(2500)
    again = first.new_page()
    again.goto(f"{desk.url}/desk/cases/{number}")
    expect(again.locator("#step-reply textarea")).to_have_value("打到一半")
    again.close()
    mine.on("dialog", lambda dialog: dialog.accept())
    mine.close()
    expect(other.locator("#near")).to_be_hidden(timeout=10_000)
    first.close()
    second.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_on_a_telephone_filters_are_folded_until_one_is_set(desk: Desk, chromium: Browser, scripts: bool) -> None:
    """Before: nine fields stood between a telephone's user and the first case."""
    given_to_may(desk, "手機上要看得到的案件")
    context = chromium.new_context(locale="zh-TW", java_script_enabled=scripts, viewport={"width": 390, "height": 844})
    page = context.new_page()
    sign_in(page, desk)
    for path in ("/desk", "/desk/cases"):
        page.goto(desk.url + path)
        expect(page.locator(".filters").get_by_label("類別")).to_be_hidden()
        expect(page.locator(".case-rows tbody th a").first).to_be_in_viewport()
        page.get_by_text("篩選條件", exact=True).click()
        expect(page.locator(".filters").get_by_label("類別")).to_be_visible()
        page.goto(f"{desk.url}{path}?category=land")
        expect(page.get_by_text("篩選條件（已設 1 項）")).to_be_visible()
        expect(page.locator(".filters").get_by_label("類別")).to_have_value("land")
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(desk.url + path)
        expect(page.locator(".filters").get_by_label("類別")).to_be_visible()
        expect(page.get_by_text("篩選條件", exact=True)).to_be_hidden()
        page.set_viewport_size({"width": 390, "height": 844})
    context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_head_of_a_case_leads_to_each_step(desk: Desk, chromium: Browser, scripts: bool) -> None:
    number = given_to_may(desk, "從案件開頭就能辦理")
    context = chromium.new_context(locale="zh-TW", java_script_enabled=scripts)
    page = context.new_page()
    sign_in(page, desk)
    page.goto(f"{desk.url}/desk/cases/{number}")
    steps = page.get_by_role("navigation", name="辦理")
    steps.get_by_role("link", name="辦結", exact=True).click()
    expect(page.locator("#step-close").get_by_label("辦理結果")).to_be_in_viewport()
    steps.get_by_role("link", name="回復廠商", exact=True).click()
    expect(page.locator("#step-reply").get_by_label("回復廠商")).to_be_in_viewport()
    if scripts:
        expect(page.locator("#step-reply").get_by_label("回復廠商")).to_be_focused()
    context.close()


def test_a_button_outside_its_form_says_that_it_was_pressed_though_scripts_carry_the_form(
    desk: Desk, page: Page
) -> None:
    """Before: 內容不同，仍要儲存 asked the same again, for ever; and pages without a case asked who is near."""
    sign_in(page, desk)
    strange: list[str] = []
    page.on("request", lambda request: strange.append(request.url) if "undefined" in request.url else None)
    with desk.runtime.database.reading() as session:
        entries = desk.runtime.knowledge.active(session).base.entries
    entry = next(one for one in entries if one.kind.value == "answer")
    page.goto(f"{desk.url}/desk/knowledge/new")
    page.locator("[name=question]").fill(entry.question)
    page.locator("[name=answer]").fill("請洽本分局。")
    page.locator("[name=basis]").fill("建築法")
    page.locator("[name=category]").select_option("land")
    page.get_by_role("button", name="儲存為草稿").click()
    page.get_by_role("button", name="內容不同，仍要儲存").click(timeout=30_000)
    expect(page).to_have_url(re.compile("done=draft"), timeout=30_000)
    assert strange == []


def test_after_each_step_the_focus_is_on_what_came_of_it(desk: Desk, page: Page) -> None:
    """Done, refused or tried out: before, it lay on nothing, and nobody who hears the page was told."""
    number = given_to_may(desk, "看焦點在哪裡的案件")
    sign_in(page, desk)
    page.goto(f"{desk.url}/desk/cases/{number}")
    focused = page.locator(":focus")
    page.locator("summary", has_text="內部註記").click()
    page.get_by_label("註記（廠商看不到").fill("已電詢。")
    page.get_by_role("button", name="儲存註記").click()
    expect(focused).to_contain_text("已新增內部註記")
    page.locator("summary", has_text="申請展期").click()
    page.get_by_label("展期日數").fill("2")
    page.get_by_label("理由（廠商會收到）").fill("待查證")
    page.get_by_role("button", name="試算新的限辦日期").click()
    expect(focused).to_contain_text("限辦日期由")
    page.locator("summary", has_text="暫緩顯示").click()
    page.locator("#form-snooze").get_by_label("暫緩至").fill("2020-01-01")
    page.locator("#form-snooze").get_by_role("button", name="確定").click()
    expect(focused).to_have_attribute("role", "alert")
    page.keyboard.press("n")
    expect(page.locator("#step-note textarea")).to_be_focused()


def test_a_canned_reply_is_kept_as_a_draft_like_typed_words(desk: Desk, page: Page, chromium: Browser) -> None:
    """Before, what was put in by a choice was kept nowhere until a key was pressed as well."""
    number = given_to_may(desk, "帶入常用回復的案件")
    given = {"title": "已轉知", "unit": "用地工程科", "texts": {"zh-TW": "案件{案號}已轉知承辦同仁。"}}
    assert desk.post("alice", "/canned", given).status_code == 201
    sign_in(page, desk)
    page.goto(f"{desk.url}/desk/cases/{number}")
    with page.expect_response(lambda answer: answer.url.endswith("/kept-reply")):
        page.get_by_label("帶入常用語句").select_option(label="已轉知")
    expect(page.locator("#step-reply [name=text]")).to_have_value(f"案件{number}已轉知承辦同仁。")
    other = chromium.new_context(locale="zh-TW").new_page()
    sign_in(other, desk)
    other.goto(f"{desk.url}/desk/cases/{number}")
    expect(other.locator("#step-reply [name=text]")).to_have_value(f"案件{number}已轉知承辦同仁。")
    other.context.close()


def test_on_a_wide_screen_the_steps_stand_beside_the_conversation_and_stay_there(desk: Desk, page: Page) -> None:
    number = given_to_may(desk, "往來很長的案件")
    for said in range(12):
        desk.post("alice", f"/cases/{number}/messages", {"text": f"第 {said} 次說明。", "via": "phone"})
    sign_in(page, desk)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{desk.url}/desk/cases/{number}")
    talk, reply = page.locator(".talk").bounding_box(), page.locator("#step-reply").bounding_box()
    assert talk is not None
    assert reply is not None
    assert reply["x"] >= talk["x"] + talk["width"]
    page.get_by_text("第 8 次說明。").first.scroll_into_view_if_needed()
    expect(page.locator("#step-reply [name=text]")).to_be_in_viewport()
    page.keyboard.press("n")
    expect(page.locator("#step-note textarea")).to_be_in_viewport()
