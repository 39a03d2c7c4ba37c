"""The audit trail as a chain: each entry's seal holds the one before, so that none can be changed or left out unseen.

資通安全責任等級分級辦法, 附表十 (資通系統防護基準), 事件日誌與可歸責性: logs are protected against change and removal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

FIRST = "0" * 64
"""Stands before the first seal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of the trail. ``place``: its number in the chain from 1, and ``seal`` its seal; None: not sealed yet."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    place: int | None
    seal: str | None


def seal_of(entry: Entry, place: int, before: str) -> str:
    """SHA-256 in hex over the seal before, the place and everything that the entry says."""
    said = [
        before, place, entry.at.astimezone(UTC).isoformat(timespec="microseconds"), entry.actor, entry.action,
        entry.subject, entry.detail,
    ]  # fmt: skip
    plain = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Anchor:
    """After which entry the chain goes on: the last one that was erased when its period was over, or none yet."""

    place: int = 0
    seal: str = FIRST


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look at the whole chain found. ``head``: its end; ``problem``: of the first entry that does not hold."""

    entries: int
    head: Anchor
    problem: str | None = None
    at_place: int | None = None


def verify(entries: Iterable[Entry], anchor: Anchor) -> Verified:
    """Go along the chain in order of place, up to the first entry that was ``changed`` or is ``missing``."""
    head, count = anchor, 0
    for entry in entries:
        place = head.place + 1
        if entry.place != place:
            return Verified(count, head, "missing", place)
        seal = seal_of(entry, place, head.seal)
        if entry.seal != seal:
            return Verified(count, head, "changed", place)
        head, count = Anchor(place, seal), count + 1
    return Verified(count, head)
