"""A lock for SQLite's writers of one process: first come, first served.

SQLite itself lets those who wait look again now and then, and whoever happens to look first gets the lock: beside a
dozen busy threads arriving events were found waiting for seconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock


class FairLock:
    """A lock that is handed on in the order in which it was asked for."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._taken = False
        self._row: deque[Event] = deque()

    @contextmanager
    def turn(self, patience: float) -> Iterator[None]:
        """Hold the lock. After ``patience`` seconds the block runs without it, and SQLite decides."""
        mine = self._ask(patience)
        try:
            yield
        finally:
            if mine:
                self._hand_on()

    def _ask(self, patience: float) -> bool:
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            called = Event()
            self._row.append(called)
        if called.wait(patience):
            return True
        with self._guard:
            if called.is_set():
                return True
            self._row.remove(called)
            return False

    def _hand_on(self) -> None:
        with self._guard:
            if self._row:
                self._row.popleft().set()
            else:
                self._taken = False
