"""Queries on what the branch has changed of its parks, units and agencies."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.store.directory.schema import OfficeEntry
from routing.store.office_marks import PHONE, Rows

_CHANGED = "office_directory"


def any_rows(found: Rows) -> bool:
    """Whether the branch has changed anything but telephones of units."""
    return any(kind != PHONE for kind, _, _ in found)


def phones(found: Rows) -> dict[str, str]:
    """The telephones of units among the marks."""
    return {code: mark for kind, code, mark in found if kind == PHONE}


def rows_by_kind(session: Session) -> dict[str, dict[str, dict[str, Any]]]:
    """Every row by kind and code; without those that were given back."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in session.scalars(select(OfficeEntry).order_by(OfficeEntry.changed_at, OfficeEntry.code)):
        if row.data:
            found.setdefault(row.kind, {})[row.code] = row.data
    return found


def entry(session: Session, kind: str, code: str, *, lock: bool = False) -> OfficeEntry | None:
    """One row."""
    query = select(OfficeEntry).where(OfficeEntry.kind == kind, OfficeEntry.code == code)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def entries(session: Session, kind: str) -> dict[str, OfficeEntry]:
    """The rows of a kind by code."""
    return {row.code: row for row in session.scalars(select(OfficeEntry).where(OfficeEntry.kind == kind))}


def change_here(session: Session) -> None:
    """This transaction changes the directory: what it reads of it may yet be rolled back."""
    session.info[_CHANGED] = True


def changed_here(session: Session) -> bool:
    """Whether this transaction has changed it."""
    return bool(session.info.get(_CHANGED))
