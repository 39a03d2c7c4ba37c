"""Leases: how long whoever holds something may be silent before another goes on with it, and the sign of life.

After a killed process another goes on within five seconds (contract §9), so a lease is shorter than that, and whoever
is still at work renews it more often than once a second. A lease that is lost all the same does no harm: LINE takes a
reply token and a retry key once, and an effect asks for its partition in its own transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from time import monotonic

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from routing.store.messaging import inbox as inbox_store
from routing.store.messaging import outbox as outbox_store
from routing.store.session import Database, instant

LENGTH = timedelta(seconds=3)
_EVERY = 0.75

log = structlog.get_logger("leases")

Renew = Callable[[Session, datetime], None]
"""Sets a lease to end at this instant, unless it was lost."""


def free_all(database: Database) -> None:
    """End every lease that a predecessor left behind; only for a process that has the database to itself."""
    with database.writing() as session:
        messages = outbox_store.end_all_leases(session, now=instant(session))
        partitions = inbox_store.free_all_partitions(session)
    if messages or partitions:
        log.info("leases_freed", messages=messages, partitions=partitions)


class Heartbeat:
    """Renews what is held for longer than a moment, in a thread of its own."""

    def __init__(self, database: Database, *, every: float = _EVERY) -> None:
        self._database = database
        self._every = every
        self._held: dict[int, tuple[float, Renew]] = {}
        self._lock = Lock()
        self._serial = 0
        self._stop = Event()
        self._thread = Thread(target=self._loop, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is still held runs out."""
        self._stop.set()
        self._thread.join(timeout=2)

    @contextmanager
    def holding(self, renew: Renew) -> Iterator[None]:
        """Renew a lease from time to time until the block ends."""
        with self._lock:
            self._serial += 1
            place = self._serial
            self._held[place] = (monotonic(), renew)
        try:
            yield
        finally:
            with self._lock:
                del self._held[place]

    def _loop(self) -> None:
        while not self._stop.wait(self._every):
            young = monotonic() - self._every / 2
            with self._lock:
                renewals = [renew for since, renew in self._held.values() if since < young]
            try:
                if renewals:
                    self._beat(renewals)
            except SQLAlchemyError as error:
                # The next beat may reach the database before the leases end.
                log.warning("leases_not_renewed", error=type(error).__name__)

    def _beat(self, renewals: list[Renew]) -> None:
        with self._database.writing() as session:
            until = instant(session) + LENGTH
            for renew in renewals:
                renew(session, until)
