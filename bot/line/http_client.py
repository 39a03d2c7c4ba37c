"""The SDK's clients of LINE's API on a transport of ours: one request, one outcome, no hidden retries.

Every call goes through the SDK's typed methods, which know path, headers and models; what comes back is read here, as
it came. The SDK's own transport and answers lose what deliveries live by: whether anything was sent, that a message
was accepted though its answer broke off, the status of an error that is no UTF-8 (docs/decisions/0012 has the list
and the measure). Nothing here logs a body, a token or a user's id.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
import urllib3
from linebot.v3.messaging import ApiClient, Configuration, MessagingApi, MessagingApiBlob
from linebot.v3.messaging.rest import RESTClientObject
from pydantic.v1 import ValidationError

from bot import tracing
from routing.domain.errors import DeliveryError

Json = dict[str, Any]
_TIMEOUT = (3.05, 8.0)
_POOL = 32
_MAX_ANSWER = 1024 * 1024
_CHUNK = 64 * 1024
_USER = re.compile(r"\b[UCR][0-9a-f]{32}\b")

log = structlog.get_logger("line.http_client")


@dataclass(frozen=True, slots=True)
class Answer:
    """What LINE answered: status, headers with small names, body; ``cut_short`` if the body was not read whole.

    ``data`` and ``getheaders`` are what the SDK's client asks of an answer.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    cut_short: bool = False

    @property
    def data(self) -> Answer:
        """The answer itself: the SDK hands it on as the raw answer of a call."""
        return self

    def getheaders(self) -> Mapping[str, str]:
        """The headers."""
        return self.headers

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


class _Transport(RESTClientObject):  # type: ignore[misc]
    """The SDK's pool, asked once; any status is an answer, and a body of at most ``limit`` bytes is read.

    ``strict``: a longer body, or one that breaks off, is an error; otherwise it is left out of the answer.
    """

    def __init__(self, settings: Any, *, limit: int, strict: bool) -> None:
        super().__init__(settings)
        self.pool_manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _EncryptedPool}
        self._limit, self._strict = limit, strict

    def request(  # noqa: PLR0917 - the SDK's signature
        self, method: str, url: str, query_params: object = None, headers: Mapping[str, str] | None = None,  # noqa: ARG002
        body: Any = None, post_params: object = None, _preload_content: object = True,  # noqa: ARG002
        _request_timeout: tuple[float, float] = _TIMEOUT,
    ) -> Answer:  # fmt: skip
        """Ask.

        Raises:
            DeliveryError: no answer came; ``unknown`` unless nothing can have been sent (code ``not_sent``).
            TooLargeError: the body is longer than the limit.
        """
        connect, read = _request_timeout
        data = json.dumps(body) if isinstance(body, dict | list) else body
        try:
            response = self.pool_manager.request(
                method, url, body=data, headers=headers, preload_content=False, redirect=False,
                timeout=urllib3.Timeout(connect=connect, read=read),
            )  # fmt: skip
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise _no_answer(error) from None
        return self._read(response)

    def _read(self, response: Any) -> Answer:
        """The answer of a request that was taken: whatever happens to its body now, its status stands."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        parts, size = [], 0
        try:
            for part in response.stream(_CHUNK):
                size += len(part)
                if size > self._limit:
                    response.close()
                    if self._strict and 200 <= response.status < 300:
                        raise TooLargeError
                    return Answer(response.status, headers, cut_short=True)
                parts.append(part)
        except (urllib3.exceptions.HTTPError, OSError):
            response.close()
            log.warning("answer_cut_short", status=response.status)
            return Answer(response.status, headers, cut_short=True)
        response.release_conn()
        return Answer(response.status, headers, b"".join(parts))


class LineHttpClient:
    """LINE's API and its files, as the SDK types them (``api``, ``blob``). Threads may share it.

    ``timeout``: seconds to connect and seconds to wait for each piece of an answer. ``max_file``: bytes of a file.
    """

    def __init__(
        self, token: str, *, api_base: str, data_base: str, max_file: int, timeout: tuple[float, float] = _TIMEOUT
    ) -> None:
        self._timeout = timeout
        self.api = MessagingApi(_client(token, api_base, limit=_MAX_ANSWER, strict=False))
        self.blob = MessagingApiBlob(_client(token, data_base, limit=max_file, strict=True))

    def ask(
        self, method: Callable[..., Any], *values: object, timeout: tuple[float, float] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """Call one of the SDK's ``…_with_http_info`` methods; gives LINE's answer, whatever its status.

        Raises:
            DeliveryError: no answer came, or the SDK's models refuse the values (``unsendable``: nothing was sent).
        """
        extra = {"_headers": dict(headers)} if headers else {}
        called = getattr(method, "__name__", "call").removesuffix("_with_http_info")
        with tracing.span(f"LINE {called}", "client", rpc__system="line", rpc__method=called) as span:
            try:
                found = method(*values, _preload_content=False, _request_timeout=timeout or self._timeout, **extra)
            except ValidationError as error:
                raise unsendable(error) from None
            answer: Answer = found.raw_data
            span.set_attribute("http.response.status_code", answer.status)
        return answer


def _client(token: str, base: str, *, limit: int, strict: bool) -> Any:
    settings = Configuration(access_token=token, host=base.rstrip("/"))
    settings.retries = False
    settings.connection_pool_maxsize = _POOL
    client = ApiClient(settings)
    client.rest_client = _Transport(settings, limit=limit, strict=strict)
    return client


def unsendable(error: ValidationError) -> DeliveryError:
    """What the SDK's models refuse before anything is sent; only the places of the faults are logged."""
    log.error("unsendable", places=[".".join(map(str, fault["loc"])) for fault in error.errors()][:5])
    return DeliveryError("訊息不符 LINE 的格式，未送出。", code="unsendable", permanent=True)


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
