"""Spells as columns of numbers, so that a million are counted at once; and as bytes, so that they are read at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.domain.reporting.spells import STILL, WORDS

_WHOLE = ("since", "until", "received", "closed", "flags", "waited_firm", "waited_agency", "replied", "late_from")
_REAL = ("days_used", "gross_days", "reply_minutes")
_KEPT: tuple[tuple[str, str], ...] = (
    ("case_id", "<i8"), *((name, "<f8") for name in _REAL), *((name, "<i4") for name in _WHOLE),
    *((name, "<u2") for name in WORDS),
)  # fmt: skip
"""Every column with its type, the widest first. A day that is not there is 0, a number that is not there NaN."""

READ = ("case_id", *_REAL, *_WHOLE, *WORDS, "turns")
"""The order in which ``of_rows`` takes the fields of a row."""

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Columns:
    """Spells side by side. ``words``: what the codes of the columns of words stand for; code 0 is None.

    ``turn_day``: the closes (negative) and reopenings of those that were reopened, in their order; ``turn_at``: the
    place of each of them, ascending.
    ``closed``: the stretches of closed cases of one kind, in the order of their closes, that nothing has moved since:
    the code of the kind, where the stretch begins and ends. They come first; from ``loose`` on lies all else.
    """

    arrays: Mapping[str, Array]
    words: tuple[str | None, ...]
    turn_at: Array
    turn_day: Array
    closed: tuple[tuple[int, int, int], ...]
    loose: int

    def __len__(self) -> int:
        return len(self.arrays["case_id"])


def of_rows(rows: Sequence[Sequence[Any]]) -> Columns:
    """Columns of rows whose values come in the order of ``READ``."""
    codes: dict[str | None, int] = {None: 0}
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(READ)
    by_name = dict(zip(READ, columns, strict=True))
    arrays: dict[str, Array] = {}
    for name, kind in _KEPT:
        values = by_name[name]
        if name in WORDS:
            for word in dict.fromkeys(values):
                codes.setdefault(word, len(codes))
            arrays[name] = np.array([codes[word] for word in values], dtype=kind)
        elif name in _REAL:
            arrays[name] = np.array(values, dtype=kind)
        else:
            arrays[name] = np.array([value or 0 for value in values], dtype=kind)
    turns = [[place, *map(int, said.split())] for place, said in enumerate(by_name["turns"]) if said]
    return _columns(arrays, tuple(codes), turns)


def _columns(arrays: Mapping[str, Array], words: tuple[str | None, ...], turns: Sequence[Sequence[int]]) -> Columns:
    at = np.repeat([place for place, *_ in turns], [len(one) - 1 for one in turns]).astype(np.int64)
    day = np.array([day for _, *days in turns for day in days], dtype=np.int64)
    closed, kind = arrays["closed"], arrays["kind"]
    still = (arrays["until"] == STILL) & (arrays["since"] == closed)
    # A row that is not closed, or that something moved since, comes after all that lie in their order.
    keys = np.where(still, (kind.astype(np.int64) << 32) + closed, np.int64(1) << 62)
    if (keys[1:] < keys[:-1]).any():
        order = np.argsort(keys, kind="stable")
        arrays = {name: column[order] for name, column in arrays.items()}
        keys, to = keys[order], np.empty(len(order), dtype=np.int64)
        to[order] = np.arange(len(order))
        at = to[at]
        by_place = np.argsort(at, kind="stable")
        at, day = at[by_place], day[by_place]
    loose = int(np.count_nonzero(still))
    kinds, begins = np.unique(keys[:loose] >> 32, return_index=True)
    ends = (*begins.tolist()[1:], loose)
    return Columns(arrays, words, at, day, tuple(zip(kinds.tolist(), begins.tolist(), ends, strict=False)), loose)


def packed(columns: Columns) -> bytes:
    """As bytes; ``unpacked`` gives the same columns."""
    turns: dict[int, list[int]] = {}
    for place, day in zip(columns.turn_at.tolist(), columns.turn_day.tolist(), strict=True):
        turns.setdefault(place, [place]).append(day)
    head = {"n": len(columns), "words": columns.words, "turns": list(turns.values())}
    said = json.dumps(head, ensure_ascii=False).encode()
    return b"".join(
        (len(said).to_bytes(4, "little"), said, *(columns.arrays[name].tobytes() for name, _ in _KEPT))
    )  # fmt: skip


def unpacked(raw: bytes) -> Columns:
    """Columns as they were packed."""
    start = 4 + int.from_bytes(raw[:4], "little")
    head = json.loads(raw[4:start])
    arrays: dict[str, Array] = {}
    for name, kind in _KEPT:
        arrays[name] = np.frombuffer(raw, dtype=kind, count=head["n"], offset=start)
        start += arrays[name].nbytes
    return _columns(arrays, tuple(head["words"]), head["turns"])
