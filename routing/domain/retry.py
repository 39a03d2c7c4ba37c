"""When to try a message again: a value computed from the attempt and the error, nothing else.

LINE keeps a retry key for 24 hours; after that the same key would be a new message. So the last attempt comes well
before (LINE Messaging API reference, "Retry failed API requests").
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.domain.errors import DeliveryError

BACKOFF = (1.0, 5.0, 30.0, 120.0, 600.0, 3600.0, 21600.0)
"""Seconds before the second, third … attempt."""

KEY_LIFE = timedelta(hours=23)
"""How long after the first attempt a retry key may still be used."""


@dataclass(frozen=True, slots=True)
class Again:
    """Try again at this instant, with the same retry key."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Stop:
    """Do not try again; a person decides."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have arrived: neither retry nor push; staff see it as such."""


def after_failure(
    kind: str, error: DeliveryError, *, attempt: int, first_try_at: datetime, now: datetime, jitter: float = 0.0
) -> Again | Stop | Unknown:
    """What to do after attempt number ``attempt`` (from 1) failed. ``jitter`` in 0–1 spreads the load.

    A reply has no retry key: when its outcome is unknown it stays unknown (trap L11). A push is tried again with
    its key as long as the key lives (trap L12); a spent quota stops it for a person to decide (trap L13).
    """
    if kind == "reply":
        return Unknown() if error.unknown else Stop()
    if error.permanent or error.quota or attempt > len(BACKOFF):
        return Stop()
    wait = BACKOFF[attempt - 1] * (1 + 0.25 * jitter)
    at = now + timedelta(seconds=max(wait, error.retry_after or 0.0))
    return Again(at) if at - first_try_at < KEY_LIFE else Stop()
