"""Erasing what is no longer needed (個人資料保護法 §11(3)), and keeping what must be kept.

Cases with their messages and files are archives (檔案法 §12) and are never touched here. Logs stay at least six months
(資通系統防護基準, 日誌紀錄), whatever is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from routing.domain.errors import Invalid
from routing.store import people
from routing.store.upkeep import keeping

LOG_DAYS = 180
"""Fewer days than these no log may be kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """For how many days each kind of thing is kept. Logs: ``audit``, and ``sign_in`` for refused sign-ins.

    Raises:
        Invalid: a log would be kept for less than 180 days, or anything for less than a day.
    """

    inbox: int = 30
    """Bodies of LINE's events; the fact that one came is kept, so that a repeat is known."""
    chat: int = 180
    """What was said by LINE without becoming part of a case."""
    files: int = 30
    """Files sent by LINE that belong to no case."""
    sent: int = 180
    """Words of messages that LINE accepted; what was told about a case stands in the case."""
    audit: int = 730
    sign_in: int = 180

    def __post_init__(self) -> None:
        for field in fields(self):
            days = getattr(self, field.name)
            least = LOG_DAYS if field.name in {"audit", "sign_in"} else 1
            if days < least:
                raise Invalid(f"保存期限 {field.name} 不得少於 {least} 日。", code="period_too_short", field=field.name)


def run(session: Session, periods: Periods, *, now: datetime, dry_run: bool = False) -> dict[str, int]:
    """Erase what is over; says how many of each. ``dry_run`` only counts."""

    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    found = keeping.Over(
        inbox=before(periods.inbox), chat=before(periods.chat), files=before(periods.files), sent=before(periods.sent),
        audit=before(periods.audit), sign_in=before(periods.sign_in), sessions=now - timedelta(hours=12),
        answers=now - timedelta(hours=24),
    )  # fmt: skip
    if dry_run:
        return keeping.count(session, found)
    erased = keeping.erase(session, found, now=now)
    people.audit(session, at=now, actor="cli", action="retention.run", subject="database", detail=dict(erased))
    return erased
