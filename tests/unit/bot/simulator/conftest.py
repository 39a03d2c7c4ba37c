"""A simulated channel in this process, a webhook that answers as told, and a client for both."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from bot.simulator.app import create_simulator
from bot.simulator.config import SimulatorConfig

TOKEN = "a-token"
SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"


@dataclass
class Webhook:
    """Keeps what it was sent; answers with `statuses` in turn, 200 afterwards, after `delay` seconds."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    delay: float = 0.0
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def take(self, headers: dict[str, str], body: bytes) -> int:
        self.requests.append((headers, body))
        time.sleep(self.delay)
        return self.statuses.pop(0) if self.statuses else 200


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    hook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = hook.take(dict(self.headers.items()), body)
            try:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.url = f"http://127.0.0.1:{server.server_port}/line/webhook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield hook
    server.shutdown()
    server.server_close()
    thread.join(5)


class Line:
    """Speaks to a simulator: `api` as the product with its token, `sim` as the tester."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://line.test") as client:
                return await client.request(method, path, **options)

        return asyncio.run(go())

    def api(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {TOKEN}", **options.pop("headers", {})}
        if body is not None:
            options["json"] = body
        return self.send(method, path, headers=headers, **options)

    def sim(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        if body is not None:
            options["json"] = body
        answer = self.send(method, "/sim" + path, **options)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def user(self, name: str = "林小姐", **fields: Any) -> str:
        created: str = self.sim("POST", "/users", {"displayName": name, "friend": True, **fields})["userId"]
        return created

    def say(self, user_id: str, text: str = "你好", **fields: Any) -> Any:
        return self.sim("POST", f"/users/{user_id}/text", {"text": text, "wait": True, **fields})

    def push(self, to: str, *texts: str, key: str | None = None) -> httpx.Response:
        headers = {"X-Line-Retry-Key": key} if key else {}
        messages = [{"type": "text", "text": one} for one in texts or ("您好",)]
        return self.api("POST", "/v2/bot/message/push", {"to": to, "messages": messages}, headers=headers)

    def reply(self, token: str, text: str = "您好") -> httpx.Response:
        body = {"replyToken": token, "messages": [{"type": "text", "text": text}]}
        return self.api("POST", "/v2/bot/message/reply", body)

    def shown(self, user_id: str) -> list[str]:
        """Texts on the user's phone that came from the account."""
        bubbles = self.sim("GET", f"/users/{user_id}/transcript")["bubbles"]
        return [one["message"]["text"] for one in bubbles if one["from"] == "bot"]


@pytest.fixture
def line(webhook: Webhook) -> Iterator[Line]:
    config = SimulatorConfig(
        channel_secret=SECRET,
        access_token=TOKEN,
        webhook_url=webhook.url,
        public_url="http://line.test",
        webhook_timeout=0.5,
        redelivery_delays=(60.0, 120.0),
        seed=7,
    )
    app = create_simulator(config)
    yield Line(app)
    app.state.dispatcher.close()
