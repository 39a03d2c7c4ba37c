"""Copies that earlier programs made are put back by this one, on a machine where nothing else is."""

import base64
import gzip
import hashlib
import json
from datetime import UTC, date, datetime

import pytest
from alembic import command

from routing.domain.errors import Invalid
from routing.service.maintenance import backups
from routing.store import migration
from routing.store.session import Database
from tests.harness import filled
from tests.harness.databases import migrated_file


def old_copy(path, url, schema):
    """A database as it was at an earlier schema, with rows in every table, and the copy that its program made of it."""
    database, config = Database(url), migration.config_of()
    with database.migrating() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, schema)
    with database.engine.begin() as connection:
        found = filled.tables_of(connection)
        filled.fill(connection, found, 0)
    columns = {one.name: [column.name for column in one.columns] for one in found.sorted_tables}
    head = {"format": backups.FORMAT, "version": 2, "schema": schema, "made_at": "2026-11-30T00:00:00+00:00"}
    lines, counts = [head | {"columns": columns}], {}
    with database.engine.connect() as connection:
        for table in found.sorted_tables:
            held = [[written(value) for value in row] for row in connection.execute(table.select())]
            lines += [{"table": table.name, "row": row} for row in held]
            counts[table.name] = len(held)
    body = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)
    end = json.dumps({"counts": counts, "sha256": hashlib.sha256(body).hexdigest()}).encode() + b"\n"
    path.write_bytes(gzip.compress(body + end))
    return database


def written(value):
    """A value as a copy writes it."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


@pytest.mark.parametrize("schema", ["0050", "0058"])
def test_a_copy_of_an_earlier_schema_is_put_back_and_carried_over(empty_database_url, tmp_path, schema):
    """As if the database itself had been migrated, on a machine that has only the new program."""
    before = old_copy(tmp_path / "old.gz", f"sqlite:///{tmp_path / 'old.db'}", schema)
    migration.upgrade(before)
    target = Database(empty_database_url)
    migration.upgrade(target)
    counts = backups.read(target, tmp_path / "old.gz")
    assert min(counts.values()) == 2
    assert migration.current(target) == migration.head()
    held = []
    for database in (before, target):
        with database.engine.connect() as connection:
            held.append(filled.rows(connection, filled.tables_of(connection)))
        database.dispose()
    assert held[0] == held[1]


def test_a_copy_of_a_newer_program_is_refused_and_says_what_to_do(tmp_path):
    head = {"format": backups.FORMAT, "version": 2, "schema": "9999", "made_at": "", "columns": {}}
    (tmp_path / "new.gz").write_bytes(gzip.compress(json.dumps(head).encode() + b"\n"))
    database = Database(migrated_file(tmp_path / "empty.db"))
    with pytest.raises(Invalid, match="請先更新程式再還原"):
        backups.read(database, tmp_path / "new.gz")
    database.dispose()
