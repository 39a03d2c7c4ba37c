"""What is done once a day, by whichever worker comes first: dates recounted, the threshold derived, the old erased."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from knowledge.calendar import local
from routing.domain.decision import Thresholds
from routing.service import redating
from routing.service.context import Desk
from routing.service.knowing import verdicts
from routing.service.upkeep import retention
from routing.store import meta

_KEY = "daily"


def run_if_due(session: Session, desk: Desk, periods: retention.Periods, *, now: datetime) -> bool:
    """Do the day's upkeep unless it is done; says whether it was done here.

    Waiting cases move on by a day each day, so their dates in lists are counted anew. Taipei's day decides.
    ``periods`` are the agency's; what it has set none for is kept.
    """
    today: date = local(now).date()
    if not meta.claim(session, _KEY, today.isoformat()):
        return False
    redating.follow(session, desk, now=now)
    verdicts.run(session, Thresholds.shipped(), now=now)
    retention.run(session, periods, now=now, actor="系統")
    return True
