"""Whether a language model may be asked: a place and a name by setting, and a person who decided that it may be used.

A decision is for one model at one place. Where the setting names another, nobody has decided on it yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Which model is asked where: the host alone, since an address may hold a key."""

    host: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Somebody turned it on or off, for which model where, and why."""

    on: bool
    endpoint: Endpoint
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Switch:
    """What the setting names (None: nothing) and the last decision (None: there was none)."""

    endpoint: Endpoint | None
    last: Decision | None

    @property
    def on(self) -> bool:
        """Whether the model may be asked, and what it answered may be shown."""
        return self.endpoint is not None and self.last is not None and self.last.on and not self.other

    @property
    def other(self) -> bool:
        """Whether the last decision was on another model or place than the setting names now."""
        return self.last is not None and self.last.endpoint != self.endpoint
