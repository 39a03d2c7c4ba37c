"""A database that takes nothing more: the process says that it is not ready, and people read what is the matter."""

from __future__ import annotations

import errno
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import InternalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.__main__ import main
from bot.web.health import Probe
from routing.service.messaging.inbox_writer import Intake
from routing.store.session import trouble
from tests.harness.pages import Visitor
from tests.harness.service import PHONE_CASE, Service


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


@contextmanager
def on_every_connection(service, statement):
    """SQLite behaves so from now on, as it would on such a disk."""
    engine = service.runtime.database.engine
    engine.dispose()

    def run(connection, _record):
        connection.execute(statement)

    event.listen(engine, "connect", run)
    try:
        yield
    finally:
        event.remove(engine, "connect", run)
        engine.dispose()


@contextmanager
def read_only(service):
    """The database takes no writing: as on a disk mounted so, or on a standby."""
    url = service.runtime.database.engine.url
    if service.runtime.database.is_sqlite:
        with on_every_connection(service, "PRAGMA query_only=ON"):
            yield
        return
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{url.database}" SET default_transaction_read_only=on'))
    service.runtime.database.engine.dispose()
    try:
        yield
    finally:
        with admin.connect() as connection:
            connection.execute(text("SET default_transaction_read_only=off"))
            connection.execute(text(f'ALTER DATABASE "{url.database}" RESET default_transaction_read_only'))
        admin.dispose()
        service.runtime.database.engine.dispose()


@contextmanager
def full(service):
    """The file cannot grow (SQLite)."""
    with service.runtime.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    with on_every_connection(service, f"PRAGMA max_page_count={pages}"):
        yield


def ready(service):
    service.app.state.intake = Intake(service.runtime.database, lambda: None)
    service.app.state.probe = Probe(service.runtime.database, service.runtime.now)
    answer = service.ask("GET", "/readyz")
    service.app.state.intake.stop()
    service.app.state.probe.stop()
    return answer.status_code, answer.json()["wrong"]


def test_it_is_ready_while_it_can_write(service):
    assert ready(service) == (200, [])


def test_it_is_not_ready_while_nothing_can_be_written(service):
    with read_only(service):
        assert ready(service) == (503, ["database_read_only"])
    assert ready(service) == (200, [])


def test_a_read_only_database_is_read_on_and_says_what_it_is(service):
    """Pages and lists are served; what would write gets a code and a sentence, on pages as in the API."""
    number = service.opened()
    alice = Visitor(service, "alice")
    service.later(minutes=5)
    with read_only(service):
        assert alice.get(f"/desk/cases/{number}").status == 200
        assert service.get("alice", "/cases").status_code == 200
        refused = service.post("alice", "/cases", PHONE_CASE)
        page = alice.step(number, "note", text="請同仁注意")
    assert (refused.status_code, refused.json()["code"]) == (503, "database_read_only")
    assert refused.headers["content-type"] == "application/problem+json"
    assert (page.status, "唯讀" in page.text, page.outline.broken_rules()) == (503, True, [])


def test_a_report_is_read_though_it_cannot_be_noted_down(service):
    """What was given out is kept as a fingerprint; a database that takes none still gives the figures."""
    number = service.opened(received_at="2026-10-01T10:00:00+08:00")
    assert number
    asked = {"from": "2026-10-01", "to": "2026-10-31"}
    alice = Visitor(service, "alice")
    with read_only(service):
        answer = service.get("sue", "/turnaround", **asked)
        page = alice.get("/desk/turnaround", params=asked)
    assert (answer.status_code, answer.json()["received"], page.status) == (200, 1, 200)


def test_a_full_disk_is_said(tmp_path):
    with Service(f"sqlite:///{tmp_path / 'desk.db'}") as service:
        alice = Visitor(service, "alice")
        data = {**PHONE_CASE, "text": "續租" * 1900}
        with full(service):
            answers = [service.post("alice", "/cases", data) for _ in range(12)]
            last = answers[-1]
            page = alice.ask("POST", "/desk/new", data={**data, "firm": "晴川"})
        assert (last.status_code, last.json()["code"]) == (503, "disk_full")
        assert (page.status, "空間已滿" in page.text) == (503, True)
        assert service.post("alice", "/cases", data).status_code == 201


@pytest.mark.postgres
def test_a_command_says_it_in_one_line(postgres_url, monkeypatch, capsys):
    monkeypatch.setenv("ONESTOP_DATABASE_URL", postgres_url)
    with Service(postgres_url) as service, read_only(service), pytest.raises(SystemExit) as left:
        main(["staff", "disable", "alice@kp.example"])
    said = capsys.readouterr().err
    assert (left.value.code, "唯讀" in said, "Traceback" in said) == (1, True, False)


def test_an_error_of_ours_is_no_trouble_of_the_database():
    assert trouble(ProgrammingError("x", {}, Exception("y"))) is None
    assert trouble(ValueError("x")) is None


KINDS = [
    (psycopg.errors.DiskFull("x"), "full"), (psycopg.errors.TooManyConnections("x"), "busy"),
    (psycopg.errors.ReadOnlySqlTransaction("x"), "read_only"), (psycopg.errors.LockNotAvailable("x"), "busy"),
]  # fmt: skip


@pytest.mark.parametrize(("origin", "kind"), KINDS, ids=lambda value: value if isinstance(value, str) else "")
def test_what_postgresql_says(origin, kind):
    assert trouble(InternalError("x", {}, origin)) == kind


def test_what_the_system_and_the_pool_say():
    assert trouble(OSError(errno.ENOSPC, "x")) == "full"
    assert trouble(OSError(errno.EROFS, "x")) == "read_only"
    assert trouble(OSError(errno.ENOENT, "x")) is None
    assert trouble(PoolTimeout()) == "busy"
