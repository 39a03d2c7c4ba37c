"""A second factor beside the password: a code of six digits that changes every thirty seconds (TOTP, RFC 6238).

Wrong codes count as wrong passwords do (``lockout``), and no code is taken twice. Codes for once help whoever has lost
the device; an administrator takes the second factor away from whoever has lost those too.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from sqlalchemy.orm import Session

from routing.domain.errors import Invalid
from routing.domain.permissions import Actor
from routing.service.accounts import authentication, lockout
from routing.service.accounts.queries import require_admin
from routing.store.accounts import queries as account_store
from routing.store.accounts import second_factors as store
from routing.store.accounts import sign_ins
from routing.store.accounts.schema import SignInFailure, Staff, WebSession

CODES = 10
"""Codes for once that a person gets."""
ISSUER = "單一窗口"
_SECONDS = 30
_AROUND = (0, -1, 1)
"""Steps beside the present one whose codes are taken: clocks differ, and typing takes time (RFC 6238, 5.2)."""
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_DIGITS = re.compile(r"[0-9]{6}")
FRESH = timedelta(minutes=10)
"""Who signed in longer ago than this signs in again before setting one up: a session left open is no way to do it."""
WRONG = "驗證碼不正確、已使用過，或因連續失敗而暫停 15 分鐘；急需登入請洽系統管理人員解除。"


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret about to be set up: as text to type, and as the address that an authenticator reads from a picture."""

    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class State:
    """Whether a person has a second factor, how many codes for once are left, and whether one may be set up now."""

    on: bool
    codes_left: int
    fresh: bool
    required: bool


def state(session: Session, token: str, *, required: bool, now: datetime) -> State:
    """How it stands with the person of a session. ``required``: whether the role has to have one."""
    row, staff = authentication.session_of(session, token)
    on = staff.totp_secret is not None
    left = store.codes_left(session, staff.id)
    return State(on, left, now - row.created_at <= FRESH, required)


def offer(session: Session, token: str, *, now: datetime) -> Offer:
    """A new secret for the person of a session, kept with it until a code proves that it was taken over.

    Raises:
        Invalid: the person has a second factor already, or signed in too long ago.
    """
    row, staff = authentication.session_of(session, token)
    if staff.totp_secret is not None:
        raise Invalid("已設定驗證碼；如需更換，請先停用。", code="second_factor_set")
    if now - row.created_at > FRESH:
        raise Invalid("為確認是本人，請先登出再登入，並於 10 分鐘內設定。", code="sign_in_again")
    row.offered = pyotp.random_base32()
    return _offer(row.offered, staff)


def offered(session: Session, token: str) -> Offer:
    """The secret that was offered to a session. Raises Invalid if none was."""
    row, staff = authentication.session_of(session, token)
    return _offer(_offered_to(row), staff)


def _offered_to(row: WebSession) -> str:
    if row.offered is None:
        raise Invalid("請重新開始設定。", code="second_factor_not_begun")
    return row.offered


def _offer(secret: str, staff: Staff) -> Offer:
    return Offer(secret, pyotp.TOTP(secret).provisioning_uri(name=staff.email, issuer_name=ISSUER))


def confirm(session: Session, token: str, code: str, *, now: datetime) -> list[str] | None:
    """Set up what was offered, if the code is of it; gives the codes for once, which are kept nowhere. None: wrong.

    Every other session of the person ends. Raises Invalid if nothing was offered.
    """
    row, staff = authentication.session_of(session, token)
    secret = _offered_to(row)
    step = _step_of(secret, code, now)
    if step is None or staff.totp_secret is not None:
        return None
    staff.totp_secret, staff.totp_step, row.offered = secret, step, None
    account_store.audit(session, at=now, actor=staff.email, action="second_factor.set", subject=staff.email, detail={})
    return _new_codes(session, staff)


def renew_codes(session: Session, token: str, code: str, *, address: str | None, now: datetime) -> list[str] | None:
    """Other codes for once, in place of those from before; None if the code is wrong."""
    _row, staff = authentication.session_of(session, token)
    if not check(session, staff, code, address=address, now=now):
        return None
    account_store.audit(
        session, at=now, actor=staff.email, action="second_factor.codes", subject=staff.email, detail={}
    )
    return _new_codes(session, staff)


