"""Signed-in browsers as their people and administrators see them, and ending one: its next request is nobody's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from routing.domain.errors import NotFound
from routing.domain.permissions import Actor
from routing.service.accounts import authentication
from routing.service.accounts.queries import require_admin
from routing.store.accounts import queries as account_store
from routing.store.accounts import sessions as store

_ID = re.compile(f"[0-9a-f]{{{store.SHOWN}}}")
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def browser_of(user_agent: str) -> str | None:
    """Which browser on which system this says it is, as far as that helps a person to know the own one again."""
    names = [next((name for sign, name in known if sign in user_agent), None) for known in (_BROWSERS, _SYSTEMS)]
    return "・".join(name for name in names if name) or None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A signed-in browser: the id by which it is ended, whose it is, since when, from where; ``here``: the asker's."""

    id: str
    email: str
    name: str
    created_at: datetime
    last_seen_at: datetime
    address: str | None
    browser: str | None
    how: str
    here: bool


def _listed(session: Session, *, here: str, now: datetime, staff_id: int | None = None) -> list[SignedIn]:
    rows = store.live(
        session, seen_after=now - authentication.IDLE, begun_after=now - authentication.LIFE, staff_id=staff_id
    )
    return [
        SignedIn(
            id=row.token_sha256[: store.SHOWN], email=staff.email, name=staff.name, created_at=row.created_at,
            last_seen_at=row.last_seen_at, address=row.address, browser=row.browser, how=row.how,
            here=row.token_sha256 == here,
        )
        for row, staff in rows
    ]  # fmt: skip


def own(session: Session, token: str, *, now: datetime) -> list[SignedIn]:
    """Where the person of a session is signed in."""
    row, staff = authentication.session_of(session, token)
    return _listed(session, here=row.token_sha256, now=now, staff_id=staff.id)


def everybody(session: Session, actor: Actor, *, now: datetime) -> list[SignedIn]:
    """Where everybody is signed in. Raises Forbidden: the person asking is no administrator."""
    require_admin(actor)
    return _listed(session, here="", now=now)


def end_own(session: Session, token: str, session_id: str, *, now: datetime) -> None:
    """End one of the own sessions. Raises NotFound if none has this id."""
    _row, staff = authentication.session_of(session, token)
    if not _ID.fullmatch(session_id) or not store.end(session, session_id, staff_id=staff.id):
        raise NotFound("查無這個登入；可能已登出。")
    _audit(session, staff.email, staff.email, now, session=session_id)


def end_others(session: Session, token: str, *, now: datetime) -> int:
    """End every own session but this one; says how many."""
    row, staff = authentication.session_of(session, token)
    ended = store.end_others(session, staff.id, but=row.token_sha256)
    _audit(session, staff.email, staff.email, now, ended=ended)
    return ended


def end_for(session: Session, actor: Actor, session_id: str, *, now: datetime) -> str:
    """End somebody's session; says whose it was.

    Raises:
        Forbidden: the person acting is no administrator. NotFound: none has this id.
    """
    require_admin(actor)
    found = store.end(session, session_id) if _ID.fullmatch(session_id) else []
    if not found:
        raise NotFound("查無這個登入；可能已登出。")
    _audit(session, actor.email or actor.name, found[0].email, now, session=session_id)
    return found[0].email


def end_all_of(session: Session, actor: Actor, email: str, *, now: datetime) -> None:
    """End all of a person's sessions. Raises Forbidden as ``end_for``, Invalid if there is no such active person."""
    require_admin(actor)
    staff = authentication.active(session, email)
    account_store.end_sessions_of(session, staff.id)
    _audit(session, actor.email or actor.name, staff.email, now, session="all")


def _audit(db: Session, by: str, whose: str, now: datetime, **detail: object) -> None:
    account_store.audit(db, at=now, actor=by, action="session.end", subject=whose, detail=detail)
