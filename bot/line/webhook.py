"""The webhook receiver: checks the signature over the raw bytes, stores every event, answers 200.

LINE counts an answer after two seconds as a failure and may send an event again, so the work is the worker's
(LINE Developers, "Receive messages"). Events are taken apart only as far as storing them needs.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import Any

import structlog
from fastapi import Request
from fastapi.responses import Response
from linebot.v3.webhook import SignatureValidator
from starlette.types import ASGIApp, Receive, Scope, Send

from bot import tracing
from bot.web import measuring
from bot.web.errors import problem
from bot.web.limits.bodies import TooSlowError
from knowledge.language.sensitive import hidden
from knowledge.vocabulary import Channel
from routing.service.messaging.inbox_writer import Intake, IntakeError, RawEvent, Waiting

MAX_BODY = 1024 * 1024
"""Bytes; LINE's own webhooks are far smaller."""

PATIENCE = 1.8
"""Seconds; LINE gives up after two."""

PATH = "/line/webhook"

log = structlog.get_logger("line.webhook")
_DRESS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
_DONE = Response(b"{}", media_type="application/json", headers=_DRESS)


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},]')


class NotACallbackError(Exception):
    """The body is signed, but is no list of events."""


async def _body(request: Request) -> bytes | None:
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > MAX_BODY:
        return None
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


class _Raw(bytes):
    """A body as it came, for a validator that wants text: the rule is about bytes, and not all bytes are UTF-8."""

    def encode(self, *_: object) -> bytes:
        """The bytes."""
        return self


def signed(secret: str, body: bytes, signature: str | None) -> bool:
    """Whether LINE signed exactly these bytes (LINE Developers, "Verify webhook signature"; trap L7)."""
    return signature is not None and bool(SignatureValidator(secret).validate(_Raw(body), signature))


def _plain(value: str) -> str:
    """An identifier that every database can hold; LINE's are plain ASCII anyway."""
    return re.sub(r"[^\x20-\x7e]", "?", value)[:80]


def _user_key(event: dict[str, Any]) -> str:
    source = event.get("source")
    if not isinstance(source, dict):
        return "-"
    for name in ("userId", "groupId", "roomId"):
        value = source.get(name)
        if isinstance(value, str) and value:
            return _plain(value)
    return "-"


def _number(digits: str) -> int | float:
    """A JSON number; Python refuses to read absurdly long ones, and one of those must not lose a whole body."""
    return int(digits) if len(digits) <= 30 else float(digits)


def _pieces(text: str) -> list[str]:
    """The elements of a body's ``events`` as text, for a body of which something nests too deep to be read whole.

    Raises:
        NotACallbackError: it has no such list.
    """
    depth, last, start = 0, "", -1
    found: list[str] = []
    for token in _TOKEN.finditer(text):
        sign = token.group()
        if sign[0] == '"':
            last = sign if depth == 1 else last
        elif sign in "[{":
            depth += 1
            if depth == 2 and sign == "[" and last == '"events"':
                start = token.end()
        elif depth == 2 and start >= 0:
            found.append(text[start : token.start()])
            if sign != ",":
                return [piece for piece in found if piece.strip()]
            start = token.end()
        elif sign in "]}":
            depth -= 1
    raise NotACallbackError


_READ = json.JSONDecoder(parse_int=_number).decode
_WRITE = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
"""Made once: ``json.loads`` and ``json.dumps`` with options make a new one at each call."""


def _event_of(piece: str) -> Any:
    """The event that a piece of a body is; of one that cannot be read only that it came, and no word of it."""
    try:
        return _READ(piece)
    except (ValueError, RecursionError):
        return "unreadable " + hashlib.sha256(piece.encode()).hexdigest()


