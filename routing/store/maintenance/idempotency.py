"""Queries on first answers to requests with an Idempotency-Key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from routing.store.maintenance.schema import Idempotency
from routing.store.session import changed, insert_ignoring


def claim(session: Session, staff_id: int, key: str, request_sha256: str, *, now: datetime) -> bool:
    """Take a key for this transaction; False if it is taken. Waits for another transaction that holds it."""
    row = {
        "staff_id": staff_id, "key": key, "request_sha256": request_sha256, "status": 0, "body": "", "created_at": now,
    }  # fmt: skip
    return insert_ignoring(session, Idempotency, row, key=("staff_id", "key"))


def get(session: Session, staff_id: int, key: str) -> Idempotency | None:
    """What a key was used for."""
    return session.get(Idempotency, (staff_id, key), populate_existing=True)


def answer(session: Session, staff_id: int, key: str, *, status: int, body: str) -> None:
    """Keep the answer of a claimed key."""
    mine = Idempotency.staff_id == staff_id, Idempotency.key == key
    changed(session, update(Idempotency).where(*mine).values(status=status, body=body))


def forget(session: Session, staff_id: int, key: str, *, before: datetime | None) -> None:
    """Forget a key, or only if it was used before an instant."""
    conditions = [Idempotency.staff_id == staff_id, Idempotency.key == key]
    if before is not None:
        conditions.append(Idempotency.created_at < before)
    changed(session, delete(Idempotency).where(*conditions))
