"""Queries on single sign-on: who is who at an identity provider, and which sign-ins came back already."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from routing.store.accounts.schema import SignInState, StaffIdentity
from routing.store.session import changed, insert_ignoring


def take_state(session: Session, state_sha256: str, *, now: datetime, forget_before: datetime) -> bool:
    """Note that a sign-in came back; False if it had already. What came back before an instant is forgotten."""
    changed(session, delete(SignInState).where(SignInState.at < forget_before))
    return insert_ignoring(session, SignInState, {"state_sha256": state_sha256, "at": now}, key=("state_sha256",))


def of_subject(session: Session, issuer: str, subject: str) -> StaffIdentity | None:
    """Whose a provider's name for a person is."""
    return session.get(StaffIdentity, (issuer, subject))


def of_staff(session: Session, staff_id: int, issuer: str) -> StaffIdentity | None:
    """Which name a provider has for a person."""
    query = select(StaffIdentity).where(StaffIdentity.staff_id == staff_id, StaffIdentity.issuer == issuer)
    return session.scalars(query).one_or_none()


def linked(session: Session) -> frozenset[int]:
    """The ids of those for whom some provider has a name."""
    return frozenset(session.scalars(select(StaffIdentity.staff_id)))


def forget(session: Session, staff_id: int) -> int:
    """Forget every provider's name for a person; says how many there were."""
    return changed(session, delete(StaffIdentity).where(StaffIdentity.staff_id == staff_id))
