"""A whole database as plain rows, out of one consistent state and back into an empty one, whichever kind it is."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    column,
    func,
    insert,
    inspect,
    select,
    table,
)

from routing.store.base import Instant
from routing.store.session import METADATA, Database

_BATCH = 500


def tables() -> tuple[str, ...]:
    """Every table, each after those it refers to."""
    return tuple(one.name for one in METADATA.sorted_tables)


def known(name: str) -> Table:
    """A table as the models say."""
    return METADATA.tables[name]


@contextmanager
def still(database: Database) -> Iterator[Connection]:
    """A connection that sees one state of the database, whatever is written meanwhile."""
    options: dict[str, Any] = {"reading": True} if database.is_sqlite else {"isolation_level": "REPEATABLE READ"}
    with database.engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def columns_of(name: str) -> tuple[str, ...]:
    """The columns of a table, in the order in which ``rows`` gives their values."""
    return tuple(one.name for one in METADATA.tables[name].columns)


def as_it_is(connection: Connection, name: str, columns: Sequence[str]) -> Table:
    """A table as the database has it, whatever the models say; its columns in this order.

    Raises:
        LookupError: it has no such table or column.
    """
    kinds = {one["name"]: one["type"] for one in inspect(connection).get_columns(name)}
    moment = Instant()
    return Table(name, MetaData(), *(
        Column(one, moment if isinstance(kinds[one], DateTime) else kinds[one]) for one in columns
    ))  # fmt: skip


def rows(connection: Connection, name: str) -> Iterator[list[Any]]:
    """The rows of a table as JSON values, in the order of their keys."""
    of = METADATA.tables[name]
    columns = list(of.columns)
    result = connection.execution_options(yield_per=_BATCH).execute(select(of).order_by(*of.primary_key.columns))
    for row in result:
        yield [_plain(value) for value in row[: len(columns)]]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _typed(of: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(of.type, Instant):
        return datetime.fromisoformat(value)
    if isinstance(of.type, Date):
        return date.fromisoformat(value)
    return base64.b64decode(value) if isinstance(of.type, LargeBinary) else value


def count(connection: Connection, of: Table) -> int:
    """How many rows a table has."""
    return connection.execute(select(func.count()).select_from(of)).scalar_one()


def fill(connection: Connection, into: Table, values: Iterable[list[Any]]) -> int:
    """Write rows into an empty table; says how many."""
    columns = list(into.columns)
    written = 0
    batch: list[dict[str, Any]] = []
    for row in values:
        batch.append({one.name: _typed(one, value) for one, value in zip(columns, row, strict=True)})
        if len(batch) == _BATCH:
            connection.execute(insert(into), batch)
            written += len(batch)
            batch = []
    if batch:
        connection.execute(insert(into), batch)
        written += len(batch)
    return written


def set_sequences(connection: Connection) -> None:
    """Let PostgreSQL number new rows after those that were written with their numbers, whatever the schema."""
    if connection.dialect.name != "postgresql":
        return
    known = inspect(connection)
    for name in known.get_table_names():
        for one in known.get_pk_constraint(name)["constrained_columns"]:
            sequence = connection.execute(select(func.pg_get_serial_sequence(name, one))).scalar_one()
            if sequence is not None:
                last: int | None = connection.execute(
                    select(func.max(column(one))).select_from(table(name))
                ).scalar_one()
                connection.execute(select(func.setval(sequence, last or 1, last is not None)))
