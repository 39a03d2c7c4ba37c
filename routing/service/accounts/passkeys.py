"""Passkeys (WebAuthn level 2): made at the account page, good for signing in without a password, taken away there.

The device asks for finger, face or PIN (user verification), so one is two factors. It answers to the address that it
was made for, which no other site can have it do. The challenge is drawn from the browser's own secret (``round_trips``)
and taken once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from routing.domain.errors import Invalid, NotFound, OnestopError, SignInError
from routing.domain.permissions import Actor, SignInRules
from routing.service.accounts import authentication, lockout, round_trips, second_factor
from routing.service.accounts.queries import require_admin
from routing.service.accounts.round_trips import Admitted, Trip
from routing.store.accounts import passkeys as store
from routing.store.accounts import queries as account_store
from routing.store.accounts import sign_ins
from routing.store.accounts.schema import Passkey, Staff

log = structlog.get_logger("passkeys")

MOST = 10
"""Passkeys of a person."""
LONGEST_NAME = 40
_LONGEST_ID = 1023
"""Bytes of a credential's id (WebAuthn 2, 4)."""
_MOST_SENT = 16 * 1024


@dataclass(frozen=True, slots=True)
class Site:
    """For whom passkeys are made: the host's name, and the address whose pages may ask for them."""

    domain: str
    origin: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A passkey as its person sees it."""

    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


def own(session: Session, token: str, *, now: datetime) -> tuple[list[Shown], bool]:
    """The passkeys of a session's person, and whether one may be added now: who signed in a while ago does so again."""
    row, staff = authentication.session_of(session, token)
    found = [Shown(one.id, one.name, one.created_at, one.last_used_at) for one in store.of_staff(session, staff.id)]
    return found, now - row.created_at <= second_factor.FRESH


def offer(session: Session, token: str, trip: Trip, site: Site, *, now: datetime) -> str:
    """What the browser makes a passkey by, as JSON.

    Raises:
        Invalid: the person signed in too long ago, or has too many.
    """
    staff, known = _may_add(session, token, now)
    return options_to_json(
        generate_registration_options(
            rp_id=site.domain, rp_name=second_factor.ISSUER, user_id=_handle(staff), user_name=staff.email,
            user_display_name=staff.name, challenge=_challenge(trip, "made"),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential)) for one in known],
        )
    )  # fmt: skip


def _may_add(session: Session, token: str, now: datetime) -> tuple[Staff, list[Passkey]]:
    row, staff = authentication.session_of(session, token)
    if now - row.created_at > second_factor.FRESH:
        raise Invalid("為確認是本人，請先登出再登入，並於 10 分鐘內設定。", code="sign_in_again")
    known = store.of_staff(session, staff.id)
    if len(known) >= MOST:
        raise Invalid(f"通行金鑰最多 {MOST} 個；請先刪除不用的。", code="passkeys_full")
    return staff, known


def _handle(staff: Staff) -> bytes:
    """By what devices know that passkeys are of one person; says nothing of who it is (WebAuthn 2, 14.6.1)."""
    return hashlib.sha256(f"onestop {staff.id} {staff.created_at.isoformat()}".encode()).digest()


def _challenge(trip: Trip, what: str) -> bytes:
    return base64url_to_bytes(trip.part(f"passkey {what}"))


def add(session: Session, token: str, trip: Trip, sent: str, site: Site, *, name: str, now: datetime) -> None:
    """Keep the passkey that a browser made.

    Raises:
        Invalid: as ``offer``; it has no name or too long a one; it is not by this offer, site or device's owner.
    """
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise Invalid(f"請為通行金鑰取名（{LONGEST_NAME} 字以內）。", field="name")
    staff, _known = _may_add(session, token, now)
    with _refusing(Invalid("通行金鑰未通過查驗；請重新操作。", code="passkey_refused")):
        made = verify_registration_response(
            credential=_read(sent), expected_challenge=_challenge(trip, "made"), expected_rp_id=site.domain,
            expected_origin=site.origin, require_user_verification=True,
        )  # fmt: skip
    digest = _digest(made.credential_id)
    if len(made.credential_id) > _LONGEST_ID or store.by_credential(session, digest) is not None:
        raise Invalid("這個通行金鑰已設定過。", code="passkey_known")
    session.add(
        Passkey(
            staff_id=staff.id, credential_sha256=digest, credential=bytes_to_base64url(made.credential_id),
            public_key=bytes_to_base64url(made.credential_public_key), sign_count=made.sign_count, name=name,
            created_at=now,
        )
    )  # fmt: skip
    account_store.audit(session, at=now, actor=staff.email, action="passkey.add", subject=staff.email, detail={})


