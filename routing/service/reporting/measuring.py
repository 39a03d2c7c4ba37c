"""Keeping what each case adds to periods: in the transaction of its event, anew when the calendar moves, and checked.

What is kept is derived from the events (``domain/reporting/spells.py``). Until everything is measured by the calendar
and offices that hold, reports fold the histories instead, so that no figure is ever another for want of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from random import Random

import structlog
from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import OfficeCalendar, local
from routing.domain.clock import Standing
from routing.domain.reporting.spells import Measuring, Spell, open_block
from routing.service.office_context import OfficeContext, UnitOfWorkFactory
from routing.store.cases import queries as case_store
from routing.store.cases.schema import Case as CaseRow
from routing.store.maintenance import meta as meta_store
from routing.store.reporting import queries as report_store
from routing.store.reporting import spells as store

PART = 200
"""Cases of one transaction beside a running service."""
SAMPLE = 200
"""Cases that are compared with their events each night."""
BLOCKS_CHECKED = 5
"""Blocks that are compared with their spells each night."""
_BLOCKS = 20
"""Blocks that are made in one turn of a worker."""
_LEFT = "measuring"
"""``case|day``: cases after this one whose spells reach the day are yet to be measured; empty when all are."""
_BASIS = "measuring.basis"
"""By what everything is measured."""
_FIGURES = "measuring.figures"
"""The basis by which the figures of reports hold though cases are yet to be measured in the present form."""
_FORM = "3"
"""Goes up when spells or blocks change their shape or what they say: everything is measured anew then."""
_SAME_FIGURES = frozenset({"2"})
"""Forms of before whose spells give the same figures of a report (though not who held a case), so that it need not wait
until a new program has measured them anew."""

log = structlog.get_logger("measuring")


def basis(office: OfficeContext) -> str:
    """What the measures rest on beside the events: the calendar, where units sit, and the way of measuring."""
    units = sorted((unit.name, repr(unit.office)) for unit in office.offices.units)
    sits = hashlib.sha256(json.dumps([units, repr(office.offices.own_office)]).encode()).hexdigest()[:16]
    return f"{_FORM}|{office.calendar.version}|{sits}"


def keep(session: Session, office: OfficeContext, row: CaseRow) -> None:
    """Measure one case that is held for writing, after its events were written."""
    store.keep(session, {row.id: _spells(session, office, [row])[row.id]})


def keep_all(session: Session, spells: Mapping[int, tuple[Spell, ...]]) -> None:
    """Keep what was measured of several cases."""
    store.keep(session, spells)


def measuring(office: OfficeContext) -> Measuring:
    """How cases are measured now."""
    return Measuring(office.calendar, office.offices)


def _spells(session: Session, office: OfficeContext, rows: list[CaseRow]) -> dict[int, tuple[Spell, ...]]:
    events, how = report_store.events_of(session, [row.id for row in rows]), measuring(office)
    return {row.id: how.spells(report_store.opening(row), events[row.id]) for row in rows}


def is_ready(session: Session, office: OfficeContext) -> bool:
    """Whether all that is kept says what the events say."""
    return not meta_store.read(session, _LEFT) and meta_store.read(session, _BASIS) == basis(office)


def figures_hold(session: Session, office: OfficeContext) -> bool:
    """Whether reports can be counted from what is kept."""
    here = basis(office)
    if meta_store.read(session, _BASIS) != here:
        return False
    return not meta_store.read(session, _LEFT) or meta_store.read(session, _FIGURES) == here


def cases_left(session: Session) -> int:
    """About how many cases are yet to be measured."""
    left = meta_store.read(session, _LEFT)
    last = case_store.last_id(session)
    return max(last - int(left.partition("|")[0]), 0) if left else last


def begin(session: Session, office: OfficeContext, *, since: date | None = None) -> None:
    """Note down that cases are to be measured by this calendar: all, or those that were open on a day or after it.

    What was to be measured already stays so. ``measure_remaining`` does it.
    """
    left = meta_store.hold(session, _LEFT)
    was_whole = meta_store.read(session, _BASIS) is not None
    day = since.toordinal() if since is not None and was_whole else 0
    meta_store.put(session, _FIGURES, "")
    if left:
        day = min(day, int(left.partition("|")[2]))
    meta_store.put(session, _LEFT, f"0|{day}")
    meta_store.put(session, _BASIS, basis(office))


def rest_on(session: Session, office: OfficeContext, calendar: OfficeCalendar) -> None:
    """Note down that measures rest on another calendar from now on, which measures no case there is otherwise.

    What was to be measured stays so; if another calendar than the office's was noted, everything is measured anew.
    """
    meta_store.hold(session, _LEFT)
    if meta_store.read(session, _BASIS) == basis(office):
        meta_store.put(session, _BASIS, basis(replace(office, calendar=calendar)))


def remeasure(session: Session, office: OfficeContext, *, since: date) -> None:
    """Measure the first of the cases that a change of the calendar on or after a day moves; workers do the rest."""
    begin(session, office, since=since)
    _part(session, office, meta_store.hold(session, _LEFT))


def begin_if_needed(units_of_work: UnitOfWorkFactory) -> None:
    """See whether everything was measured by what holds now; else begin. A new database has nothing to measure."""
    with units_of_work.reading() as (session, office):
        if meta_store.read(session, _BASIS) == basis(office):
            return
    with units_of_work.writing() as (session, office):
        here, was, left = basis(office), meta_store.read(session, _BASIS) or "", meta_store.hold(session, _LEFT)
        if was == here:
            return
        form, _, rest = was.partition("|")
        begin(session, office)
        if not left and form in _SAME_FIGURES and rest == here.partition("|")[2]:
            meta_store.put(session, _FIGURES, here)


def begin_empty(units_of_work: UnitOfWorkFactory) -> None:
    """Of a database without a case everything is measured, so that what comes counts before a worker has looked."""
    with units_of_work.reading() as (session, _office):
        if case_store.last_id(session):
            return
    begin_if_needed(units_of_work)
    measure_remaining(units_of_work)


def measure_remaining(units_of_work: UnitOfWorkFactory) -> int:
    """Measure what is left, a part in each transaction; says of how many cases something was another."""
    moved = 0
    with units_of_work.database.reading() as session:
        if not meta_store.read(session, _LEFT):
            return 0
    while True:
        with units_of_work.database.writing() as session:
            # Held before the calendar is read, so that no part is measured by one that has changed meanwhile.
            left = meta_store.hold(session, _LEFT)
            if not left:
                return moved
            moved += _part(session, units_of_work.office_provider.office(session), left)
        units_of_work.database.give_way()


def _part(session: Session, office: OfficeContext, left: str) -> int:
    after, day = map(int, left.split("|"))
    rows = store.cases_from(session, after, closed_from=day, limit=PART)
    events, how = report_store.events_of(session, [row.id for row in rows]), measuring(office)
    found = {}
    for row in rows:
        found[row.id], case, _ = how.measured(report_store.opening(row), events[row.id])
        if case.closed is not None:
            _date(row, how.standing(case, case.closed.start))
    moved = store.keep(session, found)
    meta_store.put(session, _LEFT, f"{rows[-1].id}|{day}" if len(rows) == PART else "")
    return moved


def _date(row: CaseRow, dates: Standing) -> None:
    """What lists say of a closed case: whether it was in time is one truth there, on its page and in reports."""
    for name, value in (("due_on", dates.due_on), ("promised_on", dates.promised_on), ("late", dates.overdue)):
        if getattr(row, name) != value:
            setattr(row, name, value)


def rebuild(units_of_work: UnitOfWorkFactory) -> int:
    """Measure every case anew; says of how many something was another."""
    with units_of_work.writing() as (session, office):
        store.forget_blocks(session)
        begin(session, office)
    moved = measure_remaining(units_of_work)
    make_blocks(units_of_work, today=None)
    return moved


def make_blocks(units_of_work: UnitOfWorkFactory, *, today: date | None, most: int = 10_000) -> int:
    """Make the blocks that are missing, of days before today (all for None), one in each transaction; says how many."""
    before = open_block(today.toordinal()) if today is not None else 2**30
    with units_of_work.database.reading() as session:
        blocks = store.unmade(session, before=before, limit=most)
    for block in blocks:
        _mend_holders(units_of_work, block)
        with units_of_work.database.writing() as session:
            store.make(session, block)
        units_of_work.database.give_way()
    return len(blocks)


def _mend_holders(units_of_work: UnitOfWorkFactory, block: int) -> None:
    """Measure the cases of a block that a program of the release before closed without a word on who held them."""
    with units_of_work.database.reading() as session:
        ids = store.without_holders(session, block)
    for case_id in ids:
        with units_of_work.writing() as (session, office):
            row = case_store.by_id(session, case_id, lock=True)
            if row is not None:
                keep(session, office, row)


def turn(units_of_work: UnitOfWorkFactory, *, now: datetime) -> None:
    """A worker's turn: measure what is left, and make the blocks of days that are over. Only reads mostly."""
    begin_if_needed(units_of_work)
    moved = measure_remaining(units_of_work)
    if moved:
        log.info("measured", cases=moved)
    make_blocks(units_of_work, today=local(now).date(), most=_BLOCKS)