def split(body: bytes, *, now: datetime) -> list[RawEvent]:
    """The events of a signed body, each as it came; one that cannot be an event is marked for quarantine.

    Raises:
        NotACallbackError: the body has no ``events`` list.
    """
    try:
        callback = _READ(body.decode(json.detect_encoding(body), "surrogatepass"))
    except RecursionError:
        return [_raw_event(_event_of(piece), now=now) for piece in _pieces(body.decode("utf-8", "replace"))]
    except ValueError:
        raise NotACallbackError from None
    if not isinstance(callback, dict) or not isinstance(callback.get("events"), list):
        raise NotACallbackError
    return [_raw_event(event, now=now) for event in callback["events"]]


_SHARED = ("groupId", "roomId")
_KEPT_OF_SHARED = ("type", "mode", "timestamp", "webhookEventId", "deliveryContext")


def _of_nobody(event: dict[str, Any]) -> dict[str, Any]:
    """An event of a group or room without who did what: that it came is kept, so that a repeat is known, no more.

    Groups are not where firms ask; what people say there is theirs (個人資料保護法 §5). What names the account keeps
    its words, without the names of others, until it is answered (routing.service.messaging.inbox takes them out then).
    """
    source = event.get("source")
    shared = isinstance(source, dict) and (source.get("type") in ("group", "room") or any(k in source for k in _SHARED))
    if not shared or not isinstance(source, dict):
        return event
    place = {name: source[name] for name in ("type", *_SHARED) if isinstance(source.get(name), str)}
    return {**{name: event[name] for name in _KEPT_OF_SHARED if name in event}, **_to_answer(event), "source": place}


def _to_answer(event: dict[str, Any]) -> dict[str, Any]:
    """What an answer in a group needs: an invitation its token, words to the account those and the token."""
    kind, message = event.get("type"), event.get("message")
    token = {name: event[name] for name in ("replyToken",) if isinstance(event.get(name), str)}
    if kind == "join":
        return token
    unsend = event.get("unsend")
    if kind == "unsend" and isinstance(unsend, dict) and isinstance(unsend.get("messageId"), str):
        return {"unsend": {"messageId": unsend["messageId"]}}
    if kind != "message" or not isinstance(message, dict) or message.get("type") != "text":
        return {}
    mentioned = _mentioned(message)
    if not any(one.get("isSelf") is True for one in mentioned) or not isinstance(message.get("text"), str):
        return {}
    words = {name: message[name] for name in ("id", "type") if isinstance(message.get(name), str)}
    return {**token, "message": {**words, "text": _without_names(message["text"], mentioned)}}


