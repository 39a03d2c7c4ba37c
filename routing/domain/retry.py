"""When to try a message again: a value computed from the attempt and the error, nothing else.

A channel keeps a retry key for a time; after that the same key would be a new message, so the last attempt comes
before (routing.ports.Limits). A reply has no such key, but its token is taken once: as long as the token is good the
reply may be tried as often as it takes, and cannot arrive twice (LINE Messaging API reference, "Retry failed API
requests", "Send reply message").
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.domain.errors import DeliveryError

BACKOFF = (1.0, 5.0, 30.0, 120.0, 600.0, 3600.0, 21600.0)
"""Seconds before the second, third … attempt of a push."""

REPLY_BACKOFF = (0.5, 1.0, 2.0, 3.0, 4.0)
"""Seconds before the second, third … attempt of a reply, and before each further one: a token lives for a minute."""

LAST_WORD = timedelta(seconds=1)
"""How long before its token's end a reply is tried for the last time."""


@dataclass(frozen=True, slots=True)
class Again:
    """Try again at this instant, with the same retry key or reply token."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Stop:
    """Do not try again; a person decides."""


@dataclass(frozen=True, slots=True)
class Push:
    """The reply did not arrive and its token is of no more use: the same words go out by push, at this instant."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Presumed:
    """The channel no longer takes the token, and an earlier try may have used it: that try arrived."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have arrived, and its token's time is over: neither retry nor push; staff see it as such."""


def after_push(
    error: DeliveryError,
    *,
    attempt: int,
    first_try_at: datetime,
    key_life: timedelta,
    now: datetime,
    jitter: float = 0.0,
) -> Again | Stop:
    """What to do after attempt number ``attempt`` (from 1) of a push failed. ``jitter`` in 0–1 spreads the load.

    ``key_life``: how long after the first attempt its retry key may still be used.

    It is tried again with its key as long as the key lives (trap L12); a spent quota stops it for a person to decide
    (trap L13).
    """
    if error.permanent or error.quota or attempt > len(BACKOFF):
        return Stop()
    wait = BACKOFF[attempt - 1] * (1 + 0.25 * jitter)
    at = now + timedelta(seconds=max(wait, error.retry_after or 0.0))
    return Again(at) if at - first_try_at < key_life else Stop()


def after_reply(
    error: DeliveryError, *, attempt: int, doubtful: bool, token_until: datetime, now: datetime, jitter: float = 0.0
) -> Again | Push | Presumed | Unknown:
    """What to do after attempt number ``attempt`` (from 1) of a reply failed (contract §4; traps L9, L11).

    ``doubtful``: an earlier try may have arrived. ``token_until``: how long the token is worth trying. Within that
    time nothing but the channel's own word on the message itself ends the trying; then what may have arrived is left
    alone, and what cannot have arrived is pushed.
    """
    if error.code == "reply_token":
        return Presumed() if doubtful else Push(now)
    if error.permanent:
        return Push(now)
    asked = now + timedelta(seconds=error.retry_after or 0.0)
    wait = REPLY_BACKOFF[min(attempt, len(REPLY_BACKOFF)) - 1] * (1 + 0.25 * jitter)
    at = max(now + timedelta(seconds=wait), asked)
    last = token_until - LAST_WORD
    if at > last > now and asked <= last:
        at = last
    if at < token_until:
        return Again(at)
    return Unknown() if doubtful or error.unknown else Push(max(now, asked))
