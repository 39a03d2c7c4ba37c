"""New due dates for open cases, when the calendar changed or a day passed.

There may be thousands, so each transaction does one part and arriving events get in between. How far it has come is
kept in the database; after a killed process a worker continues there. Where the calendar changed, the firm of each case
whose promised day moved is told by the policy of that notice; what moves because days pass is nobody's news.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from routing.domain.permissions import SYSTEM
from routing.service.cases import notifications, notifying
from routing.service.cases.locked_case import LockedCase, project
from routing.service.office_context import OfficeContext, UnitOfWorkFactory
from routing.store.cases import queries as case_store
from routing.store.maintenance import meta as meta_store
from routing.store.reporting import queries as report_store

PART = 100
"""Cases of one transaction: about a tenth of a second on SQLite."""
_KEY = "redating"
"""Up to which case everything is done; no row or an empty value when there is nothing left to do."""
_TELLS = "tell "
"""Before it where firms are told."""


def refresh_due_dates(session: Session, office: OfficeContext, *, now: datetime) -> int:
    """Give the first open cases the dates that the changed calendar gives; says how many moved. Firms are told.

    The rest is noted down: whoever opened this transaction calls ``refresh_remaining`` after it, or a worker does.
    """
    meta_store.hold(session, _KEY)
    return _part(session, office, 0, tells=True, now=now)


def begin(session: Session) -> None:
    """Note down that every open case is to be dated anew, since a day passed; ``refresh_remaining`` does it."""
    going_on = meta_store.hold(session, _KEY) or ""
    meta_store.put(session, _KEY, f"{_TELLS}0" if going_on.startswith(_TELLS) else "0")


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
            office, tells = units_of_work.office_provider.office(session), done.startswith(_TELLS)
            moved += _part(session, office, int(done.removeprefix(_TELLS)), tells=tells, now=now)
        database.give_way()


def _part(session: Session, office: OfficeContext, done: int, *, tells: bool, now: datetime) -> int:
    rows = case_store.open_after(session, done, limit=PART)
    states = report_store.states(session, rows)
    moved = 0
    for row in rows:
        before, promised = row.due_on, row.promised_on
        project(office, row, states[row.id], now)
        moved += row.due_on != before
        if tells and promised is not None and row.promised_on != promised:
            case = states[row.id]
            locked = LockedCase(session=session, office=office, row=row, case=case, actor=SYSTEM, now=now)
            if notifying.tells_redated(locked):
                notifying.push(locked, "redated", notifications.redated(locked))
    mark = _TELLS if tells else ""
    meta_store.put(session, _KEY, f"{mark}{rows[-1].id}" if len(rows) == PART else "")
    return moved
