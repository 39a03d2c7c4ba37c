"""Hearing from other processes on one PostgreSQL that they have committed work (LISTEN, PostgreSQL manual "NOTIFY").

A notice is a hint: whoever misses one looks for itself a moment later. SQLite has one process, and nobody to hear.
"""

from __future__ import annotations

from threading import Event, Thread
from typing import Any

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from routing.store.session import NOTICES, Database

_AGAIN = 1.0
"""Seconds until it is tried again when the database is away, and at most until the end is noticed."""

log = structlog.get_logger("listening")


class Listener:
    """Wakes those of this process who wait on ``database.wakes``; does nothing on SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stop = Event()
        self._thread = Thread(target=self._loop, name="listener", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        if not self._database.is_sqlite:
            self._thread.start()

    def stop(self) -> None:
        """End, within a second or two."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2)

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                self._hear()
            except (psycopg.Error, SQLAlchemyError) as error:
                log.warning("not_listening", error=type(error).__name__)
                self._stop.wait(_AGAIN)

    def _hear(self) -> None:
        borrowed = self._database.engine.raw_connection()
        connection: Any = borrowed.driver_connection
        # It is held for as long as the process runs, so it is none of the pool's.
        borrowed.detach()
        try:
            connection.autocommit = True
            connection.execute(f"LISTEN {NOTICES}")
            # What was announced before is looked for, not heard.
            self._database.wakes.wake_all()
            while not self._stop.is_set():
                self._database.wakes.wake([notice.payload for notice in connection.notifies(timeout=_AGAIN)])
        finally:
            connection.close()
