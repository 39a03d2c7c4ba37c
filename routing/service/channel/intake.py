"""Taking events in: one writer thread that commits whatever has gathered, so that many wait for one fsync.

A caller's future is done only after its events are committed. At a usual disk's speed this is some twenty times a
commit per event (docs/decisions/0003).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Thread

from sqlalchemy.exc import SQLAlchemyError

from routing.store.channel import inbox
from routing.store.channel.inbox import RawEvent
from routing.store.session import Database

_BATCH = 500

_Job = tuple[Sequence[RawEvent], "Future[None]"]


class IntakeError(Exception):
    """The events could not be stored; whoever sent them must send them again."""


class Intake:
    """The inbox's writer. ``stored`` is called after each commit, to wake the worker of the same process."""

    def __init__(self, database: Database, now: Callable[[], datetime], stored: Callable[[], None]) -> None:
        self._database = database
        self._now = now
        self._stored = stored
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="inbox-writer", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether events can be taken in."""
        return self._thread.is_alive()

    def submit(self, events: Sequence[RawEvent]) -> Future[None]:
        """Events to store; the future is done once they are durable, or raises IntakeError."""
        future: Future[None] = Future()
        if not self.alive:
            future.set_exception(IntakeError("the writer has stopped"))
            return future
        self._queue.put((events, future))
        return future

    def stop(self) -> None:
        """Store what is waiting and end."""
        self._queue.put(None)
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while True:
            jobs = self._gather()
            if jobs is None:
                return
            self._commit(jobs)

    def _gather(self) -> list[_Job] | None:
        first = self._queue.get()
        if first is None:
            return None
        jobs = [first]
        size = len(first[0])
        while size < _BATCH:
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
            if job is None:
                self._queue.put(None)
                break
            jobs.append(job)
            size += len(job[0])
        return jobs

    def _commit(self, jobs: list[_Job]) -> None:
        try:
            with self._database.engine.begin() as connection:
                inbox.take_in(connection, [event for events, _future in jobs for event in events], now=self._now())
        except (SQLAlchemyError, OSError) as error:
            for _events, future in jobs:
                future.set_exception(IntakeError(str(type(error).__name__)))
            return
        for _events, future in jobs:
            future.set_result(None)
        self._stored()


__all__ = ["Intake", "IntakeError", "RawEvent"]
