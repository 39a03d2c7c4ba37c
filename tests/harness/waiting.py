"""Waiting for what happens in another process: look again and again, and say what was seen when it never came."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(look: Callable[[], T], *, seconds: float = 15.0, pause: float = 0.02, what: str = "") -> T:
    """The first value of ``look`` that is true; AssertionError with the last one after ``seconds``."""
    limit = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > limit:
            raise AssertionError(f"{what or 'it'} did not happen within {seconds} s; last seen: {seen!r}")
        time.sleep(pause)
