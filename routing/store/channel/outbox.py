"""The outbox: messages wait here until LINE has them, are leased while tried, and end accepted, unknown or dead."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from routing.store.schema import Outbox
from routing.store.session import changed

PENDING, LEASED, ACCEPTED, UNKNOWN, DEAD, CANCELLED = "pending", "leased", "accepted", "unknown", "dead", "cancelled"
SEEN_BY_STAFF = (UNKNOWN, DEAD)
NEVER_PUSHED = "flood"
"""The reason of answers in somebody's flood: they go by reply token or not at all (contract §9)."""


def put(
    session: Session,
    *,
    contact_id: int,
    payload: list[Any],
    reason: str,
    now: datetime,
    case_id: int | None = None,
    reply_token: str | None = None,
    token_until: datetime | None = None,
) -> Outbox:
    """Queue messages for a contact: by reply token if one is given, else by push. Gives the row."""
    row = Outbox(
        kind="reply" if reply_token else "push", retry_key=str(uuid4()), contact_id=contact_id, case_id=case_id,
        reason=reason, payload=payload, reply_token=reply_token, token_until=token_until, created_at=now, due_at=now,
        attempts=0, state=PENDING,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def spare(session: Session, contact_id: int) -> None:
    """Somebody floods us: answers to them that wait go by reply or not at all."""
    waiting = Outbox.contact_id == contact_id, Outbox.state == PENDING, Outbox.reason == "answer"
    changed(session, update(Outbox).where(*waiting, Outbox.kind == "push").values(state=CANCELLED, error="flood"))
    changed(session, update(Outbox).where(*waiting, Outbox.kind == "reply").values(reason=NEVER_PUSHED))


def lease(session: Session, *, now: datetime, length: timedelta, limit: int) -> list[Outbox]:
    """Take messages that are due, or whose lease ran out, for ``length``.

    A contact's pushes go out one after the other: only the oldest unfinished one of each contact is taken.
    Replies never wait for them, since their tokens die within the minute.
    """
    due = or_(
        and_(Outbox.state == PENDING, Outbox.due_at <= now), and_(Outbox.state == LEASED, Outbox.lease_until < now)
    )
    unfinished = Outbox.kind == "push", Outbox.state.in_((PENDING, LEASED))
    first = select(func.min(Outbox.id)).where(*unfinished).group_by(Outbox.contact_id).scalar_subquery()
    query = (
        select(Outbox)
        .where(due, or_(Outbox.kind == "reply", Outbox.id.in_(first)))
        .order_by(Outbox.due_at, Outbox.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = list(session.scalars(query))
    taken = []
    for row in rows:
        take = update(Outbox).where(Outbox.id == row.id, due).values(state=LEASED, lease_until=now + length)
        if changed(session, take):
            taken.append(row)
    return taken


def get(session: Session, outbox_id: int, *, lock: bool = False) -> Outbox | None:
    """One message."""
    query = select(Outbox).where(Outbox.id == outbox_id)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def listing(
    session: Session, *, states: tuple[str, ...] = (), case_id: int | None = None, before_id: int | None = None,
    limit: int = 50,
) -> list[Outbox]:  # fmt: skip
    """Messages, newest first, a page at a time."""
    query = select(Outbox)
    if states:
        query = query.where(Outbox.state.in_(states))
    if case_id is not None:
        query = query.where(Outbox.case_id == case_id)
    if before_id is not None:
        query = query.where(Outbox.id < before_id)
    return list(session.scalars(query.order_by(Outbox.id.desc()).limit(limit)))


def withdraw(session: Session, case_id: int, reasons: tuple[str, ...]) -> int:
    """Take back notices of a case that have not gone out and are overtaken (trap O6); says how many."""
    waiting = Outbox.case_id == case_id, Outbox.state == PENDING, Outbox.reason.in_(reasons)
    return changed(session, update(Outbox).where(*waiting).values(state=CANCELLED, error="overtaken"))


def counts(session: Session) -> dict[str, int]:
    """How many messages stand in each state."""
    rows = session.execute(select(Outbox.state, func.count()).group_by(Outbox.state))
    return {str(state): number for state, number in rows}


def oldest_due(session: Session, *, now: datetime) -> float:
    """For how many seconds the longest-waiting due message has waited."""
    oldest = session.scalars(select(func.min(Outbox.due_at)).where(Outbox.state == PENDING)).one()
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
