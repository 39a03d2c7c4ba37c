"""Until when the certificate of our public address is good: LINE and firms are turned away from the day it ends.

Looked at once a day by the first worker, from where the product runs, as anybody else meets it; every hour while
something is the matter, so that neither a line that was down for a moment nor a renewal is told of for a day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from json import dumps, loads

import structlog
from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.store.maintenance import meta as meta_store
from routing.store.session import Database

SOON = 30
"""Days; a certificate that is renewed by itself is renewed by then (Let's Encrypt: 30 days before it ends)."""
_LOOKED, _SAID = "certificate_looked", "certificate"

log = structlog.get_logger("certificates")

Ends = Callable[[str, int], datetime]
"""Until when the certificate of a host and port is good; OSError, with the reason, if it cannot be met or trusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What was seen of it. ``days``: whole days left of it; None where it could not be met or is not trusted."""

    host: str
    looked_at: datetime
    ends_at: datetime | None
    days: int | None
    problem: str | None

    @property
    def presses(self) -> bool:
        """Whether somebody has to see to it."""
        return self.days is None or self.days < SOON


def look_if_due(database: Database, host: str, port: int, ends: Ends, *, now: datetime) -> bool:
    """Look at it, unless somebody did today, or within this hour if it pressed then; says whether it was looked at."""
    with database.reading() as session:
        last = said(session, (host, port), now=now)
        presses = last is not None and last.presses
        turn = f"{host}:{port} {local(now):%Y-%m-%dT%H}" if presses else f"{host}:{port} {local(now):%Y-%m-%d}"
        if meta_store.read(session, _LOOKED) == turn:
            return False
    with database.writing() as session:
        if not meta_store.claim(session, _LOOKED, turn):
            return False
    until, problem = None, None
    try:
        until = ends(host, port).isoformat()
    except OSError as error:
        problem = str(getattr(error, "verify_message", "") or error.strerror or type(error).__name__)[:200]
        log.warning("certificate_not_good", problem=problem)
    with database.writing() as session:
        meta_store.put(session, _SAID, dumps([host, now.isoformat(), until, problem]))
    return True


def said(session: Session, shown_at: tuple[str, int] | None, *, now: datetime) -> Certificate | None:
    """What was seen last of the one at this host and port; None if nothing was, or no certificate is shown anywhere."""
    kept = meta_store.read(session, _SAID)
    if kept is None or shown_at is None:
        return None
    host, _ = shown_at
    of, looked, until, problem = loads(kept)
    if of != host:
        return None
    ends_at = datetime.fromisoformat(until) if until else None
    return Certificate(
        host=host, looked_at=datetime.fromisoformat(looked), ends_at=ends_at,
        days=(ends_at - now).days if ends_at else None, problem=problem,
    )  # fmt: skip
