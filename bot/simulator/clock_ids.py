"""The platform's clock and the identifiers it hands out, repeatable under a seed."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeVar

T = TypeVar("T")
TOKYO = timezone(timedelta(hours=9))
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Clock:
    """Seconds since the epoch, shifted by an offset that a test may move."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset
        self.moved = threading.Condition()

    def now(self) -> float:
        """The moment on the platform, in seconds."""
        return time.time() + self.offset  # noqa: TID251 -- the platform's own clock

    def now_ms(self) -> int:
        """The same in whole milliseconds, as events carry it."""
        return int(self.now() * 1000)

    def shift(self, offset: float) -> None:
        """Set the offset and wake whoever waits for an instant to come."""
        with self.moved:
            self.offset = offset
            self.moved.notify_all()

    def statistics_day(self, at: float | None = None) -> str:
        """The day, yyyyMMdd in UTC+9, to which LINE counts a message."""
        moment = datetime.fromtimestamp(self.now() if at is None else at, UTC)
        return moment.astimezone(TOKYO).strftime("%Y%m%d")


class Identifiers:
    """User IDs, message IDs, tokens and ULIDs. Thread-safe; the same seed gives the same IDs."""

    def __init__(self, seed: int | None) -> None:
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._message = 560_000_000_000_000_000 + self._random.randrange(10**12)

    def _bits(self, bits: int) -> int:
        with self._lock:
            return self._random.getrandbits(bits)

    def chance(self) -> float:
        """A number from 0 up to 1."""
        with self._lock:
            return self._random.random()

    def choice(self, items: Sequence[T]) -> T:
        """One of the items."""
        with self._lock:
            return self._random.choice(items)

    def shuffle(self, items: list[T]) -> None:
        """Bring the items into another order, in place."""
        with self._lock:
            self._random.shuffle(items)

    def user(self) -> str:
        """A user ID."""
        return f"U{self._bits(128):032x}"

    def group(self) -> str:
        """A group ID."""
        return f"C{self._bits(128):032x}"

    def token(self) -> str:
        """A reply, quote or other token."""
        return f"{self._bits(128):032x}"

    def message(self) -> str:
        """A message ID: a number that only grows."""
        with self._lock:
            self._message += 1 + self._random.randrange(1000)
            return str(self._message)

    def request(self) -> str:
        """A request ID."""
        return str(uuid.UUID(int=self._bits(128), version=4))

    def richmenu(self) -> str:
        """A rich menu ID."""
        return f"richmenu-{self._bits(128):032x}"

    def ulid(self, at_ms: int) -> str:
        """A ULID: 48 bits of milliseconds and 80 random bits, in Crockford's base 32."""
        value = (at_ms << 80) | self._bits(80)
        return "".join(_CROCKFORD[(value >> shift) & 31] for shift in range(125, -1, -5))
