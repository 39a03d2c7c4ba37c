"""How many of the month's messages are used, as each channel said last; asked once an hour, by the first worker.

When the month's messages are used up, notices to firms stay behind and staff must telephone (trap L13): better to know
before. The count is approximate and counts pushes, not replies (LINE Developers, "Get number of messages sent").
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from json import dumps, loads

import structlog
from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain.errors import DeliveryError
from routing.ports import Channel
from routing.store.maintenance import meta as meta_store
from routing.store.session import Database

_ASKED, _SAID = "quota_asked:", "quota:"

log = structlog.get_logger("quota")


@dataclass(frozen=True, slots=True)
class Quota:
    """The month's pushed messages on a channel."""

    channel: str
    limit: int
    used: int

    @property
    def percent(self) -> int:
        """How much is used, whole per cent, rounded down."""
        return 100 * self.used // self.limit if self.limit else 100


def ask_if_due(database: Database, channel: Channel, *, now: datetime) -> bool:
    """Ask, unless somebody did within this hour of the clock; says whether an answer was noted."""
    hour = f"{local(now):%Y-%m-%dT%H}"
    with database.reading() as session:
        if meta_store.read(session, _ASKED + channel.name) == hour:
            return False
    with database.writing() as session:
        if not meta_store.claim(session, _ASKED + channel.name, hour):
            return False
    try:
        limit, used = channel.quota()
    except DeliveryError as error:
        log.info("quota_not_known", code=error.code)
        return False
    with database.writing() as session:
        meta_store.claim(session, _SAID + channel.name, dumps([f"{local(now):%Y-%m}", limit, used]))
    return True


def running_out(session: Session, channels: Iterable[str], *, warn_at: int, now: datetime) -> list[Quota]:
    """The quotas of which ``warn_at`` per cent or more were used this month when their channel was asked last."""
    found = (said(session, channel, now) for channel in channels)
    return [quota for quota in found if quota is not None and quota.percent >= warn_at]


def said(session: Session, channel: str, now: datetime) -> Quota | None:
    """What a channel with a limit said last, if it was this month."""
    kept = meta_store.read(session, _SAID + channel)
    if kept is None:
        return None
    month, limit, used = loads(kept)
    if limit is None or month != f"{local(now):%Y-%m}":
        return None
    return Quota(channel, limit, used)
