"""A chat on a web page as a channel: its page server posts what visitors do, and takes what they are told."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from bot.runtime import Plug
from bot.settings import Settings
from knowledge.vocabulary import Channel
from routing.domain.errors import DeliveryError
from routing.domain.inbound import Inbound, InboundKind
from routing.domain.messages import Outgoing, Sent, to_plain
from routing.ports import Content, Limits, Profile
from routing.service.messaging.inbox_writer import IntakeError, RawEvent, Waiting
from tests.harness import local_http

PATH = "/web/events"


class WebChat:
    """The chat of one page server. There are no reply tokens, files or profiles, and nothing is counted."""

    name = Channel.WEB.value
    limits = Limits(messages=20, token_life=None, key_life=timedelta(hours=1), free_replies=False)

    def __init__(self, base: str) -> None:
        self._http = local_http.client(base_url=base, timeout=5)

    def read(self, raw: str, event_at: int) -> Inbound:
        """What a stored event means."""
        event = json.loads(raw)
        message = event.get("message") or {}
        kind = InboundKind.TEXT if message else InboundKind.UNFOLLOW if event.get("left") else InboundKind.POSTBACK
        return Inbound(
            channel=self.name, kind=kind, at=datetime.fromtimestamp(event_at / 1000, UTC), user_id=event["visitor"],
            message_id=message.get("id"), text=message.get("text", ""), data=dict(parse_qsl(event.get("tapped", ""))),
        )  # fmt: skip

    def of_a_group(self, _raw: str) -> bool:
        """A visitor is alone."""
        return False

    def reply(self, token: str, messages: Sequence[Outgoing], *, language: str) -> Sent:
        """There is nothing to reply to."""
        raise DeliveryError(f"no reply to {token} ({language}, {len(messages)})", code="reply_token", permanent=True)

    def push(self, to: str, messages: Sequence[Outgoing], *, retry_key: str, language: str) -> Sent:
        """Put messages into a visitor's chat; the page server takes a key once."""
        body = {"visitor": to, "key": retry_key, "language": language, "messages": to_plain(messages)}
        try:
            answer = self._http.post("/messages", json=body)
        except httpx.TransportError as error:
            raise DeliveryError(type(error).__name__, code="connection_lost", unknown=True) from error
        if answer.status_code != 200:
            raise DeliveryError("refused", code="refused", permanent=answer.status_code < 500)
        return Sent(None)

    def preparing(self, _address: str) -> None:
        """Nothing is shown."""

    def profile(self, _address: str) -> Profile | None:
        """Visitors have none."""
        return None

    def content(self, _external_id: str) -> Content | None:
        """Nor files."""
        return None

    def quota(self) -> tuple[int | None, int]:
        """No limit."""
        return None, 0


def receiver(secret: str) -> Callable[[Request], Any]:
    """Takes one event of the page server; 200 when it is durably stored."""

    async def take_in(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get("x-chat-secret", ""), secret):
            return JSONResponse({"code": "unknown"}, status_code=401)
        event = await request.json()
        raw = json.dumps(event, separators=(",", ":"))
        one = RawEvent(
            channel=WebChat.name, webhook_event_id=event["id"], user_key=event["visitor"], event_at=event["at"], raw=raw
        )
        loop = asyncio.get_running_loop()
        stored: asyncio.Future[None] = loop.create_future()
        request.app.state.intake.submit([one], Waiting(loop, stored))
        try:
            await stored
        except IntakeError:
            return JSONResponse({"code": "not_stored"}, status_code=503)
        return JSONResponse({})

    return take_in


def plug_to(base: str, secret: str) -> Callable[[Settings], Plug]:
    """The chat, for the list of channels."""

    def receive(app: FastAPI) -> None:
        app.add_api_route(PATH, receiver(secret), methods=["POST"], include_in_schema=False)

    return lambda _settings: Plug(WebChat(base), receive)
