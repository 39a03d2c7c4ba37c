"""A firm's wish to be called, from the day it is asked for until somebody has spoken with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from knowledge.vocabulary import Channel

SPOKEN = frozenset({Channel.PHONE.value, Channel.HOTLINE.value, Channel.COUNTER.value, Channel.VISIT.value})
"""Ways of answering in which somebody spoke with the firm: such an answer is the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWish:
    """Asked for at an instant; ``when`` suits the firm, if it said; ``tries``: calls that did not reach it since."""

    at: datetime
    when: str | None = None
    tries: int = 0


def asked(wish: CallWish | None, at: datetime, when: str | None) -> CallWish:
    """The firm asks (again): it waits since it first did, the hours are those it said last."""
    return CallWish(at=at, when=when) if wish is None else replace(wish, when=when or wish.when)


def tried(wish: CallWish | None) -> CallWish | None:
    """A call that did not reach the firm: it is still to be called."""
    return None if wish is None else replace(wish, tries=wish.tries + 1)


def answered(wish: CallWish | None, via: str | None) -> CallWish | None:
    """An answer was given: the call, if it was spoken; in writing only after the firm could not be reached."""
    if wish is None or via in SPOKEN or wish.tries:
        return None
    return wish
