"""Old and new programs run beside each other on one schema while an upgrade rolls through the machines."""

import pytest
from alembic import command
from sqlalchemy import inspect

from routing.store import migration
from routing.store.session import Database

RELEASED = "0050"
"""The schema of the release that may still be running. Raise it with each release, never between two."""


@pytest.fixture
def database(empty_database_url):
    database = Database(empty_database_url)
    yield database
    database.dispose()


def columns(database):
    """Every column: (table, name) to (type, may it be empty, has it a value of its own)."""
    found = inspect(database.engine)
    return {
        (table, column["name"]): (
            str(column["type"]), column["nullable"],
            column["default"] is not None or bool(column.get("autoincrement") is True) or "identity" in column,
        )
        for table in found.get_table_names()
        for column in found.get_columns(table)
    }  # fmt: skip


def test_what_the_release_before_reads_and_writes_is_still_taken(database):
    """R13: the release before leaves new columns out, and must find every one of its own as it was."""
    config = migration.config_of()
    with database.migrating() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, RELEASED)
    before = columns(database)
    migration.upgrade(database)
    after = columns(database)
    tables = {table for table, _ in before}
    gone = sorted(before.keys() - after.keys())
    changed = sorted(key for key in before.keys() & after.keys() if before[key][0] != after[key][0])
    tightened = sorted(key for key in before.keys() & after.keys() if before[key][1] and not after[key][1])
    needed = sorted(
        key for key, (_, nullable, filled) in after.items()
        if key[0] in tables and key not in before and not nullable and not filled
    )  # fmt: skip
    assert {"gone": gone, "changed": changed, "tightened": tightened, "needed": needed} == {
        "gone": [], "changed": [], "tightened": [], "needed": [],
    }  # fmt: skip
