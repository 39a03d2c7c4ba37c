"""How long and how large the head of a request may be: a connection that only drips is closed.

The server itself waits for ever for the end of a request's head, and keeps all that comes until then. What is read of
a body is bounded by ``bodies``, where people can be answered in words; here stands the last resort.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.web.limits.bodies import HEAD_BYTES
from bot.web.limits.uploads import BODY_SECONDS, takes_files

HEAD_SECONDS = 10.0
"""From the first byte (of a new connection: from its beginning) to the end of the head."""
WHOLE_SECONDS = 60.0
"""From the end of the head to the end of the body, whether anybody reads it or not."""
STREAM = "/api/v1/live"
"""The one answer that has no end of its own."""


class BoundedProtocol(HttpToolsProtocol):
    """The server's own protocol with a clock and a scale beside it."""

    head_seconds = HEAD_SECONDS
    whole_seconds = WHOLE_SECONDS
    _late: asyncio.TimerHandle | None = None
    _size = 0
    _in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection: its first request must come soon."""
        super().connection_made(transport)
        self._within(self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._in_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """More of a request."""
        if self._in_head:
            self._size += len(data)
        super().data_received(data)
        if self._in_head and self._size > HEAD_BYTES and self.parser is not None:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._in_head = True
        self._within(self.head_seconds)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._in_head, self._size = False, 0
        super().on_headers_complete()
        # Where files come, what reads the body bounds its time by itself.
        path = self.url.decode("ascii", "replace").partition("?")[0]
        uploads = takes_files(self.parser.get_method().decode("ascii", "replace"), path)
        self._within(max(self.whole_seconds, BODY_SECONDS) if uploads else self.whole_seconds)

    def on_message_complete(self) -> None:
        """So is the body."""
        self._in_time()
        super().on_message_complete()

    def shutdown(self) -> None:
        """The server ends: a stream that would go on for ever is closed, everything else may end first."""
        super().shutdown()
        path = self.url.decode("ascii", "replace").partition("?")[0] if self.cycle is not None else ""
        if self.cycle is not None and not self.cycle.response_complete and path.endswith(STREAM):
            self.transport.close()

    def _within(self, seconds: float) -> None:
        self._in_time()
        self._late = self.loop.call_later(seconds, self._refuse, HTTPStatus.REQUEST_TIMEOUT)

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _refuse(self, status: HTTPStatus) -> None:
        self._in_time()
        if self.transport.is_closing():
            return
        waits = self.cycle is None or self.cycle.response_complete
        if waits and self._in_head:
            line = f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            self.transport.write(line.encode("ascii"))
        self.transport.close()