def _mentioned(message: dict[str, Any]) -> list[dict[str, Any]]:
    mention = message.get("mention")
    found = mention.get("mentionees") if isinstance(mention, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _without_names(text: str, mentioned: list[dict[str, Any]]) -> str:
    """Words without whom they name; LINE counts in UTF-16 (LINE Developers, "Text")."""
    units = text.encode("utf-16-le", "surrogatepass")
    spans = [(one.get("index"), one.get("length")) for one in mentioned]
    for start, length in sorted((s, n) for s, n in spans if isinstance(s, int) and isinstance(n, int))[::-1]:
        if start >= 0 and length > 0 and 2 * (start + length) <= len(units):
            units = units[: 2 * start] + " ".encode("utf-16-le") + units[2 * (start + length) :]
    return units.decode("utf-16-le", "replace").strip()


_TYPED = ("text", "fileName", "title", "address")
"""What people wrote in a message, by LINE's names for it."""


def _hide(event: dict[str, Any]) -> dict[str, Any]:
    """An event without data that may not be kept (個人資料保護法 §6); ``masked`` names the kinds, to tell the firm."""
    event = {name: value for name, value in event.items() if name != "masked"}
    message = event.get("message")
    if not isinstance(message, dict):
        return event
    typed = {name: hidden(message[name]) for name in _TYPED if isinstance(message.get(name), str)}
    kinds = sorted({kind for _, found in typed.values() for kind in found})
    if not kinds:
        return event
    return {**event, "message": {**message, **{name: text for name, (text, _) in typed.items()}}, "masked": kinds}


def _fingerprint(raw: str) -> str:
    return "?" + hashlib.sha256(raw.encode()).hexdigest()[:40]


def _raw_event(event: Any, *, now: datetime) -> RawEvent:
    if isinstance(event, dict):
        event = _hide(_of_nobody(event))
    try:
        raw = _WRITE(event)
    except (ValueError, RecursionError):
        raw = "null"
    fallback = int(now.timestamp() * 1000)
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        return RawEvent(
            channel=Channel.LINE.value, webhook_event_id=_fingerprint(raw), user_key="-", event_at=fallback, raw=raw,
            quarantine="not_an_event",
        )  # fmt: skip
    event_id, at = event.get("webhookEventId"), event.get("timestamp")
    usable = isinstance(at, int) and not isinstance(at, bool) and 0 < at < 2**53
    return RawEvent(
        channel=Channel.LINE.value,
        # LINE may one day send an event without an id; its own bytes then tell it from others.
        webhook_event_id=_plain(event_id) if isinstance(event_id, str) and event_id else _fingerprint(raw),
        user_key=_user_key(event),
        event_at=at if usable else fallback,  # type: ignore[arg-type]
        raw=raw,
    )


async def _store(intake: Intake, events: Sequence[RawEvent]) -> None:
    """Wait until the events are durable, for as long as LINE waits for us; what is stored later comes again in vain.

    Raises:
        IntakeError: they are not, or not yet. The writer's work is never cancelled: others wait with it.
    """
    loop = asyncio.get_running_loop()
    stored: asyncio.Future[None] = loop.create_future()
    late = loop.call_later(PATIENCE, _give_up, stored)
    intake.submit(events, Waiting(loop, stored))
    try:
        await stored
    finally:
        late.cancel()


def _give_up(stored: asyncio.Future[None]) -> None:
    if not stored.done():
        stored.set_exception(IntakeError("the database takes too long"))


async def take_in(request: Request) -> Response:
    """Take LINE's events in. 200 only when every one is durably stored; never 5xx for what a body contains."""
    body = await _body(request)
    if body is None:
        return problem(413, "body_too_large", "The body is larger than 1 MiB.")
    runtime = request.app.state.runtime
    if not signed(runtime.settings.line_channel_secret, body, request.headers.get("x-line-signature")):
        return problem(401, "bad_signature", "The signature is missing or wrong.")
    now = runtime.now()
    try:
        events = split(body, now=now)
    except NotACallbackError:
        return problem(400, "no_events", "The body has no list of events.")
    if events:
        try:
            await _store(request.app.state.intake, events)
        except IntakeError:
            log.exception("not_stored", events=len(events))
            return problem(503, "not_stored", "The events could not be stored; please send them again.")
    return _DONE


class WebhookReceiver:
    """Answers LINE before anything else looks at the request: no routing, compression or cookies lie on this way.

    What a webhook costs then is checking, splitting and storing (docs/decisions/0003 has the measure).
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request: LINE's here, any other by the application."""
        if scope["type"] != "http" or scope["path"] != PATH:
            await self.app(scope, receive, send)
            return
        begun = monotonic()
        if scope["method"] == "POST":
            try:
                with tracing.span("POST LINE webhook", "server", http__request__method="POST") as span:
                    answer = await take_in(Request(scope, receive))
                    span.set_attribute("http.response.status_code", answer.status_code)
            except TooSlowError:
                answer = problem(408, "body_too_slow", "The body did not come in time.")
                answer.headers["Connection"] = "close"
        else:
            answer = problem(405, "method_not_allowed", "Only POST is accepted here.")
            answer.headers["Allow"] = "POST"
        if answer is not _DONE:
            answer.headers.update(_DRESS)
        measuring.webhook(answer.status_code, monotonic() - begun)
        await answer(scope, receive, send)
