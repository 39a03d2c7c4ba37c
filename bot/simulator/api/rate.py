"""LINE's rate limits: a token bucket per channel and endpoint. Off until switched on.

Source: reference, Rate limits. They count every attempt, retries included.
"""

from __future__ import annotations

import fnmatch
import time
from dataclasses import dataclass

from bot.simulator.api.calls import Refusal
from bot.simulator.state import Platform

_HOUR = 3600.0
# Endpoint pattern to (calls, per seconds); the first pattern that fits counts.
DEFAULT_LIMITS: tuple[tuple[str, float, float], ...] = (
    ("broadcast", 60, _HOUR),
    ("webhook/test", 60, _HOUR),
    ("webhook/*", 1000, 60),
    ("richmenu/create", 100, _HOUR),
    ("richmenu/delete", 100, _HOUR),
    ("richmenu/alias/delete", 100, _HOUR),
    ("richmenu/list", 10, 1),
    ("multicast", 200, 1),
    ("loading", 100, 1),
    ("*", 2000, 1),
)


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class RateLimits:
    """Buckets by endpoint name, empty of meaning while `enabled` is false."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._buckets: dict[str, _Bucket] = {}
        self.enabled = False
        self.limits = DEFAULT_LIMITS

    def take(self, name: str) -> None:
        """Take one token; 429 when the bucket of the endpoint is empty."""
        if not self.enabled:
            return
        calls, seconds = next((c, s) for pattern, c, s in self.limits if fnmatch.fnmatch(name, pattern))
        now = time.monotonic() + self._platform.clock.offset
        with self._platform.lock:
            bucket = self._buckets.setdefault(name, _Bucket(calls, now))
            bucket.tokens = min(calls, bucket.tokens + max(0.0, now - bucket.at) * calls / seconds)
            bucket.at = now
            if bucket.tokens < 1:
                raise Refusal(429, "The API rate limit has been exceeded. Try again later.")
            bucket.tokens -= 1

    def switch(self, enabled: bool, limits: list[tuple[str, float, float]]) -> None:
        """Switch on or off; limits given come before LINE's own."""
        with self._platform.lock:
            self.enabled = enabled
            self.limits = (*limits, *DEFAULT_LIMITS)
            self._buckets.clear()
