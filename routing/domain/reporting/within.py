"""The spells of a period that hold at its end, as columns that are joined when they are asked for.

A report over years looks at a million spells and at half of what is kept of each, so that nothing is joined or worked
out before a figure needs it, and then once for all kinds and groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from routing.domain.errors import OnestopError
from routing.domain.reporting.columns import Array, Columns
from routing.domain.reporting.periods import Period
from routing.domain.reporting.spells import COUNTED, EXTENDED, ON_TIME, WORDS, closed_block, open_block


class Coding:
    """One set of codes for the words of many blocks; code 0 is None. Reports that are made together share it."""

    def __init__(self) -> None:
        self._codes: dict[str | None, int] = {None: 0}
        self._of_block: dict[int, tuple[Columns, Array]] = {}

    def of(self, columns: Columns) -> Array:
        """The codes of a block's words here, by those in the block."""
        found = self._of_block.get(id(columns))
        if found is None:
            codes = np.array([self._codes.setdefault(word, len(self._codes)) for word in columns.words], dtype="<u2")
            found = self._of_block[id(columns)] = columns, codes
        return found[1]

    @property
    def words(self) -> tuple[str | None, ...]:
        """What the codes stand for."""
        return tuple(self._codes)

    def code(self, word: str) -> int:
        """The code of a word; -1 if it is none of them."""
        return self._codes.get(word, -1)


@dataclass(frozen=True, slots=True)
class _Part:
    """Those of a block's spells that count, one piece after the other: stretches, and single places."""

    of: Columns
    pieces: tuple[slice | Array, ...]
    codes: Array
    every: tuple[slice | Array, ...] = ()
    """The same of all kinds."""

    def pieces_of(self, name: str) -> list[Array]:
        column = self.of.arrays[name]
        return [self.codes[column[piece]] if name in WORDS else column[piece] for piece in self.pieces]

    def __len__(self) -> int:
        return sum(one.stop - one.start if isinstance(one, slice) else len(one) for one in self.pieces)

    def turns(self) -> tuple[Array, Array]:
        """The closes and reopenings, each with its place among those that count."""
        at, days = self.of.turn_at, self.of.turn_day
        if not len(at):
            return at, days
        found_at, found, begin = list[Array](), list[Array](), 0
        for piece in self.pieces:
            if isinstance(piece, slice):
                here = slice(*np.searchsorted(at, (piece.start, piece.stop)).tolist())
                found_at.append(at[here] + (begin - piece.start))
                found.append(days[here])
                begin += piece.stop - piece.start
            elif len(piece):
                there = np.searchsorted(piece, at)
                kept = np.flatnonzero(piece[np.minimum(there, len(piece) - 1)] == at)
                found_at.append(there[kept] + begin)
                found.append(days[kept])
                begin += len(piece)
        return np.concatenate(found_at) if found else at[:0], np.concatenate(found) if found else days[:0]


@dataclass(frozen=True, slots=True)
class Moved:
    """Cases that changed their kind: rows, the codes of the kind before and now; ``codes`` gives a column of words."""

    ids: Array
    were: Array
    are: Array
    codes: Callable[[str], Array]


