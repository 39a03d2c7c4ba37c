"""Queries on saved views of the list of cases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from routing.store.cases.schema import SavedView

__all__ = ["SavedView"]


def visible(session: Session, staff_id: int, unit: str | None) -> list[SavedView]:
    """A person's own, and those that their unit shares, by name."""
    which = SavedView.staff_id == staff_id
    query = select(SavedView).where(or_(which, SavedView.unit == unit) if unit else which)
    return list(session.scalars(query.order_by(SavedView.name, SavedView.id).limit(200)))


def named(session: Session, staff_id: int, name: str) -> SavedView | None:
    """A person's own of a name."""
    query = select(SavedView).where(SavedView.staff_id == staff_id, SavedView.name == name)
    return session.scalars(query).one_or_none()


def get(session: Session, view_id: int) -> SavedView | None:
    """One by its row."""
    return session.get(SavedView, view_id)


def count(session: Session, staff_id: int) -> int:
    """How many a person has."""
    return session.scalars(select(func.count()).select_from(SavedView).where(SavedView.staff_id == staff_id)).one()


def put(session: Session, row: SavedView | None, **values: Any) -> None:
    """Keep it, in the row that is given or in a new one."""
    found = row or SavedView()
    for name, value in values.items():
        setattr(found, name, value)
    session.add(found)
    session.flush()
