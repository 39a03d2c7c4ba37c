"""Engines and sessions, and every difference between SQLite and PostgreSQL.

SQLite runs in WAL mode with ``synchronous=FULL`` (a commit survives power loss) and takes its write lock when a
writing transaction begins, so that a transaction never fails half-way for want of it.
"""

from __future__ import annotations

import errno
import select as sockets
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    CursorResult,
    Engine,
    Executable,
    TableValuedAlias,
    Text,
    bindparam,
    column,
    create_engine,
    event,
    func,
    select,
)  # fmt: skip
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from routing.store.accounts import schema as account_schema
from routing.store.announcements import schema as announcement_schema
from routing.store.assist import schema as assist_schema
from routing.store.base import Base
from routing.store.bindings import schema as binding_schema
from routing.store.canned import schema as canned_schema
from routing.store.cases import schema as case_schema
from routing.store.cases import search_index
from routing.store.consultations import schema as consultation_schema
from routing.store.conversation import schema as conversation_schema
from routing.store.directory import schema as directory_schema
from routing.store.documents import schema as document_schema
from routing.store.feeds import schema as feed_schema
from routing.store.files import schema as file_schema
from routing.store.firm_pages import schema as firm_page_schema
from routing.store.incidents import schema as incident_schema
from routing.store.knowledge_admin import schema as knowledge_schema
from routing.store.land import schema as land_schema
from routing.store.locks.fair_lock import FairLock
from routing.store.locks.process_lock import ProcessLock
from routing.store.locks.wakes import Wakes
from routing.store.maintenance import schema as maintenance_schema
from routing.store.messaging import schema as messaging_schema
from routing.store.office_calendar import schema as calendar_schema
from routing.store.privacy import schema as privacy_schema
from routing.store.question_sets import schema as question_schema
from routing.store.remembered import Remembered
from routing.store.reminders import schema as reminder_schema
from routing.store.reporting import schema as reporting_schema

METADATA = Base.metadata
"""All tables; importing this module has registered every one of them."""

_TABLES = (
    account_schema, case_schema, conversation_schema, file_schema, knowledge_schema, maintenance_schema,
    messaging_schema, calendar_schema, reporting_schema, privacy_schema, binding_schema, feed_schema,
    land_schema, consultation_schema, announcement_schema,
    incident_schema, assist_schema, reminder_schema, canned_schema, directory_schema,
    question_schema, document_schema, firm_page_schema,
)  # fmt: skip
_BUSY_MS = 15_000
_REST = 0.12
"""Seconds; whoever waits for SQLite's lock looks again at least every tenth."""
_WAL_PAUSE = 0.01
"""Seconds between two tries to put a new SQLite file into WAL mode."""
_PATIENCE = {
    "connect_timeout": 3, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3,
    "tcp_user_timeout": 5_000,
}  # fmt: skip
"""Seconds, tries and milliseconds until a PostgreSQL that fell silent counts as gone.

Keepalive asks a silent connection only; what was sent and not confirmed, as when a cable is pulled in the middle of a
transaction, the kernel would send again for a quarter of an hour.
"""
_MIGRATING = 0x6F6E6573746F70
"""The key of PostgreSQL's lock that whoever changes the schema holds."""
_CLOCK = "clock"
_TOLD = "told"
_USED = "used"
_RESTED = 1.0
"""Seconds after which a connection that lay in the pool is asked whether it still stands, by a statement."""
_TOLD_FOR = 1.0
"""Seconds for which a process goes on from what the database's clock told it."""
_ANNOUNCED = "announced"
_REMEMBERED = "remembered"
_TIME = select(func.clock_timestamp())
NOTICES = "onestop_work"
"""PostgreSQL's channel on which processes tell each other that there is work."""
_NOTIFY = select(func.pg_notify(NOTICES, func.unnest(bindparam("topics", type_=postgresql.ARRAY(Text())))))


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Put a file into WAL mode, which is done once in its life, or wait until another connection has.

    ``busy_timeout`` does not hold for the step from a shared to an exclusive lock: of programs that start together on
    a new file all but one are refused at once.
    """
    until = time.monotonic() + _BUSY_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as refused:
            if refused.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_WAL_PAUSE)
        else:
            return


def _configure_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver's own transaction handling would begin too late and too weakly.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        _write_ahead(cursor)
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        search_index.register(connection)

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        mode = "DEFERRED" if connection.get_execution_options().get("reading") else "IMMEDIATE"
        connection.exec_driver_sql(f"BEGIN {mode}")


def make_engine(url: str) -> Engine:
    """An engine for ``sqlite:///path`` (its folder is made if missing) or ``postgresql+psycopg://…``."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        # Errors are logged, and must not quote what people wrote.
        engine = create_engine(
            parsed, connect_args={"check_same_thread": False}, pool_size=20, max_overflow=20,
            hide_parameters=True,
        )  # fmt: skip
        _configure_sqlite(engine)
        return engine
    engine = create_engine(
        parsed,
        pool_size=10,
        max_overflow=20,
        connect_args=_PATIENCE,
        isolation_level="READ COMMITTED",
        hide_parameters=True,
    )
    _watch_connections(engine)
    return engine


