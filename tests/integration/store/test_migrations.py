"""The schema: migrations make exactly what the models say, from nothing, on both databases."""

import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, date, datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from routing.service.maintenance import databases
from routing.store import migration
from routing.store.accounts.schema import ApiToken, Staff, WebSession
from routing.store.cases import queries as case_store
from routing.store.cases import search_index
from routing.store.cases.schema import Case as CaseRow
from routing.store.cases.schema import Firm
from routing.store.consultations.schema import Consultation
from routing.store.conversation import queries as conversation_store
from routing.store.conversation.schema import Contact, ContactAddress, Media, Message, Unsent
from routing.store.messaging import inbox as inbox_store
from routing.store.messaging.inbox import PartitionKey, RawEvent
from routing.store.messaging.schema import Outbox
from routing.store.session import METADATA, Database
from tests.harness import filled

AT = {"at": "2026-03-02 01:00:00"}
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
COMPARED = {"include_name": search_index.is_of_models, "compare_type": True}


@pytest.fixture
def database(empty_database_url):
    database = Database(empty_database_url)
    yield database
    database.dispose()


def test_migrations_and_models_agree(database):
    migration.upgrade(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts=COMPARED | {"compare_type": True, "compare_server_default": True}
        )
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


def test_a_new_sqlite_file_that_another_program_holds_is_waited_for(tmp_path):
    """Before: who came while the file was being put into WAL mode was refused at once, busy timeout or not."""
    file = tmp_path / "new.db"
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("CREATE TABLE held (value TEXT)")
    other.execute("BEGIN IMMEDIATE")
    opened = []

    def open_it():
        own = Database(f"sqlite:///{file}")
        try:
            with own.engine.connect() as connection:
                opened.append(connection.exec_driver_sql("PRAGMA journal_mode").scalar())
        finally:
            own.dispose()

    program = threading.Thread(target=open_it)
    program.start()
    program.join(timeout=0.3)
    assert program.is_alive()
    assert not opened
    other.execute("COMMIT")
    program.join(timeout=30)
    other.close()
    assert opened == ["wal"]


def test_three_that_migrate_at_once_do_no_harm(database):
    """Containers that start together: each waits for the one before, and finds it done."""
    reached, at_once = [], threading.Barrier(3)

    def migrate():
        own = Database(database.url)
        at_once.wait()
        try:
            reached.append(migration.upgrade(own))
        finally:
            own.dispose()

    threads = [threading.Thread(target=migrate) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reached == [migration.head()] * 3
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=COMPARED)
        assert compare_metadata(context, METADATA) == []


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
        address = session.scalars(select(ContactAddress)).one()
        firm = session.get(Firm, contact.firm_id)
    assert (contact.name, contact.firm_said) == ("王小姐", None)
    assert (address.address, address.reachable, address.reach_at) == ("U1", False, None)
    assert (contact.language, contact.language_chosen, contact.quiet) == ("en", False, False)
    assert (firm.name, firm.ubn, firm.claimed_ubn) == ("甲", "04595257", None)


