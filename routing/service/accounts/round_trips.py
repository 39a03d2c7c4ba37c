"""A sign-in that goes elsewhere and comes back: to the identity provider, or to the authenticator of a passkey.

What ties both ways together (state, nonce, verifier, challenge) is drawn from one secret that stays in the browser's
cookie, so that a stranger who begins one writes nothing here. Each comes back once, within ten minutes, and counts as
failed from its address until it is settled, as a password does.
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from routing.domain.errors import SignInError
from routing.service.accounts import lockout
from routing.store.accounts import identities as store
from routing.store.accounts import queries as account_store
from routing.store.accounts import sign_ins
from routing.store.accounts.schema import SignInFailure

LIFE = timedelta(minutes=10)
"""How long a browser may take from leaving to coming back."""
_LONGEST = 1000
_SHAPE = re.compile(r"([\w-]{43})\.(\d{9,11})\.([\w-]{0,1400}={0,2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Trip:
    """A sign-in under way, as the browser keeps it: its secret, since when, and where the person wanted to go."""

    secret: str
    at: datetime
    target: str

    def part(self, name: str) -> str:
        """Something drawn from the secret, which tells neither it nor any other part: 43 signs of base64url."""
        drawn = hmac.digest(self.secret.encode(), f"onestop {name} v1".encode(), sha256)
        return urlsafe_b64encode(drawn).decode().rstrip("=")

    def cookie(self) -> str:
        """As text for the browser's cookie."""
        target = urlsafe_b64encode(self.target.encode()).decode()
        return f"{self.secret}.{int(self.at.timestamp())}.{target}"


def begin(target: str, *, now: datetime) -> Trip:
    """Begin a sign-in that leads to ``target``, a path of ours; one too long for a cookie is left out."""
    return Trip(secrets.token_urlsafe(32), now, target if len(target) <= _LONGEST else "")


def read(cookie: str, *, now: datetime) -> Trip | None:
    """The sign-in that a browser began; None if it began none, or too long ago."""
    found = _SHAPE.fullmatch(cookie)
    if found is None:
        return None
    try:
        trip = Trip(found[1], datetime.fromtimestamp(int(found[2]), UTC), urlsafe_b64decode(found[3]).decode())
    except (ValueError, OverflowError, OSError):
        return None
    return trip if timedelta(seconds=-1) <= now - trip.at <= LIFE else None


@dataclass(frozen=True, slots=True)
class Admitted:
    """A sign-in that may be looked at; ``failure``: the row by which it counts as failed until it is settled."""

    name: str
    how: str
    address: str | None
    failure: int | None = None


def admit(
    session: Session, mark: str, how: str, again: SignInError, *, address: str | None, now: datetime
) -> Admitted | SignInError:
    """Take what came back, once, by its ``mark``; ``again``: the error for what came back before.

    Gives the error instead of raising it, for the caller to commit what is written about it.
    """
    name = sha256(mark.encode()).hexdigest()
    if address is not None:
        sign_ins.hold_address(session, address)
    if lockout.shut(session, address, now=now):
        # Written down when it was locked: trying on adds nothing.
        return SignInError("sign_in_limited")
    if not store.take_state(session, name, now=now, forget_before=now - 2 * LIFE):
        return refused(session, Admitted(name, how, address), again, now=now)
    failure = SignInFailure(email_sha256=name, address=address, at=now)
    session.add(failure)
    session.flush()
    return Admitted(name, how, address, failure.id)


def forgive(session: Session, admitted: Admitted) -> None:
    """It does not count as failed after all."""
    if admitted.failure is not None:
        sign_ins.forget_failure(session, admitted.failure)


def refused(session: Session, admitted: Admitted, error: SignInError, *, now: datetime) -> SignInError:
    """Write a refusal down, and that it was the one that locks its address, if it was; gives the error back."""
    subject, address = admitted.name[:12], admitted.address
    detail: dict[str, object] = {"how": admitted.how, "why": error.code}
    detail |= {"what": error.reason} if error.reason else {}
    account_store.audit(session, at=now, actor="-", action="sign_in.refused", subject=subject, detail=detail)
    since = now - account_store.SIGN_IN_WINDOW
    if address is not None and sign_ins.failures(session, since, address=address) == lockout.MAX_FAILURES_OF_ADDRESS:
        detail = {"address": address}
        account_store.audit(session, at=now, actor="-", action="sign_in.locked", subject=subject, detail=detail)
    return error
