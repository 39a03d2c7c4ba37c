"""The product as the outside meets it: an app on a database of its own, people, and a clock to turn.

Its people: tests/harness/cast.py.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import weakref
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from tempfile import mkdtemp
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx
import structlog
from fastapi import FastAPI

from bot.app import build_runtime, create_app, set_runtime
from bot.channels import PLUGS, plugged
from bot.runtime import Plug, Runtime
from bot.settings import Settings
from knowledge.calendar.office_calendar import TAIPEI
from routing.service.accounts import tokens
from routing.service.reporting import measuring
from routing.store.accounts.schema import Staff
from routing.store.cases import queries as case_store
from routing.store.conversation.schema import Media
from routing.store.files.storage import new_key
from tests.harness import databases
from tests.harness.branch import add_contact
from tests.harness.cast import CAST, email

MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=TAIPEI)
PHONE_CASE = {
    "channel": "phone", "category": "land", "firm": "晴川精密有限公司", "contact": "陳小姐", "phone": "07-0000000",
    "park": "楠梓", "text": "想續租標準廠房，需要哪些文件？", "kind": "ENQ",
}  # fmt: skip


_idle: list[tuple[str, FastAPI]] = []


def _lent(settings: Settings, now: Callable[[], datetime]) -> FastAPI:
    """An application with a runtime of its own. FastAPI takes a tenth of a second to work its routes out, so that one
    which a test is done with serves the next.
    """
    for index, (base_url, app) in enumerate(_idle):
        if base_url == settings.base_url:
            del _idle[index]
            set_runtime(app, build_runtime(settings, now=now, plugs=plugged(settings)))
            return app
    return create_app(settings, now=now, with_worker=False)


class Service:
    """The product, its people signed in by token, and its clock (``now``)."""

    def __init__(
        self, database_url: str, *, now: datetime = MONDAY, plugs: Sequence[Callable[[Settings], Plug]] = PLUGS,
        with_worker: bool = False, **settings: Any,
    ) -> None:  # fmt: skip
        # An unexpected error is raised in the test; the log would only take long to draw it.
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        self.now = now
        folder = mkdtemp(prefix="onestop_test_files_")
        self._forget_files = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        settings.setdefault("ONESTOP_FILES_URL", f"file://{folder}")
        self.settings = Settings(_env_file=None, ONESTOP_DATABASE_URL=database_url, **settings)
        self._usual = plugs is PLUGS and not with_worker
        if self._usual:
            self.app = _lent(self.settings, lambda: self.now)
        else:
            self.app = create_app(self.settings, now=lambda: self.now, with_worker=with_worker, plugs=plugs)
        self.runtime: Runtime = self.app.state.runtime
        # What is asked here is read to its end.
        self.app.state.live.longest = 0
        databases.bring_up(self.runtime.database)
        self.tokens: dict[str, str] = {}

    def __enter__(self) -> Self:
        with self.runtime.database.writing() as session:
            for name, (role, unit, agency) in CAST.items():
                session.add(
                    Staff(
                        email=email(name), name=name, role=role.value, unit=unit, agency=agency, categories=[],
                        password_hash="-", created_at=self.now,
                    )
                )  # fmt: skip
            session.flush()
            measuring.begin(session, self.runtime.office_provider.office(session))
            self.tokens = {name: tokens.create(session, email(name), days=None, now=self.now) for name in CAST}
        measuring.measure_remaining(self.runtime)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.app.state.access_refusals.settle(now=self.now)
        databases.let_go(self.runtime.database)
        if self._usual:
            _idle.append((self.settings.base_url, self.app))
        self._forget_files()

    def opened_on_line(self) -> str:
        """The number of Alice's case of a firm that is reached on LINE."""
        number = self.opened()
        with self.runtime.database.writing() as session:
            case = case_store.by_number(session, number)
            assert case is not None
            case.contact_id = add_contact(session, f"U{number}", now=self.now)
        return number

    def later(self, **amount: float) -> None:
        """Turn the clock on."""
        self.now += timedelta(**amount)

    def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Any call, as httpx has it."""

        async def asking() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
                return await client.request(method, path, **given)

        return asyncio.run(asking())

    def file(
        self, message_id: int, content: bytes, *, kind: str = "application/pdf", name: str | None = "a.pdf"
    ) -> Media:
        """The row of a file that was checked and is shown, its bytes in their place; to be added to a session."""
        key = new_key()
        self.runtime.files.put(key, content)
        return Media(
            message_id=message_id, channel="line", external_id=uuid4().hex, file_name=name, content_type=kind,
            size=len(content), key=key, state="stored",
        )  # fmt: skip

    def get(self, who: str, path: str, **query: Any) -> httpx.Response:
        """A reading call."""
        return self.ask("GET", f"/api/v1{path}", params=query, headers=self.headers(who))

    def post(self, who: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """A writing call; ``headers`` with underscores for hyphens."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", f"/api/v1{path}", json=body, headers={**self.headers(who), **given})

    def headers(self, who: str) -> dict[str, str]:
        """A person's bearer token."""
        return {"Authorization": f"Bearer {self.tokens[who]}"}

    def opened(self, who: str = "alice", **changes: Any) -> str:
        """The number of a new telephone case, given to Alice."""
        made = self.post(who, "/cases", {**PHONE_CASE, **changes})
        assert made.status_code == 201, made.text
        number = str(made.json()["number"])
        given = self.post("sue", f"/cases/{number}/assignment", {"assignee": email("alice")})
        assert given.status_code == 200, given.text
        return number

    def asked_of(self, agency: str = "taipower") -> str:
        """The number of a case that waits on an agency."""
        number = self.opened()
        body = {"on": "agency", "agency": agency, "message": "請協助確認契約容量。"}
        assert self.post("alice", f"/cases/{number}/wait", body).status_code == 200
        return number
