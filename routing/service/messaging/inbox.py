"""Working off the inbox: one user's events at a time, in the order of their timestamps, each once.

An event is marked handled in the transaction of its effects. One that fails is tried again, and after some attempts
set aside for a person, so that it cannot hold up its user's others for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from routing.ports import Channel
from routing.service.conversation import commands as conversation_commands
from routing.service.conversation import profiles
from routing.service.conversation.reader import Reader
from routing.service.messaging import leases
from routing.service.office_context import OfficeContextProvider
from routing.store.messaging import inbox as store
from routing.store.messaging.inbox import PartitionKey
from routing.store.messaging.schema import Inbox
from routing.store.session import Database, instant

LEASE = leases.LENGTH
"""Renewed with every event, in the transaction of its effects: there the row is locked, however long it takes."""
ATTEMPTS = (1.0, 5.0, 30.0, 300.0)
"""Seconds before the next attempt; after the last the event is set aside."""
AT_A_TIME = 10
"""Events of one user before others have their turn: whoever floods us waits in a line of their own."""

log = structlog.get_logger("inbox")


def work_partition(
    database: Database, office_provider: OfficeContextProvider, reader: Reader, channel: Channel,
    partition: PartitionKey, *, holder: str, now: Callable[[], datetime],
) -> int:  # fmt: skip
    """Handle some of a user's due events, oldest first; says how many. Nobody else touches the partition meanwhile."""
    with database.writing() as session:
        if not store.hold_partition(session, partition, holder=holder, now=instant(session), lease=LEASE):
            return 0
    handled = 0
    try:
        while handled < AT_A_TIME and _one(
            database, office_provider, reader, channel, partition, holder=holder, now=now
        ):
            handled += 1
    finally:
        with database.writing() as session:
            store.free_partition(session, partition, holder=holder)
    return handled


def _one(
    database: Database, office_provider: OfficeContextProvider, reader: Reader, channel: Channel,
    partition: PartitionKey, *, holder: str, now: Callable[[], datetime],
) -> bool:  # fmt: skip
    at = now()
    with database.reading() as session:
        row = store.next_event(session, partition, now=instant(session))
    if row is None:
        return False
    try:
        inbound = profiles.with_language(channel.read(row.raw, row.event_at), channel)
        with database.writing() as session:
            if not store.keep_partition(session, partition, holder=holder, now=instant(session), lease=LEASE):
                return False
            if store.claim(session, row.id, now=at):
                # Counted by the database's time; later we push without trying (trap L9).
                life = channel.limits.token_life if inbound.reply_token else None
                token_until = row.received_at + life if life else None
                conversation_commands.take(
                    session, office_provider.office(session), reader, inbound, now=at, token_until=token_until
                )
                if inbound.shared:
                    store.empty(session, row.id)
    except Exception as error:  # noqa: BLE001
        # Whatever it was, the event stays and the partition goes on: that is what an inbox is for.
        _put_off(database, row, channel, error)
    return True


def _put_off(database: Database, row: Inbox, channel: Channel, error: Exception) -> None:
    attempts = row.attempts
    with database.writing() as session:
        due = instant(session) + timedelta(seconds=ATTEMPTS[attempts]) if attempts < len(ATTEMPTS) else None
        store.put_off(session, row.id, error=type(error).__name__, due_at=due)
        if due is None and channel.of_a_group(row.raw):
            # What people say in a group is not kept.
            store.empty(session, row.id)
    log.error("event_failed", inbox=row.id, attempt=attempts + 1, set_aside=due is None, exc_info=error)
