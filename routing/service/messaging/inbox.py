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
    work = _Work(database, office_provider, reader, channel, partition, holder, now, waits, preparing, before)
    with database.writing() as session:
        if not store.hold_partition(session, partition, holder=holder, now=instant(session), lease=LEASE):
            return 0
        due = work.due(session)
    handled = 0
    try:
        while due is not None and handled < AT_A_TIME:
            some, due = work.some(due)
            handled += some
    finally:
        if due is not None:
            with database.writing() as session:
                store.free_partition(session, partition, holder=holder)
    return handled


@dataclass(frozen=True, slots=True)
class _Due:
    """A user's events that are due, oldest first, what was asked of them last, and when both were read."""

    rows: list[Inbox]
    step: Step
    at: datetime


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

    def due(self, session: Session) -> _Due | None:
        """What is next of this user; if nothing is, the partition is free for whoever comes."""
        at = instant(session)
        rows, dialogue = store.next_events(session, self.partition, now=at, limit=bursts.MOST + 1)
        if not rows:
            store.free_partition(session, self.partition, holder=self.holder)
            return None
        return _Due(rows, state_from(dialogue).step, at)

    def some(self, due: _Due) -> tuple[int, _Due | None]:
        """Handle the next event, or the next ones that are understood together; says how many, and what is next."""
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(inbox=due.rows[0].id)
        try:
            first = self._read(due.rows[0])
            with self._watching(first, due.rows[0], due.at):
                return self._answer(due, first)
        except Exception as error:  # noqa: BLE001
            # Whatever it was, the events stay and the partition goes on: that is what an inbox is for.
            return 1, self._put_off(due.rows[0], error)

    def _watching(self, first: Inbound, row: Inbox, at: datetime) -> AbstractContextManager[None]:
        """The person sees that an answer is being prepared, if it takes longer than a moment."""
        if self.preparing is None or not answers(first):
            return nullcontext()
        return self.preparing.watching(self.partition, (at - row.received_at).total_seconds())

    def _answer(self, due: _Due, first: Inbound) -> tuple[int, _Due | None]:
        inbounds = self._belonging(due.rows, first)
        more_came = len(inbounds) < len(due.rows)
        until = due.rows[len(inbounds) - 1].received_at + bursts.patience(inbounds, due.step)
        rows = due.rows[: len(inbounds)]
        if not more_came and rows[0].attempts == 0 and until > due.at:
            self._wait(rows, until, due.at)
            return 0, None
        if self.before is not None:
            self.before(due.step, inbounds)
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

    def _wait(self, rows: Sequence[Inbox], until: datetime, at: datetime) -> None:
        with self.database.writing() as session:
            store.hold(session, [row.id for row in rows], until=until)
            store.free_partition(session, self.partition, holder=self.holder)
        if self.waits is not None and until - rows[-1].received_at >= bursts.GAP:
            self.waits(self.partition, (until - at).total_seconds())

    def _take(self, rows: Sequence[Inbox], inbounds: Sequence[Inbound]) -> tuple[int, _Due | None]:
        at = self.now()
        with self.database.writing() as session:
            if not store.keep_partition(session, self.partition, holder=self.holder, now=instant(session), lease=LEASE):
                return 0, None
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
            done = store.free_if_done(session, self.partition, holder=self.holder)
            return len(rows), None if done else self.due(session)

    def _put_off(self, row: Inbox, error: Exception) -> _Due | None:
        attempts = row.attempts
        with self.database.writing() as session:
            later = instant(session) + timedelta(seconds=ATTEMPTS[attempts]) if attempts < len(ATTEMPTS) else None
            store.put_off(session, row.id, error=type(error).__name__, due_at=later)
            if later is None and self.channel.of_a_group(row.raw):
                # What people say in a group is not kept.
                store.empty(session, row.id)
            due = self.due(session)
        log.error("event_failed", attempt=attempts + 1, set_aside=later is None, exc_info=error)
        return due
