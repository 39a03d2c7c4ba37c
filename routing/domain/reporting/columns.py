"""Spells as columns of numbers, so that a million are counted at once; and as bytes, so that they are read at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
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

    ``turns``: the closes and reopenings of those that were reopened, by their place; ``odd`` marks them.
    """

    arrays: Mapping[str, Array]
    words: tuple[str | None, ...]
    turns: Mapping[int, tuple[int, ...]]
    odd: Array

    def __len__(self) -> int:
        return len(self.arrays["case_id"])

    def code(self, word: str) -> int | None:
        """The code of a word, if there is any."""
        return self.words.index(word) if word in self.words else None


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
    turns = {place: tuple(map(int, said.split())) for place, said in enumerate(by_name["turns"]) if said}
    return _columns(arrays, tuple(codes), turns)


def _columns(
    arrays: Mapping[str, Array], words: tuple[str | None, ...], turns: Mapping[int, tuple[int, ...]]
) -> Columns:
    odd = np.zeros(len(arrays["case_id"]), dtype=bool)
    odd[list(turns)] = True
    return Columns(arrays, words, turns, odd)


def packed(columns: Columns) -> bytes:
    """As bytes; ``unpacked`` gives the same columns."""
    head = {
        "n": len(columns),
        "words": columns.words,
        "turns": [[place, *days] for place, days in columns.turns.items()],
    }
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
    return _columns(arrays, tuple(head["words"]), {place: tuple(days) for place, *days in head["turns"]})


def joined(parts: Iterable[Columns]) -> Columns:
    """Several one after the other, with one set of codes."""
    given = list(parts)
    codes: dict[str | None, int] = {None: 0}
    gathered: dict[str, list[Array]] = {name: [] for name, _ in _KEPT}
    turns: dict[int, tuple[int, ...]] = {}
    begin = 0
    for part in given:
        into = np.array([codes.setdefault(word, len(codes)) for word in part.words], dtype="<u2")
        for name, array in part.arrays.items():
            gathered[name].append(into[array] if name in WORDS else array)
        turns.update((begin + place, days) for place, days in part.turns.items())
        begin += len(part)
    arrays = {
        name: np.concatenate(gathered[name]) if gathered[name] else np.zeros(0, dtype=kind) for name, kind in _KEPT
    }
    return _columns(arrays, tuple(codes), turns)
