"""Working off the inbox: one user's events at a time, in the order of their timestamps, each once.

An event is marked handled in the transaction of its effects. One that fails is tried again, and after some attempts
set aside for a person, so that it cannot hold up its user's others for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from routing.domain.dialogue import bursts
from routing.domain.dialogue.state import Step, state_from
from routing.domain.inbound import Inbound
from routing.ports import Channel
from routing.service.conversation import commands as conversation_commands
from routing.service.conversation import profiles
from routing.service.conversation.reader import Reader
from routing.service.messaging import leases
from routing.service.messaging.preparing import Preparing, answers
from routing.service.office_context import OfficeContextProvider
from routing.store.conversation import queries as conversation_store
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


Waits = Callable[[PartitionKey, float], None]
"""Told whose answer waits for one more message, and for how many seconds."""

Before = Callable[[Step, Sequence[Inbound]], None]
"""Told what was asked last and what came, outside of any transaction."""


def work_partition(
    database: Database, office_provider: OfficeContextProvider, reader: Reader, channel: Channel,
    partition: PartitionKey, *, holder: str, now: Callable[[], datetime], waits: Waits | None = None,
    preparing: Preparing | None = None, before: Before | None = None,
) -> int:  # fmt: skip
    """Handle some of a user's due events, oldest first; says how many. Nobody else touches the partition meanwhile.

    ``waits`` is told where an answer waits for one more message to come; ``preparing`` shows where one takes long.
    ``before`` may look something up before the transaction of an answer begins.
    """
    with database.writing() as session:
        if not store.hold_partition(session, partition, holder=holder, now=instant(session), lease=LEASE):
            return 0
    work = _Work(database, office_provider, reader, channel, partition, holder, now, waits, preparing, before)
    handled = 0
    try:
        while handled < AT_A_TIME and (some := work.some()):
            handled += some
    finally:
        with database.writing() as session:
            store.free_partition(session, partition, holder=holder)
    return handled


@dataclass(frozen=True, slots=True)
class _Work:
    """One user's events in one process's hand."""

    database: Database
    office_provider: OfficeContextProvider
    reader: Reader
    channel: Channel
    partition: PartitionKey
    holder: str
    now: Callable[[], datetime]
    waits: Waits | None
    preparing: Preparing | None
    before: Before | None

    def some(self) -> int:
        """Handle the next event, or the next ones that are understood together; says how many."""
        with self.database.reading() as session:
            at = instant(session)
            rows = store.next_events(session, self.partition, now=at, limit=bursts.MOST + 1)
            step = self._step(session) if rows else Step.IDLE
        if not rows:
            return 0
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(inbox=rows[0].id)
        try:
            first = self._read(rows[0])
            with self._watching(first, rows[0], at):
                return self._answer(rows, first, step, at)
        except Exception as error:  # noqa: BLE001
            # Whatever it was, the events stay and the partition goes on: that is what an inbox is for.
            _put_off(self.database, rows[0], self.channel, error)
        return 1

    def _watching(self, first: Inbound, row: Inbox, at: datetime) -> AbstractContextManager[None]:
        """The person sees that an answer is being prepared, if it takes longer than a moment."""
        if self.preparing is None or not answers(first):
            return nullcontext()
        return self.preparing.watching(self.partition, (at - row.received_at).total_seconds())

    def _answer(self, rows: list[Inbox], first: Inbound, step: Step, at: datetime) -> int:
        inbounds = self._belonging(rows, first)
        more_came = len(inbounds) < len(rows)
        due = rows[len(inbounds) - 1].received_at + bursts.patience(inbounds, step)
        rows = rows[: len(inbounds)]
        if not more_came and rows[0].attempts == 0 and due > at:
            return self._wait(rows, due, at)
        if self.before is not None:
            self.before(step, inbounds)
        return self._take(rows, inbounds)

    def _read(self, row: Inbox) -> Inbound:
        return self.channel.read(row.raw, row.event_at)

    def _belonging(self, rows: Sequence[Inbox], first: Inbound) -> list[Inbound]:
        """What the first events say, as far as they belong together; one that failed before is taken alone."""
        inbounds = [profiles.with_language(first, self.channel)]
        for row in rows[1:]:
            if row.attempts or rows[0].attempts:
                break
            try:
                inbounds.append(self._read(row))
            except ValueError:
                # It is told when its own turn comes.
                break
        return inbounds[: bursts.together(inbounds)]

    def _step(self, session: Session) -> Step:
        """What was asked last in this conversation."""
        return state_from(conversation_store.dialogue_at(session, *self.partition)).step

    def _wait(self, rows: Sequence[Inbox], due: datetime, at: datetime) -> int:
        with self.database.writing() as session:
            store.hold(session, [row.id for row in rows], until=due)
        if self.waits is not None and due - rows[-1].received_at >= bursts.GAP:
            self.waits(self.partition, (due - at).total_seconds())
        return 0

    def _take(self, rows: Sequence[Inbox], inbounds: Sequence[Inbound]) -> int:
        at = self.now()
        with self.database.writing() as session:
            if not store.keep_partition(session, self.partition, holder=self.holder, now=instant(session), lease=LEASE):
                return 0
            mine = [
                inbound for row, inbound in zip(rows, inbounds, strict=True) if store.claim(session, row.id, now=at)
            ]
            if mine:
                inbound = conversation_commands.joined(mine)
                # Counted by the database's time; later we push without trying (trap L9).
                life = self.channel.limits.token_life if inbound.reply_token else None
                conversation_commands.take(
                    session, self.office_provider.office(session), self.reader, inbound, now=at,
                    token_until=rows[-1].received_at + life if life else None, together=mine,
                )  # fmt: skip
                for row in rows if inbound.shared else ():
                    store.empty(session, row.id)
        return len(rows)


def _put_off(database: Database, row: Inbox, channel: Channel, error: Exception) -> None:
    attempts = row.attempts
    with database.writing() as session:
        due = instant(session) + timedelta(seconds=ATTEMPTS[attempts]) if attempts < len(ATTEMPTS) else None
        store.put_off(session, row.id, error=type(error).__name__, due_at=due)
        if due is None and channel.of_a_group(row.raw):
            # What people say in a group is not kept.
            store.empty(session, row.id)
    log.error("event_failed", attempt=attempts + 1, set_aside=due is None, exc_info=error)
