"""Queries on announcements, their recipients, and topics."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from routing.store.announcements.schema import Announcement, AnnouncementSent, ContactTopic
from routing.store.cases.schema import Case as CaseRow
from routing.store.conversation.schema import Contact, ContactAddress
from routing.store.messaging.schema import Outbox
from routing.store.reminders.schema import StaffChat
from routing.store.session import changed, insert_ignoring


def proposed_by(session: Session, author: str) -> list[Announcement]:
    """What somebody has written and nobody has decided on."""
    query = select(Announcement).where(Announcement.state == "proposed", Announcement.written_by == author)
    return list(session.scalars(query.order_by(Announcement.id)))


def put(session: Session, row: Announcement) -> Announcement:
    """Keep a new one."""
    session.add(row)
    session.flush()
    return row


def get(session: Session, announcement_id: int, *, lock: bool = False) -> Announcement | None:
    """One of them."""
    query = select(Announcement).where(Announcement.id == announcement_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).first()


def listing(session: Session, *, before_id: int | None, limit: int) -> list[Announcement]:
    """The newest first."""
    query = select(Announcement).order_by(Announcement.id.desc()).limit(limit)
    return list(session.scalars(query if before_id is None else query.where(Announcement.id < before_id)))


def sending(session: Session) -> list[int]:
    """Those under way; only reads."""
    return list(
        session.scalars(select(Announcement.id).where(Announcement.state == "sending").order_by(Announcement.id))
    )


def held_to_send(session: Session, announcement_id: int) -> Announcement | None:
    """One under way, which no other process sends until the transaction ends."""
    query = select(Announcement).where(Announcement.id == announcement_id, Announcement.state == "sending")
    return session.scalars(
        query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    ).first()  # fmt: skip


def _wanting(topic: str, parks: Collection[str], channels: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    """Who hears of a topic: reachable, of one of the parks, not having said no; in silence only who said yes."""
    held = ContactAddress.reachable.is_(True), ContactAddress.channel.in_(channels)
    found: tuple[ColumnElement[bool], ...] = (
        Contact.id.in_(select(ContactAddress.contact_id).where(*held)),
        Contact.id.not_in(_who_said(topic, wanted=False)),
        or_(Contact.quiet.is_(False), Contact.id.in_(_who_said(topic, wanted=True))),
        # Staff who are reminded on a channel are no firm by that, unless they have written as one.
        or_(Contact.firm_id.is_not(None), Contact.id.not_in(select(StaffChat.contact_id))),
    )
    return (*found, Contact.park.in_(parks)) if parks else found


def _who_said(topic: str, *, wanted: bool) -> Select[int]:
    said = ContactTopic.topic == topic, ContactTopic.wanted.is_(wanted)
    return select(ContactTopic.contact_id).where(*said)


def reach_by_channel(session: Session, topic: str, parks: Collection[str], channels: Collection[str]) -> dict[str, int]:
    """How many people hear of it, by the channel on which each is written to."""
    first = _first_address(channels).subquery()
    query = select(ContactAddress.channel, func.count()).join(first, first.c.id == ContactAddress.id)
    query = query.join(Contact, Contact.id == ContactAddress.contact_id).where(*_wanting(topic, parks, channels))
    return {str(row[0]): int(row[1]) for row in session.execute(query.group_by(ContactAddress.channel))}


def _first_address(channels: Collection[str]) -> Select[Any]:
    """The oldest reachable address of each person."""
    held = ContactAddress.reachable.is_(True), ContactAddress.channel.in_(channels)
    return select(func.min(ContactAddress.id).label("id")).where(*held).group_by(ContactAddress.contact_id)


def recipients(
    session: Session, topic: str, parks: Collection[str], channels: Collection[str], *, after: int, limit: int
) -> list[tuple[Contact, str]]:
    """The next of them, with the channel on which each is written to."""
    first = _first_address(channels).subquery()
    query = select(Contact, ContactAddress.channel).join(ContactAddress, ContactAddress.contact_id == Contact.id)
    query = query.join(first, first.c.id == ContactAddress.id)
    query = query.where(Contact.id > after, *_wanting(topic, parks, channels)).order_by(Contact.id).limit(limit)
    return [(contact, channel) for contact, channel in session.execute(query)]


def put_sent(session: Session, announcement_id: int, contact_id: int, outbox_id: int) -> None:
    """That it was queued for somebody."""
    session.add(AnnouncementSent(announcement_id=announcement_id, contact_id=contact_id, outbox_id=outbox_id))


def of_outbox(session: Session, outbox_id: int) -> Announcement | None:
    """The announcement that a message carries."""
    query = select(Announcement).join(AnnouncementSent, AnnouncementSent.announcement_id == Announcement.id)
    return session.scalars(query.where(AnnouncementSent.outbox_id == outbox_id)).first()


def went_to(session: Session, announcement_id: int, contact_id: int) -> Announcement | None:
    """The announcement, if it was queued for this person."""
    query = select(Announcement).join(AnnouncementSent, AnnouncementSent.announcement_id == Announcement.id)
    mine = AnnouncementSent.announcement_id == announcement_id, AnnouncementSent.contact_id == contact_id
    return session.scalars(query.where(*mine)).first()


def mark(session: Session, announcement_id: int, contact_id: int, *, now: datetime, stopped: bool) -> bool:
    """That somebody tapped on it, the first time; False if it never went to them."""
    column = AnnouncementSent.stopped_at if stopped else AnnouncementSent.tapped_at
    mine = AnnouncementSent.announcement_id == announcement_id, AnnouncementSent.contact_id == contact_id
    statement = update(AnnouncementSent).where(*mine).values({column: func.coalesce(column, now)})
    return changed(session, statement) == 1


def outcomes(session: Session, announcement_id: int) -> list[tuple[str, str, bool, int]]:
    """How many of its messages: kind, state, whether they went with another, number."""
    carried = Outbox.carrier_id.is_not(None)
    query = select(Outbox.kind, Outbox.state, carried, func.count()).join(
        AnnouncementSent, AnnouncementSent.outbox_id == Outbox.id
    )
    query = query.where(AnnouncementSent.announcement_id == announcement_id)
    return [tuple(row) for row in session.execute(query.group_by(Outbox.kind, Outbox.state, carried))]  # type: ignore[misc]


def taps(session: Session, announcement_id: int) -> tuple[int, int, int]:
    """To how many it was queued, how many asked about it, and how many ended the topic by it."""
    query = select(func.count(), func.count(AnnouncementSent.tapped_at), func.count(AnnouncementSent.stopped_at)).where(
        AnnouncementSent.announcement_id == announcement_id
    )
    queued, tapped, stopped = session.execute(query).one()
    return queued, tapped, stopped


def cases_after(session: Session, announcement_id: int, *, since: datetime, until: datetime) -> int:
    """Cases that its recipients opened within a stretch."""
    mine = and_(AnnouncementSent.contact_id == CaseRow.contact_id, AnnouncementSent.announcement_id == announcement_id)
    within = CaseRow.received_at >= since, CaseRow.received_at < until
    return session.scalar(select(func.count()).select_from(CaseRow).join(AnnouncementSent, mine).where(*within)) or 0


def parked(session: Session, announcement_id: int, *, state: str) -> list[Outbox]:
    """Its messages in a state, held for this transaction."""
    query = select(Outbox).join(AnnouncementSent, AnnouncementSent.outbox_id == Outbox.id)
    query = query.where(AnnouncementSent.announcement_id == announcement_id, Outbox.state == state)
    return list(session.scalars(query.with_for_update(of=Outbox).execution_options(populate_existing=True)))


def topics(session: Session, contact_id: int) -> dict[str, bool]:
    """What somebody said of topics."""
    query = select(ContactTopic.topic, ContactTopic.wanted).where(ContactTopic.contact_id == contact_id)
    return {str(row[0]): bool(row[1]) for row in session.execute(query)}


def set_topic(session: Session, contact_id: int, topic: str, *, wanted: bool, now: datetime) -> None:
    """Keep what somebody says of a topic."""
    values = {"contact_id": contact_id, "topic": topic, "wanted": wanted, "at": now}
    if not insert_ignoring(session, ContactTopic, values, key=("contact_id", "topic")):
        mine = ContactTopic.contact_id == contact_id, ContactTopic.topic == topic
        session.execute(update(ContactTopic).where(*mine).values(wanted=wanted, at=now))
