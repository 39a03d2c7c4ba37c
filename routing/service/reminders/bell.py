"""The bell of a person: what they were reminded of, read and unread, and what they want sent beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from routing.domain.errors import NotFound
from routing.domain.pagination import Page, before_of, page_of
from routing.domain.permissions import Actor, may_read, require_team
from routing.domain.reminders import SAID, Cause
from routing.service.reminders import notifier
from routing.store.accounts import queries as account_store
from routing.store.cases import queries as case_store
from routing.store.reminders import queries as store
from routing.store.reminders.schema import Reminder, StaffChat

WISHES = ("mail", "chat", "digest_mail", "digest_chat")
"""What can be switched on: reminders and the daily digest, each by mail and on LINE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A row of the bell. ``number`` and ``subject``: of its case, if the person may still read it."""

    row: Reminder
    said: str
    number: str | None
    subject: str | None
    stands_for: str | None
    """The name of the person for whom a deputy was told."""
    figures: str
    """Of a digest."""

    @property
    def day(self) -> date:
        """What it is about."""
        return self.row.day


def page(session: Session, actor: Actor, *, unread: bool, limit: int, cursor: str | None) -> Page[Rung]:
    """What the person was told, the newest first. Raises Forbidden: a partner."""
    rows = store.page(
        session, staff_id(actor), unread=unread, before_id=before_of(limit, cursor), limit=limit + 1
    )  # fmt: skip
    names = account_store.names(session, [one.stands_for for one, _ in rows])
    shown = []
    for row, case in rows:
        visible = case is not None and (not case.confidential or may_read(actor, case_store.state_of(session, case)))
        shown.append(
            Rung(
                row=row, said=_said(row), number=case.number if case is not None and visible else None,
                subject=case.subject if case is not None and visible else None,
                stands_for=names.get(row.stands_for or ""),
                figures=_figures(row),
            )
        )  # fmt: skip
    return page_of(shown, limit, lambda one: one.row.id)


def _said(row: Reminder) -> str:
    more = row.detail.get("more") if row.cause == Cause.CONSULTATION else None
    return SAID[Cause(row.cause)] + (f"（合併會辦，另 {more} 件）" if more else "")


def _figures(row: Reminder) -> str:
    figures = row.detail
    if row.cause == Cause.WEEK:
        return (
            f"本週到期 {figures['due']} 件、在辦已滿 {figures['overloaded']} 人、請假 {figures['away']} 人、"
            f"詢問增加 {figures['rising']} 題、會辦未答復 {figures['questions']} 題"
        )
    if row.cause != Cause.DIGEST:
        return ""
    return f"今日到期 {figures['due']} 件、已逾限 {figures['late']} 件、{notifier.digest_rest(figures)}"


def staff_id(actor: Actor) -> int:
    """Whose bell it is. Raises Forbidden: a partner has none, nor has the system."""
    require_team(actor)
    if actor.staff_id is None:
        raise NotFound("這個身分沒有提醒。")
    return actor.staff_id


def unread(session: Session, actor: Actor) -> int:
    """How many are unread. Raises Forbidden: a partner."""
    return store.unread_of(session, staff_id(actor))


def read(session: Session, actor: Actor, *, now: datetime, reminder_id: int | None = None) -> int:
    """Read one, or all; says how many were unread.

    Raises:
        Forbidden: a partner. NotFound: it is none of this person's.
    """
    own = staff_id(actor)
    if reminder_id is not None and store.mine(session, own, reminder_id) is None:
        raise NotFound("查無這則提醒。")
    number = store.read(session, own, now=now, reminder_id=reminder_id)
    if number:
        notifier.rung(session)
    return number


def unread_in(session: Session, actor: Actor, number: str) -> bool:
    """Whether something of a case is unread by this person."""
    return actor.staff_id is not None and store.unread_of(session, actor.staff_id, number=number) > 0


def opened(session: Session, actor: Actor, number: str, *, now: datetime) -> None:
    """The person has opened a case: what the bell said of it is read."""
    if actor.staff_id is not None and store.read(session, actor.staff_id, now=now, number=number):
        notifier.rung(session)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a person wants sent, and the LINE account that is bound, if one is."""

    wishes: dict[str, bool]
    chat: StaffChat | None
    address: str


def settings(session: Session, actor: Actor) -> Settings:
    """How it stands. Raises Forbidden: a partner."""
    own = staff_id(actor)
    row = store.wish(session, own)
    wishes = {name: bool(getattr(row, name)) for name in WISHES}
    return Settings(wishes=wishes, chat=store.chat_of(session, own), address=actor.email or "")


def wish(session: Session, actor: Actor, wanted: dict[str, bool], *, now: datetime) -> None:
    """Switch on and off; audited. Raises Forbidden: a partner."""
    row = store.wish(session, staff_id(actor))
    for name in WISHES:
        setattr(row, name, wanted.get(name, False))
    session.add(row)
    session.flush()
    account_store.audit(
        session, at=now, actor=actor.email or actor.name, action="reminders.wish", subject=actor.email or "",
        detail={name: wanted.get(name, False) for name in WISHES},
    )  # fmt: skip
