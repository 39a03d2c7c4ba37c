"""Who else looks at a case, or types an answer in it: said by open pages every so often, and forgotten at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from routing.domain.errors import NotFound
from routing.domain.permissions import Actor, Permission
from routing.service.cases import live, locked_case
from routing.store.cases import presence as store

FRESH = timedelta(seconds=50)
"""How long somebody counts as looking after their page last said so; pages do every twenty seconds."""
TYPING = timedelta(seconds=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Somebody who has the case open."""

    staff_id: int
    name: str
    typing: bool


def say(session: Session, actor: Actor, number: str, *, typing: bool, leaving: bool, now: datetime) -> None:
    """A person's page of a case is open, is typed in, or is closed; others are told if that is new.

    Raises:
        NotFound: the case is hidden from this person, or they are a partner, who looks at a question alone.
    """
    if actor.may(Permission.ANSWER_QUESTIONS):
        raise NotFound(f"查無案件 {number}。")
    row, _case = locked_case.find(session, number, actor)
    if actor.staff_id is None:
        return
    if leaving:
        if store.leave(session, row.id, actor.staff_id):
            live.changed(session, row)
        return
    before = store.row(session, row.id, actor.staff_id)
    was = before is not None and before.at >= now - FRESH
    typed = was and before is not None and _typing(before.typing_at, now)
    held = store.put(session, row.id, actor.staff_id, now=now)
    held.at, held.typing_at = now, now if typing else None
    session.flush()
    if not was or typed != typing:
        live.changed(session, row)


def _typing(at: datetime | None, now: datetime) -> bool:
    return at is not None and at >= now - TYPING


def here(session: Session, numbers: Iterable[str], *, now: datetime) -> Mapping[str, tuple[Present, ...]]:
    """Who has each of these cases open."""
    found: defaultdict[str, list[Present]] = defaultdict(list)
    for number, staff_id, name, typed in store.here(session, numbers, since=now - FRESH):
        found[number].append(Present(staff_id=staff_id, name=name, typing=_typing(typed, now)))
    return {number: tuple(people) for number, people in found.items()}


def others(people: Iterable[Present], actor: Actor) -> list[Present]:
    """Without the person who asks."""
    return [one for one in people if one.staff_id != actor.staff_id]
