"""How many of the month's LINE messages are used, as LINE said last: asked once an hour, by whichever worker is first.

When the month's messages are used up, notices to firms stay behind and staff must telephone (trap L13): better to know
before. LINE's count is approximate and counts pushes, not replies (LINE Developers, "Get number of messages sent").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from json import dumps, loads

import structlog
from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain.errors import DeliveryError
from routing.store.maintenance import meta as meta_store
from routing.store.session import Database

_ASKED, _SAID = "quota_asked", "quota"

log = structlog.get_logger("quota")

Ask = Callable[[], tuple[int | None, int]]
"""Asks LINE for the month's limit (None: no limit) and what is used of it; raises DeliveryError if it does not say."""


@dataclass(frozen=True, slots=True)
class Quota:
    """The month's pushed messages."""

    limit: int
    used: int

    @property
    def percent(self) -> int:
        """How much is used, whole per cent, rounded down."""
        return 100 * self.used // self.limit if self.limit else 100


def ask_if_due(database: Database, ask: Ask, *, now: datetime) -> bool:
    """Ask, unless somebody did within this hour of the clock; says whether an answer was noted."""
    hour = f"{local(now):%Y-%m-%dT%H}"
    with database.reading() as session:
        if meta_store.read(session, _ASKED) == hour:
            return False
    with database.writing() as session:
        if not meta_store.claim(session, _ASKED, hour):
            return False
    try:
        limit, used = ask()
    except DeliveryError as error:
        log.info("quota_not_known", code=error.code)
        return False
    with database.writing() as session:
        meta_store.claim(session, _SAID, dumps([f"{local(now):%Y-%m}", limit, used]))
    return True


def running_out(session: Session, *, warn_at: int, now: datetime) -> Quota | None:
    """The quota, if ``warn_at`` per cent of it or more were used this month when LINE was asked last."""
    kept = meta_store.read(session, _SAID)
    if kept is None:
        return None
    month, limit, used = loads(kept)
    if limit is None or month != f"{local(now):%Y-%m}":
        return None
    found = Quota(limit, used)
    return found if found.percent >= warn_at else None
