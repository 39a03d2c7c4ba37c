"""Turnaround reports in a web process: counted one at a time, so that LINE's webhook and pages get their turn.

A report over years of cases works the processor for seconds. Several at once would leave nothing of it to the webhook,
which has two seconds for an answer. Few may wait; the rest are told to come again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from threading import BoundedSemaphore

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.web.unit_of_work import UnitOfWork
from routing.domain.errors import Busy
from routing.service.reporting import turnaround as turnaround_report
from routing.service.reporting.turnaround import Issued

WAITING = 10
"""Reports under way in one process, the one that is being counted included."""

log = structlog.get_logger("web")
_ONE = BoundedSemaphore(1)
_ROOM = BoundedSemaphore(WAITING)


@contextmanager
def turn() -> Iterator[None]:
    """The turn to count. Raises Busy, at once, while ten reports are under way."""
    if not _ROOM.acquire(blocking=False):
        raise Busy("目前統計的人數過多，請稍候再試。", code="reports_busy")
    try:
        with _ONE:
            yield
    finally:
        _ROOM.release()


def report(work: UnitOfWork, *, start: date, end: date, kind: str, by: str | None, keep: bool = True) -> Issued:
    """The report; ``keep``: it is given out, and a later change of a finished period is a revision (contract §8).

    Raises:
        Invalid: an impossible period. Busy: too many are asked for at once.
    """
    with turn():
        issued = turnaround_report.make(work.session, work.office, start=start, end=end, kind=kind, by=by, now=work.now)
    if keep and not issued.recorded:
        try:
            with work.runtime.database.writing() as session:
                turnaround_report.record(session, issued, now=work.now)
        except SQLAlchemyError as error:
            # It is noted the next time; what cannot be written can still be read.
            log.warning("report_not_kept", error=type(error).__name__)
    return issued
