"""Erasing what is no longer needed (個人資料保護法 §11(3)), and keeping what must be kept.

Cases with their messages and files are archives (檔案法 §12) and are never touched here. Logs stay at least six months
(資通系統防護基準, 日誌紀錄), whatever is asked for.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from routing.domain.errors import Invalid
from routing.service.accounts import audit_trail
from routing.service.files import cleanup
from routing.service.office_context import UnitOfWorkFactory
from routing.store.accounts import audit as audit_store
from routing.store.accounts import queries as account_store
from routing.store.accounts.schema import Audit
from routing.store.cases import search_index
from routing.store.maintenance import retention as retention_store

LOG_DAYS = 180
"""Fewer days than these no log may be kept."""

REMINDER_DAYS = 90
"""After which what staff were reminded of is gone, read or not: cases say what happened."""

PART = 500
"""Rows of each kind that one transaction erases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """Days for which each kind of record is kept; None: not set, and nothing of it is erased.

    How long something is kept is the agency's to decide (個人資料保護法 §11, 檔案法 §12), so there is no default here.

    Raises:
        Invalid: a log would be kept for less than 180 days, or anything for less than a day.
    """

    inbox: int | None = None
    """Bodies of channels' events; the fact that one came is kept, so that a repeat is known."""
    chat: int | None = None
    """What was said in a chat without becoming part of a case."""
    files: int | None = None
    """Files sent in a chat that belong to no case; the firm is told when it sends one."""
    contacts: int | None = None
    """Who wrote and has nothing under way: name, telephone, firm and the channel's id; cases keep what they hold."""
    sent: int | None = None
    """Words of messages that a channel accepted or did not take; what was told about a case stands in the case."""
    audit: int | None = None
    sign_in: int | None = None
    """Refused sign-ins."""
    assist: int | None = None
    """What a language model was asked and answered; that it was, by whom and what became of it stays."""

    def __post_init__(self) -> None:
        for field in fields(self):
            days = getattr(self, field.name)
            least = LOG_DAYS if field.name in {"audit", "sign_in"} else 1
            if days is not None and days < least:
                raise Invalid(f"保存期限 {field.name} 不得少於 {least} 日。", code="period_too_short", field=field.name)

    def plain(self) -> dict[str, int | None]:
        """By name, in the order in which they are shown."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def run(
    session: Session, periods: Periods, *, now: datetime, actor: str = "cli", dry_run: bool = False
) -> dict[str, int]:
    """Erase what is older than its period. Returns how many of each kind; ``dry_run`` only counts.

    Sessions that ended and first answers of a day ago go in any case: they are not data that somebody keeps.
    """
    found = _over(periods, now)
    if dry_run:
        return retention_store.count(session, found)
    erased = retention_store.erase(session, found, now=now)
    if found.files is not None:
        erased["files"] = _forget_files(session, found.files)
    search_index.tidy(session)
    account_store.audit(session, at=now, actor=actor, action="retention.run", subject="database", detail=dict(erased))
    return erased


def run_beside_service(
    units_of_work: UnitOfWorkFactory, periods: Periods, *, now: datetime, actor: str = "cli"
) -> dict[str, int]:
    """As ``run``, in many short transactions, so that what is served meanwhile goes on."""
    found, erased = _over(periods, now), Counter[str]()
    # Only what stands in the chain is erased from it.
    audit_trail.seal_new(units_of_work.database)
    if found.files is not None:
        erased["files"] = cleanup.forget_unclaimed(units_of_work.database, found.files)
    while True:
        with units_of_work.database.writing() as session:
            part = retention_store.erase(session, found, now=now, most=PART)
            erased.update(part)
            over = all(number < PART for number in part.values())
            if over:
                search_index.tidy(session)
                detail: dict[str, object] = dict(erased)
                account_store.audit(
                    session, at=now, actor=actor, action="retention.run", subject="database", detail=detail
                )
        if over:
            return dict(erased)
        units_of_work.database.give_way()


def _forget_files(session: Session, before: datetime) -> int:
    part, taken = cleanup.forget_some(session, before), 0
    taken += part.taken
    while part.more:
        part = cleanup.forget_some(session, before, after_id=part.last)
        taken += part.taken
    return taken


def _over(periods: Periods, now: datetime) -> retention_store.Over:
    def before(days: int | None) -> datetime | None:
        return now - timedelta(days=days) if days is not None else None

    return retention_store.Over(
        **{name: before(days) for name, days in periods.plain().items()}, sessions=now - timedelta(hours=12),
        answers=now - timedelta(hours=24), reminders=now - timedelta(days=REMINDER_DAYS),
    )  # fmt: skip


def last_run(session: Session) -> Audit | None:
    """When it was last done, by whom, and how much of what it erased."""
    return audit_store.last_of(session, "retention.run")
