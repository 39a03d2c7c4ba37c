"""What every answer carries, and what no request may do: headers, and unsafe requests from other sites.

A browser says where a request comes from (Sec-Fetch-Site, Origin); an unsafe request with a cookie from elsewhere,
or that says nothing at all, is refused (ASVS 3.5.1, 3.5.3). Bearer tokens and LINE's webhook carry no cookie.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.errors import problem

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
    host = urlsplit(origin).netloc
    return bool(host) and host in {headers.get("host", ""), urlsplit(base_url).netloc}


class SecurityMiddleware:
    """Refuses cross-site writes and adds the headers. ``framed_by``: origins that may show our pages in a frame."""

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

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.extra.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        unsafe = scope["method"] not in _SAFE and "cookie" in headers and "authorization" not in headers
        if unsafe and not same_site(headers, self.base_url):
            refusal = problem(403, "cross_site", "這個請求來自其他網站，已拒絕；請回到本系統頁面再操作。")
            await refusal(scope, receive, send_with_headers)
            return
        await self.app(scope, receive, send_with_headers)
