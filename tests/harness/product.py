"""The product as it is deployed: one process on SQLite, or servers and workers that share a PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy

from bot.simulator.running import free_port
from routing.service.accounts import authentication, tokens
from routing.service.accounts.passwords import hash_password
from routing.store.session import Database
from tests.harness import databases, local_http
from tests.harness.balancer import Balancer
from tests.harness.cast import ONE_A_UNIT, email
from tests.harness.processes import Forker, Process
from tests.harness.simulator import SECRET, TOKEN, Channel, simulated
from tests.harness.waiting import eventually

PASSWORD = "a-long-password-for-tests"


@dataclass(slots=True, kw_only=True)
class Product:
    """Servers, workers, a database and a LINE channel. ``line`` is the channel, ``api`` speaks for a person."""

    forker: Forker
    folder: Path
    database_url: str
    line: Channel
    ports: list[int]
    workers: int
    inside: bool
    environ: dict[str, str]
    processes: dict[str, Process] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    clients: dict[str, httpx.Client] = field(default_factory=dict)
    engine: sqlalchemy.Engine | None = None

    @property
    def url(self) -> str:
        """The first server's address."""
        return f"http://127.0.0.1:{self.ports[0]}"

    @property
    def webhook(self) -> str:
        """Where LINE's events go to at the first server."""
        return f"{self.url}/line/webhook"

    # Processes -----------------------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """Every process there should be."""
        return [*(f"server{n}" for n in range(len(self.ports))), *(f"worker{n}" for n in range(self.workers))]

    def start(self, *names: str, offset: float = 0.0) -> None:
        """Start processes, all of them unless named, and wait for the servers. ``offset``: their clock, in seconds."""
        environ = {**self.environ, "ONESTOP_CLOCK_OFFSET": str(offset)}
        for name in names or self.names():
            number = int(name[-1])
            if name.startswith("server"):
                self.processes[name] = self.forker.start(
                    "server", environ=environ, folder=self.folder, port=self.ports[number], worker=self.inside
                )
            else:
                self.processes[name] = self.forker.start("worker", environ=environ, folder=self.folder, port=number)
        for name in names or self.names():
            if name.startswith("server"):
                self.ready(self.processes[name])

    def ready(self, process: Process, *, seconds: float = 20.0) -> None:
        """Wait until a server answers; shows its log if it ended instead."""

        def answers() -> bool:
            assert process.alive, process.log.read_text(encoding="utf-8")
            try:
                return local_http.get(f"http://127.0.0.1:{process.port}/readyz").status_code == 200
            except httpx.HTTPError:
                return False

        eventually(answers, seconds=seconds, what=f"{process.what} on {process.port}")

    def kill(self, name: str) -> None:
        """kill -9 one process."""
        self.processes.pop(name).kill()

    def stop(self, *names: str) -> None:
        """End processes as an operator does, all of them unless named."""
        for name in names or list(self.processes):
            self.processes.pop(name).end()

    # People and data -----------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """A database becomes one with the newest schema and people in it."""
        database = Database(self.database_url)
        databases.bring_up(database)
        now = datetime.now(UTC)  # noqa: TID251 - people are added now
        with database.writing() as session:
            for name, (role, unit, _) in ONE_A_UNIT.items():
                authentication.add_staff(
                    session, email=email(name), name=name.title(), role=role, unit=unit, categories=(), agency=None,
                    password=hash_password(PASSWORD), now=now,
                )  # fmt: skip
                self.tokens[name] = tokens.create(session, email(name), days=None, now=now)
        database.dispose()

    def api(self, who: str, method: str, path: str, body: Any = None, *, expect: int = 200, **query: Any) -> Any:
        """A call of the API by one of the people, and its answer, which must have the status expected."""
        client = self.clients.setdefault(who, local_http.client(base_url=f"{self.url}/api/v1", timeout=20))
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        answer = client.request(method, path, json=body, params=query or None, headers=headers)
        assert answer.status_code == expect, f"{answer.status_code} {answer.text}"
        return answer.json()

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Look into the database past the product."""
        if self.engine is None:
            self.engine = sqlalchemy.create_engine(self.database_url, poolclass=sqlalchemy.NullPool)
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sqlalchemy.text(query), values)]

    def run(self, statement: str, **values: Any) -> None:
        """Change the database past the product, to bring about a fault."""
        self.rows("SELECT 1")
        assert self.engine is not None
        with self.engine.begin() as connection:
            connection.execute(sqlalchemy.text(statement), values)

    def settled(self, *, seconds: float = 20.0) -> None:
        """Wait until no event waits to be handled and no message to be sent."""
        waiting = (
            "SELECT (SELECT count(*) FROM inbox WHERE state = 'new')"
            " + (SELECT count(*) FROM outbox WHERE state IN ('pending', 'leased'))"
        )
        eventually(lambda: self.rows(waiting) == [(0,)], seconds=seconds, what="an empty inbox and outbox")

    def close(self) -> None:
        """End everything, by force what does not end by itself."""
        for client in self.clients.values():
            client.close()
        if self.engine is not None:
            self.engine.dispose()
        for process in self.processes.values():
            process.kill()
        self.processes.clear()


@contextmanager
def running(
    forker: Forker,
    database_url: str,
    folder: Path,
    *,
    servers: int = 1,
    workers: int = 0,
    start: bool = True,
    made: Callable[..., Product] = Product,
    **line: Any,
) -> Iterator[Product]:
    """The product on a database of its own with a LINE channel; the worker is inside the server if ``workers`` is 0.

    With several servers LINE's events go to each in turn. ``made`` makes the product, ``line`` are settings of the
    simulator.
    """
    with ExitStack() as stack:
        ports = [free_port() for _ in range(servers)]
        entrance = stack.enter_context(Balancer(ports)).url if servers > 1 else f"http://127.0.0.1:{ports[0]}"
        channel = stack.enter_context(simulated(f"{entrance}/line/webhook", **line))
        environ = {
            "LINE_CHANNEL_SECRET": SECRET, "LINE_CHANNEL_ACCESS_TOKEN": TOKEN, "LINE_API_BASE": channel.url,
            "LINE_DATA_API_BASE": channel.url, "ONESTOP_DATABASE_URL": database_url,
            "ONESTOP_SECRET_KEY": "a-secret-key-for-tests-only-0123456789", "ONESTOP_DATA_DIR": str(folder / "data"),
            "ONESTOP_BASE_URL": f"http://127.0.0.1:{ports[0]}",
        }  # fmt: skip
        (folder / "data").mkdir(parents=True, exist_ok=True)
        (folder / "data" / "cache").symlink_to(forker.fits)
        product = made(
            forker=forker, folder=folder, database_url=database_url, line=channel, ports=ports, workers=workers,
            inside=workers == 0, environ=environ,
        )  # fmt: skip
        stack.callback(product.close)
        product.prepare()
        if start:
            product.start()
        yield product
