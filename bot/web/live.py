"""Streams of server-sent events: that a case has changed, to everybody who may see it and looks on (contract §9).

Nothing waits in a thread and nothing holds a connection to the database: what is heard is read once for all streams of
the process, by few threads of their own, and told to each person who may know of it. Who looks on is asked anew with
every beat, so that a stream ends with its session or token.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.runtime import Runtime
from routing.domain.errors import OnestopError
from routing.domain.permissions import Actor, Permission
from routing.service.cases import live, presence
from routing.service.cases.live import News
from routing.service.cases.presence import Present

BEAT = 15.0
"""Seconds between two signs of life; proxies close what is silent for longer than a minute."""
LONGEST = 15 * 60.0
"""Seconds after which a stream ends and is asked for anew, so that replicas that come and go share them."""
MOST_EACH = 12
"""Streams of one person; with one more the oldest ends."""
_TOGETHER = 0.05
"""Seconds in which what is heard is read together."""
_BEHIND = 256
"""Events that wait for a reader; who is further behind begins anew."""
_AGAIN = b"retry: 3000\n\n"
_ALIVE = b":\n\n"

log = structlog.get_logger("live")
Here = Mapping[str, tuple[Present, ...]]
"""Who has which case open."""
_T = TypeVar("_T")


def people_json(people: Iterable[Present]) -> list[dict[str, Any]]:
    """Who is near, as pages read it."""
    return [{"name": one.name, "typing": one.typing} for one in people]


@dataclass(slots=True, eq=False)
class Stream:
    """One person who looks on. ``numbers``: cases of which they want to know at the beginning how they stand.

    ``presence``: and who else has these open.
    """

    actor: Actor
    numbers: tuple[str, ...]
    words: asyncio.Queue[bytes | None]
    told: dict[str, int] = field(default_factory=dict)
    rung: dict[str, int] | None = None
    presence: bool = False
    near: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def tell(self, news: News, here: Here) -> None:
        """Put what this person may know and does not know yet into their stream."""
        for state in news.states:
            version = state.version_for(self.actor)
            if version is None and self.told.pop(state.number, None) is not None:
                # It was theirs to see, and is no more: their list is another one now.
                self.rung = None
            elif version is not None and self.told.get(state.number) != version:
                self.told[state.number] = version
                self._put("case", {"number": state.number, "version": version})
            if version is not None and self.presence and state.number in self.numbers:
                self._say_who_is_near(state.number, here)
        partner = self.actor.may(Permission.ANSWER_QUESTIONS)
        reminders = 0 if partner else news.reminders(self.actor)
        wanting = len(self.told) if partner else news.unread(self.actor)
        rung = {"unread": wanting + reminders, "cases": wanting, "reminders": reminders}
        if rung != self.rung:
            self.rung = rung
            self._put("bell", rung)

    def _say_who_is_near(self, number: str, here: Here) -> None:
        if self.actor.may(Permission.ANSWER_QUESTIONS):
            return
        people = people_json(presence.others(here.get(number, ()), self.actor))
        if people != self.near.get(number, []):
            self.near[number] = people
            self._put("presence", {"number": number, "people": people})

    def _put(self, event: str, data: Mapping[str, Any]) -> None:
        if self.words.qsize() >= _BEHIND:
            self.end()
            return
        self.words.put_nowait(f"event: {event}\ndata: {json.dumps(data)}\n\n".encode())

    def end(self) -> None:
        """Nothing more comes."""
        self.words.put_nowait(None)


class Live:
    """All streams of a process. ``beat`` and ``longest`` in seconds."""

    def __init__(self, runtime: Runtime, *, beat: float = BEAT, longest: float = LONGEST) -> None:
        self.beat, self.longest = beat, longest
        self._runtime = runtime
        self._streams: list[Stream] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock, self._heard, self._reading = Lock(), set[str](), False
        self._readers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live")
        runtime.database.wakes.follow(live.TOPIC, self._hear)

    async def follow(
        self, who: Callable[[], Actor], numbers: Iterable[str], *, presence: bool = False
    ) -> AsyncIterator[bytes]:
        """What is written into one stream; the first word tells that the caller is known.

        Raises:
            Unauthenticated, Unfinished, Forbidden: before the first word, as ``who`` does.
        """
        stream = Stream(await self._read(who), tuple(numbers), asyncio.Queue(), presence=presence)
        return self._words(stream, who)

    async def _words(self, stream: Stream, who: Callable[[], Actor]) -> AsyncIterator[bytes]:
        self._begin(stream)
        try:
            yield _AGAIN
            stream.tell(*await self._read(lambda: self._first(stream)))
            last, beat = monotonic() + self.longest, monotonic() + self.beat
            while (word := await _within(stream.words, min(last, beat))) is not None:
                yield word
                if word is _ALIVE:
                    if monotonic() >= last:
                        return
                    stream.actor, beat = await self._read(who), monotonic() + self.beat
        except OnestopError:
            # Signed out, revoked, or something has to be done first.
            return
        except SQLAlchemyError as error:
            log.warning("stream_ended", error=type(error).__name__)
        finally:
            self._streams.remove(stream)

    def _begin(self, stream: Stream) -> None:
        self._loop = asyncio.get_running_loop()
        own = [one for one in self._streams if one.actor.email == stream.actor.email]
        if len(own) >= MOST_EACH:
            own[0].end()
        self._streams.append(stream)

    def _first(self, stream: Stream) -> tuple[News, Here]:
        with self._runtime.database.reading() as session:
            return self._all_of(session, {*stream.numbers, *live.asked_of(session, stream.actor)})

    async def _read(self, read: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, read)

    def _hear(self, number: str) -> None:
        """A case has changed, in whatever thread that is heard; empty: some may have been missed."""
        with self._lock:
            if not self._streams or self._loop is None:
                return
            self._heard.add(number)
            if self._reading:
                return
            self._reading = True
        try:
            self._loop.call_soon_threadsafe(self._tell_soon)
        except RuntimeError:
            self._reading = False  # the loop has ended, and its streams with it

    def _tell_soon(self) -> None:
        task = asyncio.get_running_loop().create_task(self._tell())
        task.add_done_callback(_said)

    async def _tell(self) -> None:
        await asyncio.sleep(_TOGETHER)
        with self._lock:
            heard, self._heard, self._reading = self._heard, set(), False
        if "" in heard:
            heard |= {number for stream in self._streams for number in (*stream.numbers, *stream.told)}
        news = await self._read(lambda: self._news(heard - {""}))
        for stream in list(self._streams):
            stream.tell(*news)

    def _news(self, numbers: set[str]) -> tuple[News, Here]:
        with self._runtime.database.reading() as session:
            return self._all_of(session, numbers)

    def _all_of(self, session: Session, numbers: set[str]) -> tuple[News, Here]:
        return live.news(session, numbers), presence.here(session, numbers, now=self._runtime.now())

    def stop(self) -> None:
        """End every stream."""
        for stream in list(self._streams):
            stream.end()
        self._readers.shutdown(wait=False)


async def _within(words: asyncio.Queue[bytes | None], until: float) -> bytes | None:
    """The next word; a sign of life if none comes until then; None at the end."""
    try:
        return await asyncio.wait_for(words.get(), max(until - monotonic(), 0))
    except TimeoutError:
        return _ALIVE


def _said(task: asyncio.Task[None]) -> None:
    error = task.exception() if not task.cancelled() else None
    if error is not None:
        log.warning("not_told", error=type(error).__name__)
