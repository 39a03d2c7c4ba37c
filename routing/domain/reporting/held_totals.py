"""Days held by unit or person, counted from spells: the sums of what ``holding`` says of each case.

Who held a case in turn, and for how many days, is the same of very many cases, so that it is read once for all of them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from routing.domain.case import Kind
from routing.domain.reporting import holding
from routing.domain.reporting.columns import Array
from routing.domain.reporting.holding import Holder
from routing.domain.reporting.periods import Period
from routing.domain.reporting.spells import COUNTED, closed_block, open_block
from routing.domain.reporting.statistics import GroupBy

READ = ("case_id", "since", "until", "closed", "late_from", "flags", "kind", "unit", "officer", "held")
"""The order in which ``of_rows`` takes the fields of a row."""
FIGURES = ("cases", "days", "late", "open_late")
"""Closed cases that somebody held, however shortly, and their days; what became late with them: closed, open."""
_KEPT = (
    ("case_id", "<i8"), ("since", "<i4"), ("until", "<i4"), ("closed", "<i4"), ("late_from", "<i4"), ("held", "<u4"),
    ("flags", "<i4"), ("kind", "u1"),
)  # fmt: skip
_UNSAID = 0
"""The code of no word at all."""
_KINDS = {kind.value: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class HeldColumns:
    """Spells side by side, as far as days held are counted; ``words``: what the codes of ``held`` stand for."""

    arrays: Mapping[str, Array]
    words: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether they say of every closed case that counts who held it: programs of before days held do not."""
        unsaid = (self.arrays["held"] == _UNSAID) & ((self.arrays["flags"] & COUNTED) != 0)
        return not unsaid.any()


def of_rows(rows: Sequence[Sequence[Any]]) -> HeldColumns:
    """Columns of rows whose values come in the order of ``READ``."""
    codes = {"": _UNSAID}
    columns = dict(zip(READ, zip(*rows, strict=True) if rows else [()] * len(READ), strict=True))
    said = [
        held or (holding.written([(unit, officer)], [0.0], 0) if late_from else "")
        for held, unit, officer, late_from in zip(
            columns["held"], columns["unit"], columns["officer"], columns["late_from"], strict=True
        )
    ]
    given = {
        **columns,
        "held": [codes.setdefault(word, len(codes)) for word in said],
        "kind": [_KINDS[kind] for kind in columns["kind"]],
    }
    arrays = {name: np.array([value or 0 for value in given[name]], dtype=kind) for name, kind in _KEPT}
    return HeldColumns(arrays, tuple(codes))


def packed(columns: HeldColumns) -> bytes:
    """As bytes; ``unpacked`` gives the same columns."""
    said = json.dumps([len(columns.arrays["case_id"]), columns.words], ensure_ascii=False).encode()
    return b"".join(
        (len(said).to_bytes(4, "little"), said, *(columns.arrays[name].tobytes() for name, _ in _KEPT))
    )  # fmt: skip


def unpacked(raw: bytes) -> HeldColumns:
    """Columns as they were packed."""
    start = 4 + int.from_bytes(raw[:4], "little")
    count, words = json.loads(raw[4:start])
    arrays: dict[str, Array] = {}
    for name, kind in _KEPT:
        arrays[name] = np.frombuffer(raw, dtype=kind, count=count, offset=start)
        start += arrays[name].nbytes
    return HeldColumns(arrays, tuple(words))


def joined(parts: Iterable[HeldColumns]) -> HeldColumns:
    """Several one after the other, with one set of codes."""
    given, codes = list(parts), {"": _UNSAID}
    held = [
        np.array([codes.setdefault(word, len(codes)) for word in part.words], dtype="<u4")[part.arrays["held"]]
        for part in given
    ]
    arrays = {
        name: np.concatenate(
            [np.zeros(0, dtype=kind), *(held if name == "held" else (part.arrays[name] for part in given))]
        )
        for name, kind in _KEPT
    }
    return HeldColumns(arrays, tuple(codes))


def blocks_of(period: Period) -> frozenset[int]:
    """The blocks of spells that days held in a period are counted from."""
    first, last = period.start.toordinal(), period.end.toordinal()
    return frozenset((0, open_block(last), *range(closed_block(first), closed_block(last) + 1, 2)))


@dataclass(slots=True)
class HeldBy:
    """What one unit or person held. ``size``: how many cases any of its numbers tells of."""

    key: str | None
    cases: int = 0
    days: float = 0.0
    late: int = 0
    open_late: int = 0
    size: int = 0

    def as_json(self) -> dict[str, Any]:
        """As programs read it, in full precision."""
        return {"key": self.key, **{name: getattr(self, name) for name in FIGURES}}