BEFORE_CHANNELS = """
INSERT INTO contact (id, line_user_id, name, dialogue, reachable, reach_at, created_at, language_chosen) VALUES
  (1, 'U1', '王小姐', '{}', false, :at, :at, false), (2, NULL, '林先生', '{}', true, NULL, :at, false),
  (3, 'U3', NULL, '{}', true, NULL, :at, true);
INSERT INTO service_case (id, number, opened, channel, language, subject, first_contact_at, received_at, contact_id,
  refs, imported, kind, status, category, unit, pending_extension, confidential, late, version) VALUES
  (1, 'KP-1150302-0001', '{"channel": "line"}', 'line', 'zh-TW', '續租', :at, :at, 1, '[]',
   false, 'ENQ', 'in_progress', 'land', '用地工程科', false, false, false, 1);
INSERT INTO case_event (case_id, seq, at, recorded_at, event, data) VALUES
  (1, 1, :at, :at, 'replied', '{"via": "line", "message_id": 3}');
INSERT INTO message (id, case_id, contact_id, direction, kind, text, at, via, line_message_id) VALUES
  (1, 1, 1, 'in', 'text', '續租', :at, 'line', '501'), (2, 1, 1, 'in', 'file', '', :at, 'line', '502'),
  (3, 1, 1, 'out', 'text', '請備文件', :at, 'line', NULL);
INSERT INTO media (message_id, line_message_id, content, state, attempts, due_at) VALUES
  (2, '502', NULL, 'pending', 0, :at);
INSERT INTO unsent (line_message_id, at) VALUES ('499', :at);
INSERT INTO withdrawn (message_id, case_id, at, sealed) VALUES (1, 1, :at, 'x');
INSERT INTO lane (user_key, holder, lease_until) VALUES ('U1', 'gone', :at), ('-', NULL, NULL);
INSERT INTO inbox (webhook_event_id, user_key, event_at, received_at, raw, state, attempts, due_at) VALUES
  ('e1', 'U1', 1, :at, '{}', 'new', 0, :at), ('e2', '-', 2, :at, '{}', 'done', 0, :at);
INSERT INTO outbox (kind, retry_key, contact_id, case_id, reason, payload, created_at, due_at, attempts, doubtful,
  state) VALUES ('push', 'k1', 1, 1, 'replied', '[]', :at, :at, 0, false, 'pending');
"""


def filled_before_channels(database):
    """A database of the schema in which LINE was the only channel."""
    with database.migrating() as connection:
        config = migration.config_of()
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        for statement in filter(None, map(str.strip, BEFORE_CHANNELS.split(";\n"))):
            connection.execute(text(statement.replace("'x')", "CAST('x' AS bytea))") if not database.is_sqlite
                                    else statement), AT)  # fmt: skip


def test_what_line_brought_is_there_under_its_channel_and_goes_on(database):
    filled_before_channels(database)
    migration.upgrade(database)
    with database.writing() as session:
        addresses = [(a.contact_id, a.channel, a.address, a.reachable, a.reach_at is None)
                     for a in session.scalars(select(ContactAddress).order_by(ContactAddress.id))]  # fmt: skip
        assert addresses == [(1, "line", "U1", False, False), (3, "line", "U3", True, True)]
        ids = [(row.channel, row.external_id) for row in session.scalars(select(Message).order_by(Message.id))]
        assert ids == [("line", "501"), ("line", "502"), (None, None)]
        media = session.scalars(select(Media)).one()
        assert (media.channel, media.external_id, media.message_id) == ("line", "502", 2)
        assert session.get(Unsent, ("line", "499")) is not None
        assert session.scalars(select(Outbox.channel)).all() == ["line"]
        assert inbox_store.partitions_with_work(session, ["line"], now=NOW, limit=9) == [PartitionKey("line", "U1")]
        again = RawEvent(channel="line", webhook_event_id="e1", user_key="U1", event_at=1, raw="{}")
        other = RawEvent(channel="web", webhook_event_id="e1", user_key="U1", event_at=1, raw="{}")
        inbox_store.take_in(session.connection(), [again, other], now=NOW)
        found = conversation_store.contact_at(session, "line", "U3", now=NOW)
        assert (found[0].id, found[2]) == (3, False)
    with database.reading() as session:
        assert inbox_store.backlog(session, now=NOW)[0] == 2


def test_the_way_back_keeps_what_line_brought_and_is_refused_where_another_channel_brought_more(database):
    filled_before_channels(database)
    before = _rows(database)
    migration.upgrade(database)
    _downgrade(database, "0007")
    assert _rows(database) == {**before, "lane": [("-", None), ("U1", None)]}
    migration.upgrade(database)
    other = RawEvent(channel="web", webhook_event_id="e9", user_key="U1", event_at=1, raw="{}")
    with database.writing() as session:
        inbox_store.take_in(session.connection(), [other], now=NOW)
    with pytest.raises(RuntimeError, match="inbox"):
        _downgrade(database, "0007")
    assert migration.current(database) == migration.head()