def _watch_connections(engine: Engine) -> None:
    """A connection that was cut while it lay in the pool is not handed out, nor any as old.

    A server that ends a connection says so: there is something to read where nothing was asked. Only that is looked
    at where the connection was in use a moment ago; one that has rested is asked, as its other side may be silent.
    """

    @event.listens_for(engine, "checkin")
    def _on_checkin(_connection: Any, record: Any) -> None:
        record.info[_USED] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _on_checkout(connection: Any, record: Any, _proxy: Any) -> None:
        used = record.info.get(_USED)
        if used is None:
            return
        if not _silent(connection) or time.monotonic() - used > _RESTED:
            try:
                engine.dialect.do_ping(connection)
            except Exception as error:
                raise InvalidatePoolError("the connection was cut") from error


def _silent(connection: Any) -> bool:
    """Whether the server has said nothing on a connection of which nothing was asked."""
    poll = sockets.poll()
    poll.register(connection.pgconn.socket, sockets.POLLIN)
    return not poll.poll(0)


class _OwnTime:
    """What the database's clock told this process last. Threads may share it."""

    def __init__(self) -> None:
        self._told: tuple[datetime, float] | None = None

    def now(self, session: Session) -> datetime:
        told = self._told
        passed = time.monotonic() - told[1] if told else 0.0
        if told is None or passed > _TOLD_FOR:
            told, passed = (own_time(session), time.monotonic()), 0.0
            self._told = told
        return told[0] + timedelta(seconds=passed)


