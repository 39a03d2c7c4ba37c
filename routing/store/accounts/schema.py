"""Tables of accounts: staff, absences, browser sessions, API tokens, failed sign-ins, the audit trail."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id


class Staff(Base):
    """A member of the service team, a supervisor, an administrator or a partner agency's person."""

    __tablename__ = "staff"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(12))
    unit: Mapped[str | None] = mapped_column(String(40))
    categories: Mapped[list[Any]] = mapped_column(default=list)
    agency: Mapped[str | None] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200))
    former_passwords: Mapped[list[Any] | None]
    """Hashes of those before, the newest first; none of them is taken again (資通安全責任等級分級辦法 附表十)."""
    first_password: Mapped[bool] = mapped_column(default=False)
    """Somebody else gave it: whoever signs in with it chooses another before anything else."""
    password_until: Mapped[datetime | None]
    """Until then the password is enough although the role has to use single sign-on (``onestop staff allow-password``).
    """
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    """The last thirty seconds of which a code was taken; none of then or before is taken again (RFC 6238, 5.2)."""
    disabled_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    """Signed in, opened or opened again; null: not since this is noted. Whoever is idle is known by it."""
    last_assigned_at: Mapped[datetime | None]
    capacity: Mapped[int | None]
    """Open cases, those that wait counted half, at which nothing more is given out to them; null: no bound."""
    undo_send: Mapped[bool] = mapped_column(default=False)
    """Their replies wait for some seconds, in which they can be taken back."""
    created_at: Mapped[datetime]


class Absence(Base):
    """Days on which a person gets no new cases; ``deputy`` (代理人) gets what is theirs meanwhile."""

    __tablename__ = "absence"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class WebSession(Base):
    """A signed-in browser. Only the hash of its token is kept.

    ``stage``: what is still missing (``code``), None when it is signed in. ``how`` it signed in: with ``password``, or
    by single sign-on (``oidc``; ``oidc_mfa`` if that asked for a second factor). ``offered``: the secret that its
    person is setting up.
    """

    __tablename__ = "web_session"
    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    stage: Mapped[str | None] = mapped_column(String(8))
    how: Mapped[str] = mapped_column(String(12), default="password")
    address: Mapped[str | None] = mapped_column(String(45))
    browser: Mapped[str | None] = mapped_column(String(60))
    offered: Mapped[str | None] = mapped_column(String(64))


class RecoveryCode(Base):
    """A code for once, for whoever has lost the second factor. Only its hash is kept; it is random enough for that."""

    __tablename__ = "recovery_code"
    code_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    used_at: Mapped[datetime | None]


class StaffIdentity(Base):
    """Which name an identity provider has for a person: what single sign-on goes by from the first time on."""

    __tablename__ = "staff_identity"
    issuer: Mapped[str] = mapped_column(String(300), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    linked_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("staff_id", "issuer"),)


class Passkey(Base):
    """A key in a person's device or in what syncs it; here is its public half, and what tells it from others."""

    __tablename__ = "passkey"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    credential_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    credential: Mapped[str] = mapped_column(String(1400))
    """Its id, as base64url: what browsers are told not to make again."""
    public_key: Mapped[str] = mapped_column(String(4000))
    """COSE, as base64url."""
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class SignInState(Base):
    """A single sign-on that came back from the provider; none comes back twice. Kept while it could be tried again."""

    __tablename__ = "sign_in_state"
    state_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]


class ApiToken(Base):
    """A bearer token for the API. Only its hash is kept. ``scope``: routing.domain.permissions.TokenScope.

    ``expires_at`` None: made before tokens had an end; good until it is revoked.
    """

    __tablename__ = "api_token"
    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    scope: Mapped[str] = mapped_column(String(8), default="full")
    purpose: Mapped[str] = mapped_column(String(80), default="")
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class SignInFailure(Base):
    """A failed sign-in, by account and by the address it came from, if that can be told."""

    __tablename__ = "sign_in_failure"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    email_sha256: Mapped[str] = mapped_column(String(64), index=True)
    address: Mapped[str | None] = mapped_column(String(45), index=True)
    at: Mapped[datetime]


class KnownAddress(Base):
    """An address from which an account signed in, and when it last did; there no stranger's failures lock it out."""

    __tablename__ = "known_address"
    email_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    address: Mapped[str] = mapped_column(String(45), primary_key=True)
    last_at: Mapped[datetime]


class Audit(Base):
    """Who did what to what, when. Never what anybody wrote. ``place`` and ``seal``: see routing.domain.audit_chain."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    place: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    seal: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (
        Index("ix_audit_unsealed", "id", sqlite_where=text("seal IS NULL"), postgresql_where=text("seal IS NULL")),
    )
