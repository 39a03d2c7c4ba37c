"""Starts the demo in a folder of its own, works in it as a firm and as a supervisor, and takes its pictures.

Chromium shows date fields in the language of its own interface, so the machine needs Chinese for it and a font
(Debian: chromium-l10n, fonts-noto-cjk).
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from bot.demo.live import USERS
from bot.demo.seeding import PASSWORD
from tests.harness import local_http
from tests.harness.browser import PHONE, SCREEN, ChatPage, DeskPage
from tests.harness.fixtures_browser import ARGUMENTS
from tests.harness.requirements import chromium_path
from tests.harness.waiting import eventually

ROOT = Path(__file__).parents[2]
SIZES: dict[str, tuple[ViewportSize, int]] = {"desktop": (SCREEN, 1), "phone": (PHONE, 2)}
MOST_BYTES = 300_000
CHINESE = {"LANGUAGE": "zh_TW", "LC_ALL": "zh_TW.UTF-8"}
MATTER = "我們南棟後門的路燈壞了快一個禮拜，夜班同仁下班很暗，可以派人來修嗎"
QUESTION = "開發管理基金要繳多少？"
TO_THE_TOP = (
    "(one) => { const place = document.getElementById('messages');"
    " place.scrollTop += one.getBoundingClientRect().top - place.getBoundingClientRect().top - 14; }"
)
SUPERVISOR = "supervisor@demo.example"
ADMINISTRATOR = "admin@demo.example"


@dataclass(frozen=True, slots=True)
class Demo:
    """Where a running demo is."""

    product: str
    simulator: str


@contextmanager
def running_demo() -> Iterator[Demo]:
    """A fresh demo, ended and forgotten afterwards; its own conversations are over when it is handed out."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ONESTOP_", "LINE_"))}
    with tempfile.TemporaryDirectory(prefix="onestop-pictures-") as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo"], cwd=folder, stdout=subprocess.PIPE, text=True,
            env={**kept, "PYTHONPATH": str(ROOT), "ONESTOP_DATA_DIR": folder},
        )  # fmt: skip
        assert process.stdout is not None
        try:
            found = re.findall(r"(http://[\d.:]+)/(demo|chat)\b", "".join(iter(process.stdout.readline, _last_line())))
            addresses = {name: address for address, name in found}
            demo = Demo(product=addresses["demo"], simulator=addresses["chat"])
            eventually(lambda: _talks_are_over(demo), seconds=180, pause=0.5, what="the conversations of the demo")
            yield demo
        finally:
            process.terminate()
            process.wait(timeout=20)
            process.stdout.close()


def _last_line() -> str:
    """What the demo says when all is up."""
    return "按 Ctrl+C 停止。\n"


def _talks_are_over(demo: Demo) -> bool:
    """Whether the last firm has its receipt and every firm's phone is quiet."""
    try:
        answer = local_http.get(f"{demo.simulator}/sim/users/{USERS[-1].user_id}/transcript")
    except httpx.HTTPError:
        return False
    return answer.status_code == 200 and re.search(r"KP-\d{7}-\d{4}", answer.text) is not None


def hold_conversation(page: Page, demo: Demo) -> str:
    """Somebody opens a case and asks another thing; gives the address of the phone."""
    chat = ChatPage(page)
    page.goto(f"{demo.simulator}/chat")
    page.get_by_role("button", name="新增使用者").click()
    page.get_by_label("LINE 顯示名稱").fill("許副理（品昕測試電子）")
    page.get_by_role("button", name="開始聊天").click()
    chat.hears("高屏分局單一窗口", "直接打字")
    chat.say(MATTER)
    chat.tap(re.compile("請專人協助$"))
    for words in ("品昕測試電子", "許副理", "0900-000-000"):
        chat.say(words)
    chat.tap(re.compile("^林園"))
    expect(chat.tap("確認送出")).to_contain_text("服務案號")
    expect(chat.say(QUESTION)).to_contain_text("查證日期")
    return page.url


def take(page: Page, path: Path, *, whole: bool = False) -> None:
    """Take a picture of what stands on the page now."""
    page.wait_for_load_state("networkidle")
    page.evaluate("() => document.fonts.ready")
    page.screenshot(path=path, full_page=whole, animations="disabled", caret="hide")
    # A page has few colours: with a palette of its own a picture takes less than half, and looks the same.
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    size = path.stat().st_size
    sys.stdout.write(f"{path.name:28} {size // 1024:4} KB\n")
    if size > MOST_BYTES:
        raise SystemExit(f"{path.name} has {size} bytes, more than {MOST_BYTES}")


def take_all(browser: Browser, demo: Demo, folder: Path) -> None:
    """Every picture in both sizes."""
    for name, (size, scale) in SIZES.items():
        context = browser.new_context(
            viewport=size, device_scale_factor=scale, locale="zh-TW", timezone_id="Asia/Taipei", reduced_motion="reduce"
        )
        context.set_default_timeout(20_000)
        page = context.new_page()

        def path(what: str, name: str = name) -> Path:
            return folder / f"{what}-{name}.png"

        phone = hold_conversation(page, demo)
        page.goto(phone)
        page.locator("#to-keyboard").click()
        expect(page.locator(".row.theirs").last).to_contain_text("查證日期")
        begin = "已受理您的案件" if name == "desktop" else "服務案號"
        page.locator(".row.theirs").get_by_text(begin, exact=True).last.evaluate(TO_THE_TOP)
        take(page, path("chat"))
        DeskPage(page, demo.product).sign_in(SUPERVISOR, PASSWORD)
        page.goto(f"{demo.product}/desk?view=all")
        take(page, path("queue"))
        page.goto(f"{demo.product}/desk/turnaround")
        take(page, path("turnaround"))
        page.goto(f"{demo.product}/desk/knowledge")
        take(page, path("knowledge"))
        page.goto(f"{demo.product}/desk/cases?q=地磚")
        page.locator(".case-rows th a").first.click()
        expect(page.get_by_role("heading", name="往來內容")).to_be_visible()
        take(page, path("case"), whole=name == "desktop")
        page.goto(f"{demo.product}/desk/annual")
        take(page, path("annual"))
        page.context.clear_cookies()
        DeskPage(page, demo.product).sign_in(ADMINISTRATOR, PASSWORD)
        page.goto(f"{demo.product}/desk/admin/running")
        take(page, path("admin"))
        page.context.clear_cookies()
        page.goto(f"{demo.product}/demo")
        expect(page.frame_locator("iframe[name=desk]").get_by_role("heading", level=1)).to_have_text("待辦")
        expect(page.frame_locator("iframe[name=figures]").get_by_role("heading", level=1)).to_have_text("時效統計")
        take(page, path("demo"))
        context.close()


def main() -> None:
    """Take every picture into docs/screenshots, or into the folder that is named."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs" / "screenshots")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    chromium = chromium_path()
    if chromium is None:
        raise SystemExit("No Chromium on PATH (Debian: chromium, chromium-l10n, fonts-noto-cjk).")
    with running_demo() as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS, env={**os.environ, **CHINESE})
        take_all(browser, demo, folder)
        browser.close()


if __name__ == "__main__":
    main()
