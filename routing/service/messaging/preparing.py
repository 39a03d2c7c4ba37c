"""Showing a person that an answer is being prepared, where it takes longer than a moment or waits for one more message.

One thread asks the channels. While a call hangs nothing gathers behind it: what was answered meanwhile is not shown any
more, and a call that fails harms nobody (LINE Messaging API reference, "Display a loading animation").
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition, Thread
from time import monotonic

import structlog

from routing.domain.inbound import Inbound, InboundKind
from routing.ports import Channels
from routing.store.messaging.inbox import PartitionKey

SLOW = 0.8
"""Seconds from the storing of an event after which its answer counts as slow."""
_LEAST = 0.2
"""Seconds that work may take in any case before it is shown: what is done at once needs no sign of life."""
_SHOWN_FOR = 15.0
"""Seconds for which nothing is shown anew; the channel's own sign stays a little longer."""
_UNANSWERED = frozenset({
    InboundKind.STICKER, InboundKind.UNFOLLOW, InboundKind.UNSEND, InboundKind.IGNORED, InboundKind.JOIN,
})  # fmt: skip

log = structlog.get_logger("preparing")


def answers(inbound: Inbound) -> bool:
    """Whether a person waits for an answer in a chat of two: never in a group, nor where we are to be silent."""
    alone = inbound.user_id is not None and not inbound.shared and not inbound.silent
    return alone and inbound.kind not in _UNANSWERED


@dataclass(slots=True)
class _Waiting:
    due: float
    until: float


class Preparing:
    """Who waits for an answer in this process, and the thread that shows it to them."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self._waiting: dict[PartitionKey, _Waiting] = {}
        self._shown: dict[PartitionKey, float] = {}
        self._changed = Condition()
        self._stopped = False
        self._thread = Thread(target=self._loop, name="preparing", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; a call that hangs is left behind with the process."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join(timeout=1)

    def at_once(self, partition: PartitionKey, seconds: float) -> None:
        """An answer waits so many seconds for one more message to come."""
        self._expect(partition, due=monotonic(), until=monotonic() + seconds)

    @contextmanager
    def watching(self, partition: PartitionKey, waited: float) -> Iterator[None]:
        """Show it if the block takes too long; ``waited``: seconds since the event was stored."""
        self._expect(partition, due=monotonic() + max(_LEAST, SLOW - waited), until=float("inf"))
        try:
            yield
        finally:
            with self._changed:
                if self._waiting.get(partition, _Waiting(0, 0)).until == float("inf"):
                    del self._waiting[partition]

    def _expect(self, partition: PartitionKey, *, due: float, until: float) -> None:
        with self._changed:
            self._waiting[partition] = _Waiting(due, until)
            self._changed.notify()

    def _loop(self) -> None:
        while (partition := self._next()) is not None:
            try:
                self._channels[partition.channel].preparing(partition.user_key)
            except Exception as error:  # noqa: BLE001
                # A sign of life is worth no trouble of anybody's.
                log.info("not_shown", error=type(error).__name__)

    def _next(self) -> PartitionKey | None:
        """Whoever is to be shown it next, once it is time; None at the end."""
        with self._changed:
            while not self._stopped:
                now = monotonic()
                self._forget(now)
                first = min(self._waiting, key=lambda one: self._waiting[one].due, default=None)
                wait = self._waiting[first].due - now if first is not None else None
                if first is not None and wait is not None and wait <= 0:
                    # Waiting goes on without being shown again; whoever ends it finds it or not.
                    self._waiting[first].due = float("inf")
                    if first not in self._shown:
                        self._shown[first] = now
                        return first
                    continue
                self._changed.wait(min(wait, 60.0) if wait is not None else None)
            return None

    def _forget(self, now: float) -> None:
        for partition in [one for one, waiting in self._waiting.items() if waiting.until < now]:
            del self._waiting[partition]
        for partition in [one for one, at in self._shown.items() if at + _SHOWN_FOR < now]:
            del self._shown[partition]
