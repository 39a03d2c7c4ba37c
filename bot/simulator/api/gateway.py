"""The gateway of the platform API: token, size, faults, request ID, rate limits and the record of calls.

A raw ASGI handler, because some faults end in no response at all.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import re
from collections.abc import Iterable
from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, QueryParams
from starlette.types import Message, Receive, Scope, Send

from bot.simulator.api.calls import Answer, Call, Endpoint, Refusal, Services
from bot.simulator.api.faults import FaultPlan, FaultRule
from bot.simulator.api.rate import RateLimits
from bot.simulator.state import Json

_MAX_BODY = 2 * 1024 * 1024
_KEPT_CALLS = 20_000
_HEADERS_OF_INTEREST = ("content-type", "x-line-retry-key", "user-agent", "x-line-delivery-tag")
_BEFORE = {
    "error_before": Refusal(500, "Internal Server Error"),
    "rate_limit": Refusal(429, "The API rate limit has been exceeded. Try again later."),
    "quota": Refusal(429, "You have reached your monthly limit."),
    "unauthorized": Refusal(
        401, "Authentication failed due to the following reason: invalid token. "
        "Confirm that the access token in the authorization header is valid."
    ),
}  # fmt: skip
_UNAUTHORIZED = _BEFORE["unauthorized"]
_GARBAGE = Answer(502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", media_type="text/html")
_NO_JSON = Answer(200, b"\xff\xfe<not json>", media_type="application/json")


class _Silence(Exception):
    """The client gets no response."""


async def _read(receive: Receive) -> bytes:
    """The whole body; stops keeping it past LINE's limit of 2 MB."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Silence
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size <= _MAX_BODY + 1:
            chunks.append(chunk[: _MAX_BODY + 1])
        if not message.get("more_body"):
            return b"".join(chunks)[: _MAX_BODY + 1] if size <= _MAX_BODY else b"x" * (_MAX_BODY + 1)


async def _wait(receive: Receive, seconds: float) -> None:
    """Let the client wait, but no longer than it is there."""
    gone = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({gone}, timeout=seconds)
    finally:
        gone.cancel()


async def _disconnected(receive: Receive) -> None:
    message: Message = {"type": ""}
    while message["type"] != "http.disconnect":
        message = await receive()


async def _cut(receive: Receive, send: Send) -> None:
    """Cut the connection without a response: at the socket under uvicorn, else mid-response."""
    cycle = getattr(receive, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is not None:
        transport.abort()
        await _wait(receive, 1.0)
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
    raise ConnectionResetError("fault: connection cut")


class Gateway:
    """Matches a path to an endpoint and takes one call through it."""

    def __init__(
        self, services: Services, endpoints: Iterable[Endpoint], faults: FaultPlan, limits: RateLimits
    ) -> None:
        self._services = services
        self._faults = faults
        self._limits = limits
        self._routes = [(re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", one.path)), one) for one in endpoints]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and keep it in the record."""
        platform = self._services.platform
        headers = {name.lower(): value for name, value in Headers(scope=scope).items()}
        path, method = scope["path"], scope["method"]
        request_id = platform.ids.request()
        record: Json = {
            "at": platform.clock.now_ms(), "method": method, "path": path, "endpoint": None,
            "query": dict(QueryParams(scope["query_string"])), "requestId": request_id,
            "headers": {name: headers[name] for name in _HEADERS_OF_INTEREST if name in headers},
            "fault": None, "status": None,
        }  # fmt: skip
        try:
            body = await _read(receive)
            record["body"] = _readable(body, headers)
            answer = await self._answer(Call(path, {}, record["query"], headers, body, request_id), record, receive)
        except _Silence:
            self._keep(record, None)
            await _cut(receive, send)
            return
        self._keep(record, answer)
        await _send(send, answer, request_id)

    def _match(self, method: str, path: str) -> tuple[Endpoint, dict[str, str]]:
        found_path = False
        for pattern, endpoint in self._routes:
            match = pattern.fullmatch(path)
            if match and endpoint.method == method:
                return endpoint, match.groupdict()
            found_path = found_path or bool(match)
        raise Refusal(405, "Method Not Allowed") if found_path else Refusal(404, "Not found")

    async def _answer(self, call: Call, record: Json, receive: Receive) -> Answer:
        try:
            endpoint, params = self._match(record["method"], call.endpoint)
            record["endpoint"] = endpoint.name
            self._admit(endpoint, call)
            call = replace(call, params=params)
            fault = self._faults.strike(endpoint.name, call.endpoint)
            if fault is None:
                return await self._perform(endpoint, call)
            record["fault"] = fault.kind
            return await self._fail(fault, endpoint, call, record, receive)
        except Refusal as refusal:
            return refusal.answer

    def _admit(self, endpoint: Endpoint, call: Call) -> None:
        """What LINE checks before it looks at what a call wants."""
        expected = f"Bearer {self._services.platform.access_token}"
        if not hmac.compare_digest(call.headers.get("authorization", "").encode(), expected.encode()):
            raise _UNAUTHORIZED
        if len(call.body) > _MAX_BODY:
            raise Refusal(413, "Request Entity Too Large")
        self._limits.take(endpoint.name)
        if "x-line-retry-key" in call.headers and not endpoint.retry_key:
            raise Refusal(400, "The 'X-Line-Retry-Key' header cannot be used with this endpoint")

    async def _perform(self, endpoint: Endpoint, call: Call) -> Answer:
        if endpoint.unlocked:
            return await run_in_threadpool(endpoint.handler, self._services, call)
        with self._services.platform.lock:
            return endpoint.handler(self._services, call)

    async def _fail(self, fault: FaultRule, endpoint: Endpoint, call: Call, record: Json, receive: Receive) -> Answer:
        kind = fault.kind
        if kind in _BEFORE:
            raise _BEFORE[kind]
        if kind == "garbage":
            return _GARBAGE
        if kind == "slow":
            await _wait(receive, fault.seconds)
        if kind not in {"timeout_before", "reset"}:
            answer = await self._perform(endpoint, call)
            record["accepted"] = True
            if kind == "slow":
                return answer
        if kind in {"timeout_before", "timeout_after"}:
            await _wait(receive, fault.seconds)
        if kind == "error_after":
            raise _BEFORE["error_before"]
        if kind in {"garbage_after", "empty_after"}:
            return _NO_JSON if kind == "garbage_after" else Answer()
        raise _Silence

    def _keep(self, record: Json, answer: Answer | None) -> None:
        platform = self._services.platform
        record["status"] = answer.status if answer else None
        if answer and not isinstance(answer.body, bytes):
            record["response"] = answer.body
        with platform.lock:
            platform.calls.append(record)
            del platform.calls[:-_KEPT_CALLS]


def _readable(body: bytes, headers: dict[str, str]) -> object:
    """A body as the record shows it: JSON parsed, other text as text, pictures by their size."""
    if headers.get("content-type", "").startswith("image/") or len(body) > _MAX_BODY:
        return f"({len(body)} bytes)"
    text = body.decode("utf-8", "replace")
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


async def _send(send: Send, answer: Answer, request_id: str) -> None:
    payload = answer.payload()
    headers = {
        "content-type": answer.media_type,
        "content-length": str(len(payload)),
        "x-line-request-id": request_id,
        **answer.headers,
    }
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": payload})
