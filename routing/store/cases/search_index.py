"""The index by which cases are found by words: which rows may hold a word, for both databases.

Of every case, of the firms and of the words of cases it keeps the grams of ``routing.domain.search_words``, which also
finds words of two signs. It says which rows may fit; whoever asks looks at those rows. The database itself keeps it in
the transaction that changes what it derives from, whichever program writes: PostgreSQL by indexes on an expression,
SQLite by triggers on FTS5 tables that hold no text. What is erased is out of it with that transaction.

Whoever changes what it keeps has it built anew (``build``) in a migration.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Integer, Select, func, literal, literal_column, select, table, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

from routing.domain.search_words import DROPPED, FOLDED, grams, wanted

PREFIX = "search_"
"""Tables, indexes, triggers and functions that belong to it begin so."""
SOURCES = {
    "service_case": (
        ("{row}number || ' ' || {row}subject || ' ' || coalesce({row}contact_name, '') || ' ' || "
         "coalesce({row}park, '') || ' ' || coalesce({row}contact_phone, '') || ' ' || search_listed({row}refs)"),
        ("number", "subject", "contact_name", "park", "contact_phone", "refs"), "",
    ),
    "firm": (
        "{row}name || ' ' || coalesce({row}ubn, '') || ' ' || coalesce({row}claimed_ubn, '')",
        ("name", "ubn", "claimed_ubn"), "",
    ),
    "message": (
        "{row}text || ' ' || coalesce({row}doc_no, '')", ("text", "doc_no", "case_id"), "{row}case_id IS NOT NULL",
    ),
}  # fmt: skip
"""Of each table what is kept of a row, the columns from which that derives, and of which rows; ``{row}`` names it."""


class may_hold(FunctionElement[Any]):  # noqa: N801 - it reads as a function of SQL
    """Rows of a table that may hold a word: the primary key of the table, and ``asked``.

    Of no type: SQLite would be asked whether it ``= 1``, which no index answers.
    """

    inherit_cache = True
    name = "may_hold"
    type = NullType()


@compiles(may_hold)
def _may_hold(element: may_hold, compiler: SQLCompiler, **options: Any) -> str:
    key, question = element.clauses
    name = key.table.name
    said, _, which = SOURCES[name]
    found = f"search_grams({said}) @@ CAST({compiler.process(question, **options)} AS tsquery)"
    return f"({found} AND {which})".format(row=f"{name}.") if which else found.format(row=f"{name}.")


@compiles(may_hold, "sqlite")
def _may_hold_on_sqlite(element: may_hold, compiler: SQLCompiler, **options: Any) -> str:
    key, question = element.clauses
    kept = f"search_{key.table.name}"
    asking = compiler.process(question, **options)
    return f"{compiler.process(key, **options)} IN (SELECT rowid FROM {kept} WHERE {kept} MATCH {asking})"  # noqa: S608 - ours


def asked(dialect: str, word: str) -> str | None:
    """What the index is asked for a word, as the database reads it; None: it cannot tell, every row may hold it."""
    ways = wanted(word)
    if not ways:
        return None
    if dialect == "sqlite":
        return " OR ".join(
            "(" + " AND ".join(f'"{one}"' + (" *" if len(one) < 2 else "") for one in way) + ")" for way in ways
        )
    return " | ".join(
        "(" + " & ".join(f"'{one}'" + (":*" if len(one) < 2 else "") for one in way) + ")" for way in ways
    )


def named(dialect: str, key: InstrumentedAttribute[int], question: str) -> Select[Any]:
    """The rows of a table that may hold a word, by the index alone: nothing of the table is read on SQLite."""
    if dialect != "sqlite":
        return select(key).where(may_hold(key, literal(question)))
    kept = f"search_{key.class_.__tablename__}"
    rows = select(literal_column("rowid", Integer)).select_from(table(kept))
    return rows.where(literal_column(kept).op("MATCH")(literal(question)))


@contextmanager
def by_the_index(session: Session) -> Iterator[None]:
    """Questions to the index are answered by it, and by one process without compiling them first.

    PostgreSQL counts what making the grams of a row costs also for rows that the index names, so that for words that
    very many hold it would rather make those of every row (seconds); and for a cost so high it would compile the
    question (half a second) and share it out. The last two hold until the transaction ends: a list asks the same.
    """
    if _is_sqlite(session):
        yield
        return
    off = [func.set_config(name, value, True) for name, value in _ALONE.items()]
    session.execute(select(func.set_config("enable_seqscan", "off", True), *off))
    yield
    session.execute(select(func.set_config("enable_seqscan", "on", True)))


_WAITING_KB = 256
_ALONE = {"jit": "off", "max_parallel_workers_per_gather": "0"}


def is_of_models(name: str | None, _kind: str, _parents: MutableMapping[Any, Any]) -> bool:
    """Of tables and indexes, as Alembic asks: whether the models know of them. This index stands in none."""
    return not (name or "").startswith(PREFIX)


def _is_sqlite(connection: Connection | Session) -> bool:
    return (connection.get_bind() if isinstance(connection, Session) else connection).dialect.name == "sqlite"


def register(connection: sqlite3.Connection) -> None:
    """Give a connection to SQLite the functions that the triggers ask."""
    connection.create_function("search_grams", 1, lambda said: " ".join(sorted(grams(said))), deterministic=True)
    connection.create_function("search_listed", 1, _listed, deterministic=True)


def _listed(given: str | None) -> str:
    found = json.loads(given or "[]")
    return " ".join(map(str, found)) if isinstance(found, list) else str(found)


def install(connection: Connection) -> None:
    """Make the index of a database that has none, filled from what is there."""
    if _is_sqlite(connection):
        for name in SOURCES:
            kept = "content='', columnsize=0, detail='none', tokenize='ascii'"
            connection.exec_driver_sql(f"CREATE VIRTUAL TABLE IF NOT EXISTS search_{name} USING fts5(grams, {kept})")
        ensure_kept(connection)
        build(connection)
        return
    define(connection)
    for name, (said, _, which) in SOURCES.items():
        of = f" WHERE {which}" if which else ""
        index = f"CREATE INDEX IF NOT EXISTS search_{name} ON {name} USING gin (search_grams({said})){of}"
        connection.exec_driver_sql(index.format(row=""))
    bound_waiting(connection)
    for name in SOURCES:
        connection.exec_driver_sql(f"ANALYZE {name}")


def define(connection: Connection) -> None:
    """Give PostgreSQL the functions that its indexes ask; SQLite asks this program."""
    if _is_sqlite(connection):
        return
    for function in (_GRAMS, _LISTED):
        connection.exec_driver_sql(function.replace("%", "%%"))


def bound_waiting(connection: Connection) -> None:
    """PostgreSQL puts few new rows aside before it sorts them into the index: each search looks through those.

    It would put aside 4 MB, which cost a search a tenth of a second.
    """
    if not _is_sqlite(connection):
        for name in SOURCES:
            connection.exec_driver_sql(f"ALTER INDEX search_{name} SET (gin_pending_list_limit = {_WAITING_KB})")


def remove(connection: Connection) -> None:
    """Take it out of a database."""
    if _is_sqlite(connection):
        for name in SOURCES:
            for when in _TRIGGERS:
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS search_{name}_{when}")
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS search_{name}")
        return
    for name in SOURCES:
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS search_{name}")
    connection.exec_driver_sql("DROP FUNCTION IF EXISTS search_listed(json)")
    connection.exec_driver_sql("DROP FUNCTION IF EXISTS search_grams(text)")


def ensure_kept(connection: Connection) -> None:
    """Have SQLite keep it: a migration that makes a table anew loses the triggers of the old one."""
    if not _is_sqlite(connection):
        return
    for name, (said, columns, which) in SOURCES.items():
        for when, (event, steps) in _TRIGGERS.items():
            done = "".join(
                f" INSERT INTO search_{name} ({command}rowid, grams) SELECT {value}{row}.id, search_grams("
                + said.format(row=f"{row}.") + ")" + (f" WHERE {which.format(row=f'{row}.')}" if which else "") + ";"
                for command, value, row in (_STEPS[step].format(name=name).split("/") for step in steps)
            )  # fmt: skip
            of = event.format(columns=", ".join(columns))
            trigger = f"CREATE TRIGGER IF NOT EXISTS search_{name}_{when} AFTER {of} ON {name} BEGIN{done} END"
            connection.exec_driver_sql(trigger)


_STEPS = {"in": "//new", "out": "search_{name}, /'delete', /old"}
"""Grams are taken out by naming them again: FTS5 keeps no text by which it would know them."""
_TRIGGERS = {
    "insert": ("INSERT", ("in",)), "delete": ("DELETE", ("out",)), "update": ("UPDATE OF {columns}", ("out", "in")),
}  # fmt: skip


def build(connection: Connection | Session) -> None:
    """Build it anew out of what it derives from."""
    for name, (said, _, which) in SOURCES.items():
        if _is_sqlite(connection):
            of = f" WHERE {which}" if which else ""
            connection.execute(text(f"INSERT INTO search_{name} (search_{name}) VALUES ('delete-all')"))  # noqa: S608 - ours
            every = f"INSERT INTO search_{name} (rowid, grams) SELECT id, search_grams({said}) FROM {name}{of}"  # noqa: S608 - ours
            connection.execute(text(every.format(row="")))
        else:
            connection.execute(text(f"REINDEX INDEX search_{name}"))
    tidy(connection)


def tidy(connection: Connection | Session) -> None:
    """Have SQLite write its index anew without what was taken out, of which it keeps traces until it does."""
    if _is_sqlite(connection):
        for name in SOURCES:
            connection.execute(text(f"INSERT INTO search_{name} (search_{name}) VALUES ('optimize')"))  # noqa: S608 - ours


def _literal(said: str) -> str:
    return "'" + said.replace("'", "''") + "'"


_GRAMS = """
CREATE OR REPLACE FUNCTION search_grams(said text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000 AS $grams$
DECLARE
    plain text := translate(said, <from>, <to>);
    kept tsvector;
BEGIN
    kept := (
        SELECT array_to_tsvector(array_agg(one || coalesce(two, '')))
        FROM unnest(string_to_array(plain, NULL), string_to_array(substr(plain, 2), NULL)) AS signs (one, two)
    );
    IF plain ~ '[0-9]{3}' THEN
        kept := kept || (
            SELECT array_to_tsvector(array_agg(one || two || three)) FROM unnest(
                string_to_array(plain, NULL), string_to_array(substr(plain, 2), NULL),
                string_to_array(substr(plain, 3), NULL)
            ) AS signs (one, two, three) WHERE one || two || three ~ '^[0-9]{3}$'
        );
    END IF;
    RETURN coalesce(kept, ''::tsvector);
END
$grams$
""".replace("<from>", _literal(FOLDED[0] + DROPPED)).replace("<to>", _literal(FOLDED[1]))
_LISTED = """
CREATE OR REPLACE FUNCTION search_listed(refs json) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $listed$
DECLARE
    said text := refs::text;
BEGIN
    IF said IS NULL OR said = '[]' THEN RETURN ''; END IF;
    IF json_typeof(refs) <> 'array' OR
        regexp_replace(said, '\\\\ud[89ab][0-9a-f]{2}\\\\ud[c-f][0-9a-f]{2}', '', 'gi') ~* '\\\\u(0000|d[89a-f])'
    THEN RETURN said; END IF;
    RETURN coalesce((SELECT string_agg(one, ' ') FROM json_array_elements_text(refs) AS one), '');
END
$listed$
"""
"""文號 are a JSON list; what is none, or holds what PostgreSQL cannot write as text, is kept as it stands.

That is told beforehand: PostgreSQL asks many processes at once, where catching an error is itself one.
"""
