"""Queries on failed sign-ins, by account and address, on where accounts are known, and on API tokens."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from routing.store.accounts.schema import ApiToken, Audit, KnownAddress, SignInFailure, Staff
from routing.store.session import changed, dialect_of, insert_ignoring

SHOWN = 12
"""Characters of a token's hash that name it; they say nothing of the token."""


def digest(email: str) -> str:
    """Digest of the account name that was tried. The name is not kept: people type passwords into that field."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()


def digests(session: Session) -> dict[str, str]:
    """Every account's e-mail and what is kept of it."""
    return {email: digest(email) for email in session.scalars(select(Staff.email))}


def failures(session: Session, since: datetime, *, name: str | None = None, address: str | None = None) -> int:
    """How often sign-in failed since an instant, for an account, from an address, or both."""
    query = select(func.count()).select_from(SignInFailure).where(SignInFailure.at > since)
    if name is not None:
        query = query.where(SignInFailure.email_sha256 == name)
    if address is not None:
        query = query.where(SignInFailure.address == address)
    return session.scalars(query).one()


def failing_accounts(session: Session, since: datetime, *, least: int) -> list[tuple[str, int, datetime]]:
    """Accounts with so many failures: digest, number, the last."""
    query = select(SignInFailure.email_sha256, func.count(), func.max(SignInFailure.at))
    query = query.where(SignInFailure.at > since).group_by(SignInFailure.email_sha256)
    return [(row[0], row[1], row[2]) for row in session.execute(query.having(func.count() >= least))]


def failing_addresses(session: Session, since: datetime, *, least: int) -> list[tuple[str, int, datetime]]:
    """Addresses with so many failures: address, number, the last."""
    query = select(SignInFailure.address, func.count(), func.max(SignInFailure.at))
    query = query.where(SignInFailure.at > since, SignInFailure.address.is_not(None)).group_by(SignInFailure.address)
    return [(str(row[0]), row[1], row[2]) for row in session.execute(query.having(func.count() >= least))]


def forget_failure(session: Session, failure_id: int) -> None:
    """Clear one failure."""
    changed(session, delete(SignInFailure).where(SignInFailure.id == failure_id))


def forget_address(session: Session, address: str) -> None:
    """Clear the failures from an address."""
    changed(session, delete(SignInFailure).where(SignInFailure.address == address))


def hold_address(session: Session, address: str) -> None:
    """Let attempts from one address pass one by one until the transaction ends; SQLite has one writer anyway."""
    if dialect_of(session) == "postgresql":
        key = hashlib.sha256(b"address " + address.encode()).hexdigest()
        session.execute(select(func.pg_advisory_xact_lock(int(key[:15], 16))))


def known_at(session: Session, name: str, address: str, *, since: datetime) -> bool:
    """Whether an account signed in from an address since an instant."""
    query = select(KnownAddress.last_at).where(KnownAddress.email_sha256 == name, KnownAddress.address == address)
    last = session.scalars(query).one_or_none()
    return last is not None and last > since


def anybody_known_at(session: Session, address: str, *, since: datetime) -> bool:
    """Whether any account signed in from an address since an instant."""
    query = select(KnownAddress.last_at).where(KnownAddress.address == address, KnownAddress.last_at > since).limit(1)
    return session.scalars(query).one_or_none() is not None


def know(session: Session, name: str, address: str, *, now: datetime) -> None:
    """Note that an account signed in from an address."""
    row = {"email_sha256": name, "address": address, "last_at": now}
    if not insert_ignoring(session, KnownAddress, row, key=("email_sha256", "address")):
        mine = KnownAddress.email_sha256 == name, KnownAddress.address == address
        changed(session, update(KnownAddress).where(*mine).values(last_at=now))


def tokens(session: Session, *, email: str | None = None) -> list[tuple[ApiToken, Staff]]:
    """API tokens and whose they are, those in use first, the newest first."""
    query = select(ApiToken, Staff).join(Staff, Staff.id == ApiToken.staff_id)
    if email is not None:
        query = query.where(Staff.email == email.strip().lower())
    ordered = query.order_by(ApiToken.revoked_at.is_not(None), ApiToken.created_at.desc(), ApiToken.token_sha256)
    return [(row[0], row[1]) for row in session.execute(ordered)]


def token(session: Session, token_sha256: str) -> tuple[ApiToken, Staff] | None:
    """A token and whose it is, whether it is good or not."""
    query = select(ApiToken, Staff).join(Staff, Staff.id == ApiToken.staff_id)
    row = session.execute(query.where(ApiToken.token_sha256 == token_sha256)).one_or_none()
    return (row[0], row[1]) if row else None


def note_use(session: Session, token_sha256: str, *, now: datetime) -> None:
    """Note that a token is in use."""
    changed(session, update(ApiToken).where(ApiToken.token_sha256 == token_sha256).values(last_used_at=now))


def quiet(session: Session, action: str, subject: str, *, since: datetime, most: int) -> bool:
    """Whether the audit trail has nothing of this since an instant, and of all subjects together less than so much."""
    subjects = list(session.scalars(select(Audit.subject).where(Audit.at > since, Audit.action == action).limit(most)))
    return len(subjects) < most and subject not in subjects


def revoke(session: Session, shown: str, *, now: datetime) -> list[Staff]:
    """End the tokens whose hash begins so (one, or by a miracle more); says whose they were."""
    named = ApiToken.token_sha256.startswith(shown, autoescape=True), ApiToken.revoked_at.is_(None)
    whose = select(Staff).join(ApiToken, ApiToken.staff_id == Staff.id).where(*named)
    found = list(session.scalars(whose))
    changed(session, update(ApiToken).where(*named).values(revoked_at=now))
    return found
