"""A copy of the whole database in one file, and back: compressed JSON lines with counts and a fingerprint.

The copy is taken from one consistent state while the service runs on. It is put back only into an empty database, in
one transaction, and only if every count and the fingerprint are right. One of an earlier schema is put back as it was,
and carried over by the migrations as the database itself would have been.

Bytes of files are in none: ``file_copies`` lays them beside, and the head of a copy names all that its rows speak of.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table

from routing.domain.errors import Invalid
from routing.store import migration
from routing.store.files import queries as file_store
from routing.store.maintenance import dump
from routing.store.session import Database

FORMAT = "onestop-backup"
VERSION = 2
"""Since 2 the head names the columns of each table; copies of before are of one schema only."""


def write(database: Database, path: Path, *, now: datetime) -> dict[str, int]:
    """Write the copy; says how many rows each table has.

    The file appears under its name only when it is whole, and nobody but its owner can read it before or after.

    Raises:
        Invalid: there is a file of this name already.
    """
    if path.exists():
        raise Invalid(f"檔案 {path} 已存在；請另取檔名。", code="file_exists", field="file")
    part = path.with_name(path.name + ".part")
    digest = hashlib.sha256()
    counts: dict[str, int] = {}
    columns = {name: dump.columns_of(name) for name in dump.tables()}
    part.unlink(missing_ok=True)
    with (
        os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as out,
        dump.still(database) as state,
    ):
        head = {
            "format": FORMAT, "version": VERSION, "schema": migration.head(), "made_at": now.isoformat(),
            "columns": columns, "files": file_store.fingerprints(state),
        }  # fmt: skip
        _put(out, digest, head)
        for name in dump.tables():
            counts[name] = 0
            for row in dump.rows(state, name):
                _put(out, digest, {"table": name, "row": row})
                counts[name] += 1
        _put(out, digest, {"counts": counts, "sha256": digest.hexdigest()})
        out.close()
        raw.flush()
        os.fsync(raw.fileno())
    part.rename(path)
    return counts


def _put(out: gzip.GzipFile, digest: Any, record: dict[str, Any]) -> None:
    line = json.dumps(record, ensure_ascii=False).encode() + b"\n"
    digest.update(line)
    out.write(line)


def read(database: Database, path: Path) -> dict[str, int]:
    """Put a copy back; says how many rows each table got.

    Raises:
        Invalid: the file is no whole copy, of a schema that this program does not know, or the database is not empty.
            Nothing is changed then.
    """
    try:
        with gzip.open(path, "rb") as file:
            return _fill(database, iter(file))
    except (OSError, EOFError, zlib.error, LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise Invalid("這個檔案不是完整的備份檔。", code="backup_damaged", field="file") from error


def files_of(path: Path) -> frozenset[str] | None:
    """The fingerprints of all bytes that the rows of a copy speak of; None: this is no copy, or one of before.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        with gzip.open(path, "rb") as file:
            head = json.loads(file.readline())
    except (gzip.BadGzipFile, EOFError, zlib.error, ValueError):
        return None
    named = head.get("files") if isinstance(head, dict) and head.get("format") == FORMAT else None
    return frozenset(named) if isinstance(named, list) else None


def _fill(database: Database, lines: Iterator[bytes]) -> dict[str, int]:
    digest = hashlib.sha256()
    head = json.loads(_taken(digest, next(lines, b"null")))
    if not isinstance(head, dict) or head.get("format") != FORMAT or head.get("version") not in {1, VERSION}:
        raise Invalid("這個檔案不是本系統的備份檔。", code="backup_damaged", field="file")
    schema, columns = head["schema"], head.get("columns")
    records = _Records(digest, lines)
    if schema == migration.head():
        with database.engine.begin() as connection:
            _require_empty(connection)
            return _put_back(connection, records, {name: dump.known(name) for name in dump.tables()})
    if columns is None or not migration.is_known(schema):
        raise Invalid(
            f"備份檔的資料庫結構為 {schema}，本程式為 {migration.head()}；"
            + ("請先更新程式再還原。" if columns is not None else "請以相同版本還原後再升級。"),
            code="backup_schema", field="file",
        )  # fmt: skip
    with database.migrating() as connection:
        _require_empty(connection)
        migration.back_to(connection, schema)
        tables = {name: dump.as_it_is(connection, name, its) for name, its in columns.items()}
        counts = _put_back(connection, records, tables)
        migration.forward(connection)
        dump.set_sequences(connection)
    return counts


def _require_empty(connection: Connection) -> None:
    filled = [name for name in dump.tables() if dump.count(connection, dump.known(name))]
    if filled:
        raise Invalid(f"資料庫不是空的（{filled[0]}）；請還原到剛執行過 onestop migrate 的空資料庫。", code="not_empty")


def _put_back(connection: Connection, records: _Records, tables: Mapping[str, Table]) -> dict[str, int]:
    counts = {name: dump.fill(connection, table, records.of(name)) for name, table in tables.items()}
    records.check(counts)
    dump.set_sequences(connection)
    for name, expected in counts.items():
        if dump.count(connection, tables[name]) != expected:
            raise Invalid(f"還原後 {name} 的筆數不符。", code="backup_damaged", field="file")
    return counts


class _Records:
    """The lines of a copy after its head: the rows of one table after the other, then what they must add up to."""

    def __init__(self, digest: Any, lines: Iterator[bytes]) -> None:
        self._digest = digest
        self._lines = lines
        self._kept: list[bytes] = []

    def of(self, table: str) -> Iterator[list[Any]]:
        """The rows of the table that comes next."""
        for line in chain(self._kept, self._lines):
            record = json.loads(line)
            if record.get("table") != table:
                self._kept = [line]
                return
            self._digest.update(line)
            self._kept = []
            yield record["row"]

    def check(self, counts: dict[str, int]) -> None:
        """Raises Invalid unless the copy ends here, with these counts and the fingerprint of what was read."""
        end = json.loads(self._kept[0]) if self._kept else {}
        if end.get("counts") != counts or end.get("sha256") != self._digest.hexdigest() or next(self._lines, None):
            raise Invalid("備份檔不完整或已損毀：筆數或指紋不符。", code="backup_damaged", field="file")


def _taken(digest: Any, line: bytes) -> bytes:
    digest.update(line)
    return line
