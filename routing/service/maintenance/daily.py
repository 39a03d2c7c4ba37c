"""The daily job, run by the first worker of the day: due dates, the answer threshold, retention."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain.decision import Thresholds
from routing.service.files import cleanup
from routing.service.knowledge_admin import answer_quality
from routing.service.maintenance import keeping, retention
from routing.service.office_calendar import due_date_refresh
from routing.service.office_context import UnitOfWorkFactory
from routing.service.reporting import measuring
from routing.store.files.storage import FileStorage
from routing.store.maintenance import meta as meta_store

_KEY = "daily"
_THRESHOLD, _ERASING, _SWEEPING = "daily.threshold", "daily.erasing", "daily.sweeping"
_CHECKING = "daily.checking"
_WORKS = (_THRESHOLD, _CHECKING, _ERASING, _SWEEPING)
"""Not empty while the threshold is yet to be derived, measures checked, old rows erased and files swept that day."""


def run(units_of_work: UnitOfWorkFactory, periods: retention.Periods, files: FileStorage, *, now: datetime) -> None:
    """The day's work, unless it is done; only reads then."""
    with units_of_work.database.reading() as session:
        begun = meta_store.read(session, _KEY) == _today(now)
    if not begun:
        with units_of_work.database.writing() as session:
            begin_if_due(session, now=now)
    finish(units_of_work, periods, files, now=now)


def is_done(session: Session, *, now: datetime) -> bool:
    """Whether nothing of the day's work is left to do."""
    begun = meta_store.read(session, _KEY) == _today(now)
    return begun and not any(meta_store.read(session, work) for work in _WORKS)


def begin_if_due(session: Session, *, now: datetime) -> bool:
    """Note down what is to be done today unless somebody did; says whether it was done here. ``finish`` does it.

    Waiting cases move on by a day each day, so their dates in lists are counted anew. Taipei's day decides.
    """
    if not meta_store.claim(session, _KEY, _today(now)):
        return False
    due_date_refresh.begin(session)
    for work in _WORKS:
        meta_store.put(session, work, _today(now))
    return True


def _today(now: datetime) -> str:
    return local(now).date().isoformat()


def finish(units_of_work: UnitOfWorkFactory, periods: retention.Periods, files: FileStorage, *, now: datetime) -> None:
    """Do what is left, in short units_of_work; also what another worker left when it was stopped.

    ``periods`` are the agency's by its settings, unless it has set others at the desk; what has none is kept.
    """
    due_date_refresh.refresh_remaining(units_of_work, now=now)
    measuring.measure_remaining(units_of_work)
    with units_of_work.database.reading() as session:
        underived, unchecked, unerased, unswept = (meta_store.read(session, work) for work in _WORKS)
        periods = keeping.in_force(session, periods)
    if underived:
        _derive(units_of_work, now=now)
    if unchecked:
        measuring.check_sample(units_of_work, seed=local(now).toordinal())
        measuring.check_blocks(units_of_work, seed=local(now).toordinal())
        with units_of_work.database.writing() as session:
            meta_store.put(session, _CHECKING, "")
    if unerased:
        retention.run_beside_service(units_of_work, periods, now=now, actor="系統")
        with units_of_work.database.writing() as session:
            meta_store.put(session, _ERASING, "")
    if unswept:
        cleanup.sweep(units_of_work.database, files)
        with units_of_work.database.writing() as session:
            meta_store.put(session, _SWEEPING, "")


def _derive(units_of_work: UnitOfWorkFactory, *, now: datetime) -> None:
    """Half a year of verdicts is read before the transaction that keeps what follows from it."""
    with units_of_work.database.reading() as session:
        found = answer_quality.measured(session, Thresholds.shipped(), now=now)
    with units_of_work.database.writing() as session:
        answer_quality.keep(session, Thresholds.shipped(), found, now=now)
        meta_store.put(session, _THRESHOLD, "")
