"""When sign-in is refused without looking at the password, and the ways out.

Five failures in a quarter of an hour lock an account for the next (資通系統防護基準: 身分驗證管理), except where its
person is known: from an address at which it signed in before, only the failures from there count, so that no stranger
locks anybody out of the own office. Twenty failures from one address, at whatever accounts, lock that address for
everybody who is not known there: one guess at each of a thousand accounts ends after twenty. An administrator unlocks
either (系統管理, ``onestop staff unlock``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from routing.domain.errors import Invalid
from routing.store.accounts import queries as account_store
from routing.store.accounts import sign_ins

MAX_FAILURES = 5
MAX_FAILURES_OF_ADDRESS = 20
KNOWN_FOR = timedelta(days=180)
"""How long after its last sign-in an account is known at an address."""


def barred(session: Session, name: str, address: str | None, *, now: datetime) -> bool:
    """Whether an attempt at an account (a digest) from an address is refused whatever its password; reads only."""
    since = now - account_store.SIGN_IN_WINDOW
    if address is None:
        return sign_ins.failures(session, since, name=name) >= MAX_FAILURES
    if sign_ins.known_at(session, name, address, since=now - KNOWN_FOR):
        return sign_ins.failures(session, since, name=name, address=address) >= MAX_FAILURES
    return (
        sign_ins.failures(session, since, name=name) >= MAX_FAILURES
        or sign_ins.failures(session, since, address=address) >= MAX_FAILURES_OF_ADDRESS
    )


def shut(session: Session, address: str | None, *, now: datetime) -> bool:
    """Whether whoever comes from an address is refused before it is known who it is: nobody is known there."""
    if address is None or sign_ins.anybody_known_at(session, address, since=now - KNOWN_FOR):
        return False
    failed = sign_ins.failures(session, now - account_store.SIGN_IN_WINDOW, address=address)
    return failed >= MAX_FAILURES_OF_ADDRESS


def shut_to(session: Session, name: str, address: str | None, *, now: datetime) -> bool:
    """Whether an address is locked to an account (a digest) that has proved who it is: it is not known there.

    Failures at the account itself do not count: others' guesses lock nobody out of single sign-on.
    """
    if address is None or sign_ins.known_at(session, name, address, since=now - KNOWN_FOR):
        return False
    failed = sign_ins.failures(session, now - account_store.SIGN_IN_WINDOW, address=address)
    return failed >= MAX_FAILURES_OF_ADDRESS


@dataclass(frozen=True, slots=True)
class Lock:
    """An account (by e-mail) or an address that is locked now, by how many failures, and until when."""

    email: str | None
    address: str | None
    failures: int
    until: datetime


def locks(session: Session, *, now: datetime) -> list[Lock]:
    """What is locked now; accounts that do not exist are left out: nobody waits for them."""
    since = now - account_store.SIGN_IN_WINDOW
    emails = {digest: email for email, digest in sign_ins.digests(session).items()}
    accounts = [
        Lock(emails[name], None, number, last + account_store.SIGN_IN_WINDOW)
        for name, number, last in sign_ins.failing_accounts(session, since, least=MAX_FAILURES)
        if name in emails
    ]
    addresses = [
        Lock(None, address, number, last + account_store.SIGN_IN_WINDOW)
        for address, number, last in sign_ins.failing_addresses(session, since, least=MAX_FAILURES_OF_ADDRESS)
    ]
    return [*accounts, *addresses]


def unlock(session: Session, *, email: str | None = None, address: str | None = None, now: datetime, by: str) -> None:
    """Forget the failures of an account or of an address.

    Raises:
        Invalid: neither is given, or there is no such account.
    """
    if email:
        staff = account_store.staff_by_email(session, email)
        if staff is None:
            raise Invalid(f"查無帳號：{email}。", field="email", code="unknown_staff")
        account_store.forget_failures(session, sign_ins.digest(staff.email))
        account_store.audit(session, at=now, actor=by, action="sign_in.unlock", subject=staff.email, detail={})
    elif address:
        sign_ins.forget_address(session, address)
        account_store.audit(session, at=now, actor=by, action="sign_in.unlock", subject=address, detail={})
    else:
        raise Invalid("請指定要解除鎖定的帳號或來源位址。", field="email")
