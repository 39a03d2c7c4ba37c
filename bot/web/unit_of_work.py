"""One request, one transaction: who is asking, in which session, at what time. Committed before the answer leaves.

A writing transaction begins when the caller is known and the body is read, and not before: SQLite has one writer at a
time, and nobody's slow or nameless request may keep LINE's events waiting for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated

import structlog
from fastapi import Depends, Request
from pydantic import Field
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.runtime import Runtime, runtime_of
from bot.web.access_refusals import caller_is
from bot.web.limits.origin import address_of
from bot.web.token_refusals import TokenRefusals
from routing.domain.errors import Unauthenticated
from routing.domain.pagination import LARGEST_ID
from routing.domain.permissions import Actor
from routing.service.accounts import authentication, tokens
from routing.service.accounts.refused_access import Caller
from routing.service.office_context import OfficeContext

log = structlog.get_logger("web")

Note = Callable[[Session], None]
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
"""What a token that only reads is good for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOfWork:
    """A request's transaction and the person behind it."""

    session: Session
    office: OfficeContext
    now: datetime
    actor: Actor
    runtime: Runtime


def cookie_name(runtime: Runtime) -> str:
    """The session cookie's name; ``__Host-`` binds it to this host, and needs https."""
    return "__Host-sid" if runtime.settings.https else "sid"


def _who(
    request: Request, runtime: Runtime, session: Session, now: datetime, *, unfinished: bool = False
) -> tuple[Actor, Note | None]:
    """The caller, and how to note that session or token is in use, if it should be.

    Raises:
        Unauthenticated: nobody is signed in. Unfinished: somebody is, and has something to do first; not on the pages
            where it is done (``unfinished``).
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return _bearer(request, runtime, session, token.strip(), now)
    cookie = request.cookies.get(cookie_name(runtime))
    if not cookie:
        raise Unauthenticated("請先登入。")
    actor, stale = who_by_cookie(runtime, session, cookie, now, unfinished=unfinished)
    caller_is(request, Caller(actor.email or actor.name))
    return actor, partial(authentication.keep_session, token=cookie, now=now) if stale else None


def who_by_cookie(
    runtime: Runtime, session: Session, cookie: str, now: datetime, *, unfinished: bool = False
) -> tuple[Actor, bool]:
    """The person behind a cookie, as authentication.who_by_session."""
    rules = runtime.settings.sign_in_rules
    return authentication.who_by_session(session, cookie, now=now, rules=rules, unfinished=unfinished)


def _bearer(
    request: Request, runtime: Runtime, session: Session, token: str, now: datetime
) -> tuple[Actor, Note | None]:
    """The caller by a token. Raises Unauthenticated or Forbidden, which the audit trail will say."""
    found = tokens.look_up(session, token, writes=request.method not in _READS, now=now)
    if isinstance(found, tokens.Refusal):
        refusals: TokenRefusals = request.app.state.refusals
        refusals.note(found, address_of(request, runtime.settings.proxies), now=now)
        raise found.error()
    caller_is(request, Caller(found.actor.email or found.actor.name, found.token))
    return found.actor, partial(tokens.keep, token=token, now=now) if found.stale else None


def reading_unit_of_work(request: Request) -> Iterator[UnitOfWork]:
    """A signed-in person's reading request."""
    yield from _reading(request, unfinished=False)


def unfinished_reading_unit_of_work(request: Request) -> Iterator[UnitOfWork]:
    """The same, of somebody who may have something to do first: only where that is done."""
    yield from _reading(request, unfinished=True)


def _reading(request: Request, *, unfinished: bool) -> Iterator[UnitOfWork]:
    runtime = runtime_of(request)
    now = runtime.now()
    with runtime.reading() as (session, office):
        actor, stale = _who(request, runtime, session, now, unfinished=unfinished)
        if stale is None:
            yield UnitOfWork(session=session, office=office, now=now, actor=actor, runtime=runtime)
            return
    keep(runtime, stale)
    with runtime.reading() as (session, office):
        yield UnitOfWork(session=session, office=office, now=now, actor=actor, runtime=runtime)


def keep(runtime: Runtime, note: Note) -> None:
    """Note something in passing: that a session or token is in use, that somebody has opened a case.

    A database that cannot be written to can still be read.
    """
    try:
        with runtime.database.writing() as session:
            note(session)
    except SQLAlchemyError as error:
        log.warning("not_noted", error=type(error).__name__)


def who_watches(request: Request) -> Actor:
    """The caller, for what goes on while they look on: it keeps no session alive that its person has left.

    Raises:
        Unauthenticated, Unfinished, Forbidden: as any request of theirs would be refused now.
    """
    runtime = runtime_of(request)
    with runtime.database.reading() as session:
        return _who(request, runtime, session, runtime.now())[0]


def known_caller(request: Request) -> None:
    """The caller, by reading only. Raises Unauthenticated or Unfinished."""
    _know(request, unfinished=False)


def _know(request: Request, *, unfinished: bool) -> None:
    runtime = runtime_of(request)
    with runtime.database.reading() as session:
        _who(request, runtime, session, runtime.now(), unfinished=unfinished)
    request.state.caller_known = True


def writing_unit_of_work(request: Request) -> Iterator[UnitOfWork]:
    """A signed-in person's writing request: everything in one transaction, undone if anything fails.

    Called from inside a page or call, when its body has been read. Who asks is looked at before the transaction begins,
    and once more inside it.
    """
    yield from _writing(request, unfinished=False)


def unfinished_writing_unit_of_work(request: Request) -> Iterator[UnitOfWork]:
    """The same, of somebody who may have something to do first: only where that is done."""
    yield from _writing(request, unfinished=True)


def _writing(request: Request, *, unfinished: bool) -> Iterator[UnitOfWork]:
    if not getattr(request.state, "caller_known", False):
        _know(request, unfinished=unfinished)
    runtime = runtime_of(request)
    now = runtime.now()
    with runtime.writing() as (session, office):
        actor, stale = _who(request, runtime, session, now, unfinished=unfinished)
        if stale is not None:
            stale(session)
        yield UnitOfWork(session=session, office=office, now=now, actor=actor, runtime=runtime)


reading = contextmanager(reading_unit_of_work)
writing = contextmanager(writing_unit_of_work)
unfinished_reading = contextmanager(unfinished_reading_unit_of_work)
unfinished_writing = contextmanager(unfinished_writing_unit_of_work)

RowId = Annotated[int, Field(ge=0, le=LARGEST_ID)]
"""A row's id in an address: a number that every database can hold."""

Reading = Annotated[UnitOfWork, Depends(reading_unit_of_work, scope="function")]
UnfinishedReading = Annotated[UnitOfWork, Depends(unfinished_reading_unit_of_work, scope="function")]
