"""API tokens of people: making, using, listing and ending them. They also end with the account and with its password.

Whoever comes with a token that is not good is noted in the audit trail, without the token: one entry a minute for an
address, and not more than ``MOST_REFUSALS`` a minute altogether, so that nobody fills the disk with them.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from routing.domain.errors import Forbidden, Invalid, NotFound, Unauthenticated
from routing.domain.permissions import Actor, TokenScope
from routing.service.accounts import authentication
from routing.service.accounts.queries import require_admin
from routing.store.accounts import queries as account_store
from routing.store.accounts import sign_ins
from routing.store.accounts.schema import ApiToken, Staff

_ID = re.compile(f"[0-9a-f]{{{sign_ins.SHOWN}}}")
MOST_DAYS = 3650
LONGEST_PURPOSE = 80
_NOTED_EVERY = timedelta(minutes=5)
_MINUTE = timedelta(minutes=1)
MOST_REFUSALS = 60
"""Entries about refused tokens a minute, of all addresses together."""
REFUSED = "token.refused"


@dataclass(frozen=True, slots=True)
class Token:
    """A token: the id by which it is revoked, whose it is, what for, since and until when it is good.

    ``days_left``: whole days until it ends, 0 on its last; None if it has no end or is over.
    """

    id: str
    email: str
    name: str
    scope: str
    purpose: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    expired: bool
    days_left: int | None


def listing(session: Session, *, email: str | None = None, now: datetime) -> list[Token]:
    """Every token, or a person's, those in use first."""
    return [_shown(row, staff, now) for row, staff in sign_ins.tokens(session, email=email)]


def _shown(row: ApiToken, staff: Staff, now: datetime) -> Token:
    left = row.expires_at - now if row.expires_at is not None else None
    over = left is not None and left <= timedelta(0)
    return Token(
        id=row.token_sha256[: sign_ins.SHOWN], email=staff.email, name=staff.name, scope=row.scope, purpose=row.purpose,
        created_at=row.created_at, expires_at=row.expires_at, last_used_at=row.last_used_at, revoked_at=row.revoked_at,
        expired=over, days_left=None if left is None or over or row.revoked_at else left.days,
    )  # fmt: skip


def create(
    session: Session, email: str, *, days: int | None, now: datetime, scope: TokenScope = TokenScope.FULL,
    purpose: str = "", by: str = "cli",
) -> str:  # fmt: skip
    """A new token for a person, which is kept nowhere. ``days``: for how long it is good; None: until it is revoked.

    Raises:
        Invalid: there is no such active person, the days are out of range, or the purpose is too long.
    """
    staff = authentication.active(session, email)
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise Invalid(f"有效日數須為 1 到 {MOST_DAYS} 日。", field="days")
    purpose = purpose.strip()
    if len(purpose) > LONGEST_PURPOSE:
        raise Invalid(f"用途請在 {LONGEST_PURPOSE} 字以內。", field="purpose", code="too_long")
    token = "ost_" + secrets.token_urlsafe(32)
    kept = authentication.digest(token)
    session.add(
        ApiToken(
            token_sha256=kept, staff_id=staff.id, created_at=now, scope=scope.value, purpose=purpose,
            expires_at=now + timedelta(days=days) if days is not None else None,
        )
    )  # fmt: skip
    detail: dict[str, object] = {"token": kept[: sign_ins.SHOWN], "scope": scope.value, "days": days}
    account_store.audit(session, at=now, actor=by, action="token.create", subject=staff.email, detail=detail)
    return token


def create_at_desk(
    session: Session, actor: Actor, *, email: str, scope: str, days: int, purpose: str, now: datetime
) -> str:
    """A new token, made by an administrator, who is asked what it is for.

    Raises:
        Forbidden: the person is no administrator. Invalid: as ``create``, or a field is missing.
    """
    require_admin(actor)
    if scope not in {known.value for known in TokenScope}:
        raise Invalid("請選擇權限。", field="scope")
    if not purpose.strip():
        raise Invalid("請填寫用途，例如使用這個權杖的系統名稱。", field="purpose")
    return create(
        session, email, days=days, scope=TokenScope(scope), purpose=purpose, now=now, by=actor.email or actor.name
    )


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a token is refused, and what is known of it: its id and person if there is such a token."""

    why: str
    token: str | None = None
    email: str | None = None

    def error(self) -> Unauthenticated | Forbidden:
        """As whoever asks is told; only whoever holds a real token learns more than that it is not good."""
        if self.why == "read_only":
            return Forbidden("這個 API 權杖只能讀取，不能變更資料。", code="token_read_only")
        if self.why == "expired":
            return Unauthenticated("API 權杖已到期；請洽系統管理人員重新發給。", code="token_expired")
        return Unauthenticated("API 權杖無效。")


@dataclass(frozen=True, slots=True)
class Bearer:
    """The person behind a token. ``stale``: its last use should be noted again; ``token``: its id, as lists show it."""

    actor: Actor
    stale: bool
    token: str


def look_up(session: Session, token: str, *, writes: bool, now: datetime) -> Bearer | Refusal:
    """Whose token this is, or why it is not good for what is asked; reads only."""
    found = sign_ins.token(session, authentication.digest(token))
    if found is None:
        return Refusal("unknown")
    row, staff = found
    shown = row.token_sha256[: sign_ins.SHOWN]
    if row.revoked_at is not None or staff.disabled_at is not None:
        return Refusal("revoked", shown, staff.email)
    if row.expires_at is not None and row.expires_at <= now:
        return Refusal("expired", shown, staff.email)
    if writes and row.scope != TokenScope.FULL:
        return Refusal("read_only", shown, staff.email)
    stale = row.last_used_at is None or now - row.last_used_at > _NOTED_EVERY
    return Bearer(authentication.actor_of(session, staff, now=now), stale, shown)


def keep(session: Session, token: str, *, now: datetime) -> None:
    """Note that a token is in use."""
    sign_ins.note_use(session, authentication.digest(token), now=now)


def worth_noting(session: Session, address: str | None, *, now: datetime) -> bool:
    """Whether a refusal from an address is to be written down: the first in its minute, unless there are too many."""
    return sign_ins.quiet(session, REFUSED, address or "-", since=now - _MINUTE, most=MOST_REFUSALS)


def note_refusal(session: Session, refusal: Refusal, *, address: str | None, now: datetime) -> None:
    """Write a refusal down, if it is still to be."""
    sign_ins.hold_address(session, address or "-")
    if worth_noting(session, address, now=now):
        detail: dict[str, object] = {"why": refusal.why}
        if refusal.token is not None:
            detail["token"] = refusal.token
        account_store.audit(
            session, at=now, actor=refusal.email or "-", action=REFUSED, subject=address or "-", detail=detail
        )


def revoke(session: Session, token_id: str, *, now: datetime, by: str) -> str:
    """End a token at once; says whose it was. Raises NotFound if none in use has this id."""
    found = sign_ins.revoke(session, token_id, now=now) if _ID.fullmatch(token_id) else []
    if not found:
        raise NotFound("查無使用中的 API 權杖；編號請見權杖清單。")
    email = found[0].email
    account_store.audit(session, at=now, actor=by, action="token.revoke", subject=email, detail={"token": token_id})
    return email
