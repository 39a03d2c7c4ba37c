"""Spells as columns of numbers, so that a million are counted at once; and as bytes, so that they are read at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.domain.reporting.spells import WORDS

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
    place of each of them.
    """

    arrays: Mapping[str, Array]
    words: tuple[str | None, ...]
    turn_at: Array
    turn_day: Array

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
    return Columns(arrays, words, at, np.array([day for _, *days in turns for day in days], dtype=np.int64))


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
