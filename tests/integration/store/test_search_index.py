"""The index of words is kept by the database with what it derives from, and finds what looking at every row finds."""

import random
from itertools import product

import pytest
from alembic import command
from sqlalchemy import select, text

from routing.domain.permissions import Role
from routing.domain.search_words import grams
from routing.service.maintenance import databases, retention
from routing.store import migration
from routing.store.cases import queries, search, search_index
from routing.store.cases.schema import Case as CaseRow
from routing.store.cases.schema import Firm
from routing.store.conversation.schema import Message
from routing.store.session import Database
from tests.harness import filled
from tests.harness.branch import branch_on, cast
from tests.harness.chat import Chat
from tests.harness.databases import BOTH
from tests.harness.service import PHONE_CASE, Service

FIELDS = (CaseRow.subject, CaseRow.contact_name, CaseRow.park, CaseRow.contact_phone)


@pytest.fixture(params=BOTH)
def branch(request):
    with branch_on(request.param) as branch:
        cast(branch)
        branch.staff("adam", Role.ADMIN)
        yield branch


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


@pytest.fixture
def database(empty_database_url):
    database = Database(empty_database_url)
    yield database
    database.dispose()


def indexed(database, table, word):
    """The rows of a table that the index names for a word."""
    model = {"service_case": CaseRow, "firm": Firm, "message": Message}[table]
    with database.reading() as session:
        question = search_index.asked(database.engine.dialect.name, word)
        return sorted(session.scalars(select(model.id).where(search_index.may_hold(model.id, question))))


def fits(session, word):
    """What looking at every row finds."""
    return set(session.scalars(select(CaseRow.id).where(search._in_row(session, word))))


def test_it_finds_what_looking_at_every_row_finds(service):
    chance = random.Random(5)
    signs = "漏水停電台臺廠房AbＣ1２3 -"
    for at in range(40):
        words = "".join(chance.choice(signs) for _ in range(12))
        service.post("sue", "/cases", {
            **PHONE_CASE, "text": words, "subject": words[::-1], "phone": f"07-{chance.randint(1000000, 9999999)}",
            "doc_no": f"晴字第{1150000000 + at}號", "firm": f"{words[:3]}精密",
        })  # fmt: skip
    asked = [
        "漏水",
        "台",
        "abc",
        "臺電",
        "晴字",
        "115000003",
        "水",
        "精密",
        "房A",
        "1-2",
        "漏水 停",
        "台電 ab",
        "電 漏",
        "水 精密",
        "23",
        "07",
    ]
    asked += [f"{number:03d}" for number in range(0, 1000, 37)]
    with service.runtime.reading() as (session, _office):
        today = service.now.date()
        for q in asked:
            words = search.words_of(q.strip())
            every = set.intersection(*(fits(session, word) for word in words))
            found = queries.page(session, queries.CaseFilter(today=today, q=q), limit=100)
            assert {row.id for row in found} == every, q


def test_a_character_by_itself_is_a_word_and_a_letter_belongs_to_what_stands_beside_it(service):
    number = service.post("sue", "/cases", {**PHONE_CASE, "text": "停電", "subject": "A 棟停電"}).json()["number"]
    for q, wanted in {"電 停": [number], "Ａ 棟": [number], "棟 A": [], "電 漏": []}.items():
        with service.runtime.reading() as (session, _office):
            query = select(CaseRow.number).where(search.found(session, q))
            assert list(session.scalars(query)) == wanted, q


def test_words_that_many_rows_hold_are_found_as_well(service):
    """The bound moves only how it is looked for."""
    numbers = [
        service.post("sue", "/cases", {**PHONE_CASE, "text": f"臺電停電{at}", "subject": f"廠{at}漏水"}).json()[
            "number"
        ]
        for at in range(12)
    ]
    asked = {"台電": numbers, "漏水 停電": numbers, "廠7漏 台電": [numbers[7]], "漏水 沒有": [], "%": []}
    for (q, wanted), few in product(asked.items(), (0, 3, 10, 4000)):
        with service.runtime.reading() as (session, _office):
            query = select(CaseRow.number).where(search.found(session, q, few=few))
            assert sorted(session.scalars(query)) == sorted(wanted), q


def test_what_is_changed_moved_or_taken_back_is_out_of_it_in_the_same_transaction(branch):
    chat = Chat(branch)
    number = chat.opens("秘密製程漏水")
    assert len(indexed(branch.database, "message", "秘密製程")) == 1
    assert indexed(branch.database, "service_case", "秘密製程") == [branch.row(number).id]
    chat.unsend("U1-1")
    for table in ("message", "service_case"):
        assert indexed(branch.database, table, "秘密製程") == []
    with branch.database.writing() as session:
        row = session.scalars(select(Message).where(Message.case_id.is_not(None))).first()
        row.text = "改寫之後的字"
        session.flush()
        session.rollback()
    assert indexed(branch.database, "message", "改寫之後") == []


def test_words_of_no_case_are_not_in_it_until_they_are(branch):
    Chat(branch).text("只是問問漏水怎麼辦")
    assert indexed(branch.database, "message", "只是問問") == []
    case = Chat(branch, "U2").opens("另一件事的漏水")
    with branch.database.writing() as session:
        message = session.scalars(select(Message).where(Message.text.contains("只是問問"))).one()
        message.case_id = queries.by_number(session, case).id
    assert indexed(branch.database, "message", "只是問問") == [message.id]


