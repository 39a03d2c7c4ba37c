"""How far each person has seen each case, and how much others have written to it since."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from routing.domain.case import EventKind
from routing.store.cases.schema import Case, CaseEvent, CaseLook
from routing.store.session import changed, insert_ignoring

READ = tuple(
    kind.value
    for kind in (
        EventKind.MESSAGE, EventKind.REPLIED, EventKind.NOTE, EventKind.WAITING, EventKind.CONSULTED, EventKind.CLOSED,
        EventKind.REOPENED, EventKind.CALL_ASKED, EventKind.CALLED, EventKind.CALL_TRIED, EventKind.RATED,
        EventKind.MOVED,
    )
)  # fmt: skip
"""What has to be read: words, and what was done for the firm. Who got the case, or that it is watched, is not."""


def look(session: Session, case_id: int, staff_id: int, *, seq: int, now: datetime) -> None:
    """A person has seen a case up to an event; never less far than before."""
    first = {"case_id": case_id, "staff_id": staff_id, "seq": seq, "at": now}
    if not insert_ignoring(session, CaseLook, first, key=("case_id", "staff_id")):
        own = CaseLook.case_id == case_id, CaseLook.staff_id == staff_id, CaseLook.seq < seq
        changed(session, update(CaseLook).where(*own).values(seq=seq, at=now))


@cache
def _own() -> type[CaseEvent]:
    """To make an alias costs more than to ask by it."""
    return aliased(CaseEvent)


def _unread(staff_id: int, email: str, case_ids: Collection[int]) -> Select[int, int, str, dict[str, Any]]:
    """Events of cases that this person has not seen.

    Of a case that they never opened these are, if it is theirs, those after the last thing that they did in it
    themselves; if it is not theirs, or came with a history, none.
    """
    own = _own()
    done = select(func.max(own.seq)).where(own.case_id == Case.id, own.by == email).correlate(Case).scalar_subquery()
    seen = and_(CaseLook.case_id == Case.id, CaseLook.staff_id == staff_id)
    theirs: ColumnElement[bool] = and_(Case.assignee == email, Case.imported.is_(False))
    return (
        select(CaseEvent.case_id, CaseEvent.seq, CaseEvent.event, CaseEvent.data)
        .join(Case, Case.id == CaseEvent.case_id)
        .outerjoin(CaseLook, seen)
        .where(
            CaseEvent.case_id.in_(case_ids), CaseEvent.event.in_(READ),
            or_(CaseEvent.by.is_(None), CaseEvent.by != email), or_(CaseLook.seq.is_not(None), theirs),
            CaseEvent.seq > func.coalesce(CaseLook.seq, done, 0),
        )
    )  # fmt: skip


def with_unread(staff_id: int, email: str) -> ColumnElement[bool]:
    """Of cases: this person has not seen all that others have written to it, as ``unread`` counts it."""
    opened = select(CaseLook.case_id).where(CaseLook.staff_id == staff_id)
    theirs = and_(Case.assignee == email, Case.imported.is_(False))
    own, mine = _own(), (CaseLook.case_id == Case.id, CaseLook.staff_id == staff_id)
    done = select(func.max(own.seq)).where(own.case_id == Case.id, own.by == email).correlate(Case).scalar_subquery()
    seen = select(CaseLook.seq).where(*mine).correlate(Case).scalar_subquery()
    behind = select(CaseEvent.id).where(
        CaseEvent.case_id == Case.id, CaseEvent.event.in_(READ), or_(CaseEvent.by.is_(None), CaseEvent.by != email),
        CaseEvent.seq > func.coalesce(seen, done, 0),
    )  # fmt: skip
    return and_(or_(Case.id.in_(opened), theirs), behind.correlate(Case).exists())


def unread(session: Session, staff_id: int, email: str, case_ids: Iterable[int]) -> dict[int, int]:
    """Of some cases, how much this person has not seen; in one query. Cases without anything are left out."""
    ids = list(case_ids)
    if not ids:
        return {}
    events = _unread(staff_id, email, ids).subquery()
    rows = session.execute(select(events.c.case_id, func.count()).group_by(events.c.case_id))
    return {row[0]: row[1] for row in rows}


def unread_messages(session: Session, staff_id: int, email: str, case_id: int) -> frozenset[int]:
    """The messages of a case that this person has not seen; those without words of their own are none."""
    rows = session.execute(_unread(staff_id, email, [case_id]))
    return frozenset(data["message_id"] for *_, data in rows if data.get("message_id") is not None)


def seen(session: Session, case_id: int, staff_id: int) -> int | None:
    """Up to which event a person has seen a case; None: they never opened it."""
    row = session.get(CaseLook, (case_id, staff_id), populate_existing=True)
    return row.seq if row is not None else None
