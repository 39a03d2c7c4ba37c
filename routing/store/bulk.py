"""Very many new rows at once, past the ORM: rows of plain values, ready to be written on either database.

A value is None, a text, a number or a truth; instants, dates and JSON are texts as ``instant_text``, ``isoformat`` and
``json_text`` write them. Nothing is checked here: whoever makes the rows answers for lengths and characters.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from routing.store.base import Base

Row = Sequence[Any]
_JSON = json.JSONEncoder().encode


def instant_text(value: datetime | None) -> str | None:
    """An aware instant as both databases read it, in the form that SQLite compares it in."""
    if value is None:
        return None
    return (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat(" ", "microseconds")[:26]


def json_text(value: Any) -> str:
    """JSON as the tables keep it."""
    return _JSON(value)


def claim(session: Session, model: type[Base], number: int) -> Sequence[int]:
    """So many ids for new rows, which nobody else is given; on SQLite the transaction holds the one lock there is."""
    table = _table(model)
    if session.get_bind().dialect.name == "sqlite":
        last = session.scalar(select(func.max(table.c.id))) or 0
        return range(last + 1, last + 1 + number)
    sequence = func.pg_get_serial_sequence(table.name, "id")
    drawn = select(func.nextval(sequence)).select_from(func.generate_series(1, number))
    return list(session.scalars(drawn)) if number else []


def write(session: Session, model: type[Base], names: Sequence[str], rows: Sequence[Row]) -> None:
    """Write new rows, each with the values of these columns in their order; other columns get their default."""
    if not rows:
        return
    table = _table(model)
    given = set(names)
    rest = {
        column.name: column.default.arg
        for column in table.columns
        if column.name not in given and isinstance(column.default, ScalarElementColumnDefault)
    }
    columns = [*names, *rest]
    if rest:
        rows = [(*row, *rest.values()) for row in rows]
    written = ", ".join(f'"{column}"' for column in columns)
    driver: Any = session.connection().connection.driver_connection
    if session.get_bind().dialect.name == "sqlite":
        places = ", ".join("?" * len(columns))
        driver.executemany(f'INSERT INTO "{table.name}" ({written}) VALUES ({places})', rows)  # noqa: S608 - names of ours
        return
    # Instants are in UTC without saying so.
    driver.execute("SET LOCAL TIME ZONE 'UTC'")
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({written}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def _table(model: type[Base]) -> Table:
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(model)
    return table
