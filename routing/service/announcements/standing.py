"""Whether an announcement that waits is still to be told: not over, not stopped, and its topic still wanted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from routing.domain.announcements import PUSHED, WAITS
from routing.store.announcements import queries as store
from routing.store.announcements.schema import Announcement
from routing.store.messaging.schema import Outbox


def holds(session: Session, notice: Outbox, now: datetime) -> bool:
    """Whether a message that waited is still worth handing over; True for what is no announcement."""
    if notice.reason not in {PUSHED, WAITS}:
        return True
    row = store.of_outbox(session, notice.id)
    if row is None or over(row, now):
        return False
    return notice.contact_id is None or store.topics(session, notice.contact_id).get(row.topic, True)


def over(row: Announcement, now: datetime) -> bool:
    """Whether nothing of it is sent any more."""
    return row.state == "stopped" or (row.until is not None and row.until <= now)