@dataclass(frozen=True, slots=True)
class _Said:
    """What one word of ``held`` says by unit or person: days of each, and with whom the case became late."""

    days: Mapping[str | None, float]
    late: str | None
    was_late: bool


@dataclass(frozen=True)
class HeldTotals:
    """The days held of the cases of one kind that stand closed at a period's end, and what became late with whom."""

    of: HeldColumns
    period: Period
    kind: str
    by: GroupBy
    today: date = date.max
    names: tuple[str, ...] | None = None
    """The numbers of the cases, where ``case_id`` is a place among them and not a row."""
    _said: dict[int, _Said] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def _places(self) -> tuple[Array, Array]:
        """The places of closed cases that count, and of open ones that are late."""
        first, last = self.period.start.toordinal(), self.period.end.toordinal()
        arrays = self.of.arrays
        holds = (arrays["since"] <= last) & (arrays["until"] > last) & (arrays["kind"] == _KINDS[self.kind])
        closed, late_from = arrays["closed"], arrays["late_from"]
        late = holds & (closed == 0) & (late_from != 0) & (late_from <= min(last, self.today.toordinal() - 1))
        return np.flatnonzero(holds & (closed >= first) & ((arrays["flags"] & COUNTED) != 0)), np.flatnonzero(late)

    def _says(self, code: int) -> _Said:
        found = self._said.get(code)
        if found is None:
            late, parts = holding.unwritten(self.of.words[code])
            place = 0 if self.by is GroupBy.UNIT else 1
            days: dict[str | None, float] = {}
            for holder, share in parts:
                days[holder[place]] = days.get(holder[place], 0.0) + share
            with_whom: Holder = parts[late][0] if late is not None else ("", None)
            found = self._said[code] = _Said(days, with_whom[place] if late is not None else None, late is not None)
        return found

    def groups(self) -> tuple[HeldBy, tuple[HeldBy, ...]]:
        """All of them, and each unit or person by its key; the one without any at the end."""
        total, found = HeldBy(None), defaultdict[str | None, HeldBy](lambda: HeldBy(None))
        for closed, places in zip((True, False), self._places, strict=True):
            codes, counts = np.unique(self.of.arrays["held"][places], return_counts=True)
            for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
                _add(total, found, self._says(code), count, closed=closed)
        groups = tuple(replace(found[key], key=key) for key in sorted(found, key=lambda key: (key is None, key or "")))
        return total, groups

    def holding(self, cases: Mapping[int, str]) -> AbstractSet[str | None]:
        """The groups of which a number tells of one of these cases (numbers by row)."""
        rows = self._rows(cases)
        found = set[str | None]()
        for closed, places in zip((True, False), self._places, strict=True):
            here = places[np.isin(self.of.arrays["case_id"][places], rows)]
            for code in np.unique(self.of.arrays["held"][here]).tolist():
                said = self._says(code)
                found.update(said.days if closed else (said.late,))
        return found

    def _rows(self, cases: Mapping[int, str]) -> list[int]:
        if self.names is None:
            return list(cases)
        numbers = set(cases.values())
        return [place for place, name in enumerate(self.names) if name in numbers]

    def behind(self, figure: str, group: str | None) -> tuple[list[int | str], list[float] | None]:
        """The cases behind a figure of a group: the longest held first, with their days; else as they were entered."""
        places = self._places[figure == "open_late"]
        found: list[tuple[int, float]] = []
        pairs = zip(self.of.arrays["case_id"][places].tolist(), self.of.arrays["held"][places].tolist(), strict=True)
        for case_id, code in pairs:
            said = self._says(code)
            if figure in {"cases", "days"}:
                if group in said.days:
                    found.append((case_id, said.days[group]))
            elif said.was_late and said.late == group:
                found.append((case_id, 0.0))
        found.sort(key=lambda one: (-one[1], one[0]))
        values = [days for _, days in found] if figure in {"cases", "days"} else None
        return [self._name(case_id) for case_id, _ in found], values

    def _name(self, case_id: int) -> int | str:
        return case_id if self.names is None else self.names[case_id]


def _add(
    total: HeldBy, groups: defaultdict[str | None, HeldBy], said: _Said, count: int, *, closed: bool
) -> None:  # fmt: skip
    holders: Collection[str | None] = said.days if closed else (said.late,)
    for one in (total, *(groups[key] for key in holders)):
        one.size += count
    if closed:
        total.cases += count
        for key, days in said.days.items():
            groups[key].cases += count
            groups[key].days += days * count
            total.days += days * count
    if said.was_late:
        for one in (total, groups[said.late]):
            one.late += count * closed
            one.open_late += count * (not closed)
