"""New due dates for open cases, when the calendar changed or a day passed.

There may be thousands, so each transaction does one part and arriving events get in between. How far it has come is
kept in the database; after a killed process a worker continues there.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from routing.service.cases.locked_case import project
from routing.service.office_context import OfficeContext, UnitOfWorkFactory
from routing.store.cases import queries as case_store
from routing.store.maintenance import meta as meta_store
from routing.store.reporting import queries as report_store

PART = 100
"""Cases of one transaction: about a tenth of a second on SQLite."""
_KEY = "redating"
"""Up to which case everything is done; no row or an empty value when there is nothing left to do."""


def refresh_due_dates(session: Session, office: OfficeContext, *, now: datetime) -> int:
    """Give the first open cases the dates that the office calendar gives; says how many moved.

    The rest is noted down: whoever opened this transaction calls ``refresh_remaining`` after it, or a worker does.
    """
    meta_store.hold(session, _KEY)
    return _part(session, office, 0, now=now)


def begin(session: Session) -> None:
    """Note down that every open case is to be dated anew; ``refresh_remaining`` does it."""
    meta_store.hold(session, _KEY)
    meta_store.put(session, _KEY, "0")


def refresh_remaining(units_of_work: UnitOfWorkFactory, *, now: datetime) -> int:
    """Do what is left, a part in each transaction; says how many cases moved."""
    database, moved = units_of_work.database, 0
    with database.reading() as session:
        if not meta_store.read(session, _KEY):
            return 0
    while True:
        with database.writing() as session:
            # Held before the calendar is read, so that no part is dated by one that has changed meanwhile.
            done = meta_store.hold(session, _KEY)
            if not done:
                return moved
            moved += _part(session, units_of_work.office_provider.office(session), int(done), now=now)
        database.give_way()


def _part(session: Session, office: OfficeContext, done: int, *, now: datetime) -> int:
    rows = case_store.open_after(session, done, limit=PART)
    states = report_store.states(session, rows)
    moved = 0
    for row in rows:
        before = row.due_on
        project(office, row, states[row.id], now)
        moved += row.due_on != before
    meta_store.put(session, _KEY, str(rows[-1].id) if len(rows) == PART else "")
    return moved
