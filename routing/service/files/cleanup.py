"""Files that nobody claims, and bytes that no row speaks of: taken away in their time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy.orm import Session

from routing.domain.dialogue.state import OPENING, state_from
from routing.store.conversation.schema import Contact, Media
from routing.store.files import queries as store
from routing.store.files.storage import FileStorage, Kept
from routing.store.session import Database, instant

_AT_ONCE = 200
_ORPHAN = timedelta(days=1)
"""How long bytes may lie without a row: a step that writes both takes seconds."""


@dataclass(frozen=True, slots=True)
class Part:
    """What was looked at in one go: how many were taken away, the last row, whether there may be more."""

    taken: int
    last: int
    more: bool


def forget_unclaimed(database: Database, before: datetime) -> int:
    """Take away files that came before an instant and belong to no case, in short transactions; says how many."""
    part, taken = Part(0, 0, more=True), 0
    while part.more:
        with database.reading() as session:
            if not store.unclaimed(session, before, after_id=part.last, limit=1):
                return taken
        with database.writing() as session:
            part = forget_some(session, before, after_id=part.last)
        taken += part.taken
        if part.more:
            database.give_way()
    return taken


def forget_some(session: Session, before: datetime, *, after_id: int = 0, most: int = _AT_ONCE) -> Part:
    """The same for a part of them, in the caller's transaction.

    A file that a firm is opening a case with stays as long as it has written since that instant.
    """
    rows = store.unclaimed(session, before, after_id=after_id, limit=most)
    over = [media for media, contact in rows if not _in_hand(media, contact, before)]
    for media in over:
        store.take_away(session, media)
    return Part(len(over), rows[-1][0].id if rows else after_id, more=len(rows) == most)


def _in_hand(media: Media, contact: Contact | None, before: datetime) -> bool:
    if contact is None or contact.last_event_at is None or contact.last_event_at < before:
        return False
    state = state_from(contact.dialogue)
    return state.step in OPENING and media.message_id in state.pending


def sweep(database: Database, storage: FileStorage) -> int:
    """Delete bytes that no row speaks of and that have lain for a day; says how many. Raises Unavailable."""
    with database.reading() as session:
        until = instant(session) - _ORPHAN
    swept = 0
    for some in _batches(storage, until):
        with database.reading() as session:
            known = store.known(session, [one.key for one in some])
        for one in some:
            if one.key not in known:
                storage.delete(one.key)
                swept += 1
    return swept


def _batches(storage: FileStorage, until: datetime) -> Iterator[list[Kept]]:
    old = (one for one in storage.everything() if one.since < until)
    while some := list(islice(old, _AT_ONCE)):
        yield some
