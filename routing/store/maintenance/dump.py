"""A whole database as plain rows, out of one consistent state and back into an empty one, whichever kind it is."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Connection, Date, LargeBinary, func, insert, select

from routing.store.base import Instant
from routing.store.session import METADATA, Database

_BATCH = 500


def tables() -> tuple[str, ...]:
    """Every table, each after those it refers to."""
    return tuple(table.name for table in METADATA.sorted_tables)


@contextmanager
def still(database: Database) -> Iterator[Connection]:
    """A connection that sees one state of the database, whatever is written meanwhile."""
    options: dict[str, Any] = {"reading": True} if database.is_sqlite else {"isolation_level": "REPEATABLE READ"}
    with database.engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def rows(connection: Connection, name: str) -> Iterator[list[Any]]:
    """The rows of a table as JSON values, in the order of their keys."""
    table = METADATA.tables[name]
    columns = list(table.columns)
    result = connection.execution_options(yield_per=_BATCH).execute(select(table).order_by(*table.primary_key.columns))
    for row in result:
        yield [_plain(value) for value in row[: len(columns)]]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _typed(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, Instant):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    return base64.b64decode(value) if isinstance(column.type, LargeBinary) else value


def count(connection: Connection, name: str) -> int:
    """How many rows a table has."""
    return connection.execute(select(func.count()).select_from(METADATA.tables[name])).scalar_one()


def fill(connection: Connection, name: str, values: Iterable[list[Any]]) -> int:
    """Write rows into an empty table; says how many."""
    table = METADATA.tables[name]
    columns = list(table.columns)
    written = 0
    batch: list[dict[str, Any]] = []
    for row in values:
        batch.append({column.name: _typed(column, value) for column, value in zip(columns, row, strict=True)})
        if len(batch) == _BATCH:
            connection.execute(insert(table), batch)
            written += len(batch)
            batch = []
    if batch:
        connection.execute(insert(table), batch)
        written += len(batch)
    return written


def set_sequences(connection: Connection) -> None:
    """Let PostgreSQL number new rows after those that were written with their numbers."""
    if connection.dialect.name != "postgresql":
        return
    for table in METADATA.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        last = connection.execute(select(func.max(column))).scalar_one()
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(select(func.setval(sequence, last or 1, last is not None)))
