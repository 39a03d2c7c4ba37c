"""Days more for a case: what was granted, asked for and refused, and how far a period may be extended at all.

An application is extended once, by at most its original period (行政程序法 §51 III); whoever works on a case does not
decide alone that it takes longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """An extension in force from ``at``: ``days`` are working days, or calendar days for a legal limit."""

    at: datetime
    days: int
    reason: str = ""
    approved_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingExtension:
    """What an officer asked for and a supervisor has not yet decided."""

    at: datetime
    days: int
    reason: str
    asked_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedExtension:
    """A request that was refused and of which whoever asked has not yet taken note."""

    at: datetime
    days: int
    asked_by: str
    note: str
    refused_by: str | None
