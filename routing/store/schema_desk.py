"""The tables behind the desk: staff and their sessions, audit, office calendar, issued reports, knowledge edits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
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
    disabled_at: Mapped[datetime | None]
    last_assigned_at: Mapped[datetime | None]
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
    """A signed-in browser. Only the hash of its token is kept."""

    __tablename__ = "web_session"
    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class ApiToken(Base):
    """A bearer token for the API. Only its hash is kept."""

    __tablename__ = "api_token"
    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


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


class Idempotency(Base):
    """The first answer to a POST with an Idempotency-Key, kept for a day."""

    __tablename__ = "idempotency"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)


class Audit(Base):
    """Who did what to what, when. Never what anybody wrote."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class CalendarYear(Base):
    """An imported year of the official office calendar; replaces the one that ships."""

    __tablename__ = "calendar_year"
    year: Mapped[int] = mapped_column(primary_key=True)
    csv: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[datetime]


class Closure(Base):
    """Work stopped by order of a county or district for a day or a part of it; withdrawn ones keep their row."""

    __tablename__ = "closure"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    county: Mapped[str] = mapped_column(String(20))
    district: Mapped[str | None] = mapped_column(String(20))
    part: Mapped[str] = mapped_column(String(16))
    source: Mapped[str | None] = mapped_column(String(500))
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class IssuedReport(Base):
    """The fingerprint of a report of a finished period as it was last given out; a change makes a revision."""

    __tablename__ = "issued_report"
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int] = mapped_column(default=0)
    issued_at: Mapped[datetime]


class KnowledgeEdit(Base):
    """A version of a FAQ entry made at the desk: draft or approved; the newest approved one is in force."""

    __tablename__ = "knowledge_edit"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    entry_id: Mapped[str] = mapped_column(String(80), index=True)
    body: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10))
    author: Mapped[str] = mapped_column(String(200))
    approver: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class Correction(Base):
    """What an officer taught from a case: a phrasing of an entry, a counter-example to one, or a text's category.

    ``state``: trial until the worker has tried it against the evaluation set, then live or refused; ``report`` holds
    the figures before and after. A correction whose message is taken back is erased with it; the id outlives the
    message's row, which its period of keeping may end.
    """

    __tablename__ = "correction"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(10))
    entry_id: Mapped[str | None] = mapped_column(String(80), index=True)
    category: Mapped[str | None] = mapped_column(String(16))
    case_number: Mapped[str | None] = mapped_column(String(24))
    message_id: Mapped[int | None] = mapped_column(Id, index=True)
    author: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), index=True)
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    decided_at: Mapped[datetime | None]
