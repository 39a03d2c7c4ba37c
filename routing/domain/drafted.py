"""An answer that waits for approval (陳核), or went back to its writer: what the state of a case keeps of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingDraft:
    """A text that waits for approval. ``outcome``: the case is closed with it; None: it is a reply."""

    id: int
    by: str | None
    at: datetime
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedDraft:
    """A text that went back to its writer, until there is another one or the case is answered."""

    id: int
    by: str
    at: datetime
    note: str
    returned_by: str | None