def _downgrade(database, revision):
    with database.migrating() as connection:
        config = migration.config_of()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def _rows(database):
    """What the schema before channels held, by table."""
    questions = {
        "contact": "SELECT id, line_user_id, name, reachable, reach_at FROM contact",
        "message": "SELECT id, line_message_id, text FROM message",
        "media": "SELECT message_id, line_message_id, state FROM media",
        "unsent": "SELECT line_message_id FROM unsent", "lane": "SELECT user_key, holder FROM lane",
        "inbox": "SELECT webhook_event_id, user_key, state FROM inbox",
        "outbox": "SELECT retry_key, contact_id FROM outbox", "withdrawn": "SELECT message_id FROM withdrawn",
    }  # fmt: skip
    with database.engine.connect() as connection:
        return {
            table: sorted(tuple(row) for row in connection.execute(text(question)))
            for table, question in questions.items()
        }


def test_messages_erased_before_stay_erased_and_what_is_parked_goes_out_on_the_way_back(database):
    """Their reason was overwritten then; nothing is parked or carried yet."""
    with database.migrating() as connection:
        config = migration.config_of()
        config.attributes["connection"] = connection
        command.upgrade(config, "0016")
        for key, reason in (("k1", "erased"), ("k2", "replied")):
            connection.execute(
                text(
                    "INSERT INTO outbox (kind, retry_key, channel, reason, payload, created_at, due_at, attempts, "
                    "doubtful, state) VALUES ('push', :key, 'line', :reason, '[]', :at, :at, 0, false, 'accepted')"
                ),
                {"key": key, "reason": reason, **AT},
            )
    migration.upgrade(database)
    with database.writing() as session:
        rows = list(session.scalars(select(Outbox).order_by(Outbox.id)))
        assert [(row.reason, row.erased_at == row.created_at, row.push_at, row.carrier_id) for row in rows] == [
            ("erased", True, None, None), ("replied", False, None, None),
        ]  # fmt: skip
        rows[1].state = "parked"
    _downgrade(database, "0016")
    with database.engine.connect() as connection:
        found = connection.execute(text("SELECT reason, state FROM outbox ORDER BY id")).all()
    assert [tuple(row) for row in found] == [("erased", "accepted"), ("replied", "pending")]
    migration.upgrade(database)


def test_files_in_the_database_are_marked_to_be_moved_and_what_was_sealed_with_them(database):
    """The bytes stay where they are until the worker has moved them (tests/integration/files/test_files_work.py)."""
    with database.migrating() as connection:
        config = migration.config_of()
        config.attributes["connection"] = connection
        command.upgrade(config, "0012")
        connection.execute(
            text(
                "INSERT INTO service_case (number, opened, channel, language, subject, first_contact_at, received_at, "
                "refs, imported, kind, status, category, unit, pending_extension, confidential, late, version) VALUES "
                "('KP-1', '{}', 'line', 'zh-TW', 's', :at, :at, '[]', false, 'ENQ', 'received', 'land', 'u', false, "
                "false, false, 0)"
            ),
            AT,
        )
        for place, (state, held) in enumerate(
            [("stored", b"x"), ("pending", None), ("gone", None), ("erased", None), ("erased", None)], start=1
        ):
            connection.execute(
                text("INSERT INTO message (direction, kind, text, at, via) VALUES ('in', 'file', '', :at, 'line')"), AT
            )
            connection.execute(
                text(
                    "INSERT INTO media (message_id, channel, external_id, content, state, attempts, due_at) "
                    "SELECT max(id), 'line', :line, :held, :state, 0, :at FROM message"
                ),
                {"line": str(place), "held": held, "state": state, **AT},
            )
        connection.execute(
            text(
                "INSERT INTO withdrawn (message_id, case_id, at, sealed) "
                "SELECT (SELECT max(id) FROM message), id, :at, :sealed FROM service_case"
            ),
            {"sealed": b"x", **AT},
        )
    migration.upgrade(database)
    with database.reading() as session:
        rows = session.execute(select(Media.state, Media.due_at.is_not(None), Media.key).order_by(Media.id)).all()
        held = session.scalars(select(Media.content).order_by(Media.id)).all()
    assert rows == [
        ("moving", True, None), ("pending", True, None), ("gone", False, None), ("erased", False, None),
        ("sealed", True, None),
    ]  # fmt: skip
    assert held == [b"x", None, None, None, None]


