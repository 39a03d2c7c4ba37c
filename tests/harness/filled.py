"""Rows in every table of whatever schema a database has: made from the tables themselves, so that none is forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from routing.store.cases import search_index

Rows = dict[str, list[dict[str, Any]]]
_BORN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
_NOT_OURS = "alembic_version"
_WORDS = {
    "channel": "line", "state": "done", "direction": "in", "via": "line", "status": "received", "kind": "text",
    "language": "zh-TW", "role": "officer",
}  # fmt: skip
"""Words that mean something to migrations; everything else is any word."""


def tables_of(connection: sa.Connection) -> sa.MetaData:
    """The tables as they are, whatever the models say."""
    found = sa.MetaData()
    found.reflect(connection, only=lambda name, _: not name.startswith(search_index.PREFIX))
    found.remove(found.tables[_NOT_OURS])
    return found


def fill(connection: sa.Connection, found: sa.MetaData, turn: int) -> None:
    """Two rows into every table: one with all that it can hold, one with only what it must. ``turn``: another each."""
    for whole in (True, False):
        number = 2 * turn + whole + 1
        for table in found.sorted_tables:
            held = {
                column.name: _value(column, number)
                for column in table.columns
                if whole or not column.nullable or (_key_of(column) is not None and column.primary_key)
            }
            connection.execute(table.insert().values(held))
    if connection.dialect.name == "postgresql":
        for table in found.tables.values():
            for column in table.primary_key.columns:
                if column.server_default is not None:
                    sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
                    connection.execute(sa.select(sa.func.setval(sequence, sa.func.max(column))))


def rows(connection: sa.Connection, found: sa.MetaData) -> Rows:
    """All that these tables of a database hold, as JSON would write it."""
    return {
        name: [
            {key: _plain(value) for key, value in row.items()}
            for row in connection.execute(table.select().order_by(*table.primary_key.columns)).mappings()
        ]
        for name, table in found.tables.items()
    }


def lost(before: Rows, after: Rows, moved: Mapping[str, str]) -> Iterator[str]:
    """What was there and is not any more, or is another.

    ``moved``: new names of tables (``lane``) and columns (``media.line_message_id``), or an empty one for what goes.
    """
    for table, held in before.items():
        now = after.get(moved.get(table, table))
        if now is None:
            yield table
            continue
        names = {name: moved.get(f"{table}.{name}", name) for name in held[0]}
        kept = [{names[name]: value for name, value in row.items() if names[name]} for row in held]
        there = [json.dumps({name: row.get(name, "?") for name in kept[0]}, sort_keys=True) for row in now]
        for row in kept:
            if json.dumps(row, sort_keys=True) not in there:
                yield f"{table}: {row}"


def _key_of(column: sa.Column[Any]) -> sa.Column[Any] | None:
    return next((key.column for key in column.foreign_keys), None)


_MADE: tuple[tuple[type[Any], Callable[[int], Any]], ...] = (
    (sa.JSON, lambda number: {"number": number}),
    (sa.Boolean, lambda number: number % 2 == 0),
    (sa.Date, lambda number: date(2026, 3, 2) + timedelta(days=number)),
    (sa.LargeBinary, lambda number: b"bytes %d" % number),
    (sa.Float, lambda number: number / 8),
    (sa.Integer, lambda number: number),
)


def _value(column: sa.Column[Any], number: int) -> Any:
    other, kind = _key_of(column), column.type
    if other is not None:
        return _value(other, number)
    if isinstance(kind, sa.DateTime):
        at = _BORN + timedelta(minutes=number)
        return at if kind.timezone else at.replace(tzinfo=None)
    if isinstance(kind, sa.String):
        word, length = _WORDS.get(column.name, f"{column.name} {number}"), kind.length or 80
        return word if len(word) <= length else f"{number:0{length}d}"[-length:]
    return next(make for known, make in _MADE if isinstance(kind, known))(number)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        value = value if value.tzinfo else value.replace(tzinfo=UTC)
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value.isoformat() if isinstance(value, date) else value
