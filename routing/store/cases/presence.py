"""Who has a case open now, and who types in it: rows of a moment, renewed by open pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from routing.store.accounts.schema import Staff
from routing.store.cases.schema import Case, Presence
from routing.store.session import changed, insert_ignoring


def row(session: Session, case_id: int, staff_id: int) -> Presence | None:
    """One person's in a case."""
    return session.get(Presence, (case_id, staff_id), populate_existing=True)


def put(session: Session, case_id: int, staff_id: int, *, now: datetime) -> Presence:
    """The row of a person in a case, new if there was none."""
    first = {"case_id": case_id, "staff_id": staff_id, "at": now, "typing_at": None}
    insert_ignoring(session, Presence, first, key=("case_id", "staff_id"))
    return session.get_one(Presence, (case_id, staff_id), populate_existing=True)


def leave(session: Session, case_id: int, staff_id: int) -> int:
    """A person has closed the page; whether it was open."""
    return changed(session, delete(Presence).where(Presence.case_id == case_id, Presence.staff_id == staff_id))


def here(
    session: Session, numbers: Iterable[str], *, since: datetime
) -> Sequence[tuple[str, int, str, datetime | None]]:
    """Who has some cases open since an instant: number, account, name, when they last typed; by name."""
    query = select(Case.number, Staff.id, Staff.name, Presence.typing_at)
    query = query.join(Presence, Presence.case_id == Case.id).join(Staff, Staff.id == Presence.staff_id)
    wanted = query.where(Case.number.in_(list(numbers)), Presence.at >= since, Staff.disabled_at.is_(None))
    return [(one[0], one[1], one[2], one[3]) for one in session.execute(wanted.order_by(Staff.name, Staff.id))]