def test_accounts_of_before_go_on_with_what_they_have(database):
    """Nobody is asked for another password who was not before."""
    with database.migrating() as connection:
        config = migration.config_of()
        config.attributes["connection"] = connection
        command.upgrade(config, "0014")
        for statement in (
            (
                "INSERT INTO staff (id, email, name, role, categories, password_hash, created_at) "
                "VALUES (1, 'may@kp.example', 'May', 'admin', '[]', 'x', :at)"
            ),
            "INSERT INTO web_session (token_sha256, staff_id, created_at, last_seen_at) VALUES ('s', 1, :at, :at)",
            "INSERT INTO api_token (token_sha256, staff_id, created_at) VALUES ('t', 1, :at)",
        ):
            connection.execute(text(statement), AT)
    migration.upgrade(database)
    with database.reading() as session:
        staff = session.scalars(select(Staff)).one()
        token = session.scalars(select(ApiToken)).one()
        browser = session.scalars(select(WebSession)).one()
    assert (staff.email, staff.first_password, staff.totp_secret) == ("may@kp.example", False, None)
    assert (browser.stage, browser.how, browser.address) == (None, "password", None)
    assert (token.scope, token.purpose, token.expires_at, token.revoked_at) == ("full", "", None, None)


def test_calls_asked_for_are_carried_over_and_petitions_closed_after_the_promise_are_late(database):
    """A call is carried over that nobody gave since; nothing of before is new to anybody."""
    with database.migrating() as connection:
        config = migration.config_of()
        config.attributes["connection"] = connection
        command.upgrade(config, "0022")
        case = text(
            "INSERT INTO service_case (id, number, opened, channel, language, subject, first_contact_at, received_at, "
            "refs, imported, kind, status, category, unit, promised_on, closed_at, pending_extension, confidential, "
            "late, version) VALUES (:id, :number, '{}', 'line', 'zh-TW', 's', :at, :at, '[]', false, :kind, 'assigned',"
            " 'land', 'u', '2026-04-01', :closed, false, false, false, 2)"
        )
        said = text(
            "INSERT INTO case_event (case_id, seq, at, recorded_at, event, data) "
            "VALUES (:case, :seq, :at, :at, :event, :data)"
        )
        for place, (kind, closed) in enumerate(
            [("ENQ", None), ("ENQ", None), ("PET", "2026-04-02 01:00:00"), ("PET", "2026-04-01 01:00:00")], start=1
        ):
            connection.execute(case, {"id": place, "number": f"KP-{place}", "kind": kind, "closed": closed, **AT})
        for number, seq, event, data in (
            (1, 1, "call_asked", '{"when": "morning"}'), (1, 2, "replied", '{"via": "line"}'),
            (2, 1, "call_asked", "{}"), (2, 2, "replied", '{"via": "phone"}'),
        ):  # fmt: skip
            connection.execute(said, {"case": number, "seq": seq, "event": event, "data": data, **AT})
    migration.upgrade(database)
    with database.reading() as session:
        rows = list(session.scalars(select(CaseRow).order_by(CaseRow.id)))
    assert [(row.call_asked_at is not None, row.call_when, row.call_tries) for row in rows[:2]] == [
        (True, "morning", 0), (False, None, 0),
    ]  # fmt: skip
    assert [row.late for row in rows] == [False, False, True, False]
    assert not any(row.unseen or row.partner_answered_at for row in rows)


