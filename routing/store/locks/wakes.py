"""Who in this process waits for work of a kind, and is woken when some has been committed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from threading import Event, Lock


class Wakes:
    """Events by topic. A topic is a word such as ``outbox``; one that nobody waits for wakes nobody.

    A topic of two words, ``case KP-1151122-0001``, is said in full to whoever follows the first.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: defaultdict[str, list[Event]] = defaultdict(list)
        self._following: defaultdict[str, list[Callable[[str], None]]] = defaultdict(list)

    def subscribe(self, topic: str, event: Event) -> None:
        """Set this event whenever there is work of the topic."""
        with self._lock:
            self._waiting[topic].append(event)

    def follow(self, word: str, heard: Callable[[str], None]) -> None:
        """Say the rest of each topic that begins with the word; an empty rest: some may have been missed.

        It is called in whatever thread has written or heard, and must neither wait nor fail.
        """
        with self._lock:
            self._following[word].append(heard)

    def wake(self, topics: Iterable[str]) -> None:
        """There is work of these topics."""
        with self._lock:
            named = list(topics)
            found = [event for topic in named for event in self._waiting.get(topic, ())]
            told = [
                (heard, rest)
                for word, _, rest in (topic.partition(" ") for topic in named)
                for heard in self._following.get(word, ())
            ]
        for event in found:
            event.set()
        for heard, rest in told:
            heard(rest)

    def wake_all(self) -> None:
        """There may be work of any topic."""
        with self._lock:
            topics = [*self._waiting, *self._following]
        self.wake(topics)
