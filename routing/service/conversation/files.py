"""Fetching the files firms sent: at once, since LINE keeps them for an unstated time (trap L20)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from routing.domain.errors import DeliveryError
from routing.store.channel import conversations
from routing.store.session import Database

_BACKOFF = (5.0, 30.0, 120.0, 600.0, 3600.0)
_LEASE = timedelta(seconds=90)
log = structlog.get_logger("files")


@dataclass(frozen=True, slots=True)
class Content:
    """A file's bytes and their type."""

    body: bytes
    content_type: str


Fetch = Callable[[str], Content | None]
"""A message id to its content; None if it is gone; raises DeliveryError if it may come later."""


def fetch_due(database: Database, fetch: Fetch, *, now: datetime, limit: int = 5) -> int:
    """Fetch files that are due; says how many were tried."""
    with database.writing() as session:
        rows = conversations.media_due(session, now=now, limit=limit)
        due = [(row.id, row.line_message_id) for row in rows]
        for row in rows:
            row.due_at = now + _LEASE
            row.attempts += 1
    for media_id, line_message_id in due:
        _fetch_one(database, fetch, media_id, line_message_id, now=now)
    return len(due)


def _fetch_one(database: Database, fetch: Fetch, media_id: int, line_message_id: str, *, now: datetime) -> None:
    try:
        content = fetch(line_message_id)
    except DeliveryError as error:
        with database.writing() as session:
            row = conversations.media_content(session, media_id)
            if row is not None and row.state == "pending":
                later = _BACKOFF[row.attempts - 1] if row.attempts <= len(_BACKOFF) else None
                row.state = "gone" if later is None or error.permanent else "pending"
                row.due_at = now + timedelta(seconds=later or 0)
        log.warning("file_not_fetched", media=media_id, code=error.code)
        return
    with database.writing() as session:
        row = conversations.media_content(session, media_id)
        if row is None or row.state != "pending":
            return
        if content is None:
            row.state = "gone"
            return
        row.content, row.content_type, row.size = content.body, content.content_type[:100], len(content.body)
        row.state = "stored"
