"""LINE as the tests hold it: the channel with its faults and records, and people with phones who write and tap."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from bot.simulator.config import SimulatorConfig
from bot.simulator.running import SimulatorServer, free_port
from knowledge.wording import load_sentences
from tests.harness import local_http
from tests.harness.line_schema import check_messages
from tests.harness.waiting import eventually

Json = dict[str, Any]
SECRET = "a-channel-secret-for-tests"
TOKEN = "a-channel-token-for-tests"
NOTICE = tuple(load_sentences().say("privacy.line", language, url="") for language in ("zh-TW", "en", "ja"))
"""How the privacy notice begins, in each language; the address ends it."""
SENDING = ("reply", "push", "multicast", "broadcast")


class Channel:
    """The simulated channel. Everything goes through its URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = local_http.client(base_url=url, timeout=30)
        self._names = itertools.count(1)

    def post(self, path: str, **body: Any) -> Json:
        """A control call."""
        answer = self.http.post(f"/sim{path}", json=body)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def get(self, path: str, **query: Any) -> Json:
        """A record."""
        answer = self.http.get(f"/sim{path}", params=query)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def person(self, *, follow: bool = True, **body: Any) -> Phone:
        """Somebody new; a friend of the account unless told otherwise."""
        made = self.post("/users", **{"displayName": f"廠商 {next(self._names)}", "friend": follow, **body})
        return Phone(self, str(made["userId"]))

    @contextmanager
    def failing(self, endpoint: str, kind: str, **rule: Any) -> Iterator[None]:
        """The platform fails as told inside the block."""
        self.post("/faults", endpoint=endpoint, kind=kind, **rule)
        try:
            yield
        finally:
            self.http.delete("/sim/faults")

    def calls(self, *endpoints: str) -> list[Json]:
        """Calls of these endpoints since the records were cleared, oldest first."""
        return [call for call in self.get("/calls")["calls"] if call["endpoint"] in (endpoints or SENDING)]

    def forget(self) -> None:
        """Clear calls and faults: the next test begins."""
        self.http.delete("/sim/calls")
        self.http.delete("/sim/faults")

    def raw(self, *events: Json, **options: Any) -> Json:
        """Send events of one's own making, completed and signed, and wait for the answer."""
        return self.post("/webhook/raw", events=list(events), wait=True, **options)

    def check_sent(self) -> int:
        """Every message that left holds against LINE's schema and limits, and LINE refused none for its form."""
        calls = self.calls()
        for call in calls:
            check_messages(call["body"]["messages"])
            form = (call.get("response") or {}).get("details") if call["status"] == 400 else None
            assert not form, form
        return len(calls)

    def check_ledger(self) -> Json:
        """No retry key and no reply token was accepted twice, and no key came with another body."""
        ledger = self.get("/ledger")
        twice = [key for key in ledger["retryKeys"] if key["accepted"] != 1 or key["changedBody"]]
        assert twice == []
        assert [token for token in ledger["replyTokens"] if token["accepted"] > 1] == []
        return ledger


class Phone:
    """One person's LINE."""

    def __init__(self, channel: Channel, user_id: str) -> None:
        self.channel, self.id = channel, user_id
        self.source = {"type": "user", "userId": user_id}

    def do(self, action: str, **body: Any) -> Json:
        """Anything a phone can do; waits until the webhook was answered."""
        return self.channel.post(f"/users/{self.id}/{action}", **{"wait": True, **body})

    def bubbles(self) -> list[Json]:
        """The chat, oldest first."""
        return list(self.channel.get(f"/users/{self.id}/transcript")["bubbles"])

    def received(self) -> list[Json]:
        """Bubbles of the account apart from the privacy notice, which comes once, with the first contact."""
        return [one for one in self.bubbles() if one["from"] == "bot" and not is_notice(one["message"])]

    def notices(self) -> list[Json]:
        """The privacy notices in the chat."""
        return [one for one in self.bubbles() if one["from"] == "bot" and is_notice(one["message"])]

    def answer_after(self, seen: int, *, seconds: float = 15.0) -> list[Json]:
        """The messages that came after the first ``seen``, as soon as there are any."""
        found = eventually(lambda: self.received()[seen:], seconds=seconds, what="an answer in the chat")
        return [bubble["message"] for bubble in found]

    def say(self, text: str, **body: Any) -> list[Json]:
        """Write, and read the answer."""
        seen = len(self.received())
        self.do("text", text=text, **body)
        return self.answer_after(seen)

    def tap(self, action: str, **values: str) -> list[Json]:
        """Tap the newest button with this action (and these values); it must be there. Read the answer."""
        button = self.button(action, **values)
        seen = len(self.received())
        self.do("postback", data=button["data"], displayText=button.get("displayText"))
        return self.answer_after(seen)

    def button(self, action: str, **values: str) -> Json:
        """The newest button with this action, searched from the last message up."""
        wanted = {"action": action, **values}
        for bubble in reversed(self.received()):
            for found in actions(bubble["message"]):
                data = dict(httpx.QueryParams(found.get("data", "")))
                if found["type"] == "postback" and wanted.items() <= data.items():
                    return found
        raise AssertionError(f"no button {wanted} in {[words(b['message']) for b in self.received()[-3:]]}")

    def open_case(self, about: str, **known: str) -> str:
        """Ask something nobody knows and open a case; gives its number. A new firm is asked who it is."""
        self.say(about)
        self.tap("open_case")
        if not known.get("known"):
            for answer in ("晴川精密有限公司", "陳小姐", "07-3611212"):
                self.say(answer)
            self.tap("park", id=known.get("park", "nanzih"))
        return number_in(self.tap("confirm_case"))


def is_notice(message: Json) -> bool:
    """The privacy notice, in any language."""
    return message.get("text", "").startswith(NOTICE)


def actions(message: Json) -> list[Json]:
    """Every action in a message, the quick replies last."""
    found: list[Json] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("action"), dict) and "type" in value["action"]:
                found.append(value["action"])
            for name, item in value.items():
                if name != "action":
                    walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk({name: value for name, value in message.items() if name != "quickReply"})
    walk(message.get("quickReply"))
    return found


def words(*messages: Json) -> str:
    """Everything that can be read in messages, one piece a line."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for name, item in value.items():
                if name in {"text", "altText", "label"} and isinstance(item, str):
                    found.append(item)
                else:
                    walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk(list(messages))
    return "\n".join(found)


def number_in(messages: list[Json]) -> str:
    """The 服務案號 in messages."""
    found = [word for line in words(*messages).split() for word in [line.strip("，。：")] if word.startswith("KP-")]
    assert found, words(*messages)
    return found[0]


def sign(body: bytes, secret: str = SECRET) -> str:
    """LINE's signature of a body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


@contextmanager
def simulated(webhook: str, **config: Any) -> Iterator[Channel]:
    """A channel whose webhooks go to ``webhook``."""
    port = free_port()
    settings = SimulatorConfig(
        channel_secret=SECRET, access_token=TOKEN, webhook_url=webhook, public_url=f"http://127.0.0.1:{port}",
        **{"redelivery_delays": (0.3, 0.5, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 5.0, 5.0), **config},
    )  # fmt: skip
    with SimulatorServer(settings, port=port) as server:
        channel = Channel(server.url)
        try:
            yield channel
        finally:
            channel.http.close()
