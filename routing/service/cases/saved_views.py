"""Views of the list of cases that people keep under a name, for themselves or for all of their unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from routing.domain.errors import Invalid, NotFound
from routing.domain.permissions import Actor, Permission, require_team
from routing.store.accounts import queries as account_store
from routing.store.cases import saved_views as store

_NAME = 40
MOST = 30
"""Of one person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view as a person is offered it. ``query``: what its address says. ``own``: they may take it away."""

    id: int
    name: str
    query: Mapping[str, str]
    shared: bool
    own: bool


def listing(session: Session, actor: Actor) -> list[View]:
    """One's own, and those that one's unit shares. Raises Forbidden: a partner."""
    require_team(actor)
    if actor.staff_id is None:
        return []
    return [
        View(id=row.id, name=row.name, query=row.query, shared=row.unit is not None, own=_may_remove(actor, row))
        for row in store.visible(session, actor.staff_id, actor.unit)
    ]


def _may_remove(actor: Actor, row: store.SavedView) -> bool:
    return row.staff_id == actor.staff_id or (row.unit is not None and actor.may(Permission.ALL_CASES))


def save(
    session: Session, actor: Actor, name: str, query: Mapping[str, str], *, shared: bool, now: datetime
) -> None:  # fmt: skip
    """Keep a view, in place of one's own of the same name.

    Raises:
        Forbidden: a partner. Invalid: no name, or too many; or it is shared by somebody without a unit.
    """
    require_team(actor)
    name = name.strip()
    if not name or len(name) > _NAME:
        raise Invalid(f"檢視名稱請填寫，並在 {_NAME} 字以內。", field="name")
    if shared and not actor.unit:
        raise Invalid("您未屬任何單位，檢視不能與單位共用。", field="shared")
    if actor.staff_id is None:
        raise NotFound("這個身分沒有檢視。")
    row = store.named(session, actor.staff_id, name)
    if row is None and store.count(session, actor.staff_id) >= MOST:
        raise Invalid(f"每人最多 {MOST} 個檢視；請先刪除不用的檢視。", field="name")
    store.put(
        session, row, staff_id=actor.staff_id, name=name, query=dict(query), unit=actor.unit if shared else None,
        changed_at=now,
    )  # fmt: skip
    _audit(session, actor, "view.save", name, now, shared=shared)


def remove(session: Session, actor: Actor, view_id: int, *, now: datetime) -> None:
    """Take one away: one's own, or, for leaders, one that a unit shares. Raises Forbidden, NotFound."""
    require_team(actor)
    row = store.get(session, view_id)
    if row is None or not _may_remove(actor, row):
        raise NotFound("查無這個檢視。")
    _audit(session, actor, "view.remove", row.name, now, shared=row.unit is not None)
    session.delete(row)
    session.flush()


def _audit(session: Session, actor: Actor, action: str, name: str, now: datetime, *, shared: bool) -> None:
    account_store.audit(
        session, at=now, actor=actor.email or actor.name, action=action, subject=name, detail={"shared": shared}
    )
