"""The phone in the browser: what a person does there reaches the webhook, and all text stays text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from bot.simulator.config import SimulatorConfig
from bot.simulator.running import SimulatorServer, free_port
from tests.harness import local_http
from tests.unit.bot.simulator.conftest import SECRET, TOKEN, Webhook

pytestmark = pytest.mark.browser

CARD = {
    "type": "bubble",
    "body": {
        "type": "box",
        "layout": "vertical",
        "contents": [
            {"type": "text", "text": "預定回復日", "size": "sm", "color": "#555555"},
            {"type": "text", "text": "<b>115/11/25</b>", "weight": "bold", "size": "xl"},
        ],
    },
    "footer": {
        "type": "box",
        "layout": "vertical",
        "contents": [
            {
                "type": "button",
                "style": "primary",
                "action": {"type": "postback", "label": "查進度", "data": "action=case", "displayText": "我要查進度"},
            }
        ],
    },
}


class Room:
    """A chat page of one friend, and the account on the other side."""

    def __init__(self, page: Page, client: httpx.Client, webhook: Webhook) -> None:
        self.page, self.client, self.webhook = page, client, webhook
        body = {"displayName": "林小姐", "friend": True}
        self.user = client.post("/sim/users", json=body).json()["userId"]

    def open(self, width: int = 390) -> None:
        self.page.set_viewport_size({"width": width, "height": 800})
        self.page.goto(f"{self.client.base_url}/chat/{self.user}")
        self.page.wait_for_selector("#composer")

    def push(self, *messages: object) -> None:
        body = {"to": self.user, "messages": messages}
        headers = {"Authorization": f"Bearer {TOKEN}"}
        assert self.client.post("/v2/bot/message/push", json=body, headers=headers).status_code == 200

    def events(self) -> list[dict[str, object]]:
        self.client.post("/sim/webhook/idle")
        return [event for _, body in self.webhook.requests for event in json.loads(body)["events"]]


@pytest.fixture
def room(page: Page, webhook: Webhook) -> Iterator[Room]:
    config = SimulatorConfig(
        channel_secret=SECRET, access_token=TOKEN, webhook_url=webhook.url, public_url="", watermark="示範資料"
    )
    with (
        SimulatorServer(config, port=free_port()) as server,
        local_http.client(base_url=server.url) as client,
    ):
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        yield Room(page, client, webhook)
        page.close()
    assert problems == []


def test_typing_sends_and_markup_stays_text(room: Room) -> None:
    room.open()
    room.page.fill("#text", "<img src=x onerror=alert(1)> https://example.com/a，謝謝")
    room.page.press("#text", "Enter")
    bubble = room.page.locator(".mine .said")
    expect(bubble).to_have_text("<img src=x onerror=alert(1)> https://example.com/a，謝謝")
    expect(bubble.locator("a")).to_have_attribute("href", "https://example.com/a")
    expect(room.page.locator(".watermark")).to_contain_text("示範資料")
    expect(room.page.locator(".marks")).to_contain_text("已讀")
    assert room.events()[0]["type"] == "message"


def test_chips_show_for_the_last_message_only_while_it_is_last(room: Room) -> None:
    chip = {"type": "action", "action": {"type": "postback", "label": "我要立案", "data": "action=open_case"}}
    room.push({"type": "text", "text": "一", "quickReply": {"items": [chip]}}, {"type": "text", "text": "二"})
    room.open()
    expect(room.page.locator(".said")).to_have_count(2)
    expect(room.page.locator(".chip")).to_have_count(0)
    room.push({"type": "text", "text": "三", "quickReply": {"items": [chip]}})
    room.page.locator(".chip").click()
    expect(room.page.locator(".chip")).to_be_hidden()
    assert room.events()[-1]["postback"] == {"data": "action=open_case"}
    room.push({"type": "text", "text": "四"})
    expect(room.page.locator(".chip")).to_have_count(0)


def test_a_flex_card_is_drawn_and_its_button_speaks_for_the_person(room: Room) -> None:
    room.push({"type": "flex", "altText": "卡片", "contents": CARD})
    room.open()
    expect(room.page.locator(".fx-text").nth(1)).to_have_text("<b>115/11/25</b>")
    assert room.page.locator(".fx-bubble").bounding_box()["width"] == 300  # type: ignore[index]
    room.page.get_by_role("button", name="查進度").click()
    expect(room.page.locator(".mine .said")).to_have_text("我要查進度")


def test_blocking_and_coming_back(room: Room) -> None:
    room.open()
    room.page.click("#chat-menu")
    room.page.get_by_role("menuitem", name="封鎖").click()
    room.page.locator("#ask .strong").click()
    expect(room.page.locator("#stranger")).to_contain_text("您已封鎖")
    room.page.click("#add-friend")
    expect(room.page.locator("#stranger")).to_be_hidden()
    assert [one["type"] for one in room.events()] == ["unfollow", "follow"]


def test_a_message_can_be_taken_back(room: Room) -> None:
    room.open()
    room.page.fill("#text", "打錯了")
    room.page.press("#text", "Enter")
    room.page.locator(".mine .said").click(button="right")
    room.page.get_by_role("menuitem", name="收回").click()
    room.page.locator("#ask .strong").click()
    expect(room.page.locator(".notice")).to_have_text("您已收回訊息")
    assert room.events()[-1]["type"] == "unsend"


def test_a_picker_asks_for_the_day(room: Room) -> None:
    action = {
        "type": "datetimepicker",
        "label": "選日期",
        "data": "action=visit",
        "mode": "date",
        "initial": "2026-12-01",
    }
    room.push({"type": "text", "text": "何時方便？", "quickReply": {"items": [{"type": "action", "action": action}]}})
    room.open()
    room.page.locator(".chip").click()
    room.page.locator("#ask .strong").click()
    expect(room.page.locator("#ask")).to_be_hidden()
    room.page.wait_for_timeout(200)
    assert room.events()[-1]["postback"] == {"data": "action=visit", "params": {"date": "2026-12-01"}}


@pytest.mark.parametrize(("width", "inside"), [(390, 390), (1280, 390)])
def test_it_fills_a_phone_and_is_a_phone_on_a_desk(room: Room, width: int, inside: int) -> None:
    room.open(width)
    box = room.page.locator(".phone").bounding_box()
    assert box is not None
    assert box["width"] == inside
    assert room.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_new_person_starts_from_the_list(room: Room) -> None:
    room.page.goto(f"{room.client.base_url}/chat")
    expect(room.page.locator(".person")).to_have_count(1)
    room.page.click("#new")
    room.page.fill("input[name=displayName]", "佐藤")
    room.page.locator("#new-form .strong").click()
    room.page.wait_for_url(re.compile(r"/chat/U[0-9a-f]{32}$"))
    assert room.events()[-1]["type"] == "follow"


def test_pages_allow_no_inline_script_and_frames_of_this_machine_only(room: Room) -> None:
    policy = room.client.get(f"/chat/{room.user}").headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'self' http://127.0.0.1:* http://localhost:*" in policy
    assert room.client.get("/chat/" + "U" + "0" * 32).status_code == 404
