"""Ports and servers of the demo: all on this machine's loopback, in threads of one process."""

from __future__ import annotations

import fcntl
import json
import socket
import threading
import time
from pathlib import Path
from typing import IO

import uvicorn
from fastapi import FastAPI

from bot.settings import SettingsError

HOST = "127.0.0.1"
_START_SECONDS = 20.0
_STOP_SECONDS = 5.0
"""What is under way takes less; a first fit of the understanding takes longer and is given up."""


def listen(first: int) -> socket.socket:
    """A listening socket on the first port from ``first`` on that is free.

    Raises:
        SettingsError: none of a hundred is.
    """
    for port in range(first, first + 100):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            listener.close()
            continue
        listener.listen(128)
        return listener
    raise SettingsError(f"連接埠 {first}–{first + 99} 都已被使用；請關閉其他程式後再試。")


def port_of(listener: socket.socket) -> int:
    """The port of a listening socket."""
    return int(listener.getsockname()[1])


class AppServer:
    """An application served from a socket, in a thread of its own."""

    def __init__(self, app: FastAPI, listener: socket.socket, *, name: str) -> None:
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, proxy_headers=False,
            timeout_graceful_shutdown=2,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._listener = listener
        self._thread = threading.Thread(target=self._run, daemon=True, name=name)

    def _run(self) -> None:
        self._server.run(sockets=[self._listener])

    def start(self) -> None:
        """Start serving; RuntimeError if it does not."""
        self._thread.start()
        limit = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if time.monotonic() > limit or not self._thread.is_alive():
                raise RuntimeError(f"{self._thread.name} did not start")
            time.sleep(0.01)

    def stop(self) -> bool:
        """Finish what is under way and stop; False if something is still at work after five seconds."""
        self._server.should_exit = True
        self._thread.join(_STOP_SECONDS)
        self._listener.close()
        return not self._thread.is_alive()


class OneAtATime:
    """Held by the running demo of a data folder; the kernel lets go of it however the process ends."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "demo.lock"
        self._file: IO[str] | None = None

    def take(self) -> bool:
        """Take it; False if another process has it."""
        held = self._path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            held.close()
            return False
        self._file = held
        self.say({})
        return True

    def say(self, facts: dict[str, str]) -> None:
        """Leave word for a second start of where the demo is."""
        if self._file is not None:
            self._file.seek(0)
            self._file.truncate()
            json.dump(facts, self._file)
            self._file.flush()

    def said(self) -> dict[str, str]:
        """What the running demo said of itself; empty while it is still starting."""
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def release(self) -> None:
        """Let go."""
        if self._file is not None:
            self._file.close()
            self._file = None
