"""Queries on browser sessions, as their people and administrators see them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from routing.store.accounts.schema import Staff, WebSession
from routing.store.session import changed

SHOWN = 12
"""Characters of a token's hash that name a session; they say nothing of the token."""


def live(
    session: Session, *, seen_after: datetime, begun_after: datetime, staff_id: int | None = None
) -> list[tuple[WebSession, Staff]]:
    """Sessions that are signed in and not over, whose they are, the last used first."""
    query = select(WebSession, Staff).join(Staff, Staff.id == WebSession.staff_id)
    query = query.where(
        WebSession.stage.is_(None), WebSession.last_seen_at >= seen_after, WebSession.created_at >= begun_after,
        Staff.disabled_at.is_(None),
    )  # fmt: skip
    if staff_id is not None:
        query = query.where(WebSession.staff_id == staff_id)
    ordered = query.order_by(WebSession.last_seen_at.desc(), WebSession.token_sha256)
    return [(row[0], row[1]) for row in session.execute(ordered)]


def end(session: Session, shown: str, *, staff_id: int | None = None) -> list[Staff]:
    """End the session whose hash begins so (of a person, if named); says whose it was."""
    named = [WebSession.token_sha256.startswith(shown, autoescape=True)]
    if staff_id is not None:
        named.append(WebSession.staff_id == staff_id)
    found = list(session.scalars(select(Staff).join(WebSession, WebSession.staff_id == Staff.id).where(*named)))
    changed(session, delete(WebSession).where(*named))
    return found


def end_by(session: Session, staff_id: int, how: str) -> int:
    """End every session of a person that began so (``how`` is how its name begins); says how many."""
    theirs = WebSession.staff_id == staff_id, WebSession.how.startswith(how, autoescape=True)
    return changed(session, delete(WebSession).where(*theirs))


def end_others(session: Session, staff_id: int, *, but: str) -> int:
    """End every session of a person but the one with this hash; says how many."""
    theirs = WebSession.staff_id == staff_id, WebSession.token_sha256 != but
    return changed(session, delete(WebSession).where(*theirs))
