"""The one way to a database for a test: migrated once a process, then copied (SQLite) or emptied and lent again.

On PostgreSQL emptying a database takes a hundredth of the time that making and dropping one takes, so each process
keeps those it made for the tests that follow. SQLite's migrated file is copied.
"""

from __future__ import annotations

import atexit
import functools
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.pool import QueuePool

from routing.store import migration
from routing.store.session import METADATA, Database
from tests.harness.requirements import postgres_admin_dsn, postgres_admin_url

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
"""Both kinds of database, for a fixture that takes a kind."""

_RESTART = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

_LET_GO = 2.0
"""Seconds for which a connection in hand is waited for."""

_kept = ExitStack()
atexit.register(_kept.close)
_free: list[str] = []


@contextmanager
def empty_postgres() -> Iterator[str]:
    """The URL of a PostgreSQL database without any table, gone afterwards."""
    name = f"onestop_test_{secrets.token_hex(8)}"
    _admin("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name)
    # Nothing here outlives the run: a commit need not wait for the disk.
    _admin("ALTER DATABASE {} SET synchronous_commit TO off", name)
    try:
        yield postgres_admin_url().set(database=name).render_as_string(hide_password=False)
    finally:
        _admin("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@contextmanager
def empty(kind: str, folder: Path) -> Iterator[str]:
    """The URL of a database of this kind without any table."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'onestop.db'}"
        return
    with empty_postgres() as url:
        yield url


@contextmanager
def migrated(kind: str, folder: Path) -> Iterator[str]:
    """The URL of a database of the newest schema without any row, nobody else's while the block lasts."""
    if kind == "sqlite":
        yield migrated_file(folder / "onestop.db")
        return
    url = _free.pop() if _free else _new_postgres()
    yield url
    _empty_postgres(url)  # Not after an error: then nothing is known about it, and it is not lent again.
    _free.append(url)


def migrated_file(path: Path) -> str:
    """The URL of a new SQLite file of the newest schema without any row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_template(), path)
    return f"sqlite:///{path}"


def bring_up(database: Database) -> None:
    """Bring any database to the newest schema, a new SQLite file by a copy."""
    path = Path(database.engine.url.database or "") if database.is_sqlite else None
    if path and not path.exists():
        migrated_file(path)
    elif migration.current(database) != _head():
        migration.upgrade(database)


def let_go(database: Database) -> None:
    """Close every connection; those that a thread still has in hand are waited for, or nobody would close them."""
    pool, until = database.engine.pool, time.monotonic() + _LET_GO
    while isinstance(pool, QueuePool) and pool.checkedout() and time.monotonic() < until:
        time.sleep(0.01)
    database.dispose()


@functools.cache
def _head() -> str:
    return migration.head()


@functools.cache
def _template() -> Path:
    folder = tempfile.mkdtemp(prefix="onestop_test_")
    _kept.callback(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "template.db"
    database = Database(f"sqlite:///{path}")
    migration.upgrade(database)
    database.dispose()
    return path


def _new_postgres() -> str:
    url = _kept.enter_context(empty_postgres())
    database = Database(url)
    migration.upgrade(database)
    database.dispose()
    return url


def _empty_postgres(url: str) -> None:
    dsn = postgres_admin_url().set(drivername="postgresql", database=url.rpartition("/")[2])
    with psycopg.connect(dsn.render_as_string(hide_password=False)) as connection:
        connection.execute(_OTHERS)
        connection.execute(";".join((*_deletions(), _RESTART)).encode())


def clear(database: Database) -> None:
    """Delete every row: in one message to PostgreSQL, as this is done before thousands of tests."""
    with database.storing() as connection:
        raw: Any = connection.connection.driver_connection
        for statements in _deletions() if database.is_sqlite else (";".join(_deletions()),):
            raw.execute(statements)


@functools.cache
def _deletions() -> tuple[str, ...]:
    return tuple(str(table.delete()) for table in reversed(METADATA.sorted_tables))


def _admin(statement: LiteralString, name: str) -> None:
    with psycopg.connect(postgres_admin_dsn(), autocommit=True) as admin:
        admin.execute(sql.SQL(statement).format(sql.Identifier(name)))
