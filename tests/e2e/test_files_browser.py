"""Files at the desk in a real browser: seen small, opened by the firm, refused without losing a word."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from routing.domain.files import MOST_BYTES
from tests.harness import local_http
from tests.harness.browser import SCREEN, ChatPage, DeskPage
from tests.harness.cast import email
from tests.harness.product import PASSWORD, Product
from tests.harness.samples import PDF, endless_png, picture
from tests.harness.simulator import actions
from tests.harness.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60, func_only=True)]

PHOTO = picture(size=(1200, 900))
WORDS = "附上現場照片與空白表格，請填妥後傳回。"
KINDS = {
    "program": ("現場.jpg", b"MZ\x90" + b"\0" * 200, "「現場.jpg」：不接受這種檔案"),
    "pixels": ("平面圖.png", endless_png(), "「平面圖.png」：圖片尺寸過大"),
}


def file(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def office(request: pytest.FixtureRequest, chromium: Browser, product: Product) -> Iterator[DeskPage]:
    """A supervisor, who may write every case."""
    context = chromium.new_context(viewport=SCREEN, locale="zh-TW", java_script_enabled=request.param)
    office = DeskPage(context.new_page(), product.url)
    office.sign_in(email("sue"), PASSWORD)
    yield office
    context.close()


def thumbnails_of(page: Page) -> list[int]:
    """The widths of the pictures in the conversation, as they are shown."""
    shown = page.get_by_role("region", name="往來內容").get_by_role("img")
    shown.first.scroll_into_view_if_needed()
    return [one.evaluate("one => one.naturalWidth") for one in shown.all()]


def made_small(page: Page) -> bool:
    page.reload()
    shown = page.get_by_role("region", name="往來內容").get_by_role("img")
    return shown.count() > 0 and "small=true" in (shown.first.get_attribute("src") or "")


@pytest.mark.parametrize("office", [True], indirect=True, ids=["with scripts"])
def test_a_photo_and_a_form_go_with_a_reply_and_the_firm_opens_them(product: Product, office: DeskPage) -> None:
    firm = product.line.person()
    number = firm.open_case("後門的路燈壞了，想請人來看")
    seen = len(firm.received())
    page = office.page
    page.goto(f"{product.url}/desk/cases/{number}")
    page.get_by_label("回復廠商").fill(WORDS)
    page.locator("#step-reply input[type=file]").set_input_files([file("現場.jpg", PHOTO), file("空白表格.pdf", PDF)])
    office.send(page.get_by_role("button", name="送出回復"))
    eventually(lambda: made_small(page), what="the thumbnail")
    eventually(lambda: thumbnails_of(page) == [480], what="the picture in it")
    expect(page.get_by_role("link", name="空白表格.pdf")).to_be_visible()
    firm.answer_after(seen)
    links = [one["uri"] for one in actions(firm.received()[-1]["message"]) if one["type"] == "uri"]
    opened = [local_http.get(link) for link in links]
    assert [one.content for one in opened] == [PHOTO, PDF]
    assert [one.headers["content-type"] for one in opened] == ["image/jpeg", "application/pdf"]
    chat = ChatPage(page.context.new_page())
    chat.page.goto(f"{product.line.url}/chat/{firm.id}")
    with chat.page.context.expect_page() as popped:
        chat.told.last.get_by_role("button", name="現場.jpg").or_(
            chat.told.last.get_by_role("link", name="現場.jpg")
        ).first.click()
    expect(popped.value.locator("img")).to_have_js_property("naturalWidth", 1200)


def test_what_is_refused_is_named_and_nothing_typed_is_lost(product: Product, office: DeskPage) -> None:
    made = {"channel": "phone", "category": "land", "text": "附件測試", "kind": "ENQ"}
    number = product.api("sue", "POST", "/cases", made, expect=201)["number"]
    page = office.page
    page.goto(f"{product.url}/desk/cases/{number}")
    for name, content, sentence in KINDS.values():
        page.get_by_label("回復廠商").fill(WORDS)
        page.get_by_label("回復方式").select_option("phone")
        page.locator("#step-reply input[type=file]").set_input_files(file(name, content))
        page.get_by_role("button", name="送出回復").click()
        expect(page.get_by_role("alert")).to_contain_text(sentence)
        expect(page.get_by_label("回復廠商")).to_have_value(WORDS)
        expect(page.get_by_label("回復方式")).to_have_value("phone")
        expect(page.locator("#step-reply")).to_contain_text("請重新選擇檔案")
    chosen = page.locator("#step-reply input[type=file]")
    chosen.set_input_files(file("影片.mp4", b"a" * (MOST_BYTES + 600_000)))
    page.get_by_role("button", name="送出回復").click()
    sentence = chosen.evaluate("one => one.validationMessage") or page.get_by_role("alert").inner_text()
    assert "影片.mp4" in sentence
    assert "超過 20 MB" in sentence
    expect(page.get_by_label("回復廠商")).to_have_value(WORDS)


def test_a_case_by_telephone_is_entered_with_its_files(product: Product, office: DeskPage) -> None:
    page, firm = office.page, f"晴川{secrets.token_hex(2)}有限公司"
    page.goto(f"{product.url}/desk/new")
    page.get_by_label("廠商名稱").fill(firm)
    page.get_by_label("類別").select_option("land")
    page.get_by_label("廠商反映的內容").fill("寄來照片與租約，問可否續租。")
    chosen = page.locator("input[type=file]")
    chosen.set_input_files(file(*KINDS["program"][:2]))
    page.get_by_role("button", name="受理並分案").click()
    expect(page.get_by_role("alert")).to_contain_text(KINDS["program"][2])
    expect(page.get_by_label("廠商名稱")).to_have_value(firm)
    expect(page.get_by_label("廠商反映的內容")).to_have_value("寄來照片與租約，問可否續租。")
    chosen.set_input_files([file("現場.jpg", PHOTO), file("租約.pdf", PDF)])
    page.get_by_role("button", name="受理並分案").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("寄來照片與租約，問可否續租。")
    eventually(lambda: made_small(page), what="the thumbnail")
    expect(page.get_by_role("link", name="租約.pdf")).to_be_visible()
