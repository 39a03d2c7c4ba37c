"""Who in this process waits for work of a kind, and is woken when some has been committed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from threading import Event, Lock


class Wakes:
    """Events by topic. A topic is a word such as ``outbox``; one that nobody waits for wakes nobody."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: defaultdict[str, list[Event]] = defaultdict(list)

    def subscribe(self, topic: str, event: Event) -> None:
        """Set this event whenever there is work of the topic."""
        with self._lock:
            self._waiting[topic].append(event)

    def wake(self, topics: Iterable[str]) -> None:
        """There is work of these topics."""
        with self._lock:
            found = [event for topic in topics for event in self._waiting.get(topic, ())]
        for event in found:
            event.set()

    def wake_all(self) -> None:
        """There may be work of any topic."""
        with self._lock:
            topics = list(self._waiting)
        self.wake(topics)
