"""Security headers on every answer, limits of request size, and refusal of unsafe requests from other sites.

A browser says where a request comes from (Sec-Fetch-Site, Origin); an unsafe request from elsewhere, or with a cookie
and no word at all, is refused (ASVS 3.5.1, 3.5.3): also one without a cookie, or another site could sign a person in as
somebody else. A bearer token is never sent by a browser of its own accord; LINE's webhook is checked by its signature.
"""

from __future__ import annotations

from secrets import token_hex
from time import monotonic
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web import measuring
from bot.web.errors import answer, problem
from bot.web.limits.uploads import most_bytes, takes_files

MOST_BYTES = 2 * 1024 * 1024 + 64 * 1024
"""A request's body; a knowledge file of 2 MiB with its form around it is the largest, where no files of cases come."""

_SAFE = {"GET", "HEAD", "OPTIONS"}
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def same_site(headers: Headers, base_url: str) -> bool:
    """Whether a request that carries a cookie comes from our own pages."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    if origin is None:
        return False
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        return False
    return bool(host) and host in {headers.get("host", ""), urlsplit(base_url).netloc}


def cross_site(method: str, headers: Headers, base_url: str) -> bool:
    """Whether this is a write that another site could have made a browser send."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    # Only a bearer token is exempt: a browser repeats the credentials of basic authentication by itself.
    if method in _SAFE or (scheme.lower() == "bearer" and token.strip()):
        return False
    told = "sec-fetch-site" in headers or "origin" in headers
    return ("cookie" in headers or told) and not same_site(headers, base_url)


def _holds_nul(scope: Scope) -> bool:
    """Whether an address holds what no database takes. The API checks its own queries: it names the field."""
    query = b"" if scope["path"].startswith("/api/") else scope.get("query_string", b"")
    return b"%00" in query or "\x00" in scope["path"]


def _too_large(headers: Headers, most: int) -> bool:
    declared = headers.get("content-length", "0")
    return not (declared.isascii() and declared.isdigit() and len(declared) < 12 and int(declared) <= most)


def _bounded(receive: Receive, most: int) -> Receive:
    """The same body, cut off with 413 where it grows beyond the limit without having said so."""
    size = 0

    async def receive_some() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise HTTPException(413)
        return message

    return receive_some


class SecurityMiddleware:
    """Refuses cross-site writes and bodies beyond the limit, adds the headers, and gives each request a name for logs.

    ``framed_by``: origins that may show our pages in a frame.
    """

    def __init__(self, app: ASGIApp, *, base_url: str, framed_by: tuple[str, ...] = ()) -> None:
        self.app = app
        self.base_url = base_url
        ancestors = " ".join(framed_by) if framed_by else "'none'"
        self.extra = {**_HEADERS, "Content-Security-Policy": _CSP.format(ancestors=ancestors)}
        if base_url.startswith("https://"):
            self.extra["Strict-Transport-Security"] = "max-age=63072000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        begun, request_id = monotonic(), token_hex(8)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request_id)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                measuring.request(scope["path"], message["status"], monotonic() - begun)
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                for name, value in self.extra.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    # Nothing that could be about a person stays in a browser or on the way to it.
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        headers = Headers(scope=scope)
        most = most_bytes(scope["path"]) if takes_files(scope["method"], scope["path"]) else MOST_BYTES
        refusal = None
        if cross_site(scope["method"], headers, self.base_url):
            refusal = problem(403, "cross_site", "這個請求來自其他網站，已拒絕；請回到本系統頁面再操作。")
        elif _too_large(headers, most):
            refusal = answer(Request(scope), 413, "body_too_large", "送出的內容過大。")
        elif _holds_nul(scope):
            refusal = problem(422, "invalid", "網址含有無法使用的字元。")
        if refusal is not None:
            await refusal(scope, receive, send_with_headers)
            return
        await self.app(scope, _bounded(receive, most), send_with_headers)