@contextmanager
def _refusing(error: OnestopError) -> Iterator[None]:
    """Around the reading of what a device answered: whatever cannot be read is refused alike.

    Four parsers are at work (JSON, base64, CBOR, keys), each with errors of its own for bytes that anybody may send.
    """
    try:
        yield
    except Exception as why:  # noqa: BLE001 - see above; nothing but parsing and checking is inside
        log.info("passkey_refused", error=type(why).__name__)
        raise error from None


def _read(sent: str) -> dict[str, object]:
    """What a browser sent. Raises ValueError or TypeError: it is no object, or too long."""
    found = json.loads(sent) if len(sent) <= _MOST_SENT else None
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found


def _digest(credential: bytes) -> str:
    return hashlib.sha256(credential).hexdigest()


def asking(trip: Trip, site: Site) -> str:
    """What the browser asks a device by, as JSON. It says of nobody who has a passkey: the device finds its own."""
    return options_to_json(
        generate_authentication_options(
            rp_id=site.domain, challenge=_challenge(trip, "used"),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )  # fmt: skip


def admit(session: Session, trip: Trip, *, address: str | None, now: datetime) -> Admitted | SignInError:
    """Take what came back, once; see ``round_trips.admit``."""
    again = SignInError("passkey_state", "replayed")
    return round_trips.admit(session, trip.part("passkey used"), "passkey", again, address=address, now=now)


def settle(
    session: Session, admitted: Admitted, trip: Trip, sent: str, site: Site, *, rules: SignInRules, now: datetime
) -> Staff | SignInError:
    """The person whose passkey it is, whose failures are forgotten; or why not, audited."""
    try:
        found = _checked(session, trip, sent, site, now)
    except SignInError as error:
        return round_trips.refused(session, admitted, error, now=now)
    round_trips.forgive(session, admitted)
    if not authentication.by_password(found, rules, now=now):
        return round_trips.refused(session, admitted, SignInError("oidc_required"), now=now)
    if lockout.shut_to(session, sign_ins.digest(found.email), admitted.address, now=now):
        return SignInError("sign_in_limited")
    authentication.succeeded(session, found, admitted.address, now=now, how="passkey")
    return found


def _checked(session: Session, trip: Trip, sent: str, site: Site, now: datetime) -> Staff:
    """Whose passkey answered. Raises SignInError: nobody's, or not as it must."""
    refused = SignInError("passkey_refused")
    with _refusing(refused):
        answer = _read(sent)
        credential = base64url_to_bytes(str(answer["id"]))
    found = store.by_credential(session, _digest(credential))
    if found is None or found[1].disabled_at is not None:
        raise SignInError("passkey_unknown", "disabled" if found else "")
    kept, staff = found
    key, count = base64url_to_bytes(kept.public_key), kept.sign_count
    with _refusing(refused):
        done = verify_authentication_response(
            credential=answer, expected_challenge=_challenge(trip, "used"), expected_rp_id=site.domain,
            expected_origin=site.origin, credential_public_key=key, credential_current_sign_count=count,
            require_user_verification=True,
        )  # fmt: skip
    if not store.use(session, kept.id, before=count, count=done.new_sign_count, now=now):
        raise SignInError("passkey_refused", "used_meanwhile")
    return staff


def remove(session: Session, token: str, passkey_id: int, *, now: datetime) -> None:
    """Take one of the own passkeys away. Raises NotFound if none has this id."""
    _row, staff = authentication.session_of(session, token)
    if not store.remove(session, staff.id, passkey_id):
        raise NotFound("查無這個通行金鑰；可能已刪除。")
    account_store.audit(session, at=now, actor=staff.email, action="passkey.remove", subject=staff.email, detail={})


def owners(session: Session) -> frozenset[int]:
    """The ids of those who have one."""
    return store.owners(session)


def remove_all_of(session: Session, actor: Actor, email: str, *, now: datetime) -> None:
    """Take all of a person's passkeys away, and end the person's sessions.

    Raises:
        Forbidden: the person acting is no administrator. Invalid: there is no such active person, or no passkey.
    """
    require_admin(actor)
    staff = authentication.active(session, email)
    removed = store.remove(session, staff.id)
    if not removed:
        raise Invalid(f"{staff.name}沒有設定通行金鑰。", field="email", code="passkey_not_set")
    account_store.end_sessions_of(session, staff.id)
    by, detail = actor.email or actor.name, {"removed": removed}
    account_store.audit(session, at=now, actor=by, action="passkey.remove", subject=staff.email, detail={**detail})
