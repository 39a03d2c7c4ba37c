"""The product in the test's process on a port, for a browser that stands on a database of the test's own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn

from bot.simulator.running import free_port
from tests.harness import local_http
from tests.harness.service import Service
from tests.harness.waiting import eventually


class Served(Service):
    """The service on a port: playwright keeps an event loop in this thread, so that none can be started."""

    def __init__(self, database_url: str, *, host: str = "127.0.0.1", **settings: Any) -> None:
        self.port = free_port()
        self.address = f"http://{host}:{self.port}"
        super().__init__(database_url, ONESTOP_BASE_URL=self.address, **settings)

    def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        headers = given.pop("headers", {})
        if "Origin" in headers:
            headers = {**headers, "Origin": self.address}
        return local_http.request(method, f"http://127.0.0.1:{self.port}{path}", headers=headers, timeout=30, **given)

    @contextmanager
    def on_its_port(self) -> Iterator[None]:
        """Answer there."""
        server = uvicorn.Server(
            uvicorn.Config(self.app, host="127.0.0.1", port=self.port, log_config=None, log_level="error")
        )
        thread = threading.Thread(target=server.run)
        thread.start()
        eventually(lambda: server.started, what="the desk's server")
        try:
            yield
        finally:
            server.should_exit = True
            thread.join(timeout=10)
