"""Pages as people hold them: the firm's phone with its chat, a desk with its cases. Driven by playwright."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, ViewportSize, expect

PHONE: ViewportSize = {"width": 390, "height": 844}
SCREEN: ViewportSize = {"width": 1280, "height": 800}


@dataclass(slots=True)
class ChatPage:
    """The firm's phone: what a thumb can do on the chat page, and what the account said since then."""

    page: Page

    @property
    def told(self) -> Locator:
        """Messages of the account."""
        return self.page.locator(".row.theirs:not(#loading)")

    def say(self, text: str) -> Locator:
        """Type and send; gives the newest answer."""
        before = self.told.count()
        if self.page.locator("#to-keyboard").is_visible():
            self.page.locator("#to-keyboard").click()
        self.page.locator("#text").fill(text)
        self.page.get_by_role("button", name="傳送", exact=True).click()
        return self.newest(before)

    def tap(self, name: str | re.Pattern[str]) -> Locator:
        """Tap the newest button or chip with this name; gives the newest answer."""
        before = self.told.count()
        button = self.page.locator("#messages, #quick").get_by_role("button", name=name, exact=True)
        button.last.click()
        return self.newest(before)

    def show(self, name: str, picture: bytes) -> Locator:
        """Send a photo."""
        before = self.told.count()
        self.page.set_input_files("#photo-file", {"name": name, "mimeType": "image/png", "buffer": picture})
        return self.newest(before)

    def newest(self, before: int) -> Locator:
        """The last message, as soon as there are more than so many."""
        expect(self.told.nth(before)).to_be_visible()
        return self.told.last

    def hears(self, *parts: str) -> None:
        """Wait until one message of the account holds all of these."""
        found = self.told
        for part in parts:
            found = found.filter(has_text=part)
        expect(found.last).to_be_visible()


@dataclass(slots=True)
class DeskPage:
    """A desk in the browser of one of the staff."""

    page: Page
    url: str

    def sign_in(self, who: str, password: str) -> None:
        """Sign in on the page that asks for it, and stand before the queue."""
        self.page.goto(f"{self.url}/desk")
        self.page.get_by_label("電子郵件").fill(who)
        self.page.get_by_label("密碼").fill(password)
        self.page.get_by_role("button", name="登入").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("待辦")

    def step(self, title: str, button: str, **fields: str) -> None:
        """Open a step, fill it in by its labels and send it; what was done is confirmed on the page.

        Of a choice the first that begins so is taken.
        """
        self.page.locator("summary", has_text=re.compile(rf"^{title}$")).click()
        form = self.page.locator("details[open] form")
        for label, value in fields.items():
            field = form.get_by_label(label)
            if field.evaluate("field => field.tagName") == "SELECT":
                option = field.locator("option").filter(has_text=re.compile(rf"^{value}"))
                field.select_option(option.first.get_attribute("value"))
            else:
                field.fill(value)
        self.send(form.get_by_role("button", name=button))

    def send(self, button: Locator) -> None:
        """Press a button and see that the page which follows says what was done; the one before may say so too."""
        self.page.evaluate("document.querySelectorAll('[role=status]').forEach(one => (one.dataset.before = 'yes'))")
        with self.page.expect_response(lambda answer: answer.request.method == "POST"):
            button.click()
        expect(self.page.locator("[role=status]:not([data-before])").first).to_be_visible()