def test_after_the_daily_clearing_sqlite_keeps_no_trace():
    with branch_on("sqlite") as branch:
        cast(branch)
        chat = Chat(branch)
        chat.opens("秘密製程漏水")
        chat.unsend("U1-1")
        with branch.database.writing() as session:
            retention.run(session, retention.Periods(), now=branch.now)
        with branch.database.writing() as session:
            session.execute(text("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, search_message, row)"))
            terms = set(session.scalars(text("SELECT term FROM temp.terms")))
            kept = b"".join(session.scalars(text("SELECT block FROM search_message_data")))
        assert "秘密" not in terms
        assert "製程".encode() not in kept


def test_the_command_builds_the_index_anew(service):
    number = service.post("sue", "/cases", {**PHONE_CASE, "text": "臺電停電"}).json()["number"]
    database = service.runtime.database
    if database.is_sqlite:
        with database.writing() as session:
            session.execute(text("INSERT INTO search_message (search_message) VALUES ('delete-all')"))
            session.execute(text("INSERT INTO search_service_case (search_service_case) VALUES ('delete-all')"))
        assert service.get("sue", "/cases", q="台電").json()["items"] == []
    databases.rebuild_search(database)
    assert [case["number"] for case in service.get("sue", "/cases", q="台電").json()["items"]] == [number]


def test_a_filled_database_of_the_release_before_is_found_in_at_once(database):
    config = migration.config_of()
    with database.migrating() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0053")
    with database.engine.begin() as connection:
        found = filled.tables_of(connection)
        filled.fill(connection, found, 0)
        connection.execute(
            text("UPDATE service_case SET subject = '臺電停電', refs = '[\"\\u6674字12\"]' WHERE id = 1")
        )
        connection.execute(text("UPDATE message SET text = '漏水', case_id = 1 WHERE id = 1"))
    migration.upgrade(database)
    assert indexed(database, "service_case", "台電") == [1]
    assert indexed(database, "service_case", "晴字12") == [1]
    assert indexed(database, "message", "漏水") == [1]


def test_a_migration_that_makes_a_table_anew_leaves_it_kept(tmp_path):
    """SQLite drops the triggers of a table with it."""
    database = Database(f"sqlite:///{tmp_path}/kept.db")
    migration.upgrade(database)
    with database.migrating() as connection:
        for name in ("insert", "update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER search_message_{name}")
    migration.upgrade(database)
    with database.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'").scalar()
    database.dispose()
    assert kept == 9


WORDS = [
    "",
    " ",
    "水",
    "漏水",
    "臺電 台電",
    "ＡＢＣ abc",
    "07-361 12 12",
    "12",
    "123",
    "1234漏5678",
    "é•\u2212－(％)",
    "'\\x",
    "峰峯" * 40,
]


@pytest.mark.postgres
def test_postgresql_keeps_the_very_grams_that_this_program_asks_for(postgres_url):
    """Two programs make them, in two languages."""
    database = Database(postgres_url)
    with database.engine.connect() as connection:
        for said in WORDS:
            query = text("SELECT unnest(tsvector_to_array(search_grams(:said)))")
            assert set(connection.execute(query, {"said": said}).scalars()) == grams(said), said
    database.dispose()


LISTED = ['["晴字12", "b"]', "[]", "[1, null]", '{"a": 1}', '"x"', '["\\ud840\\udc00x"]', '["\\u6674"]']
NOT_TEXT = ['["\\u0000a"]', '["\\ud840x"]', '["\\udc00\\ud840"]']


@pytest.mark.postgres
def test_postgresql_reads_lists_of_letters_as_this_program_does_and_keeps_what_is_no_text(postgres_url):
    database = Database(postgres_url)
    with database.engine.connect() as connection:
        query = text("SELECT search_listed(cast(:given AS json))")
        read = [connection.execute(query, {"given": given}).scalar() for given in LISTED + NOT_TEXT]
    database.dispose()
    assert read == ["晴字12 b", "", "1", '{"a": 1}', '"x"', "𠀀x", "晴", *NOT_TEXT]


@pytest.mark.postgres
def test_several_processes_of_postgresql_may_make_the_grams(postgres_url):
    """With many rows and known statistics it shares a search out; a function that catches errors fails there."""
    database = Database(postgres_url)
    said = search_index.SOURCES["service_case"][0].format(row="")
    asked = f"SELECT count(*) FROM service_case WHERE search_grams({said}) @@ CAST('臺電' AS tsquery)"  # noqa: S608
    with database.engine.begin() as connection:
        filled.fill(connection, filled.tables_of(connection), 0)
        connection.execute(text("UPDATE service_case SET refs = '[\"晴字12\"]', subject = '台電'"))
        connection.execute(text("ANALYZE service_case"))
        for name in ("parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size", "enable_bitmapscan"):
            connection.execute(text(f"SET LOCAL {name} = 0"))
        plan = "\n".join(connection.execute(text(f"EXPLAIN {asked}")).scalars())
        found = connection.execute(text(asked)).scalar()
    database.dispose()
    assert "Parallel Seq Scan" in plan
    assert found


@pytest.mark.postgres
def test_words_of_very_many_rows_are_asked_of_the_index_and_not_made_anew_from_each(postgres_url):
    database = Database(postgres_url)
    with database.reading() as session:
        with search_index.by_the_index(session):
            query = search_index.named("postgresql", Message.id, search_index.asked("postgresql", "漏水"))
            written = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
            plan = "\n".join(session.scalars(text(f"EXPLAIN {written}")))
        after = session.scalar(text("SHOW enable_seqscan"))
    database.dispose()
    assert "Seq Scan" not in plan
    assert after == "on"
