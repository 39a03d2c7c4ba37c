"""Signing in by the agency's identity provider, beside passwords (docs/decisions/0020-single-sign-on.md).

The provider's word is good for an account that is there already, in use, and has that e-mail; from the first time on
the account belongs to that one subject of the provider (ASVS 6.8.1), so that an address that is given to somebody else
opens nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from routing.domain.errors import Busy, Invalid, SignInError
from routing.domain.permissions import Actor
from routing.ports import Ending, Identity, Proofs
from routing.service.accounts import authentication, lockout, round_trips
from routing.service.accounts.queries import require_admin
from routing.service.accounts.round_trips import Admitted, Trip
from routing.store.accounts import identities as store
from routing.store.accounts import queries as account_store
from routing.store.accounts import sessions as session_store
from routing.store.accounts import sign_ins
from routing.store.accounts.schema import Staff, StaffIdentity

AT_ONCE = 8
"""How many sign-ins may be asking the provider in one process."""
_ROOM = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def turn() -> Iterator[None]:
    """Room for asking the provider. Raises Busy, at once, while eight others do: it may be slow, and threads few."""
    if not _ROOM.acquire(blocking=False):
        raise Busy("目前登入的人數過多，請稍候再試。", code="sign_in_busy")
    try:
        yield
    finally:
        _ROOM.release()


def proofs_of(trip: Trip) -> Proofs:
    """What is told to the provider; none of it says the browser's secret or another."""
    return Proofs(state=trip.part("oidc state"), nonce=trip.part("oidc nonce"), verifier=trip.part("oidc verifier"))


def come_back(cookie: str, state: str, *, now: datetime) -> Trip:
    """The sign-in that a browser began and comes back from. Raises SignInError: none, another, or too long ago."""
    trip = round_trips.read(cookie, now=now)
    if trip is None:
        raise SignInError("oidc_state", "no_cookie_or_too_late")
    if not hmac.compare_digest(proofs_of(trip).state.encode(), state.encode("utf-8", "replace")):
        raise SignInError("oidc_state", "another_state")
    return trip


def admit(session: Session, trip: Trip, *, address: str | None, now: datetime) -> Admitted | SignInError:
    """Take what came back, once; see ``round_trips.admit``."""
    again = SignInError("oidc_state", "replayed")
    return round_trips.admit(session, proofs_of(trip).state, "oidc", again, address=address, now=now)


def unanswered(session: Session, admitted: Admitted, error: SignInError, *, now: datetime) -> SignInError:
    """What the provider did not answer, or not as it must. That it was silent is nobody's failure."""
    if error.code in {"oidc_unreachable", "oidc_answer"}:
        round_trips.forgive(session, admitted)
    return round_trips.refused(session, admitted, error, now=now)


@dataclass(frozen=True, slots=True)
class Settled:
    """Who signs in, and how: ``oidc``, or ``oidc_mfa`` if the provider asked for more than a password.

    ``stage``: what is still missing (``code``).
    """

    staff: Staff
    how: str
    stage: str | None


def settle(session: Session, admitted: Admitted, identity: Identity, *, now: datetime) -> Settled | SignInError:
    """The person whom the provider means, whose failures are forgotten; or why not, audited.

    No account is made. Of whoever has a second factor that the provider did not ask for, it is asked here.
    """
    name = sign_ins.digest(identity.email)
    account_store.hold_account(session, name)
    staff = account_store.staff_by_email(session, identity.email)
    problem = _problem(session, staff, identity)
    if problem is not None or staff is None:
        error = problem or SignInError("oidc_unknown")
        return round_trips.refused(session, admitted, error, now=now)
    round_trips.forgive(session, admitted)
    if lockout.shut_to(session, name, admitted.address, now=now):
        return SignInError("sign_in_limited")
    if store.of_staff(session, staff.id, identity.issuer) is None:
        link = StaffIdentity(issuer=identity.issuer, subject=identity.subject, staff_id=staff.id, linked_at=now)
        session.add(link)
        account_store.audit(session, at=now, actor=staff.email, action="identity.link", subject=staff.email, detail={})
    how = "oidc_mfa" if identity.mfa else "oidc"
    if staff.totp_secret is not None and not identity.mfa:
        return Settled(staff, how, "code")
    authentication.succeeded(session, staff, admitted.address, now=now, how=how)
    return Settled(staff, how, None)


def _problem(session: Session, staff: Staff | None, identity: Identity) -> SignInError | None:
    if not identity.verified:
        return SignInError("oidc_unverified")
    if staff is None or staff.disabled_at is not None:
        return SignInError("oidc_unknown", "disabled" if staff else "")
    known = store.of_subject(session, identity.issuer, identity.subject)
    mine = store.of_staff(session, staff.id, identity.issuer)
    if (known is not None and known.staff_id != staff.id) or (mine is not None and mine.subject != identity.subject):
        return SignInError("oidc_other")
    return None


def ended_there(session: Session, ending: Ending, *, now: datetime) -> int:
    """End what a person opened by the provider, where it has ended; says how many sessions. The same word counts once.

    Sessions by a password or a passkey are not the provider's and go on.
    """
    mark = hashlib.sha256(f"ending {ending.issuer} {ending.id}".encode()).hexdigest()
    new = store.take_state(session, mark, now=now, forget_before=now - 2 * round_trips.LIFE)
    known = store.of_subject(session, ending.issuer, ending.subject)
    staff = session.get(Staff, known.staff_id) if known is not None and new else None
    if staff is None:
        return 0
    ended = session_store.end_by(session, staff.id, "oidc")
    account_store.audit(
        session, at=now, actor="-", action="session.end", subject=staff.email,
        detail={"by": "oidc", "ended": ended},
    )  # fmt: skip
    return ended


def linked(session: Session) -> frozenset[int]:
    """The ids of those who are linked to a subject of a provider."""
    return store.linked(session)


def unlink(session: Session, actor: Actor, email: str, *, now: datetime) -> None:
    """Forget which subject of the provider an account belongs to, and end its sessions: the next sign-in links it anew.

    Raises:
        Forbidden: the person acting is no administrator. Invalid: there is no such active person, or no link.
    """
    require_admin(actor)
    staff = authentication.active(session, email)
    if not store.forget(session, staff.id):
        raise Invalid(f"{staff.name}沒有連結單一登入。", field="email", code="identity_not_linked")
    account_store.end_sessions_of(session, staff.id)
    by = actor.email or actor.name
    account_store.audit(session, at=now, actor=by, action="identity.unlink", subject=staff.email, detail={})