def remove(session: Session, token: str, code: str, *, required: bool, address: str | None, now: datetime) -> bool:
    """Do without from now on; False if the code is wrong. Raises Invalid if the person's role has to have one."""
    if required:
        raise Invalid("您的角色必須使用驗證碼；更換裝置請由系統管理人員重設。", code="second_factor_required")
    _row, staff = authentication.session_of(session, token)
    if not check(session, staff, code, address=address, now=now):
        return False
    _take_away(session, staff)
    account_store.audit(
        session, at=now, actor=staff.email, action="second_factor.remove", subject=staff.email, detail={}
    )
    return True


def reset(session: Session, actor: Actor, email: str, *, now: datetime) -> None:
    """Take a person's second factor away, and end the person's sessions.

    Raises:
        Forbidden: the person acting is no administrator. Invalid: there is no such active person, or it has none.
    """
    require_admin(actor)
    staff = authentication.active(session, email)
    if staff.totp_secret is None:
        raise Invalid(f"{staff.name}沒有設定驗證碼。", field="email", code="second_factor_not_set")
    _take_away(session, staff)
    account_store.end_sessions_of(session, staff.id)
    by = actor.email or actor.name
    account_store.audit(session, at=now, actor=by, action="second_factor.reset", subject=staff.email, detail={})


def _take_away(session: Session, staff: Staff) -> None:
    staff.totp_secret = staff.totp_step = None
    store.forget_codes(session, staff.id)


def check(session: Session, staff: Staff, code: str, *, address: str | None, now: datetime) -> bool:
    """Whether this is a code of the person's that is good now; it is used up. A wrong one counts as a wrong password.

    One after another for an account: many guesses at once are no more than one after another.
    """
    name = sign_ins.digest(staff.email)
    account_store.hold_account(session, name)
    if address is not None:
        sign_ins.hold_address(session, address)
    if lockout.barred(session, name, address, now=now):
        return False
    session.refresh(staff)
    if _good(session, staff, code, now):
        authentication.forgive(session, staff, address, now=now)
        return True
    session.add(SignInFailure(email_sha256=name, address=address, at=now))
    session.flush()
    authentication.refused(session, name, address, now=now, action="second_factor.refused")
    return False


def _good(session: Session, staff: Staff, code: str, now: datetime) -> bool:
    if staff.totp_secret is None:
        return False
    plain = re.sub(r"[\s-]", "", code).upper()
    if _DIGITS.fullmatch(plain):
        step = _step_of(staff.totp_secret, plain, now)
        return step is not None and store.take_step(session, staff.id, step)
    if not store.take_code(session, staff.id, authentication.digest(plain), now=now):
        return False
    detail: dict[str, object] = {"left": store.codes_left(session, staff.id)}
    account_store.audit(
        session, at=now, actor=staff.email, action="second_factor.recovery", subject=staff.email, detail=detail
    )
    return True


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step whose code this is, near the present one."""
    plain, present, totp = re.sub(r"\s", "", code), int(now.timestamp()) // _SECONDS, pyotp.TOTP(secret)
    fitting = [
        present + beside
        for beside in _AROUND
        if hmac.compare_digest(totp.generate_otp(present + beside).encode(), plain.encode("utf-8", "replace"))
    ]
    return fitting[0] if fitting else None


def _new_codes(session: Session, staff: Staff) -> list[str]:
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(16)) for _ in range(CODES)]
    store.put_codes(session, staff.id, [authentication.digest(code) for code in codes])
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in codes]


def half_signed_in(session: Session, token: str, *, now: datetime) -> tuple[WebSession, Staff] | None:
    """A session whose password was right a moment ago and whose code is still missing, and whose it is."""
    found = account_store.session_by_hash(session, authentication.digest(token))
    if found is None or found[0].stage != "code" or found[1].disabled_at is not None:
        return None
    return found if now - found[0].created_at <= authentication.HALFWAY else None
