"""Parked notices: they wait for a free reply to go with, or for the instant from which they are pushed by themselves.

One that goes with another message is ``carried``: that message, its carrier, is sent, and its outcome becomes the
notice's own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from routing.store.conversation.schema import Contact
from routing.store.messaging.outbox import CANCELLED, CARRIED, DEAD, PARKED, PENDING
from routing.store.messaging.schema import NoticePolicy, Outbox
from routing.store.session import announce, changed, instant

TOPIC = "outbox"


def _held(query: Select[Outbox]) -> Select[Outbox]:
    return query.with_for_update(skip_locked=True, of=Outbox).execution_options(populate_existing=True)


def of_contact(session: Session, contact_id: int, channel: str, *, spent: bool = False) -> list[Outbox]:
    """What is parked for somebody on a channel, oldest first, held for this transaction.

    ``spent``: with it what could not be pushed because the month's messages were used up.
    """
    unpaid = and_(Outbox.state == DEAD, Outbox.error == "quota", Outbox.carrier_id.is_(None))
    waits = or_(Outbox.state == PARKED, unpaid) if spent else Outbox.state == PARKED
    mine = Outbox.contact_id == contact_id, Outbox.channel == channel, waits
    return list(session.scalars(_held(select(Outbox).where(*mine).order_by(Outbox.id))))


def waiting_push(session: Session, contact_id: int, channel: str) -> Outbox | None:
    """The newest push to somebody that nobody has tried to send yet, held for this transaction."""
    mine = Outbox.contact_id == contact_id, Outbox.channel == channel, Outbox.kind == "push"
    untried = *mine, Outbox.state == PENDING, Outbox.first_try_at.is_(None)
    return session.scalars(_held(select(Outbox).where(*untried).order_by(Outbox.id.desc()).limit(1))).first()


def carry(carrier: Outbox, notices: Sequence[Outbox], *, first: bool) -> None:
    """Let parked notices go with a message, before its own words or after them."""
    own: list[Any] = list(carrier.payload)
    ahead: list[Any] = []
    for notice in notices:
        notice.place = len(ahead) if first else len(own)
        (ahead if first else own).extend(notice.payload)
        notice.state, notice.carrier_id, notice.error = CARRIED, carrier.id, None
    carrier.payload = [*ahead, *own]


def carried_by(session: Session, carrier_id: int) -> list[Outbox]:
    """The notices that go with a message."""
    return list(session.scalars(select(Outbox).where(Outbox.carrier_id == carrier_id).order_by(Outbox.place)))


def places_carried(session: Session, carrier_id: int) -> frozenset[int]:
    """Which of a message's objects are those of notices that go with it."""
    carried = carried_by(session, carrier_id)
    return frozenset(
        place for one in carried if one.place is not None for place in range(one.place, one.place + len(one.payload))
    )


def overtake(session: Session, case_id: int, reasons: Collection[str]) -> int:
    """Parked notices of a case say nothing any more; says how many."""
    waiting = Outbox.case_id == case_id, Outbox.state == PARKED, Outbox.reason.in_(reasons)
    return changed(session, update(Outbox).where(*waiting).values(state=CANCELLED, error="overtaken"))


def end(notice: Outbox) -> None:
    """A parked notice says nothing any more."""
    notice.state, notice.error, notice.push_at = CANCELLED, "overtaken", None


def lapse(session: Session, reason: str, *, before: datetime) -> int:
    """Parked notices of a kind that are older than they are worth; says how many."""
    old = Outbox.state == PARKED, Outbox.reason == reason, Outbox.created_at < before
    return changed(session, update(Outbox).where(*old).values(state=CANCELLED, error="lapsed"))


def oldest(session: Session) -> dict[str, datetime]:
    """When the oldest parked notice of each kind was made; only reads."""
    query = select(Outbox.reason, func.min(Outbox.created_at)).where(Outbox.state == PARKED).group_by(Outbox.reason)
    return {str(reason): at for reason, at in session.execute(query)}


def due(session: Session, *, now: datetime, limit: int) -> list[Outbox]:
    """Parked notices whose time to be pushed has come, oldest first, held for this transaction."""
    over = Outbox.state == PARKED, Outbox.push_at <= now
    return list(session.scalars(_held(select(Outbox).where(*over).order_by(Outbox.push_at, Outbox.id).limit(limit))))


def any_due(session: Session, *, now: datetime) -> bool:
    """Whether there is one; only reads."""
    over = Outbox.state == PARKED, Outbox.push_at <= now
    return session.scalars(select(Outbox.id).where(*over).limit(1)).first() is not None


def wants_silence(session: Session, contact_id: int) -> bool:
    """Whether somebody asked not to be sent what merely informs."""
    return session.scalars(select(Contact.quiet).where(Contact.id == contact_id)).one()


def send_now(session: Session, row: Outbox) -> None:
    """A parked notice goes out by push."""
    row.state, row.due_at, row.error = PENDING, instant(session), None
    announce(session, TOPIC)


def policy(session: Session, reason: str) -> NoticePolicy | None:
    """What was set for a kind of notice, if anything was."""
    return session.get(NoticePolicy, reason)


def policies(session: Session) -> dict[str, NoticePolicy]:
    """What was set, by reason."""
    return {row.reason: row for row in session.scalars(select(NoticePolicy))}