class Within:
    """Spells of a period, each that of another case at its end; places are those in the joined columns.

    ``today``: the day on which is asked; what is due on it is not yet late. ``kind``: of one kind alone, None: of all.
    """

    def __init__(
        self, blocks: Mapping[int, Columns], period: Period, today: date, kind: str | None = None,
        coding: Coding | None = None,
    ) -> None:  # fmt: skip
        self.first, self.last = period.start.toordinal(), period.end.toordinal()
        self.late = min(self.last, today.toordinal() - 1)
        self.known = min(self.last, today.toordinal())
        self.coding = coding or Coding()
        self._columns: dict[str, Array] = {}
        self._times: dict[str, Array] = {}
        of_before = dict.fromkeys((open_block(self.first - 1), 0))
        wanted = dict.fromkeys((*range(closed_block(self.first), closed_block(self.last) + 1, 2),
                                *of_before, open_block(self.last)))  # fmt: skip
        self._parts = [self._part(blocks[block], kind) for block in wanted if block in blocks]
        self._open_before = [blocks[block] for block in of_before if block in blocks]

    def _part(self, of: Columns, kind: str | None) -> _Part:
        """Those of a block, of one kind or (None) of all, that hold at the period's end."""
        arrays, codes = of.arrays, self.coding.of(of)
        wanted = -1 if kind is None or kind not in of.words else of.words.index(kind)
        pieces, every = list[slice | Array](), list[slice | Array]()
        for code, begin, end in of.closed:
            first, after = np.searchsorted(arrays["closed"][begin:end], (self.first, self.last + 1)).tolist()
            if first < after:
                every.append(slice(begin + first, begin + after))
                if kind is None or code == wanted:
                    pieces.append(every[-1])
        if of.loose < len(of):
            loose = slice(of.loose, None)
            closed = arrays["closed"][loose]
            holds = (arrays["since"][loose] <= self.last) & (arrays["until"][loose] > self.last)
            holds &= (closed == 0) | (closed >= self.first)
            places = np.flatnonzero(holds) + of.loose
            every.append(places)
            pieces.append(places if kind is None else places[arrays["kind"][places] == wanted])
        return _Part(of, tuple(pieces), codes, tuple(every))

    @property
    def words(self) -> tuple[str | None, ...]:
        """What the codes of columns of words stand for; code 0 is None."""
        return self.coding.words

    def code(self, word: str) -> int:
        """The code of a word; -1 if it is none of them."""
        return self.coding.code(word)

    def column(self, name: str) -> Array:
        """One of the columns, in the order of places."""
        found = self._columns.get(name)
        if found is None:
            pieces = [piece for part in self._parts for piece in part.pieces_of(name)]
            found = self._columns[name] = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int32)
        return found

    @cached_property
    def size(self) -> int:
        """How many spells there are."""
        return sum(map(len, self._parts))

    @cached_property
    def moved(self) -> Moved:
        """The cases that were open before the period and of another kind then, whatever they are now."""
        ids, kinds = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype="<u2")]
        for of in self._open_before:
            arrays = of.arrays
            here = np.flatnonzero(
                (arrays["since"] < self.first) & (arrays["until"] >= self.first) & (arrays["closed"] == 0)
            )
            ids.append(arrays["case_id"][here])
            kinds.append(self.coding.of(of)[arrays["kind"][here]])
        older = [self._older(part) for part in self._parts]
        cases = np.concatenate([ids[0], *(piece for part in older for piece in part.pieces_of("case_id"))])
        _, then, now = np.intersect1d(np.concatenate(ids), cases, assume_unique=True, return_indices=True)
        were, are = np.concatenate(kinds)[then], _coded(older, "kind")[now]
        differ = were != are
        now = now[differ]
        return Moved(cases[now], were[differ], are[differ], lambda name: _coded(older, name)[now])

    def _older(self, part: _Part) -> _Part:
        """Those that were received before the period."""
        received, pieces = part.of.arrays["received"], list[Array]()
        for piece in part.every:
            here = np.flatnonzero(received[piece] < self.first)
            if len(here):
                pieces.append(here + piece.start if isinstance(piece, slice) else piece[here])
        return _Part(part.of, tuple(pieces), part.codes)

    @cached_property
    def opened(self) -> Array:
        """Whether each is open."""
        found: Array = self.column("closed") == 0
        return found

    @cached_property
    def counted(self) -> Array:
        """Whether each stands closed with a counted outcome."""
        found: Array = (self.column("flags") & COUNTED) != 0
        return found

    def times(self, name: str) -> Array:
        """How often each counts in one of ``COUNTS``."""
        found = self._times.get(name)
        if found is None:
            found = self._times[name] = self._turned(name) if name in _TURNED else self._plain(name)
        return found

    def _plain(self, name: str) -> Array:
        if name in {"open_at_end", "closed_cases"}:
            return self.opened if name == "open_at_end" else self.counted
        found: Array
        if name == "set_aside":
            found = ~self.opened & ~self.counted
        elif name == "open_late":
            late_from = self.column("late_from")
            found = self.opened & (late_from != 0) & (late_from <= self.late)
        else:
            marked = (self.column("flags") & (EXTENDED if name == "extended" else ON_TIME)) != 0
            found = self.counted & (~marked if name == "late" else marked)
        return found

    def _turned(self, name: str) -> Array:
        here = self.column("received") >= self.first
        plain = {"open_at_start": ~here, "received": here, "closed": ~self.opened}.get(name)
        odd, times = self._odd
        if plain is not None and not len(odd):
            return plain
        found = np.zeros(self.size, dtype=np.int32) if plain is None else plain.astype(np.int32)
        found[odd] = times[name]
        return found

    @cached_property
    def _odd(self) -> tuple[Array, Mapping[str, Array]]:
        """The places of cases that were reopened, and what they add to the events of the period.

        Raises:
            OnestopError: ``report_unbalanced``; the events of one of them do not add up.
        """
        places, days = self._turns()
        odd, at = np.unique(places, return_inverse=True)
        before, opens = np.abs(days) < self.first, days > 0
        standing = np.zeros(len(odd), dtype=bool)
        # Days come in their order, so that the last before the period stays.
        standing[at[before]] = ~opens[before]
        here = self.column("received")[odd] >= self.first
        counts = len(odd)
        times = {
            "open_at_start": (~here & ~standing).astype(np.int32),
            "received": here.astype(np.int32),
            "reopened": np.bincount(at[~before & opens], minlength=counts).astype(np.int32),
            "closed": np.bincount(at[~before & ~opens], minlength=counts).astype(np.int32),
        }
        left = times["open_at_start"] + times["received"] + times["reopened"] - times["closed"]
        if (left != self.opened[odd]).any():
            raise OnestopError("案件的受理、重新開啟與辦結次數不平衡，報表不予產出。", code="report_unbalanced")
        return odd, times

    def _turns(self) -> tuple[Array, Array]:
        """The closes (negative) and reopenings of all, each with its place."""
        found_at, found, begin = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)], 0
        for part in self._parts:
            at, days = part.turns()
            if len(at):
                found_at.append(at + begin)
                found.append(days)
            begin += len(part)
        return np.concatenate(found_at), np.concatenate(found)

    def twice(self, name: str) -> Array:
        """Twice the days of a column of days and one more, as whole numbers; 0 of cases that do not count."""
        days = np.where(self.counted, self.column(name), -0.5)
        days *= 2
        days += 1
        return days.astype(np.int32)

    def reply_minutes(self) -> Array:
        """The minutes to first replies of the period; NaN of all else."""
        found: Array = np.where(self.column("replied") >= self.first, self.column("reply_minutes"), np.nan)
        return found


def _coded(parts: Iterable[_Part], name: str) -> Array:
    """A column of words of several parts."""
    return np.concatenate([np.zeros(0, dtype="<u2"), *(piece for part in parts for piece in part.pieces_of(name))])


_TURNED = frozenset({"open_at_start", "received", "reopened", "closed"})