def check_sample(units_of_work: UnitOfWorkFactory, *, seed: int, size: int = SAMPLE) -> list[str]:
    """Compare some cases with their events; gives the numbers of those that differed, which are mended."""
    with units_of_work.reading() as (session, office):
        if not is_ready(session, office):
            return []
        last = case_store.last_id(session)
        chosen = Random(seed)
        rows: dict[int, CaseRow] = {}
        for _ in range(min(size, 20)):
            start = chosen.randint(0, last)
            rows.update((row.id, row) for row in store.some(session, after=start, limit=max(size // 20, 1)))
        numbers = {key: row.number for key, row in rows.items()}
    differed = []
    for key, number in sorted(numbers.items()):
        with units_of_work.reading() as (session, office):
            row = case_store.by_id(session, key)
            same = row is None or list(_spells(session, office, [row])[key]) == store.of_cases(session, [key])[key]
        if same:
            continue
        with units_of_work.writing() as (session, office):
            row = case_store.by_id(session, key, lock=True)
            if row is not None and store.keep(session, _spells(session, office, [row])):
                differed.append(number)
                log.error("measures_differed", case=number)
    return differed


def check_blocks(units_of_work: UnitOfWorkFactory, *, seed: int, size: int = BLOCKS_CHECKED) -> list[int]:
    """Make some blocks anew from the spells; gives those that had said something else, which are mended by that."""
    with units_of_work.reading() as (session, _office):
        made = store.made_blocks(session)
    differed = []
    for block in sorted(Random(seed).sample(made, min(size, len(made)))):
        with units_of_work.database.writing() as session:
            if not store.remake(session, block):
                differed.append(block)
                log.error("block_differed", block=block)
        units_of_work.database.give_way()
    return differed
