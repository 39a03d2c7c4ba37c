"""Case histories in and out (contract §6). What comes in enters as it happened and sends nothing to anybody.

A file is read and compared to its end before anything is written: what it becomes waits in a temporary file, so that
neither the number of cases nor the length of their histories is felt in memory.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain.case import Event, EventKind
from routing.domain.errors import Invalid
from routing.domain.reporting import history
from routing.domain.reporting.history import CaseHistory, Refusal, Repeat
from routing.service.cases import history_rows
from routing.service.cases.history_lines import Chunk, Comparing, Numbered, Read, reading
from routing.service.cases.spool import Spool, packed, unpacked
from routing.service.office_context import OfficeContext, UnitOfWorkFactory
from routing.service.reporting import measuring
from routing.store.accounts import queries as account_store
from routing.store.cases import bulk
from routing.store.cases.bulk import Firms, Marks, NewCase
from routing.store.consultations import queries as consultation_store
from routing.store.reporting import queries as report_store

CHUNK = 250
"""Lines that are read, compared and kept together."""
_TURN, _MOST = 0.3, 5000
"""Seconds that a transaction beside a running service is to take, and the most cases of one."""
_MANY = 5000
"""Cases after which a database may look at its tables in a wrong way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What became of a file: cases entered, lines skipped as known, and the lines refused."""

    imported: int
    repeated: int
    refusals: tuple[Refusal, ...]


@dataclass(slots=True)
class _Checked:
    """A file read to its end: the cases that are new, in the spool, how many are known, and the lines refused."""

    spool: Spool = field(default_factory=Spool)
    new: int = 0
    repeated: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    serials: dict[tuple[str, date], int] = field(default_factory=dict)

    def result(self, imported: int) -> ImportResult:
        return ImportResult(imported=imported, repeated=self.repeated, refusals=tuple(self.refusals))

    def keep(self, chunk: Chunk, accepted: Sequence[Read]) -> None:
        highest = self.serials
        for one in accepted:
            agency, _, written = one.number.split("-")
            serial, key = int(written), (agency, date.fromordinal(one.day))
            if serial > highest.get(key, 0):
                highest[key] = serial
        if not accepted:
            return
        lines = {one.line for one in accepted}
        whole = len(lines) == sum(isinstance(one, Read) and one.new for one in chunk.found)
        self.spool.add(chunk.rows if whole else packed([row for row in unpacked(chunk.rows) if row[0] in lines]))
        self.new += len(accepted)


def import_histories(
    session: Session, office: OfficeContext, lines: Iterable[str], *, skip_bad: bool, now: datetime
) -> ImportResult:
    """Read a file of histories into the database, in the caller's transaction.

    All lines are read and compared before anything is written, so that without ``skip_bad`` one refused line leaves
    the database as it was. The same history again is skipped, a known number with another history refused.
    """
    checked = _check(session, office, lines, now=now, processes=0)
    with checked.spool:
        if checked.refusals and not skip_bad:
            return checked.result(0)
        firms = Firms()
        for chunk in checked.spool.chunks():
            _enter(session, [NewCase.of_plain(rows) for _, _, rows in chunk], firms, now=now)
        bulk.reserve_serials(session, checked.serials)
        if checked.new:
            _audit(session, checked.new, now=now)
        return checked.result(checked.new)


def import_beside_service(
    units_of_work: UnitOfWorkFactory, lines: Iterable[str], *, skip_bad: bool, now: datetime, processes: int = 0,
    dry_run: bool = False, entered: Callable[[int, int], None] = lambda _done, _all: None, actor: str = "cli",
) -> ImportResult:  # fmt: skip
    """As ``import_histories``, in many short transactions, so that what is served meanwhile goes on.

    Everything is read and compared first, by reading alone. Whoever is stopped while it is written gives the same file
    again: what is in already is skipped.

    Args:
        units_of_work: the database.
        lines: of the file.
        skip_bad: enter the rest where lines are refused.
        now: aware.
        processes: that read beside this one; worth their start for many thousand lines.
        dry_run: only read and compare; ``imported`` says what would be entered.
        entered: told, after each transaction, how many cases are in, and of how many.
        actor: who does it, for the audit trail.

    Raises:
        Invalid: a number was given to another case, or the calendar was changed, since the file was read; says how
            many cases are in by then.
    """
    if not dry_run:
        measuring.begin_empty(units_of_work)
    with units_of_work.reading() as (session, office):
        checked = _check(session, office, lines, now=now, processes=processes)
        basis = measuring.basis(office)
    with checked.spool:
        if checked.refusals and not skip_bad:
            return checked.result(0)
        if dry_run:
            return checked.result(checked.new)
        if checked.new:
            with units_of_work.writing() as (session, _office):
                # First, so that no case opened meanwhile gets one of the numbers to come.
                bulk.reserve_serials(session, checked.serials)
        done, firms, room = 0, Firms(), CHUNK
        chunks = checked.spool.chunks()
        # What the next transaction writes is made ready before it begins.
        while given := _batch(chunks, room):
            with units_of_work.writing() as (session, office):
                begun = time.monotonic()
                if measuring.basis(office) != basis:
                    raise _stopped("辦公日曆在匯入期間有變更。", done)
                here = _enter_new(session, given, firms, done, now=now)
                if here:
                    _audit(session, here, now=now, actor=actor)
            taken = time.monotonic() - begun
            room = max(CHUNK, min(_MOST, 2 * room, int(len(given) * _TURN / max(taken, 0.001))))
            done += here
            entered(done, checked.new)
            units_of_work.database.give_way()
        if done >= _MANY:
            with units_of_work.writing() as (session, _office):
                bulk.refresh_statistics(session)
        return checked.result(done)


def _batch(chunks: Iterator[list[Any]], room: int) -> list[Any]:
    """Whole chunks for one transaction, as many as there is room for; at least one, none at the end."""
    found: list[Any] = []
    for chunk in chunks:
        found += chunk
        if len(found) + CHUNK > room:
            break
    return found


def _stopped(reason: str, done: int) -> Invalid:
    message = f"{reason}已匯入 {done} 件；修正後以同一檔案再匯一次，已有的會略過。"
    return Invalid(message, code="import_stopped")


def _audit(session: Session, cases: int, *, now: datetime, actor: str = "cli") -> None:
    detail: dict[str, object] = {"cases": cases}
    account_store.audit(session, at=now, actor=actor, action="cases.import", subject="database", detail=detail)


def _check(session: Session, office: OfficeContext, lines: Iterable[str], *, now: datetime, processes: int) -> _Checked:
    """Read every line and compare it with the lines before and with what is there; writes nothing."""
    checked, marks = _Checked(), Marks()
    try:
        numbered: Iterator[Numbered] = ((at, history.stripped(line, at)) for at, line in enumerate(lines, start=1))
        given = (one for one in numbered if one[1])
        chunks = iter(lambda: list(islice(given, CHUNK)), [])
        comparing = Comparing(session)
        for chunk in reading(chunks, measuring.measuring(office), now, comparing.known_of, processes=processes):
            _sort(chunk, checked, comparing, marks)
    except BaseException:
        checked.spool.close()
        raise
    finally:
        marks.close()
    return checked


def _sort(chunk: Chunk, checked: _Checked, comparing: Comparing, marks: Marks) -> None:
    there = comparing.digests([one.number for one in chunk.found if isinstance(one, Read)])
    accepted = []
    for one in chunk.found:
        again: Refusal | Repeat | None = one if isinstance(one, Refusal) else None
        if isinstance(one, Read):
            again = history.said_before(one.number, one.line, one.mark, marks.earlier)
            if again is None and one.number in there:
                same = there[one.number] == one.mark
                again = Repeat(line=one.line, number=one.number) if same else _other(one.line, one.number)
            if again is None:
                accepted.append(one)
        if isinstance(again, Repeat):
            checked.repeated += 1
        elif again is not None:
            checked.refusals.append(again)
    checked.keep(chunk, accepted)


def _other(line: int, number: str) -> Refusal:
    return Refusal(line=line, reason=f"案號 {number} 已存在，且歷程不同。", number=number)


def _enter_new(session: Session, chunk: Sequence[Any], firms: Firms, done: int, *, now: datetime) -> int:
    """Enter those of a chunk whose numbers nobody has taken meanwhile."""
    cases = [NewCase.of_plain(rows) for _, _, rows in chunk]
    taken = bulk.taken(session, [one.number for one in cases])
    if taken:
        there = Comparing(session).digests(sorted(taken))
        for (line, digest, _), one in zip(chunk, cases, strict=True):
            if one.number in there and there[one.number] != digest:
                raise _stopped(_other(line, one.number).reason, done)
    new = [one for one in cases if one.number not in taken]
    _enter(session, new, firms, now=now)
    return len(new)


def _enter(session: Session, cases: Sequence[NewCase], firms: Firms, *, now: datetime) -> None:
    found = firms.of(session, (one.firm for one in cases), now=now)
    entered = bulk.enter(session, history_rows.NAMES, cases, found)
    asked = bulk.rows(session, [key for key, one in entered.items() if one.asked])
    # By their stored events, which name the messages in which the questions stand.
    states = report_store.states(session, asked)
    consultation_store.keep_all(session, {key: state.consultations for key, state in states.items()})


def export(session: Session) -> Iterator[str]:
    """Every case as a line without its break, in the order in which the cases were entered."""
    for one in report_store.histories(session, texts=True):
        yield history.dump(_corrected(one))


def _corrected(one: CaseHistory) -> CaseHistory:
    """With the park that was put right; histories have no word for that."""
    if not any(event.kind is EventKind.CORRECTED for event in one.events):
        return one
    return replace(one, opening=replace(one.opening, park=one.case().park))


def event_json(event: Event) -> dict[str, Any]:
    """An event as a history has it; those that histories have no word for, in the same manner."""
    if event.kind in history.WORDS:
        return history.write(event)
    by = {} if event.by is None else {"by": event.by}
    return {"at": local(event.at).isoformat(), "event": event.kind.value, **by, **event.data}
