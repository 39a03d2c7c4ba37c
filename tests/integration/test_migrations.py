"""The schema: migrations make exactly what the models say, from nothing, on both databases."""

import subprocess
import sys

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text

from routing.service.maintenance import databases
from routing.store import migration
from routing.store.cases.schema import Firm
from routing.store.conversation.schema import Contact
from routing.store.session import METADATA, Database

AT = {"at": "2026-03-02 01:00:00"}


@pytest.fixture
def database(empty_database_url):
    database = Database(empty_database_url)
    yield database
    database.dispose()


def test_migrations_and_models_agree(database):
    migration.upgrade(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_whoever_has_a_database_knows_every_table():
    """Before: only the tables of cases and accounts, unless somebody else had imported the rest."""
    program = "from routing.store.session import METADATA; print(*(table.name for table in METADATA.sorted_tables))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == set(METADATA.tables)


def test_an_empty_database_is_brought_to_the_newest_schema_and_again_is_harmless(database):
    assert migration.current(database) is None
    assert migration.upgrade(database) == migration.head() == migration.upgrade(database)
    assert migration.current(database) == migration.head()


def test_an_empty_database_is_not_served_and_the_command_that_mends_it_is_named(database):
    assert "onestop migrate" in databases.why_not(database, demo=False)
    migration.upgrade(database)
    assert databases.why_not(database, demo=False) is None


def test_a_demo_database_is_served_as_the_demo_only(database):
    migration.upgrade(database)
    databases.mark_demo(database)
    databases.mark_demo(database)
    assert databases.is_demo(database)
    assert databases.why_not(database, demo=True) is None
    assert "示範" in databases.why_not(database, demo=False)


def test_a_database_that_is_not_there_is_named_without_its_password():
    database = Database("postgresql+psycopg://someone:hunter2@127.0.0.1:1/none")
    refusal = databases.why_not(database, demo=False)
    database.dispose()
    assert "ONESTOP_DATABASE_URL" in refusal
    assert "hunter2" not in refusal


def test_the_newer_schemas_carry_a_filled_database_over(database):
    """What stood in the first schema stands in the newest, and what is new begins empty."""
    with database.engine.begin() as connection:
        config = migration.config_of()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text("INSERT INTO firm (name, ubn, verified, created_at) VALUES ('甲', '04595257', true, :at)"), AT
        )
        connection.execute(
            text(
                "INSERT INTO contact (line_user_id, name, language, firm_id, dialogue, reachable, created_at) "
                "SELECT 'U1', '王小姐', 'en', id, '{}', false, :at FROM firm"
            ),
            AT,
        )
    migration.upgrade(database)
    with database.reading() as session:
        contact = session.scalars(select(Contact)).one()
        firm = session.get(Firm, contact.firm_id)
    assert (contact.name, contact.reachable, contact.reach_at, contact.firm_said) == ("王小姐", False, None, None)
    assert (contact.language, contact.language_chosen) == ("en", False)
    assert (firm.name, firm.ubn, firm.claimed_ubn) == ("甲", "04595257", None)
