"""What the servers that play others over HTTP share: they say nothing, and answer in a thread while a block lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Quiet:
    """For a handler that writes no log."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def answering(server: ThreadingHTTPServer, handler: type[BaseHTTPRequestHandler]) -> Iterator[None]:
    """The server answers by this handler, and is gone afterwards."""
    server.RequestHandlerClass = handler
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
