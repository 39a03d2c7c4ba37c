"""Colleagues who are named in a note are told so by their bell, if they may see the case."""

from __future__ import annotations

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain import mentions
from routing.domain.errors import Invalid
from routing.domain.permissions import Permission, may, may_read
from routing.domain.reminders import Cause
from routing.service.accounts.authentication import actor_of
from routing.service.cases import live
from routing.service.cases.locked_case import LockedCase
from routing.store.accounts import queries as account_store
from routing.store.accounts.schema import Staff
from routing.store.reminders import queries as reminder_store
from routing.store.session import announce


def _colleagues(session: Session) -> list[Staff]:
    return [one for one in account_store.all_staff(session, active=True) if may(one.role, Permission.DESK)]


def names(session: Session) -> list[str]:
    """Who can be named."""
    return [one.name for one in _colleagues(session)]


def meant(locked: LockedCase, text: str) -> list[Staff]:
    """Who is named in a note, without its writer; people of one name are all meant.

    Raises:
        Invalid: somebody who may not see the case is named, and could not follow.
    """
    if not any(sign in text for sign in "@＠"):
        return []
    people = _colleagues(locked.session)
    called = set(mentions.named(text, [one.name for one in people]))
    found = [one for one in people if one.name in called and one.email != locked.actor.email]
    hidden = [one.name for one in found if not may_read(actor_of(locked.session, one, now=locked.now), locked.case)]
    seeing = [one for one in found if one.name not in hidden]
    blind = sorted(set(hidden) - {one.name for one in seeing})
    if blind:
        raise Invalid(
            f"{'、'.join(blind)} 看不到本案（保密案件），不能在註記中提及。", field="text", code="mention_unseen"
        )
    return seeing


def tell(locked: LockedCase, people: list[Staff], message_id: int) -> None:
    """Ring their bells."""
    for one in people:
        reminder_store.put(
            locked.session, staff_id=one.id, key=f"{Cause.MENTION} {message_id}", cause=Cause.MENTION.value,
            case_id=locked.row.id, day=local(locked.now).date(), at=locked.now,
        )  # fmt: skip
    if people:
        announce(locked.session, f"{live.TOPIC} -")
