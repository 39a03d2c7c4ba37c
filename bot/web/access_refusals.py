"""Notes for the audit trail what signed-in people and their tokens are refused, by the status of the answer.

By the status and not by the error: also what an idempotency key keeps, and a page that shows its form again, is told.
"""

from __future__ import annotations

from datetime import datetime

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web import noting
from bot.web.request_spans import route_of
from routing.service.accounts import refused_access
from routing.service.accounts.refused_access import Caller, Refused
from routing.store.session import Database

_REFUSALS = {403: "forbidden", 404: "not_found"}


class AccessRefusals:
    """Refusals of one process on one database. Threads may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counted = refused_access.Counted()

    def note(self, caller: Caller, route: str, ids: str, code: str, *, now: datetime) -> None:
        """Have a refusal written down soon, or counted if one of this person at this route was within the minute."""
        first = self._counted.add(caller, route, ids, code, now=now)
        if first is not None:
            self._soon(first)

    def tell(self, *, now: datetime) -> None:
        """Have what was counted written down, where its minute is over."""
        for one in self._counted.over(now):
            self._soon(one)

    def settle(self, *, now: datetime) -> None:
        """Write down all that was counted, and wait until it is."""
        for one in self._counted.over(now, all_of_them=True):
            self._soon(one)
        noting.settle()

    def _soon(self, one: Refused) -> None:
        def write() -> None:
            with self._database.writing() as session:
                refused_access.note(session, one)

        noting.soon("access_refusal", write)


def caller_is(request: Request, caller: Caller) -> None:
    """Whose request it is: signed in, or by a token that is good."""
    request.state.caller = caller


def because(request: Request, code: str) -> None:
    """The code of the answer, where it is a refusal."""
    request.state.refused = code


class NoteRefusals:
    """Looks at each answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        app = scope["app"]
        refusals: AccessRefusals = app.state.access_refusals
        refusals.tell(now=app.state.runtime.now())

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in _REFUSALS and "caller" in state:
                method, params = scope["method"], scope.get("path_params", {})
                described = route_of(scope) or getattr(scope.get("route"), "path", "?")
                refusals.note(
                    state["caller"], f"{method} {described}", refused_access.ids_of(params.values()),
                    state.get("refused", _REFUSALS[message["status"]]), now=app.state.runtime.now(),
                )  # fmt: skip
            await send(message)

        await self.app(scope, receive, sending)
