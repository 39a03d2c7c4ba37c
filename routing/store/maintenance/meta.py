"""Facts that a database keeps about itself."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from routing.store.maintenance.schema import Meta
from routing.store.session import changed, insert_ignoring


def claim(session: Session, key: str, value: str) -> bool:
    """Set a key to a value; True for the one of several callers that changed it, False if it had that value."""
    if insert_ignoring(session, Meta, {"key": key, "value": value}, key=("key",)):
        return True
    return changed(session, update(Meta).where(Meta.key == key, Meta.value != value).values(value=value)) == 1


def put(session: Session, key: str, value: str) -> None:
    """Set a key to a value, whatever it had."""
    row = session.get(Meta, key)
    if row is None:
        session.add(Meta(key=key, value=value))
    else:
        row.value = value


def read(session: Session, key: str) -> str | None:
    """The value of a key, if it was set."""
    row = session.get(Meta, key)
    return row.value if row else None


def hold(session: Session, key: str) -> str:
    """The value of a key, empty if it was never set; nobody else holds or sets it until the transaction ends."""
    insert_ignoring(session, Meta, {"key": key, "value": ""}, key=("key",))
    query = select(Meta).where(Meta.key == key).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one().value