def test_waits_on_agencies_are_consultations_from_now_on(database):
    """One that stands, one that was answered, one that was ended and closed; of an imported one nobody says whom."""
    with database.migrating() as connection:
        config = migration.config_of()
        config.attributes["connection"] = connection
        command.upgrade(config, "0025")
        case = text(
            "INSERT INTO service_case (id, number, opened, channel, language, subject, first_contact_at, received_at, "
            "refs, imported, kind, status, category, unit, call_tries, unseen, pending_extension, confidential, late, "
            "version) VALUES (:id, :number, :opened, 'line', 'zh-TW', 's', :at, :at, '[]', false, 'ENQ', 'assigned', "
            "'land', 'u', 0, false, false, false, false, 2)"
        )
        said = text(
            "INSERT INTO case_event (case_id, seq, at, recorded_at, event, by, data) "
            "VALUES (:case, :seq, :at, :at, :event, 'tai', :data)"
        )
        opened = '{"kind": "ENQ", "category": "land", "unit": "u"}'
        for number in (1, 2, 3, 4):
            connection.execute(case, {"id": number, "number": f"KP-{number}", "opened": opened, **AT})
        asked = '{"on": "agency", "agency": "taipower", "until": "2026-03-05"}'
        for number, seq, event, data in (
            (1, 1, "waiting", asked), (1, 2, "note", "{}"),
            (2, 1, "waiting", asked), (2, 2, "note", '{"answers": "taipower"}'), (2, 3, "resumed", "{}"),
            (3, 1, "waiting", asked), (3, 2, "resumed", "{}"), (3, 3, "waiting", asked),
            (3, 4, "closed", '{"outcome": "referred", "consultation": "withdrawn"}'),
            (4, 1, "waiting", '{"on": "agency"}'),
        ):  # fmt: skip
            connection.execute(said, {"case": number, "seq": seq, "event": event, "data": data, **AT})
    migration.upgrade(database)
    with database.reading() as session:
        rows = list(session.scalars(select(Consultation).order_by(Consultation.case_id, Consultation.no)))
        cases = list(session.scalars(select(CaseRow).order_by(CaseRow.id)))
        told = {row.id: case_store.state_of(session, row).consultations for row in cases}
    assert [(row.case_id, row.no, row.agency, row.how, row.entered_by) for row in rows] == [
        (1, 1, "taipower", None, None), (2, 1, "taipower", "answered", "tai"), (3, 1, "taipower", "ended", None),
        (3, 2, "taipower", "withdrawn", None), (4, 1, None, None, None),
    ]  # fmt: skip
    assert {row.expected_on for row in rows if row.agency} == {date(2026, 3, 5)}
    assert [row.consulting for row in cases] == [["taipower"], [], [], [""]]
    # What was carried over is what the events say.
    assert [(one.no, one.how) for asked in told.values() for one in asked] == [(row.no, row.how) for row in rows]


MOVED = {
    "0008": {
        "lane": "inbox_partition", "lane.holder": "", "lane.lease_until": "", "contact.line_user_id": "",
        "contact.reachable": "", "contact.reach_at": "", "message.line_message_id": "external_id",
        "media.line_message_id": "external_id", "unsent.line_message_id": "external_id",
    },
    "0013": {"media.state": "", "media.due_at": ""},
}  # fmt: skip
"""What a migration renames, moves elsewhere or changes on purpose; tests above say what becomes of it."""


@pytest.mark.timeout(400)
def test_whatever_stands_in_any_table_of_any_version_stands_in_the_next_one(database):
    """Each version is filled, every table and column of it, and carried to the next, which is filled too."""
    config = migration.config_of()
    versions = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]
    assert versions[-1] == migration.head()
    before = {}
    for turn, version in enumerate(versions):
        with database.migrating() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, version)
        with database.engine.begin() as connection:
            found = filled.tables_of(connection)
            after = filled.rows(connection, found)
            assert list(filled.lost(before, after, MOVED.get(version, {}))) == [], f"lost by {version}"
            filled.fill(connection, found, turn)
            before = filled.rows(connection, found)
    assert all(len(held) >= 2 for held in before.values())
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=COMPARED)
        assert compare_metadata(context, METADATA) == []
