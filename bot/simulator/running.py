"""Runs a simulator on a port of its own, in a thread of this process."""

from __future__ import annotations

import socket
import threading
import time
from types import TracebackType
from typing import Self

import uvicorn
from fastapi import FastAPI

from bot.simulator.app import create_simulator
from bot.simulator.config import SimulatorConfig

_START_SECONDS = 10.0


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


class SimulatorServer:
    """A running simulator: `with SimulatorServer(config, port=…) as server: server.url`."""

    def __init__(self, config: SimulatorConfig, *, host: str = "127.0.0.1", port: int) -> None:
        self.url = f"http://{host}:{port}"
        self.app: FastAPI = create_simulator(config)
        settings = uvicorn.Config(
            self.app,
            host=host,
            port=port,
            log_config=None,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(settings)
        self._thread = threading.Thread(target=self._server.run, daemon=True, name="line-simulator")

    def start(self) -> None:
        """Start serving; RuntimeError if the port does not answer within ten seconds."""
        self._thread.start()
        limit = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if time.monotonic() > limit or not self._thread.is_alive():
                raise RuntimeError(f"The simulator did not start on {self.url}.")
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop serving and wait for the thread."""
        self._server.should_exit = True
        self._thread.join(_START_SECONDS)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
