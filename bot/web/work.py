"""One request, one transaction: who is asking, in which session, at what time. Committed before the answer leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from pydantic import Field
from sqlalchemy.orm import Session

from bot.web.runtime import Runtime, runtime_of
from routing.domain.errors import Forbidden, Unauthenticated
from routing.domain.permissions import Actor, Role
from routing.service import signing_in
from routing.service.context import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A request's transaction and the person behind it."""

    session: Session
    desk: Desk
    now: datetime
    actor: Actor
    runtime: Runtime


def cookie_name(runtime: Runtime) -> str:
    """The session cookie's name; ``__Host-`` binds it to this host, and needs https."""
    return "__Host-sid" if runtime.settings.https else "sid"


def _who(request: Request, runtime: Runtime, session: Session, now: datetime) -> tuple[Actor, str | None]:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return signing_in.who_by_token(session, token.strip()), None
    cookie = request.cookies.get(cookie_name(runtime))
    if not cookie:
        raise Unauthenticated("請先登入。")
    actor, stale = signing_in.who_by_session(session, cookie, now=now)
    return actor, cookie if stale else None


def reading_work(request: Request) -> Iterator[Work]:
    """A signed-in person's reading request."""
    runtime = runtime_of(request)
    now = runtime.now()
    with runtime.reading() as (session, desk):
        actor, stale = _who(request, runtime, session, now)
        if stale is None:
            yield Work(session=session, desk=desk, now=now, actor=actor, runtime=runtime)
            return
    with runtime.writing() as (session, _desk):
        signing_in.keep_session(session, stale, now=now)
    with runtime.reading() as (session, desk):
        yield Work(session=session, desk=desk, now=now, actor=actor, runtime=runtime)


def writing_work(request: Request) -> Iterator[Work]:
    """A signed-in person's writing request: everything in one transaction, undone if anything fails."""
    runtime = runtime_of(request)
    now = runtime.now()
    with runtime.writing() as (session, desk):
        actor, stale = _who(request, runtime, session, now)
        if stale is not None:
            signing_in.keep_session(session, stale, now=now)
        yield Work(session=session, desk=desk, now=now, actor=actor, runtime=runtime)


RowId = Annotated[int, Field(ge=0, le=2**63 - 1)]
"""A row's id in an address: a number that every database can hold."""

Reading = Annotated[Work, Depends(reading_work, scope="function")]
Writing = Annotated[Work, Depends(writing_work, scope="function")]


def require(actor: Actor, *roles: Role) -> None:
    """Let only these roles pass. Raises Forbidden for others."""
    if actor.role not in roles:
        raise Forbidden("您的角色無法使用這項功能。")
