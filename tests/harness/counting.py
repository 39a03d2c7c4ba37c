"""What a piece of work asks of the database: every statement, as it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from routing.store.session import Database


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements sent while the block runs, in their order; beginnings and ends of transactions are among them."""
    sent: list[str] = []

    def statement(_connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        sent.append(text)

    event.listen(database.engine, "before_cursor_execute", statement)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", statement)


def about(sent: list[str], *words: str) -> list[str]:
    """Those statements in which all these words stand."""
    return [text for text in sent if all(word in text for word in words)]


def writes(sent: list[str]) -> list[str]:
    """Those that take SQLite's one lock or change rows on either database."""
    begins = ("BEGIN IMMEDIATE", "INSERT", "UPDATE", "DELETE")
    return [text for text in sent if text.lstrip().upper().startswith(begins) or "FOR UPDATE" in text]
