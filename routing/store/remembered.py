"""What a process keeps of what it has read from the database and that does not change under its key."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any

MOST = 256 * 2**20
"""Bytes. The blocks of reports over a million cases take some 250 MiB, those of a year of 100,000 cases 4."""


class Remembered:
    """Values by key, each with its size; what was not asked for longest goes first. Threads may share it."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, key: Hashable) -> Any | None:
        """The value of a key, if it is still there."""
        with self._lock:
            found = self._held.get(key)
            if found is None:
                return None
            self._held.move_to_end(key)
            return found[0]

    def keep(self, key: Hashable, value: Any, size: int) -> None:
        """Keep a value of so many bytes, as long as there is room."""
        with self._lock:
            before = self._held.pop(key, None)
            self._size += size - (before[1] if before is not None else 0)
            self._held[key] = (value, size)
            while self._size > self._most and self._held:
                _, (_, gone) = self._held.popitem(last=False)
                self._size -= gone
