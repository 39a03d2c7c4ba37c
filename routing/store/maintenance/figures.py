"""Cheap figures of how the work is going: how long answers take, what was set aside, who signed in; the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from routing.store.accounts.schema import Audit
from routing.store.messaging import inbox as inbox_store
from routing.store.messaging import outbox as outbox_store
from routing.store.messaging.schema import Inbox, Outbox


def set_aside(session: Session) -> int:
    """How many events wait for a person, since they could not be handled."""
    return session.scalars(select(func.count()).where(Inbox.state == inbox_store.QUARANTINED)).one()


def waits_of_answers(session: Session, *, since: datetime, most: int) -> list[float]:
    """Seconds from writing a reply down until the channel had it, of the last ones since an instant, shortest first."""
    latest = select(Outbox.created_at, Outbox.accepted_at).where(
        Outbox.accepted_at >= since, Outbox.state == outbox_store.ACCEPTED, Outbox.kind == "reply"
    )
    rows = session.execute(latest.order_by(Outbox.accepted_at.desc()).limit(most))
    return sorted(max(0.0, (row.accepted_at - row.created_at).total_seconds()) for row in rows)


def noted(session: Session, actions: tuple[str, ...], *, since: datetime) -> dict[str, int]:
    """How often each of these was written in the audit trail since an instant."""
    query = select(Audit.action, func.count()).where(Audit.at > since, Audit.action.in_(actions))
    found = {str(action): number for action, number in session.execute(query.group_by(Audit.action))}
    return {action: found.get(action, 0) for action in actions}


def size(session: Session) -> int | None:
    """Bytes that the database takes."""
    if session.get_bind().dialect.name == "postgresql":
        found: int = session.scalars(select(func.pg_database_size(func.current_database()))).one()
        return found
    pages, each = (session.execute(text(f"PRAGMA {name}")).scalar() for name in ("page_count", "page_size"))
    return int(pages) * int(each) if pages and each else None
