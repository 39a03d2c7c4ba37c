"""Queries on second factors: which code was taken last, and codes for once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from routing.store.accounts.schema import RecoveryCode, Staff
from routing.store.session import changed


def take_step(session: Session, staff_id: int, step: int) -> bool:
    """Note that a code of these thirty seconds is taken; False if one of then or later was taken already."""
    fresh = or_(Staff.totp_step.is_(None), Staff.totp_step < step)
    return changed(session, update(Staff).where(Staff.id == staff_id, fresh).values(totp_step=step)) == 1


def put_codes(session: Session, staff_id: int, digests: Iterable[str]) -> None:
    """Give a person these codes for once, in place of all from before."""
    forget_codes(session, staff_id)
    session.add_all([RecoveryCode(code_sha256=digest, staff_id=staff_id) for digest in digests])


def forget_codes(session: Session, staff_id: int) -> None:
    """Take a person's codes for once away."""
    changed(session, delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))


def take_code(session: Session, staff_id: int, digest: str, *, now: datetime) -> bool:
    """Use a code for once up; False if the person has no such code left."""
    mine = RecoveryCode.staff_id == staff_id, RecoveryCode.code_sha256 == digest, RecoveryCode.used_at.is_(None)
    return changed(session, update(RecoveryCode).where(*mine).values(used_at=now)) == 1


def codes_left(session: Session, staff_id: int) -> int:
    """How many codes for once a person has left."""
    query = select(func.count()).select_from(RecoveryCode)
    return session.scalars(query.where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))).one()
