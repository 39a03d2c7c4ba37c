"""HTTP to LINE, through the SDK's own client: one request, one outcome, no hidden retries.

The SDK's typed methods are passed by on purpose: they drop what their models do not know from a message, and raise
about an answer of an unexpected shape after the message was sent (docs/decisions/0012). Its transport is used as it
is. Nothing here logs a body, a token or a user's id.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
import urllib3
from linebot.v3.messaging import ApiClient, ApiException, Configuration

from routing.domain.errors import DeliveryError

Json = dict[str, Any]
_POOL = 32
_MAX_ANSWER = 1024 * 1024
_CHUNK = 64 * 1024
_USER = re.compile(r"\b[UCR][0-9a-f]{32}\b")

log = structlog.get_logger("line.http_client")


@dataclass(frozen=True, slots=True)
class Answer:
    """What LINE answered: status, headers with small names, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def request_id(self) -> str | None:
        """LINE's id of this request; of the accepted one if this was a repetition (409)."""
        return self.headers.get("x-line-accepted-request-id") or self.headers.get("x-line-request-id")

    def json(self) -> Json:
        """The body as a JSON object; an empty one if it is none."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


class _NeverStoodError(urllib3.exceptions.HTTPError):
    """The connection was not made, encryption included: no byte of the request was sent."""


class _Plain(urllib3.connection.HTTPConnection):
    def connect(self) -> None:
        """As the library's, with every failure told from those that come after it."""
        try:
            super().connect()
        except Exception as error:
            raise _NeverStoodError(type(error).__name__) from error


class _Encrypted(urllib3.connection.HTTPSConnection):
    def connect(self) -> None:
        """As the library's; a handshake that fails, or is not answered in time, is a connection that never stood."""
        try:
            super().connect()
        except Exception as error:
            raise _NeverStoodError(type(error).__name__) from error


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Encrypted


class LineHttpClient:
    """A pool of connections to LINE. Threads may share it.

    ``timeout``: seconds to connect and seconds to wait for each piece of an answer.
    """

    def __init__(self, token: str, *, timeout: tuple[float, float] = (3.05, 8.0)) -> None:
        settings = Configuration(access_token=token)
        settings.retries = False
        settings.connection_pool_maxsize = _POOL
        self._client = ApiClient(settings)
        pools = {"http": _PlainPool, "https": _EncryptedPool}
        self._client.rest_client.pool_manager.pool_classes_by_scheme = pools
        self._timeout = timeout

    def call(
        self,
        method: str,
        url: str,
        *,
        body: Json | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        limit: int | None = None,
        timeout: tuple[float, float] | None = None,
    ) -> Answer:
        """Ask once. Any status is an answer; a long body is cut short, unless ``limit`` says how long it may be.

        Raises:
            DeliveryError: no answer came. ``unknown`` unless nothing can have been sent (code ``not_sent``).
            TooLargeError: the body is longer than ``limit`` bytes.
        """
        try:
            response = self._send(method, url, body, headers or {}, timeout or self._timeout)
            return self._read(response, limit)
        except ApiException as error:
            if error.status:
                found = {str(name).lower(): str(value) for name, value in (error.headers or {}).items()}
                return Answer(int(error.status), found, error.body or b"")
            raise _no_answer(error.__context__ or error) from None
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise _no_answer(error) from None

    def _send(
        self, method: str, url: str, body: Json | bytes | None, headers: Mapping[str, str],
        timeout: tuple[float, float],
    ) -> Any:  # fmt: skip
        kind = {"Content-Type": "application/json"} if isinstance(body, dict) else {}
        return self._client.rest_client.request(
            method, url, headers={**self._client.default_headers, **kind, **headers}, body=body,
            _preload_content=False, _request_timeout=timeout,
        )  # fmt: skip

    def _read(self, response: Any, limit: int | None) -> Answer:
        """The answer of a request that was accepted: whatever happens to its body now, it stays accepted."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        parts, size = [], 0
        try:
            for part in _chunks(response):
                size += len(part)
                if size > (limit or _MAX_ANSWER):
                    response.close()
                    if limit:
                        raise TooLargeError
                    return Answer(response.status, {**headers, "x-cut-short": "yes"}, b"")
                parts.append(part)
        except (urllib3.exceptions.HTTPError, OSError):
            response.close()
            log.warning("answer_cut_short", status=response.status)
            return Answer(response.status, {**headers, "x-cut-short": "yes"}, b"")
        response.release_conn()
        return Answer(response.status, headers, b"".join(parts))


def _chunks(response: Any) -> Iterator[bytes]:
    yield from response.stream(_CHUNK)


class TooLargeError(DeliveryError):
    """The answer is longer than allowed; the rest was not read."""

    def __init__(self) -> None:
        super().__init__("LINE 傳回的內容超過大小上限。", code="too_large", permanent=True)


def _nothing_sent(error: BaseException) -> bool:
    """Whether the connection never stood: refused, no such host, not in time, no encryption; or no room in the pool."""
    never = (_NeverStoodError, urllib3.exceptions.LocationValueError, urllib3.exceptions.EmptyPoolError)
    causes = (error, error.__context__, error.__cause__, *error.args)
    return any(isinstance(one, never) for one in causes)


def _no_answer(error: BaseException) -> DeliveryError:
    if _nothing_sent(error):
        return DeliveryError("連不上 LINE，訊息尚未送出。", code="not_sent")
    if isinstance(error, urllib3.exceptions.TimeoutError | TimeoutError):
        return DeliveryError("LINE 沒有及時回應，無法確定訊息是否送達。", code="timeout", unknown=True)
    return DeliveryError("與 LINE 的連線中斷，無法確定訊息是否送達。", code="connection_lost", unknown=True)


def refusal(answer: Answer, *, unknown: bool = False) -> DeliveryError:
    """LINE's error status as ours. ``unknown``: a 5xx may hide that the message went out.

    LINE's texts are no contract, so the status decides; only the month's quota cannot be told otherwise from too
    many requests (Messaging API reference, "Status codes"; trap L13).
    """
    said = str(answer.json().get("message", ""))
    log.warning("refused", status=answer.status, request_id=answer.request_id, said=_USER.sub("U…", said)[:200])
    if answer.status == 429 and "monthly limit" in said:
        return DeliveryError("本月 LINE 推播則數已用完。", code="quota", quota=True)
    if answer.status == 429:
        return DeliveryError("LINE 要求放慢傳送。", code="rate_limited", retry_after=_seconds(answer))
    if answer.status == 401:
        return DeliveryError("LINE 不接受目前的存取權杖，請更新設定。", code="unauthorised")
    if answer.status >= 500:
        return DeliveryError("LINE 暫時無法服務。", code="line_down", unknown=unknown, retry_after=_seconds(answer))
    return DeliveryError(f"LINE 不接受這則訊息（{answer.status}）。", code="refused", permanent=True)


def _seconds(answer: Answer) -> float | None:
    asked = answer.headers.get("retry-after", "")
    return float(asked) if re.fullmatch(r"\d{1,5}(\.\d+)?", asked) else None
