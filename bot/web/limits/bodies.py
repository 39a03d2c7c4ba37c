"""Refuses requests whose head is too large (431) or whose body comes too slowly (408), before all other middleware."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.errors import problem
from bot.web.limits import uploads
from bot.web.limits.uploads import takes_files

HEAD_BYTES = 32 * 1024
"""Of all names and values of a request's head, and its address."""
BODY_SECONDS = 20.0
"""For a whole body: of the largest that is taken, a hundred kilobytes a second; where files come, more."""


_DRESS = {"Connection": "close", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


class TooSlowError(HTTPException):
    """The body did not come in time."""

    def __init__(self) -> None:
        super().__init__(408)


class Bounds:
    """Outermost of all, before LINE's webhook: 431 for a large head, 408 where a body does not come in time."""

    def __init__(
        self, app: ASGIApp, *, seconds: float = BODY_SECONDS, upload_seconds: float = uploads.BODY_SECONDS
    ) -> None:
        self.app = app
        self.seconds = seconds
        self.upload_seconds = upload_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        size = len(scope.get("raw_path") or b"") + len(scope.get("query_string", b""))
        if size + sum(len(name) + len(value) for name, value in scope["headers"]) > HEAD_BYTES:
            refusal = problem(431, "headers_too_large", "請求的標頭過大；請清除本網站的 cookie 後再試。")
            refusal.headers.update(_DRESS)
            await refusal(scope, receive, send)
            return
        seconds = self.seconds
        if takes_files(scope["method"], scope["path"]):
            seconds = max(seconds, self.upload_seconds)
        await self.app(scope, self._timed(receive, seconds), send)

    def _timed(self, receive: Receive, seconds: float) -> Receive:
        until: float | None = None
        whole = False

        async def receive_some() -> Message:
            nonlocal until, whole
            if whole:
                # What comes after the body is the end of the connection, which may take as long as it likes.
                return await receive()
            if until is None:
                until = asyncio.get_running_loop().time() + seconds
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                raise TooSlowError from None
            whole = not message.get("more_body", False)
            return message

        return receive_some
