"""Whether a database may be served: its schema, and whether it is the demo's."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from routing.store import migrating
from routing.store.schema import Meta
from routing.store.session import Database

DEMO_KEY = "demo"


def mark_demo(database: Database) -> None:
    """Mark a database as the demo's, for good."""
    with database.writing() as session:
        session.merge(Meta(key=DEMO_KEY, value="1"))


def is_demo(database: Database) -> bool:
    """Whether this is a demo database."""
    with database.reading() as session:
        return session.get(Meta, DEMO_KEY) is not None


def why_not(database: Database, *, demo: bool) -> str | None:
    """Why this database must not be served, with what mends it; None if it may."""
    try:
        current = migrating.current(database)
    except SQLAlchemyError as error:
        return f"無法連線資料庫（{type(error).__name__}）；請檢查 ONESTOP_DATABASE_URL 與資料庫服務。"
    if current != migrating.head():
        found = current or "空的資料庫"
        return f"資料庫結構版本為 {found}，本程式需要 {migrating.head()}；請先執行 onestop migrate。"
    if not demo and is_demo(database):
        return "這是示範資料庫，不能用於正式服務；請以 ONESTOP_DATABASE_URL 指定其他資料庫。"
    return None
