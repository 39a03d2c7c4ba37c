"""Closing accounts that nobody uses (資通安全責任等級分級辦法 附表十, 帳號管理, 中: idle accounts are disabled)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain.permissions import Permission, may
from routing.service.accounts import leaving
from routing.service.accounts.queries import on_leave
from routing.service.office_context import UnitOfWorkFactory
from routing.store.accounts import queries as account_store
from routing.store.accounts.schema import Staff
from routing.store.maintenance import meta as meta_store

_KEY = "idle_accounts"

log = structlog.get_logger("accounts")


def close(units_of_work: UnitOfWorkFactory, days: int | None, *, now: datetime) -> list[str]:
    """Once a day, close the accounts that were not used for so many days, and hand their open cases on by the rules.

    Left open are whoever is on leave, and the administrator who was there last if no other would be left. An account of
    which no use is noted yet counts from today. ``days`` None: the agency has set no bound. Says whose were closed.
    """
    if days is None:
        return []
    today = local(now).date().isoformat()
    with units_of_work.database.reading() as session:
        if meta_store.read(session, _KEY) == today:
            return []
    with units_of_work.database.writing() as session:
        if not meta_store.claim(session, _KEY, today):
            return []
        account_store.count_use_from(session, now)
        found = [person.email for person in _idle(session, now - timedelta(days=days), now)]
    for email in found:
        with units_of_work.writing() as (session, office):
            leaving.close_idle(session, office, email, days=days, now=now)
    if found:
        log.info("idle_accounts_closed", accounts=len(found))
    return found


def _idle(session: Session, since: datetime, now: datetime) -> Sequence[Staff]:
    away = on_leave(session, now=now)
    people = account_store.all_staff(session, active=True)
    idle = [person for person in people if person.email not in away and person.used_at and person.used_at < since]
    administrators = [person for person in people if may(person.role, Permission.ADMINISTER)]
    if administrators and all(person in idle for person in administrators):
        last = max(administrators, key=lambda person: person.used_at or now)
        idle.remove(last)
    return idle
