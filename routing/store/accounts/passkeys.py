"""Queries on passkeys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from routing.store.accounts.schema import Passkey, Staff
from routing.store.session import changed


def of_staff(session: Session, staff_id: int) -> list[Passkey]:
    """A person's passkeys, the oldest first."""
    return list(session.scalars(select(Passkey).where(Passkey.staff_id == staff_id).order_by(Passkey.id)))


def by_credential(session: Session, credential_sha256: str) -> tuple[Passkey, Staff] | None:
    """A passkey and whose it is."""
    query = select(Passkey, Staff).join(Staff, Staff.id == Passkey.staff_id)
    row = session.execute(query.where(Passkey.credential_sha256 == credential_sha256)).one_or_none()
    return (row[0], row[1]) if row else None


def use(session: Session, passkey_id: int, *, before: int, count: int, now: datetime) -> bool:
    """Note a use and the device's count of uses; False if it was used meanwhile, or is gone."""
    same = or_(Passkey.sign_count == before, Passkey.sign_count < count)
    mine = update(Passkey).where(Passkey.id == passkey_id, same)
    return changed(session, mine.values(sign_count=count, last_used_at=now)) == 1


def remove(session: Session, staff_id: int, passkey_id: int | None = None) -> int:
    """Take one of a person's passkeys away, or all; says how many."""
    mine = [Passkey.staff_id == staff_id, *([Passkey.id == passkey_id] if passkey_id is not None else [])]
    return changed(session, delete(Passkey).where(*mine))


def owners(session: Session) -> frozenset[int]:
    """The ids of those who have one."""
    return frozenset(session.scalars(select(Passkey.staff_id).distinct()))
