"""Writes down, after the answer, that a token was refused: whoever comes with a bad one waits for no writer.

A thread does the writing, in short transactions; what comes while too much waits is only counted in the log. Bounds on
how much is written: routing.service.accounts.tokens.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from routing.domain.errors import OnestopError
from routing.service.accounts import tokens
from routing.store.session import Database

log = structlog.get_logger("web")

_WAITING = 100


class _Writer:
    """The thread, anew in a forked process."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="refusals")
        self.room = threading.BoundedSemaphore(_WAITING)


_WRITER = _Writer()
os.register_at_fork(after_in_child=_WRITER.renew)


class TokenRefusals:
    """Refusals of one process on one database. Threads may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._since: datetime | None = None
        self._seen: set[str] = set()

    def note(self, refusal: tokens.Refusal, address: str | None, *, now: datetime) -> None:
        """Have a refusal written down soon, unless this address had one within the minute."""
        if not self._first(address or "-", now):
            return
        if not _WRITER.room.acquire(blocking=False):
            log.warning("token_refusal_not_noted")
            return
        _WRITER.thread.submit(self._write, refusal, address, now)

    def _first(self, address: str, now: datetime) -> bool:
        with self._lock:
            if self._since is None or not timedelta(0) <= now - self._since <= timedelta(minutes=1):
                self._since = now
                self._seen.clear()
            if address in self._seen or len(self._seen) >= tokens.MOST_REFUSALS:
                return False
            self._seen.add(address)
            return True

    def _write(self, refusal: tokens.Refusal, address: str | None, now: datetime) -> None:
        try:
            with self._database.reading() as session:
                if not tokens.worth_noting(session, address, now=now):
                    return
            with self._database.writing() as session:
                tokens.note_refusal(session, refusal, address=address, now=now)
        except (SQLAlchemyError, OnestopError) as error:
            log.warning("token_refusal_not_noted", error=type(error).__name__)
        finally:
            _WRITER.room.release()

    def settle(self) -> None:
        """Wait until everything noted so far is written."""
        _WRITER.thread.submit(int).result()
