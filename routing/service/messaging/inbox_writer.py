"""Taking events in: one writer thread that commits whatever has gathered, so that many wait for one fsync.

Whoever waits is woken only after the events are committed. At a usual disk's speed this is some twenty times a
commit per event (docs/decisions/0003).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from routing.store.messaging import inbox as inbox_store
from routing.store.messaging.inbox import RawEvent
from routing.store.session import Database

_BATCH = 500


class Loop(Protocol):
    """What is needed of an event loop to wake those who wait in it."""

    def call_soon_threadsafe(self, callback: Callable[..., object], *args: object) -> object:
        """Call back in the loop's own thread."""


class Settled(Protocol):
    """A future of an event loop, and the loop."""

    def done(self) -> bool:
        """Whether it is decided already."""

    def set_result(self, result: None, /) -> None:
        """The events are durable."""

    def set_exception(self, error: Exception, /) -> None:
        """They are not."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who waits for some events to be durable, and in which loop."""

    loop: Loop
    future: Settled


_Job = tuple[Sequence[RawEvent], Waiting]


class IntakeError(Exception):
    """The events could not be stored; the sender has to send them again."""


class Intake:
    """The inbox's writer. ``stored`` is called after each commit, to wake the worker of the same process."""

    def __init__(self, database: Database, stored: Callable[[], None]) -> None:
        self._database = database
        self._stored = stored
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="inbox-writer", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether events can be taken in."""
        return self._thread.is_alive()

    def submit(self, events: Sequence[RawEvent], waiting: Waiting) -> None:
        """Events to store; ``waiting`` gets a result once they are durable, or an IntakeError."""
        if self.alive:
            self._queue.put((events, waiting))
        else:
            _settle([(events, waiting)], IntakeError("the writer has stopped"))

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
            with self._database.storing_at_once() as connection:
                clock = self._database.clock
                events = [event for events, _waiting in jobs for event in events]
                inbox_store.take_in(connection, events, now=clock() if clock else None)
        except (SQLAlchemyError, OSError) as error:
            _settle(jobs, IntakeError(type(error).__name__))
            return
        _settle(jobs, None)
        self._stored()


def _settle(jobs: Sequence[_Job], error: IntakeError | None) -> None:
    """Wake everybody with one call a loop, not one each: waking costs more than storing."""
    loops: dict[int, tuple[Loop, list[Settled]]] = {}
    for _events, waiting in jobs:
        loops.setdefault(id(waiting.loop), (waiting.loop, []))[1].append(waiting.future)
    for loop, futures in loops.values():
        try:
            loop.call_soon_threadsafe(_decide, futures, error)
        except RuntimeError:
            # The loop has ended: nobody waits there any more, and what is stored is stored.
            continue


def _decide(futures: Sequence[Settled], error: IntakeError | None) -> None:
    for future in futures:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)


__all__ = ["Intake", "IntakeError", "RawEvent"]