class Database:
    """One database, with a way to read and a way to write.

    ``writing()`` is one transaction, committed at its end and rolled back if its block raises; nothing inside
    commits. ``reading()`` sees one consistent state on SQLite and never waits for the writer.

    ``clock``: what ``instant`` says instead of the database's own time; for tests, which turn it by hand.
    """

    def __init__(self, url: str, *, clock: Callable[[], datetime] | None = None) -> None:
        self.url = url
        self.clock = clock
        self.engine = make_engine(url)
        self._turns = FairLock()
        self.process_lock = ProcessLock(self.engine.url.database if self.is_sqlite else None)
        self.wakes = Wakes()
        self.remembered = Remembered()
        self._own_time = _OwnTime()
        self._reader = self.engine.execution_options(reading=True)
        self._at_once = self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @property
    def is_sqlite(self) -> bool:
        """Whether one process at a time may write."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session in one writing transaction."""
        with self._turn(), Session(self.engine, expire_on_commit=False, info=self._info()) as session, session.begin():
            yield session
            if not self.is_sqlite and (topics := session.info.get(_ANNOUNCED)):
                session.execute(_NOTIFY, {"topics": sorted(topics)})
        self.wakes.wake(session.info.get(_ANNOUNCED, ()))

    @contextmanager
    def storing(self) -> Iterator[Connection]:
        """A bare connection in one writing transaction, for what is written in bulk."""
        with self._turn(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def storing_at_once(self) -> Iterator[Connection]:
        """As ``storing``, for what is one statement on PostgreSQL: it needs no transaction, and one round trip."""
        if self.is_sqlite:
            with self.storing() as connection:
                yield connection
            return
        with self._at_once.connect() as connection:
            yield connection

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A bare connection in one transaction in which tables may be made anew; every reference must hold at its end.

        SQLite changes a table by copying it to a new one and dropping the old, which its foreign keys would forbid.
        One at a time: whoever comes meanwhile waits, and finds it done.
        """
        with self.engine.connect() as connection:
            driver = connection.connection.driver_connection
            if isinstance(driver, sqlite3.Connection):
                driver.execute("PRAGMA foreign_keys=OFF")
            try:
                with connection.begin():
                    if not self.is_sqlite:
                        connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
                    yield connection
                    if self.is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                        raise IntegrityError(f"a row of {broken[0]} refers to none of {broken[2]}", None, ValueError())
            finally:
                if isinstance(driver, sqlite3.Connection):
                    driver.execute("PRAGMA foreign_keys=ON")

    def _turn(self) -> AbstractContextManager[None]:
        return self._turns.turn(_BUSY_MS / 1000) if self.is_sqlite else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads."""
        with Session(self._reader, expire_on_commit=False, info=self._info()) as session:
            yield session

    def _info(self) -> dict[str, Any]:
        return {_CLOCK: self.clock, _REMEMBERED: self.remembered, _TOLD: self._own_time}

    def give_way(self) -> None:
        """Between two parts of a long piece of writing: let those in who wait to write."""
        if self.is_sqlite:
            time.sleep(_REST)

    def dispose(self) -> None:
        """Close every connection, and let the next process have the file; one in hand is closed as it comes back."""
        pool = self.engine.pool
        self.engine.dispose()
        # Only now: the pool that takes its place begins with all that this one listened to.
        event.listen(pool, "checkin", _closed)
        # What came back between the two would lie in it open for good.
        pool.dispose()
        self.process_lock.release()


def _closed(connection: Any, _record: object) -> None:
    """Of a pool that is let go nobody would close what comes back to it."""
    if connection is not None:
        connection.close()


def instant(session: Session) -> datetime:
    """The database's time, by which leases and due times are set and judged.

    Many processes share one PostgreSQL, and their clocks may differ by minutes; this one they have in common. On
    SQLite it is the clock of the one process. ``ONESTOP_CLOCK_OFFSET`` does not move it. A process asks once a
    second; from then on it adds what has passed.
    """
    clock: Callable[[], datetime] | None = session.info.get(_CLOCK)
    if clock:
        return clock()
    told: _OwnTime | None = session.info.get(_TOLD)
    return told.now(session) if told is not None else own_time(session)


def remembered(session: Session) -> Remembered:
    """What this process has read of the database and need not read again; for a session of its own kind, nothing."""
    found: Remembered | None = session.info.get(_REMEMBERED)
    return found if found is not None else Remembered()


def announce(session: Session | Connection, topic: str) -> None:
    """There is work of this topic once the transaction is committed; whoever waits for it is woken then.

    On PostgreSQL other processes too. Whoever writes on a bare connection wakes its own process itself.
    """
    if isinstance(session, Session):
        session.info.setdefault(_ANNOUNCED, set()).add(topic)
    elif dialect_of(session) != "sqlite":
        session.execute(select(func.pg_notify(NOTICES, topic)))


def own_time(session: Session | Connection) -> datetime:
    """The database's time, also where a test's clock says another."""
    if dialect_of(session) == "sqlite":
        return datetime.now(UTC)  # noqa: TID251 - SQLite has no server, and so no clock but this process's
    found: datetime = session.execute(_TIME).scalar_one()
    return found.astimezone(UTC)


def changed(session: Session | Connection, statement: Executable, given: Mapping[str, Any] | None = None) -> int:
    """Execute an INSERT, UPDATE or DELETE and say how many rows it touched."""
    # Without the option an INSERT's count is -1 on PostgreSQL.
    done = session.execute(statement, given, execution_options={"preserve_rowcount": True})
    return max(cast("CursorResult[Any]", done).rowcount, 0)


def dialect_of(session: Session | Connection) -> str:
    """``sqlite`` or ``postgresql``."""
    return (session.get_bind() if isinstance(session, Session) else session).dialect.name


def insert_by_dialect(dialect: str, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that may say what becomes of rows that are there already."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def ignoring(
    session: Session | Connection, table: type[Base], row: dict[str, Any], *, key: tuple[str, ...]
) -> postgresql.Insert | sqlite.Insert:
    """An INSERT of a row that does nothing where one with the same ``key`` is there already."""
    return insert_by_dialect(dialect_of(session), table).values(**row).on_conflict_do_nothing(index_elements=list(key))


def insert_ignoring(
    session: Session | Connection, table: type[Base], row: dict[str, Any], *, key: tuple[str, ...]
) -> bool:
    """Insert a row unless one with the same ``key`` is there already; says whether it was new."""
    return changed(session, ignoring(session, table, row, key=key)) > 0


@dataclass(frozen=True, slots=True)
class GivenRows:
    """Rows that a statement is given as one bound text: what they are selected from, their columns, and their order."""

    source: TableValuedAlias
    columns: Mapping[str, ColumnElement[Any]]
    place: ColumnElement[int]


def given_rows(dialect: str, name: str, **types: TypeEngine[Any]) -> GivenRows:
    """Rows bound as one JSON array of objects called ``name``.

    A statement that reads them is planned and run once, however many there are, and the database takes them apart
    while other threads of this process run: a statement for each row would hold them up at each.
    """
    bound = bindparam(name, type_=Text())
    if dialect == "sqlite":
        each = func.json_each(bound).table_valued("value", "key", name=f"{name}_given")
        columns = {one: func.json_extract(each.c.value, f"$.{one}", type_=kind) for one, kind in types.items()}
        return GivenRows(each, columns, each.c.key)
    elements = func.json_array_elements(sql_cast(bound, JSON))
    each = elements.table_valued(column("value", JSON), with_ordinality="key", name=f"{name}_given").render_derived()
    found = {one: sql_cast(each.c.value.op("->>")(one), kind) for one, kind in types.items()}
    return GivenRows(each, found, each.c.key)


_SQLITE = {"SQLITE_READONLY": "read_only", "SQLITE_FULL": "full", "SQLITE_BUSY": "busy", "SQLITE_LOCKED": "busy"}
_POSTGRES = {
    "25006": "read_only", "53100": "full", "53300": "busy", "55P03": "busy", "40P01": "busy", "40001": "busy",
    "57014": "busy",
}  # fmt: skip
"""SQLSTATE (PostgreSQL, appendix A): read-only transaction, disk full, too many connections, locks, time over."""
_SYSTEM = {errno.ENOSPC: "full", errno.EDQUOT: "full", errno.EROFS: "read_only"}


def trouble(error: BaseException) -> str | None:
    """What ails the database: ``read_only``, ``full``, ``busy`` or ``unavailable``; None for an error of ours."""
    if isinstance(error, PoolTimeout):
        return "busy"
    if isinstance(error, OSError):
        return _SYSTEM.get(error.errno or 0)
    if not isinstance(error, DBAPIError):
        return None
    name = str(getattr(error.orig, "sqlite_errorname", None) or "")
    found = next((kind for begin, kind in _SQLITE.items() if name.startswith(begin)), None)
    found = found or _POSTGRES.get(str(getattr(error.orig, "sqlstate", None) or ""))
    return found or ("unavailable" if isinstance(error, OperationalError | InterfaceError) else None)
