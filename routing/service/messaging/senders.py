"""The senders: threads that each send one message, so that a call that hangs holds up its own alone.

What is due is taken for all that are idle at once; while nothing is due, the database is only read. When a channel asks
for less, all its senders of the process are still for a while: every refused call counts against its limit too (LINE
Messaging API reference, "Rate limits"). When call after call fails, two go on and try, so that what has gathered can go
out at once when the channel is back.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Event, Lock
from time import monotonic

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from routing.domain.errors import DeliveryError
from routing.ports import Channel
from routing.service.messaging import outbox
from routing.service.messaging.leases import Heartbeat
from routing.store.messaging import outbox as outbox_store
from routing.store.session import Database, instant

SENDERS = 24
"""Enough for a tenth of sixty calls a second to hang until their timeout."""
PROBES = 2
_FAILURES = 8
"""So many calls without one success in between, and the channel counts as down."""
_DOWN = ("line_down", "timeout", "connection_lost", "not_sent")
_PAUSES = (0.5, 1.0, 2.0)
"""Seconds without a call after the channel asked for less; the last for every further time in a row."""

log = structlog.get_logger("sending")


class Senders:
    """The threads of one process that send on a channel. ``stop``: set when the process is to end.

    ``turn`` belongs to one thread.
    """

    def __init__(
        self, database: Database, channel: Channel, beats: Heartbeat, now: Callable[[], datetime],
        *, stop: Event, threads: int = SENDERS, renew: outbox.Renew | None = None,
        done: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """``done`` is called each time a sender has sent, and could have its next."""
        self._database = database
        self._channel = channel
        self._beats = beats
        self._now = now
        self._stop = stop
        self._renew = renew
        self._done = done
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"sender-{channel.name}")
        self._lock = Lock()
        self._busy = 0
        self._refused = 0
        self._failures = 0
        self._still_until = 0.0

    def turn(self) -> int:
        """Take as many messages as there are idle senders, in one transaction, one for each; says how many."""
        with self._lock:
            idle = self._allowed - self._busy
        if idle <= 0 or self._still:
            return 0
        with self._database.reading() as session:
            if not outbox_store.waiting(session, self._channel.name, now=instant(session), limit=1):
                return 0
        with self._database.writing() as session:
            batch = outbox.lease_messages(session, self._channel, now=instant(session), limit=idle, renew=self._renew)
        with self._lock:
            self._busy += len(batch)
        for outbound in batch:
            self._pool.submit(self._send, outbound)
        return len(batch)

    def close(self) -> None:
        """Finish what is in hand, and end."""
        self._pool.shutdown(wait=True)

    @property
    def _allowed(self) -> int:
        """How many may send at a time."""
        return self._threads if self._failures < _FAILURES else PROBES

    @property
    def _still(self) -> bool:
        return monotonic() < self._still_until

    def _send(self, outbound: outbox.OutboundMessage) -> None:
        def renew(session: Session, until: datetime) -> None:
            outbox_store.keep(session, outbound.id, attempt=outbound.attempt, until=until)

        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(outbox=outbound.id)
        try:
            with self._beats.holding(renew):
                now = self._now()
                self._heard(outbox.deliver(self._database, self._channel, outbound, now=now, again=self._go_on))
        except SQLAlchemyError as error:
            # What was leased is taken again when its lease ends.
            log.exception("database_trouble", loop="sender", error=type(error).__name__)
        except Exception:
            log.exception("sending_failed")
        finally:
            with self._lock:
                self._busy -= 1
            self._done()

    def _go_on(self, seconds: float) -> bool:
        return not self._stop.wait(seconds)

    def _heard(self, error: DeliveryError | None) -> None:
        """Be still for as long as the channel asks, longer each time; and notice that it is down, and back."""
        with self._lock:
            self._failures = self._failures + 1 if error is not None and error.code in _DOWN else 0
            if error is None or error.code != "rate_limited":
                self._refused = 0
                return
            if not self._still:
                pause = _PAUSES[min(self._refused, len(_PAUSES) - 1)]
                self._still_until = monotonic() + max(pause, error.retry_after or 0.0)
                self._refused += 1
