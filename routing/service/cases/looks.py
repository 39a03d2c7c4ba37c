"""未讀: what came into a case since somebody last had it before them; each person for themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from routing.domain.permissions import Actor
from routing.store.cases import looks as store
from routing.store.cases.schema import Case as CaseRow


def reader(actor: Actor) -> tuple[int, str] | None:
    """Who reads, by row and e-mail; None for programs of the branch, to whom nothing is unread."""
    return None if actor.staff_id is None or actor.email is None else (actor.staff_id, actor.email)


def unread(session: Session, actor: Actor, rows: Iterable[CaseRow]) -> Mapping[int, int]:
    """Of some cases, by id, how much others have written that this person has not seen; of none: left out."""
    if actor.staff_id is None or actor.email is None:
        return {}
    return store.unread(session, actor.staff_id, actor.email, [row.id for row in rows])


def unread_messages(session: Session, actor: Actor, row: CaseRow) -> frozenset[int]:
    """The messages of a case that this person has not seen."""
    if actor.staff_id is None or actor.email is None:
        return frozenset()
    return store.unread_messages(session, actor.staff_id, actor.email, row.id)


def behind(session: Session, actor: Actor, row: CaseRow) -> bool:
    """Whether there is anything in a case that this person has not had before them yet."""
    return actor.staff_id is not None and (store.seen(session, row.id, actor.staff_id) or 0) < row.version


def looked(session: Session, actor: Actor, case_id: int, version: int, *, now: datetime) -> None:
    """This person has the case before them as it was at a version. No event: it tells nothing of the case."""
    if actor.staff_id is not None:
        store.look(session, case_id, actor.staff_id, seq=version, now=now)
