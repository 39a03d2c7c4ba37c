"""The one way out to external sources: a GET that is bounded in time and size and goes where it was sent.

A redirect is followed on the same host only. Nothing of an address is logged or told: it may hold the key of a source.
"""

from __future__ import annotations

from contextlib import closing
from time import monotonic
from urllib.parse import urljoin, urlsplit

import structlog
import urllib3

from routing.domain.errors import FeedError
from routing.ports import Answer

_CONNECT = 5.0
_CHUNK = 64 * 1024
_MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

log = structlog.get_logger("feeds")


class HttpFeedClient:
    """Threads may share it. ``seconds``: for a whole answer, however slowly it drips; ``most``: its bytes, unpacked."""

    def __init__(self, *, seconds: float = 30.0, most: int = 32 * 1024 * 1024) -> None:
        self._seconds, self._most = seconds, most
        self._pool = urllib3.PoolManager(retries=False, headers={"User-Agent": "onestop", "Accept-Encoding": "gzip"})

    def get(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Answer | None:
        """As ``routing.ports.FeedClient``.

        Raises:
            FeedError: no answer in time, another status than 200 and 304, a redirect to elsewhere, or too large.
        """
        until = monotonic() + self._seconds
        headers = {"If-None-Match": etag, "If-Modified-Since": modified}
        given = {name: value for name, value in headers.items() if value}
        for _ in range(_MOST_REDIRECTS + 1):
            try:
                answer = self._pool.request(
                    "GET", url.replace(" ", "%20"), headers={**self._pool.headers, **given}, redirect=False,
                    preload_content=False, timeout=urllib3.Timeout(connect=_CONNECT, read=self._seconds / 3),
                )  # fmt: skip
                found = self._read(answer, until)
            except (urllib3.exceptions.TimeoutError, TimeoutError):
                raise FeedError("來源沒有及時回應。", code="feed_unreachable") from None
            except (urllib3.exceptions.HTTPError, OSError, ValueError):
                raise FeedError("連不上來源，或連線中斷。", code="feed_unreachable") from None
            if isinstance(found, str):
                url = _same_host(url, found)
                continue
            return found
        raise FeedError("來源一再轉址。", code="feed_redirected")

    def _read(self, answer: urllib3.BaseHTTPResponse, until: float) -> Answer | str | None:
        """The answer; where it leads to, for a redirect on; None if nothing changed."""
        # Closed and not kept: a source is asked a few times an hour.
        with closing(answer):
            if answer.status == 304:
                return None
            if answer.status in _REDIRECTS:
                return answer.headers.get("Location", "")
            if answer.status != 200:
                raise FeedError(f"來源回應狀態 {answer.status}。", code="feed_refused")
            etag, modified = answer.headers.get("ETag"), answer.headers.get("Last-Modified")
            return Answer(body=self._body(answer, until), etag=_short(etag, 200), modified=_short(modified, 100))

    def _body(self, answer: urllib3.BaseHTTPResponse, until: float) -> bytes:
        parts, size = [], 0
        while part := answer.read1(_CHUNK, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > self._most:
                raise FeedError("來源的內容超過大小上限。", code="feed_too_large")
            if monotonic() > until:
                raise TimeoutError
        promised = answer.headers.get("Content-Length", "")
        if promised.isdigit() and not answer.headers.get("Content-Encoding") and size != int(promised):
            raise FeedError("來源的內容不完整。", code="feed_unreachable")
        return b"".join(parts)


def _short(value: str | None, most: int) -> str | None:
    """A mark to hand back as it came; one that is no plain short text is not used."""
    return value if value and len(value) <= most and value.isascii() and value.isprintable() else None


def _same_host(url: str, location: str) -> str:
    """Where a redirect leads. Raises FeedError: to another host, scheme or port, or nowhere."""
    target = urljoin(url, location)
    if not location or urlsplit(target)[:2] != urlsplit(url)[:2]:
        raise FeedError("來源轉址到其他主機，未跟隨。", code="feed_redirected")
    return target
