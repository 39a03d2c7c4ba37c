"""That a token was refused, written down after the answer.

Bounds on how much is written: routing.service.accounts.tokens.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from functools import partial

from bot.web import noting
from routing.service.accounts import tokens
from routing.store.session import Database


class TokenRefusals:
    """Refusals of one process on one database. Threads may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._since: datetime | None = None
        self._seen: set[str] = set()

    def note(self, refusal: tokens.Refusal, address: str | None, *, now: datetime) -> None:
        """Have a refusal written down soon, unless this address had one within the minute."""
        if self._first(address or "-", now):
            noting.soon("token_refusal", partial(self._write, refusal, address, now))

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
        with self._database.reading() as session:
            if not tokens.worth_noting(session, address, now=now):
                return
        with self._database.writing() as session:
            tokens.note_refusal(session, refusal, address=address, now=now)

    def settle(self) -> None:
        """Wait until everything noted so far is written."""
        noting.settle()
