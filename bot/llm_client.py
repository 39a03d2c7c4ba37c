"""Client of a language model at an OpenAI-compatible ``/chat/completions``. There is none unless it has an address.

It is told a task and data, and given no tools. A thread of its own talks to the model, so that whoever waits can stop
at once, by the clock or by the switch: the line is cut then, and what comes after is thrown away.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from queue import Empty, Queue
from socket import SHUT_RDWR
from threading import BoundedSemaphore, Event, Thread
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import structlog

from routing.domain.assist.prompts import Prompt
from routing.domain.assist.switch import Endpoint
from routing.domain.errors import Busy, ModelError

_AT_ONCE = 4
"""Officers whose questions are under way in one process; each holds a thread of the web server."""
_LOOK = 0.25
"""Seconds between two looks at the switch."""
_LARGEST = 512 * 1024
_MOST_TOKENS = 2000
_CHUNK = 16 * 1024
_NO_SCHEMA = frozenset({400, 404, 415, 422, 501})
"""Statuses by which servers say that they know no schemas; the same is asked once more in plain words."""

log = structlog.get_logger("assist")


class ChatModel:
    """Threads may share it. ``seconds``: for a whole answer, however slowly it drips."""

    def __init__(self, url: str, key: str, model: str, *, seconds: float = 60.0) -> None:
        parts = urlsplit(url)
        self._secure, self._host, self._port = parts.scheme == "https", parts.hostname or "", parts.port
        self._path = f"{parts.path.rstrip('/')}/chat/completions" + (f"?{parts.query}" if parts.query else "")
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        self._seconds = seconds
        self._free = BoundedSemaphore(_AT_ONCE)
        self.endpoint = Endpoint(self._host, model)

    def complete(self, prompt: Prompt, *, stopped: Callable[[], bool]) -> str:
        """As ``routing.ports.LanguageModel``."""
        if not self._free.acquire(blocking=False):
            raise Busy("同時使用 AI 輔助草擬的人數較多，請稍後再試。")
        try:
            return self._answered(prompt, stopped)
        except ModelError as error:
            log.info("model_failed", problem=error.code)
            raise
        finally:
            self._free.release()

    def _answered(self, prompt: Prompt, stopped: Callable[[], bool]) -> str:
        until = monotonic() + self._seconds
        status, body = self._asked(self._body(prompt, schema=True), until, stopped)
        if status in _NO_SCHEMA:
            status, body = self._asked(self._body(prompt, schema=False), until, stopped)
        if status != 200:
            raise ModelError(f"模型服務回應狀態 {status}。", code="model_refused")
        return _content(body)

    def _body(self, prompt: Prompt, *, schema: bool) -> bytes:
        asked: dict[str, Any] = {
            "model": self.endpoint.model, "temperature": 0, "max_tokens": _MOST_TOKENS, "stream": False,
            "messages": [{"role": "system", "content": prompt.task}, {"role": "user", "content": prompt.data}],
        }  # fmt: skip
        if schema:
            described = {"name": prompt.name, "strict": True, "schema": prompt.schema}
            asked["response_format"] = {"type": "json_schema", "json_schema": described}
        return json.dumps(asked, ensure_ascii=False).encode()

    def _asked(self, body: bytes, until: float, stopped: Callable[[], bool]) -> tuple[int, bytes]:
        """Status and body of one answer, waited for by a thread that is left behind when its time is over."""
        if stopped():
            raise _stopped()
        line = self._line()
        found: Queue[tuple[int, bytes] | ModelError] = Queue(1)
        over = Event()
        Thread(target=self._talk, args=(line, body, found, over), name="model", daemon=True).start()
        try:
            while True:
                with suppress(Empty):
                    said = found.get(timeout=max(0.0, min(_LOOK, until - monotonic())))
                    if isinstance(said, ModelError):
                        raise said
                    return said
                if stopped():
                    raise _stopped()
                if monotonic() >= until:
                    raise ModelError("模型沒有在時限內回應。", code="model_unreachable")
        finally:
            over.set()
            _cut(line)

    def _line(self) -> HTTPConnection:
        if self._secure:
            context = ssl.create_default_context()
            return HTTPSConnection(self._host, self._port, timeout=self._seconds, context=context)
        return HTTPConnection(self._host, self._port, timeout=self._seconds)

    def _talk(
        self, line: HTTPConnection, body: bytes, found: Queue[tuple[int, bytes] | ModelError], over: Event
    ) -> None:
        try:
            line.connect()
            if over.is_set():
                # Stopped while it was being reached: not a word goes out any more.
                line.close()
                return
            line.request("POST", self._path, body=body, headers=self._headers)
            answer = line.getresponse()
            content = b""
            while len(content) <= _LARGEST and (part := answer.read1(_CHUNK)):
                content += part
            if len(content) > _LARGEST:
                found.put(ModelError("模型的回應超過大小上限。", code="model_too_large"))
            else:
                found.put((answer.status, content))
        except (HTTPException, OSError, ValueError):
            found.put(ModelError("連不上模型服務，或連線中斷。", code="model_unreachable"))


def _stopped() -> ModelError:
    return ModelError("AI 輔助草擬已停用，這次的結果不予保留。", code="model_stopped")


def _cut(line: HTTPConnection) -> None:
    """End the line, whatever a thread still does with it."""
    with suppress(OSError, AttributeError):
        line.sock.shutdown(SHUT_RDWR)
    with suppress(OSError):
        line.close()


def _content(body: bytes) -> str:
    """The words of an answer. Raises ModelError: it is no such answer, or says nothing."""
    try:
        message = json.loads(body)["choices"][0]["message"]
        content = message.get("content")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise ModelError("模型服務的回應無法判讀。", code="model_unreadable") from None
    if not isinstance(content, str) or not content.strip():
        raise ModelError("模型沒有給出可用的內容。", code="model_unreadable")
    return content
