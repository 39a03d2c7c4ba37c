"""What is done once a day, by whichever worker comes first: dates recounted, the threshold derived, the old erased."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from knowledge.calendar import local
from routing.domain.decision import Thresholds
from routing.service import redating
from routing.service.context import Desk, Transactions
from routing.service.knowing import verdicts
from routing.service.upkeep import retention
from routing.store import meta

_KEY = "daily"
_ERASING = "daily.erasing"
"""Not empty while the day's erasing is yet to be done."""


def run_if_due(session: Session, desk: Desk, *, now: datetime) -> bool:
    """Begin the day's upkeep unless that is done; says whether it was done here. ``go_on`` does the long rest of it.

    Waiting cases move on by a day each day, so their dates in lists are counted anew. Taipei's day decides.
    """
    today: date = local(now).date()
    if not meta.claim(session, _KEY, today.isoformat()):
        return False
    redating.follow(session, desk, now=now)
    verdicts.run(session, Thresholds.shipped(), now=now)
    meta.put(session, _ERASING, today.isoformat())
    return True


def go_on(transactions: Transactions, periods: retention.Periods, *, now: datetime) -> None:
    """Do what is left, in short transactions; also what another worker left when it was stopped.

    ``periods`` are the agency's; what it has set none for is kept.
    """
    redating.go_on(transactions, now=now)
    with transactions.database.reading() as session:
        left = meta.read(session, _ERASING)
    if left:
        retention.run_beside_service(transactions, periods, now=now, actor="系統")
        with transactions.database.writing() as session:
            meta.put(session, _ERASING, "")
