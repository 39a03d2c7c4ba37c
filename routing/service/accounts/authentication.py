"""Who is it? Passwords and browser sessions (API tokens: ``tokens``); every success and refusal is audited.

Sessions live on the server, so that they can be ended there. Who failed too often is refused (``lockout``); the account
is never named to whoever guesses.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain.errors import Invalid, SignInError, Unauthenticated, Unfinished
from routing.domain.permissions import ANY_SIGN_IN, Actor, Permission, Role, SignInRules, may
from routing.service.accounts import lockout, passwords
from routing.service.accounts.passwords import Hashed
from routing.service.office_context import OfficeContext
from routing.store.accounts import passkeys, sign_ins
from routing.store.accounts import queries as account_store
from routing.store.accounts.schema import SignInFailure, Staff, WebSession
from routing.store.reminders import queries as reminder_store

IDLE = timedelta(minutes=30)
"""A session without use ends after this (資通系統防護基準: at most 30 minutes)."""
HALFWAY = timedelta(minutes=5)
"""How long after the password its second factor is waited for."""
SINGLE_SIGN_ON = frozenset({"oidc", "oidc_mfa"})
"""How a session was signed in where the agency's identity provider said who it is."""
TWO_FACTORS = frozenset({"oidc_mfa", "passkey"})
"""How a session was signed in by two factors without a code of ours: a passkey asks for finger, face or PIN."""
LONGEST_EXCEPTION = 72
"""Hours for which a password may be let stand in for single sign-on: a long weekend."""
LONGEST_NAME = 80
LIFE = timedelta(hours=12)
"""A session ends after this, used or not."""


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def actor_of(session: Session, staff: Staff, *, now: datetime) -> Actor:
    """A member of staff as the services see them, with those for whom they stand in today."""
    away = account_store.leaves_on(session, local(now).date()) if may(staff.role, Permission.DESK) else {}
    absent = tuple(sorted(person for person, leave in away.items() if leave.stand_in == staff.email))
    return Actor(
        name=staff.name, email=staff.email, role=Role(staff.role), unit=staff.unit, agency=staff.agency,
        staff_id=staff.id, stands_in_for=absent,
        stands_in_as=frozenset(Role(role) for role in account_store.roles_of(session, absent)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attempt:
    """A password about to be looked at: for which account (a digest), the hash it must fit, and from where."""

    name: str
    kept: str
    address: str | None = None
    failure: int | None = None
    """The row by which it counts as failed."""

    def fits(self, password: str) -> bool:
        """Whether this is the password. Slow on purpose, and as slow for nobody's account: no transaction is open."""
        return passwords.matches(self.kept, password)


def barred(session: Session, email: str, *, address: str | None, now: datetime) -> bool:
    """Whether an attempt would be refused whatever its password. Reads only: those who are locked out write nothing."""
    return lockout.barred(session, sign_ins.digest(email), address, now=now)


def admit(session: Session, email: str, *, address: str | None = None, now: datetime) -> Attempt | None:
    """An attempt at an account, or None if it is locked. It counts as failed until ``settle`` says otherwise.

    Counted before the password is looked at, and committed by the caller, so that many guesses at once are no more
    than one after another; the hash is then worked out without holding up anybody's writing.
    ``address``: where it comes from, None if that cannot be told.
    """
    name = sign_ins.digest(email)
    account_store.hold_account(session, name)
    if address is not None:
        sign_ins.hold_address(session, address)
    if lockout.barred(session, name, address, now=now):
        # Written down when it was locked (``settle``): trying on adds nothing.
        return None
    failure = SignInFailure(email_sha256=name, address=address, at=now)
    session.add(failure)
    session.flush()
    staff = account_store.staff_by_email(session, email)
    return Attempt(name, staff.password_hash if staff else passwords.NOBODY, address, failure.id)


def settle(
    session: Session, attempt: Attempt, email: str, *, fits: bool, rules: SignInRules = ANY_SIGN_IN, now: datetime
) -> Staff | SignInError | None:
    """The person whose password it was, whose failures are forgotten; or None, and it is audited as refused.

    A password changed or an account disabled since ``admit`` is a refusal. Of whoever has a second factor only this
    attempt is forgotten: the rest is when the code is right, or its guesses would have no bound. The error is for who
    has to come by single sign-on: the attempt is forgotten, and nothing else.
    """
    staff = account_store.staff_by_email(session, email)
    if staff is None or not fits or staff.disabled_at is not None or staff.password_hash != attempt.kept:
        refused(session, attempt.name, attempt.address, now=now)
        return None
    enough = by_password(staff, rules, now=now)
    if enough and staff.totp_secret is None:
        succeeded(session, staff, attempt.address, now=now)
    elif attempt.failure is not None:
        sign_ins.forget_failure(session, attempt.failure)
    if enough:
        return staff
    error = SignInError("oidc_required")
    detail: dict[str, object] = {"why": error.code}
    account_store.audit(session, at=now, actor="-", action="sign_in.refused", subject=staff.email, detail=detail)
    return error


def by_password(staff: Staff, rules: SignInRules, *, now: datetime) -> bool:
    """Whether a person may sign in without single sign-on: the role may, or the command line let them for a while."""
    let = staff.password_until is not None and now < staff.password_until
    return let or not rules.ask_single_sign_on(staff.role)


def allow_password(session: Session, actor: Actor, email: str, *, hours: int, now: datetime) -> datetime:
    """Let a person sign in by password for some hours although the role has to use single sign-on; says until when.

    Raises:
        Invalid: there is no such active person, or not one to seventy-two hours.
    """
    if not 1 <= hours <= LONGEST_EXCEPTION:
        raise Invalid(f"時數須為 1 到 {LONGEST_EXCEPTION}。", field="hours")
    staff = active(session, email)
    staff.password_until = now + timedelta(hours=hours)
    detail: dict[str, object] = {"hours": hours}
    by = actor.email or actor.name
    account_store.audit(session, at=now, actor=by, action="password.allow", subject=staff.email, detail=detail)
    return staff.password_until


def refused(
    session: Session, name: str, address: str | None, *, now: datetime, action: str = "sign_in.refused"
) -> None:
    """Write a failure down, and that it was the one that locks, if it was. ``name``: digest of the account's."""
    account_store.audit(session, at=now, actor="-", action=action, subject=name[:12], detail={})
    if lockout.barred(session, name, address, now=now):
        detail: dict[str, object] = {"address": address}
        account_store.audit(session, at=now, actor="-", action="sign_in.locked", subject=name[:12], detail=detail)


def succeeded(session: Session, staff: Staff, address: str | None, *, now: datetime, how: str = "password") -> None:
    """Whoever it is has proved it: failures are forgotten, the address is known from now on, and it is written down."""
    forgive(session, staff, address, now=now)
    staff.used_at = now
    detail: dict[str, object] = {} if how == "password" else {"how": how}
    account_store.audit(session, at=now, actor=staff.email, action="sign_in", subject=staff.email, detail=detail)


def forgive(session: Session, staff: Staff, address: str | None, *, now: datetime) -> None:
    """Forget the failures of whoever has proved to be the person, and know the address from now on."""
    name = sign_ins.digest(staff.email)
    account_store.forget_failures(session, name)
    if address is not None:
        sign_ins.know(session, name, address, now=now)


def another_password(staff: Staff, password: str) -> Hashed:
    """The hash of an account's next password. Raises Invalid as ``passwords.another``; no transaction is open."""
    former = staff.former_passwords or ()
    return passwords.another(staff.password_hash, former, password, about=(staff.email, staff.name))


def set_password(session: Session, email: str, password: Hashed, *, now: datetime, by: str = "cli") -> Staff:
    """Give an account another password; its sessions and the tokens of its programs end with the old one.

    Whoever could use the old password could also have made a token (ASVS 7.4.3). The hash is worked out before
    (``another_password``): this is inside a transaction. One that another person gave is changed at the next sign-in.

    Raises:
        Invalid: there is no such active person.
    """
    staff = active(session, email)
    staff.former_passwords = [staff.password_hash, *(staff.former_passwords or ())][: passwords.REMEMBERED]
    staff.password_hash, staff.first_password = password.value, by != staff.email
    account_store.end_sessions_of(session, staff.id)
    tokens = account_store.revoke_tokens_of(session, staff.id, now=now)
    if staff.first_password:
        # Given by another person: somebody else may have been in, and left a way back.
        passkeys.remove(session, staff.id)
    account_store.forget_failures(session, sign_ins.digest(staff.email))
    detail: dict[str, object] = {"tokens": tokens}
    account_store.audit(session, at=now, actor=by, action="password.change", subject=staff.email, detail=detail)
    return staff


def active(session: Session, email: str) -> Staff:
    """A person whose account is in use. Raises Invalid if there is none."""
    staff = account_store.staff_by_email(session, email)
    if staff is None or staff.disabled_at is not None:
        raise Invalid(f"查無啟用中的帳號：{email}。", field="email", code="unknown_staff")
    return staff


@dataclass(frozen=True, slots=True)
class Where:
    """What is known of a browser that signs in: how, from which address, and which browser it says it is."""

    how: str = "password"
    address: str | None = None
    browser: str | None = None


def begin_session(
    session: Session, staff: Staff, *, now: datetime, where: Where = Where(), stage: str | None = None
) -> str:
    """A new session; the token goes into the browser's cookie and is kept nowhere. ``stage``: what is still missing."""
    token = secrets.token_urlsafe(32)
    session.add(
        WebSession(
            token_sha256=digest(token), staff_id=staff.id, created_at=now, last_seen_at=now, stage=stage,
            how=where.how, address=where.address, browser=where.browser,
        )
    )  # fmt: skip
    account_store.purge_sessions(session, seen_before=now - LIFE, created_before=now - LIFE)
    return token


def session_of(session: Session, token: str) -> tuple[WebSession, Staff]:
    """A signed-in session and whose it is. Raises Unauthenticated if there is none."""
    found = account_store.session_by_hash(session, digest(token))
    if found is None or found[0].stage is not None:
        raise Unauthenticated("請先登入。")
    return found


def who_by_session(
    session: Session, token: str, *, now: datetime, rules: SignInRules, unfinished: bool = False
) -> tuple[Actor, bool]:
    """The person behind a browser's token, and whether its last use should be noted again.

    Raises:
        Unauthenticated: there is no such session, it is over, the account is disabled, or the role has to come by
            single sign-on and did not. Unfinished: the person has something to do before anything else; not where it
            is done (``unfinished``).
    """
    found = account_store.session_by_hash(session, digest(token))
    if found is not None:
        row, staff = found
        live = now - row.last_seen_at <= IDLE and now - row.created_at <= LIFE
        enough = row.how in SINGLE_SIGN_ON or by_password(staff, rules, now=now)
        if staff.disabled_at is None and row.stage is None and live and enough:
            step = first_step(staff, row.how, rules)
            if step is not None and not unfinished:
                raise Unfinished(step)
            return actor_of(session, staff, now=now), now - row.last_seen_at > timedelta(minutes=1)
    raise Unauthenticated("請先登入。")


def first_step(staff: Staff, how: str, rules: SignInRules) -> str | None:
    """What a person has to do after signing in and before anything else, None if nothing.

    Single sign-on and passkeys use no password of ours; a passkey is two factors, single sign-on says whether it was.
    """
    if staff.first_password and how == "password":
        return "password"
    missing = rules.ask_second_factor(staff.role) and staff.totp_secret is None and how not in TWO_FACTORS
    return "second_factor" if missing else None


def keep_session(session: Session, token: str, *, now: datetime) -> None:
    """Note that a session is in use."""
    account_store.touch_session(session, digest(token), now=now)


def end_session(session: Session, token: str, *, now: datetime) -> str | None:
    """Sign out, and say how it had been signed in. A token that is nobody's changes nothing."""
    found = account_store.session_by_hash(session, digest(token))
    if found is None:
        return None
    how, email = found[0].how, found[1].email
    account_store.end_session(session, digest(token))
    account_store.audit(session, at=now, actor=email, action="sign_out", subject=email, detail={})
    return how


def checked_role(office: OfficeContext, *, name: str, role: str, unit: str | None, agency: str | None) -> Role:
    """The role of an account that is made or changed.

    Raises:
        Invalid: no name or one too long, no such role, unit or agency, or one that the role needs is not named.
    """
    if not name.strip():
        raise Invalid("請填寫姓名。", field="name")
    if len(name.strip()) > LONGEST_NAME:
        raise Invalid(f"姓名請在 {LONGEST_NAME} 字以內。", field="name", code="too_long")
    if role not in {known.value for known in Role}:
        raise Invalid("請選擇角色。", field="role")
    if unit is not None and office.offices.find_unit(unit) is None:
        raise Invalid(f"查無單位「{unit}」。", field="unit")
    if agency is not None and office.offices.agency(agency) is None:
        raise Invalid("查無這個協力機關。", field="agency")
    _require_place(Role(role), unit, agency)
    return Role(role)


def _require_place(role: Role, unit: str | None, agency: str | None) -> None:
    if may(role, Permission.UNIT_WORK) and not unit:
        raise Invalid("承辦人必須屬於一個單位。", field="unit")
    if may(role, Permission.ANSWER_QUESTIONS) and not agency:
        raise Invalid("協力機關帳號必須指定機關。", field="agency")


def known(session: Session, email: str) -> Staff:
    """A person by account, in use or not. Raises Invalid if there is none."""
    staff = account_store.staff_by_email(session, email)
    if staff is None:
        raise Invalid(f"查無帳號：{email}。", field="email", code="unknown_staff")
    return staff


def add_staff(
    session: Session, *, email: str, name: str, role: Role, unit: str | None, categories: tuple[str, ...],
    agency: str | None, password: Hashed, now: datetime, by: str = "cli", first_password: bool = False,
) -> Staff:  # fmt: skip
    """A new account. ``first_password``: whoever signs in with it has to choose another.

    Raises:
        Invalid: the e-mail is taken or not one, the name too long, an officer without unit, a partner without agency.
    """
    email = email.strip().lower()
    if "@" not in email or len(email) > 200:
        raise Invalid("請輸入完整的電子郵件。", field="email")
    if len(name.strip()) > LONGEST_NAME:
        raise Invalid(f"姓名請在 {LONGEST_NAME} 字以內。", field="name", code="too_long")
    if account_store.staff_by_email(session, email) is not None:
        raise Invalid(f"帳號 {email} 已存在。", field="email", code="staff_exists")
    _require_place(role, unit, agency)
    staff = Staff(
        email=email, name=name.strip(), role=role.value, unit=unit, categories=list(categories), agency=agency,
        password_hash=password.value, first_password=first_password, created_at=now,
        used_at=now,
    )  # fmt: skip
    session.add(staff)
    session.flush()
    account_store.audit(session, at=now, actor=by, action="staff.add", subject=email, detail={"role": role.value})
    return staff


def disable_staff(
    session: Session, email: str, *, now: datetime, by: str = "cli", detail: Mapping[str, object] | None = None
) -> None:
    """Close an account: its sessions and tokens end with it. Raises Invalid if there is none.

    ``detail`` stands in the audit trail.
    """
    staff = known(session, email)
    staff.disabled_at = staff.disabled_at or now
    account_store.end_sessions_of(session, staff.id)
    account_store.revoke_tokens_of(session, staff.id, now=now)
    reminder_store.end_chat(session, staff_id=staff.id)
    said = dict(detail or {})
    account_store.audit(session, at=now, actor=by, action="staff.disable", subject=staff.email, detail=said)


def enable_staff(session: Session, email: str, *, now: datetime, by: str = "cli") -> None:
    """Open a closed account again, with the password that it had; sessions and tokens stay ended.

    Raises:
        Invalid: there is none, or it is in use.
    """
    staff = known(session, email)
    if staff.disabled_at is None:
        raise Invalid(f"帳號 {staff.email} 並未停用。", field="email", code="not_disabled")
    staff.disabled_at, staff.used_at = None, now
    account_store.audit(session, at=now, actor=by, action="staff.enable", subject=staff.email, detail={})
