"""Whether a database may be served: its schema, and whether it is the demo's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from routing.domain.errors import Unavailable
from routing.store import migration, session
from routing.store.cases import search_index
from routing.store.maintenance import meta as meta_store
from routing.store.maintenance.schema import Meta
from routing.store.session import Database

DEMO_KEY = "demo"
_PROBE = "probe"


def mark_demo(database: Database) -> None:
    """Mark a database as the demo's, for good."""
    with database.writing() as writing:
        writing.merge(Meta(key=DEMO_KEY, value="1"))


def is_demo(database: Database) -> bool:
    """Whether this is a demo database."""
    with database.reading() as reading:
        return reading.get(Meta, DEMO_KEY) is not None


def why_not(database: Database, *, demo: bool) -> str | None:
    """Why this database must not be served, with what mends it; None if it may."""
    try:
        current = migration.current(database)
    except SQLAlchemyError as error:
        return f"無法連線資料庫（{type(error).__name__}）；請檢查 ONESTOP_DATABASE_URL 與資料庫服務。"
    if current != migration.head():
        found = current or "空的資料庫"
        return f"資料庫結構版本為 {found}，本程式需要 {migration.head()}；請先執行 onestop migrate。"
    if not demo and is_demo(database):
        return "這是示範資料庫，不能用於正式服務；請以 ONESTOP_DATABASE_URL 指定其他資料庫。"
    return None


def rebuild_search(database: Database) -> None:
    """Build the index by which cases are found by words anew; nobody writes meanwhile."""
    with database.writing() as writing:
        search_index.build(writing)


_WORDS = {
    "read_only": ("database_read_only", "資料庫目前為唯讀，這次的內容沒有儲存；請先自行保留並通知系統管理人員。"),
    "full": ("disk_full", "資料庫的磁碟空間已滿，這次的內容沒有儲存；請先自行保留並通知系統管理人員。"),
    "busy": ("database_busy", "資料庫忙碌中，這次的內容沒有儲存；請稍候再試。"),
    "unavailable": ("database_unavailable", "資料庫暫時無法使用，請稍後再試。"),
}


def explained(error: BaseException) -> Unavailable | None:
    """What went wrong with the database, in words; None if the error is of another kind."""
    kind = session.trouble(error)
    if kind is None:
        return None
    code, words = _WORDS[kind]
    return Unavailable(words, code=code)


def why_not_written(database: Database, *, now: datetime) -> str | None:
    """Write and commit one small row, as an event would be; the error's code if that cannot be done."""
    try:
        with database.writing() as writing:
            meta_store.put(writing, _PROBE, now.isoformat())
    except (SQLAlchemyError, OSError) as error:
        found = explained(error)
        return found.code if found else Unavailable.code
    return None
