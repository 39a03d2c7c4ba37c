"""The root of all tables: one MetaData, one naming convention, aware instants kept in UTC.

What is written is checked before the database sees it, since they differ: SQLite takes a text of any length and a NUL,
PostgreSQL neither, so that a copy of the one could not be put back into the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    event,
    inspect,
)
from sqlalchemy.orm import DeclarativeBase, Mapper, Session

from routing.domain.errors import Invalid

_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC on every database; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: UTC. Raises ValueError for a naive instant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its offset")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database: aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The root of all tables."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {datetime: Instant, date: Date, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


@cache
def _texts(table: Mapper[Any]) -> tuple[tuple[str, int | None], ...]:
    """A table's columns of text, each with its length if it has one."""
    columns = table.columns
    return tuple((name, column.type.length) for name, column in columns.items() if isinstance(column.type, String))


def _storable(text: str) -> bool:
    try:
        return b"\x00" not in text.encode()
    except UnicodeEncodeError:
        return False


@event.listens_for(Session, "before_flush")
def _check_rows(session: Session, _context: object, _rows: object) -> None:
    for row in (*session.new, *session.dirty):
        _check(inspect(row).mapper, row.__dict__)


def check_texts(table: type[Base], values: Mapping[str, Any]) -> None:
    """Refuse what one of the databases could not keep; for what is written past the session, which does so itself.

    Raises:
        Invalid: a text is longer than its column, or holds a NUL or half of a surrogate pair; names the field.
    """
    _check(inspect(table), values)


def _check(table: Mapper[Any], values: Mapping[str, Any]) -> None:
    for name, most in _texts(table):
        value = values.get(name)
        if not isinstance(value, str):
            continue
        if most is not None and len(value) > most:
            raise Invalid(f"{name} 請在 {most} 字以內。", field=name, code="too_long")
        if not _storable(value):
            raise Invalid(f"{name} 含有無法儲存的字元。", field=name)


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements that leave the objects of a session alone."""
    return cast("Table", model.__table__)
