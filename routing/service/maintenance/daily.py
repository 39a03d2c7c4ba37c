"""The daily job, run by the first worker of the day: due dates, the answer threshold, retention."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain.decision import Thresholds
from routing.service.knowledge_admin import answer_quality
from routing.service.maintenance import retention
from routing.service.office_calendar import due_date_refresh
from routing.service.office_context import OfficeContext, UnitOfWorkFactory
from routing.store.maintenance import meta as meta_store

_KEY = "daily"
_ERASING = "daily.erasing"
"""Not empty while the day's erasing is yet to be done."""


def run_if_due(session: Session, office: OfficeContext, *, now: datetime) -> bool:
    """Begin the daily job unless that is done; says whether it was done here. ``finish`` does the long rest of it.

    Waiting cases move on by a day each day, so their dates in lists are counted anew. Taipei's day decides.
    """
    today: date = local(now).date()
    if not meta_store.claim(session, _KEY, today.isoformat()):
        return False
    due_date_refresh.refresh_due_dates(session, office, now=now)
    answer_quality.run(session, Thresholds.shipped(), now=now)
    meta_store.put(session, _ERASING, today.isoformat())
    return True


def finish(units_of_work: UnitOfWorkFactory, periods: retention.Periods, *, now: datetime) -> None:
    """Do what is left, in short transactions; also what another worker left when it was stopped.

    ``periods`` are the agency's; what it has set none for is kept.
    """
    due_date_refresh.refresh_remaining(units_of_work, now=now)
    with units_of_work.database.reading() as session:
        left = meta_store.read(session, _ERASING)
    if left:
        retention.run_beside_service(units_of_work, periods, now=now, actor="系統")
        with units_of_work.database.writing() as session:
            meta_store.put(session, _ERASING, "")
