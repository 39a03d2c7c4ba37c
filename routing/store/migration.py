"""Bringing a database to the newest schema, and saying whether it is there."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from routing.store.cases import search_index
from routing.store.session import Database

_FOLDER = Path(__file__).parent / "migrations"


def config_of() -> Config:
    """Alembic's settings: where the migrations lie."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config


def head() -> str:
    """The newest revision that this program knows."""
    revision = ScriptDirectory.from_config(config_of()).get_current_head()
    if revision is None:
        raise RuntimeError("no migrations are installed")
    return revision


def current(database: Database) -> str | None:
    """The revision the database is at; None for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str) -> bool:
    """Whether this program has the migrations from a revision on."""
    return any(script.revision == revision for script in ScriptDirectory.from_config(config_of()).walk_revisions())


def back_to(connection: Connection, revision: str) -> None:
    """Give an empty database the schema that an earlier revision had."""
    config = config_of()
    config.attributes["connection"] = connection
    command.downgrade(config, revision)


def forward(connection: Connection) -> None:
    """Carry what a database of an earlier schema holds over to the newest, and build the search index of it."""
    config = config_of()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    search_index.ensure_kept(connection)
    search_index.build(connection)


def upgrade(database: Database) -> str:
    """Migrate to the newest schema in one transaction; gives the revision reached."""
    config = config_of()
    with database.migrating() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        search_index.ensure_kept(connection)
    return head()
