"""Fetching the files firms sent: at once, since a channel may keep them for a short time only (trap L20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from routing.domain.errors import DeliveryError
from routing.ports import Channel, Channels
from routing.service.messaging import leases
from routing.store.conversation import queries as conversation_store
from routing.store.session import Database, instant

_BACKOFF = (5.0, 30.0, 120.0, 600.0, 3600.0)
log = structlog.get_logger("files")


@dataclass(frozen=True, slots=True)
class _Due:
    id: int
    channel: str
    external_id: str
    attempt: int


def fetch_one(database: Database, channels: Channels, beats: leases.Heartbeat) -> bool:
    """Fetch the file that is due longest; says whether there was one."""
    with database.reading() as session:
        if not conversation_store.media_due(session, channels, now=instant(session), limit=1):
            return False
    with database.writing() as session:
        now = instant(session)
        rows = conversation_store.media_due(session, channels, now=now, limit=1, lock=True)
        if not rows:
            return False
        rows[0].due_at = now + leases.LENGTH
        rows[0].attempts += 1
        due = _Due(rows[0].id, rows[0].channel, rows[0].external_id, rows[0].attempts)
    with beats.holding(lambda session, until: conversation_store.keep_media(session, due.id, due.attempt, until)):
        _fetch(database, channels[due.channel], due)
    return True


def _fetch(database: Database, channel: Channel, due: _Due) -> None:
    try:
        content = channel.content(due.external_id)
    except DeliveryError as error:
        with database.writing() as session:
            row = conversation_store.media_content(session, due.id)
            if row is not None and row.state == "pending" and row.attempts == due.attempt:
                later = _BACKOFF[row.attempts - 1] if row.attempts <= len(_BACKOFF) else None
                row.state = "gone" if later is None or error.permanent else "pending"
                row.due_at = instant(session) + timedelta(seconds=later or 0)
        log.warning("file_not_fetched", media=due.id, code=error.code)
        return
    with database.writing() as session:
        row = conversation_store.media_content(session, due.id)
        if row is None or row.state != "pending":
            return
        if content is None:
            row.state = "gone"
            return
        row.content, row.content_type, row.size = content.body, content.content_type[:100], len(content.body)
        row.state = "stored"
