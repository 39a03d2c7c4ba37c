"""Lines of histories read in chunks, by this process or by several, and compared with the cases that are there."""

from __future__ import annotations

import gc
import multiprocessing
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from multiprocessing.reduction import ForkingPickler
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import day_number
from routing.domain.reporting import history
from routing.domain.reporting.history import KnownWords, Refusal
from routing.domain.reporting.spells import Measuring
from routing.service.cases.history_rows import Preparing, too_long
from routing.service.cases.spool import packed
from routing.store.cases import bulk
from routing.store.reporting import queries as report_store

Numbered = tuple[int, str]
"""A line with its number."""
_NUMBER = re.compile(r'"number"\s*:\s*"([A-Z0-9-]{1,24})"')
_AHEAD = 3
"""Chunks that wait for each process."""
_GARBAGE = 100_000
"""New values after which a process that only reads looks for circles among them; there are none in what it makes."""


class Read(NamedTuple):
    """A line that can be used: its number in the file, the case's, the day of receipt, and the history's digest.

    ``new``: no case had the number when it was read; its rows stand in the chunk.
    """

    line: int
    number: str
    day: int
    mark: bytes
    new: bool


class Chunk(NamedTuple):
    """What the lines of a chunk say, in their order, and the rows of those that are new, packed for the spool.

    The rows are lists of line, digest and ``NewCase.as_plain``.
    """

    found: list[Read | Refusal]
    rows: bytes


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads chunks by the words, calendar and offices of one state of the database."""

    how: Measuring
    now: datetime
    _known: KnownWords = field(init=False)
    _preparing: Preparing = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", KnownWords.of(self.how.offices))
        object.__setattr__(self, "_preparing", Preparing(self.how, self.now))

    def read(self, chunk: Sequence[Numbered], there: frozenset[str]) -> Chunk:
        """What each line says; of numbers that are there no rows are made."""
        rows: list[list[Any]] = []
        found = [self._one(lineno, line, there, rows) for lineno, line in chunk]
        return Chunk(found, packed(rows))

    def _one(self, lineno: int, line: str, there: frozenset[str], rows: list[list[Any]]) -> Read | Refusal:
        one = history.parse_line(line, lineno, self._known, self.now)
        if isinstance(one, Refusal):
            return one
        if (reason := too_long(one)) is not None:
            return Refusal(line=lineno, reason=reason, number=one.number)
        mark, new = history.digest(one), one.number not in there
        if new:
            rows.append([lineno, mark, self._preparing.rows(one).as_plain()])
        return Read(lineno, one.number, day_number(one.opening.received_at), mark, new)


class Comparing:
    """The cases that are there, asked by number."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._any = bulk.any_case(session)

    def known_of(self, chunk: Sequence[Numbered]) -> frozenset[str]:
        """Of the numbers that these lines seem to have, those that a case has."""
        if not self._any:
            return frozenset()
        found = (_NUMBER.search(line) for _, line in chunk)
        return frozenset(bulk.taken(self._session, [one[1] for one in found if one is not None]))

    def digests(self, numbers: Sequence[str]) -> dict[str, bytes]:
        """Of those of these numbers that exist, the digest of the history."""
        if not self._any:
            return {}
        there = sorted(bulk.taken(self._session, numbers))
        return {number: history.digest(one) for number, one in report_store.known(self._session, there).items()}


def reading(
    chunks: Iterable[list[Numbered]], how: Measuring, now: datetime,
    known_of: Callable[[Sequence[Numbered]], frozenset[str]], *, processes: int,
) -> Iterator[Chunk]:  # fmt: skip
    """What the lines of each chunk say, in their order, read by so many processes (0: by this one)."""
    if not processes:
        reader = Reader(how, now)
        yield from (reader.read(chunk, known_of(chunk)) for chunk in chunks)
        return
    # Started anew rather than forked: this process may have threads, and a connection to the database.
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawning, initializer=_begin, initargs=(how, now)) as pool:
        given = ((chunk, known_of(chunk)) for chunk in chunks)
        waiting: deque[Future[Chunk]] = deque()
        waiting.extend(pool.submit(_read, *one) for one in islice(given, processes * _AHEAD))
        while waiting:
            found = waiting.popleft().result()
            waiting.extend(pool.submit(_read, *one) for one in islice(given, 1))
            yield found


def _mapping(names: dict[Any, Any]) -> Mapping[Any, Any]:
    return MappingProxyType(names)


def _sent(names: MappingProxyType[Any, Any]) -> tuple[Callable[..., Any], tuple[dict[Any, Any]]]:
    return _mapping, (dict(names),)


# Offices hold their names in such mappings, and go to each process once.
ForkingPickler.register(MappingProxyType, _sent)

_readers: list[Reader] = []
"""Of a process that reads for another: the one it was begun with."""


def _begin(how: Measuring, now: datetime) -> None:
    # What stays is not looked through again, and what a chunk makes goes as a whole when it is done.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    _readers[:] = [Reader(how, now)]


def _read(chunk: list[Numbered], there: frozenset[str]) -> Chunk:
    return _readers[0].read(chunk, there)
