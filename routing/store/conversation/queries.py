"""Queries on contacts, and on what was said outside and inside cases: messages, files, enquiries."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from json import dumps, loads
from typing import Any
from zlib import compress, decompress

from sqlalchemy import Insert, Select, Text, bindparam, case, exists, func, insert, select, update
from sqlalchemy.orm import Session, undefer

from routing.domain.files import FileState
from routing.store.base import check_texts, table_of
from routing.store.cases.schema import Case, Withdrawn
from routing.store.conversation.schema import Contact, ContactAddress, Enquiry, Media, Message, Unsent
from routing.store.files import queries as file_store
from routing.store.messaging.schema import Outbox
from routing.store.session import announce, changed, ignoring, insert_ignoring

NAMES = "names"
"""Topic of work: contacts whose profile is to be asked for."""


def contacts(session: Session, ids: Iterable[int]) -> dict[int, Contact]:
    """Some contacts by id, in one query."""
    wanted = set(ids)
    if not wanted:
        return {}
    return {row.id: row for row in session.scalars(select(Contact).where(Contact.id.in_(wanted)))}


def message_by_external_id(session: Session, channel: str, external_id: str) -> Message | None:
    """The message a channel knows by this id."""
    query = select(Message).where(Message.channel == channel, Message.external_id == external_id)
    return session.scalars(query).one_or_none()


@cache
def _heard() -> Select[Any]:
    channel, external_id = bindparam("by", type_=Text()), bindparam("known_as", type_=Text())
    known = select(Message.id).where(Message.channel == channel, Message.external_id == external_id)
    gone = exists().where(Unsent.channel == channel, Unsent.external_id == external_id)
    return select(known.scalar_subquery(), gone)


def heard_of(session: Session, channel: str, external_id: str) -> tuple[Message | None, bool]:
    """The message a channel knows by this id, if it has come, and whether it was taken back before."""
    row = session.execute(_heard(), {"by": channel, "known_as": external_id}).one()
    return (session.get(Message, row[0]) if row[0] is not None else None), row[1]


def case_of_quoted(session: Session, channel: str, external_id: str, *, contact_id: int) -> str | None:
    """The number of the case to which a message in a contact's chat belongs, whether the firm wrote it or we."""
    own = select(Case.number).join(Message, Message.case_id == Case.id)
    own = own.where(Message.channel == channel, Message.external_id == external_id, Message.contact_id == contact_id)
    ours = select(Case.number).join(Outbox, Outbox.case_id == Case.id)
    sent = Outbox.sent_ids.contains(f" {external_id} ", autoescape=True)
    ours = ours.where(Outbox.contact_id == contact_id, Outbox.channel == channel, sent)
    return session.scalars(own.limit(1)).first() or session.scalars(ours.limit(1)).first()


def last_of_officers(
    session: Session, case_ids: Sequence[int], *, chats: Sequence[str]
) -> dict[int, tuple[datetime, datetime | None]]:
    """When people last wrote to the firm in some cases: in any way, and in one of these chats."""
    if not case_ids:
        return {}
    in_chat = func.max(case((Message.via.in_(chats), Message.at)))
    query = select(Message.case_id, func.max(Message.at), in_chat).where(
        Message.case_id.in_(case_ids), Message.direction == "out", Message.by.is_not(None)
    )
    rows = session.execute(query.group_by(Message.case_id)).all()
    return {int(row[0]): (row[1], row[2]) for row in rows}


def message(session: Session, message_id: int) -> Message | None:
    """One message by its row."""
    return session.get(Message, message_id)


def by_ids(session: Session, ids: Iterable[int], *, contact_id: int) -> list[Message]:
    """Some messages of a contact, oldest first; whatever ids are asked for, never another's."""
    wanted = list(ids)
    if not wanted:
        return []
    query = select(Message).where(Message.id.in_(wanted), Message.contact_id == contact_id)
    return list(session.scalars(query.order_by(Message.at, Message.id)))


def erase(session: Session, message: Message, *, now: datetime) -> None:
    """Take a message's content away for good; that there was one stays."""
    message.text = ""
    message.erased_at = now
    file_store.forget(session, message.id)


def seal(session: Session, message: Message, *, case_id: int, subject: str, now: datetime) -> None:
    """Keep what a message of a case held, file and subject of the case included, where no search meets it.

    Compressed, not encrypted: who may read it is decided by routing.service.cases.commands.sealed_messages. The bytes
    of a file stay where they lie; the row of the file is sealed with them.
    """
    held: dict[str, Any] = {"kind": message.kind, "text": message.text, "subject": subject}
    query = select(Media).where(Media.message_id == message.id).options(undefer(Media.content)).limit(1)
    media = session.scalars(query).one_or_none()
    if media is not None and (media.key is not None or media.content is not None):
        held |= {"file_name": media.file_name, "content_type": media.content_type}
        if media.content is not None:
            held["file"] = b64encode(media.content).decode()
        media.state, media.due_at = FileState.SEALED.value, now if media.content is not None else None
        media.content = None
    row = {"message_id": message.id, "case_id": case_id, "at": now, "sealed": _packed(held)}
    insert_ignoring(session, Withdrawn, row, key=("message_id",))


def _packed(held: dict[str, Any]) -> bytes:
    return compress(dumps(held).encode(), 1)


def seal_again(session: Session, message_id: int, held: dict[str, Any]) -> None:
    """Put something else in the place of what was sealed of a message."""
    changed(session, update(Withdrawn).where(Withdrawn.message_id == message_id).values(sealed=_packed(held)))


def sealed(session: Session, message_id: int) -> dict[str, Any] | None:
    """What was sealed of a message; ``file`` as bytes, if they were sealed before files had a place of their own."""
    query = select(Withdrawn).where(Withdrawn.message_id == message_id).options(undefer(Withdrawn.sealed))
    row = session.scalars(query).one_or_none()
    if row is None:
        return None
    held: dict[str, Any] = loads(decompress(row.sealed))
    return {**held, "file": b64decode(held["file"])} if "file" in held else held


def withdrawn(session: Session, *, before_id: int | None, limit: int) -> list[tuple[Withdrawn, Message, str]]:
    """Messages of cases that were taken back, newest first, with their cases' numbers; nothing they said."""
    query = (
        select(Withdrawn, Message, Case.number)
        .join(Message, Message.id == Withdrawn.message_id)
        .join(Case, Case.id == Withdrawn.case_id)
        .order_by(Withdrawn.message_id.desc())
        .limit(limit)
    )
    if before_id is not None:
        query = query.where(Withdrawn.message_id < before_id)
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def note_enquiry(session: Session, **values: Any) -> int:
    """Keep what the bot made of a message; gives its row."""
    check_texts(Enquiry, values)
    found: int = session.execute(_noting(), values).scalar_one()
    return found


@cache
def _noting() -> Insert:
    # Of the table: whatever else changed in the session is written at its end, all at once.
    return insert(table_of(Enquiry)).returning(table_of(Enquiry).c.id)


def enquiry(session: Session, enquiry_id: int | None) -> Enquiry | None:
    """One enquiry."""
    return session.get(Enquiry, enquiry_id) if enquiry_id is not None else None


def enquiries_of_messages(session: Session, message_ids: Iterable[int], contact_id: int) -> list[Enquiry]:
    """What the bot made of some messages of a contact."""
    wanted = list(message_ids)
    query = select(Enquiry).where(Enquiry.contact_id == contact_id, Enquiry.message_id.in_(wanted))
    return list(session.scalars(query)) if wanted else []


def addresses(session: Session, contact_ids: Iterable[int | None]) -> list[ContactAddress]:
    """The addresses of some contacts, those that can be reached first, and of them the one heard from last."""
    wanted = {contact_id for contact_id in contact_ids if contact_id is not None}
    if not wanted:
        return []
    newest = ContactAddress.reachable.desc(), ContactAddress.reach_at.desc().nulls_last(), ContactAddress.id.desc()
    return list(session.scalars(select(ContactAddress).where(ContactAddress.contact_id.in_(wanted)).order_by(*newest)))


def blocked_addresses(session: Session, contact_ids: Iterable[int | None]) -> set[tuple[int, str]]:
    """Which contacts have blocked us on which channels."""
    found: dict[tuple[int, str], bool] = {}
    for one in addresses(session, contact_ids):
        found[one.contact_id, one.channel] = found.get((one.contact_id, one.channel), False) or one.reachable
    return {key for key, reachable in found.items() if not reachable}


def contact_at(
    session: Session, channel: str, address: str, *, now: datetime, at: datetime | None = None
) -> tuple[Contact, ContactAddress, bool]:  # fmt: skip
    """The contact at an address of a channel, made if new (one row however many messages come at once, trap L16).

    Both rows are locked until the transaction ends. Says whether they were new; ``at``: since when a new one can be
    reached.
    """
    given = {"by": channel, "known_as": address}
    found = session.execute(_contact_at(), given).one_or_none()
    if found is not None:
        return found[0], found[1], False
    contact = Contact(created_at=now, dialogue={})
    session.add(contact)
    session.flush()
    row = {
        "contact_id": contact.id, "channel": channel, "address": address, "reachable": True, "reach_at": at,
        "created_at": now,
    }  # fmt: skip
    adding = ignoring(session, ContactAddress, row, key=("channel", "address"))
    made = session.scalars(adding.returning(ContactAddress)).one_or_none()
    if made is not None:
        announce(session, NAMES)
        return contact, made, True
    # Somebody else was first.
    session.delete(contact)
    session.flush()
    found = session.execute(_contact_at(), given).one()
    return found[0], found[1], False


@cache
def _contact_at() -> Select[Contact, ContactAddress]:
    there = ContactAddress.channel == bindparam("by", type_=Text()), ContactAddress.address == bindparam("known_as")
    query = select(Contact, ContactAddress).join(ContactAddress, ContactAddress.contact_id == Contact.id)
    return query.where(*there).with_for_update(key_share=True)


def remember_unsent(session: Session, channel: str, external_id: str, *, now: datetime) -> None:
    """Keep a tombstone for a message taken back, in case it has not come yet (trap L3)."""
    row = {"channel": channel, "external_id": external_id, "at": now}
    insert_ignoring(session, Unsent, row, key=("channel", "external_id"))


def contacts_without_name(
    session: Session, channels: Collection[str], *, but: Collection[int], limit: int
) -> list[ContactAddress]:
    """Addresses on these channels of contacts whose name nobody was asked for, but for some contacts."""
    query = (
        select(ContactAddress)
        .join(Contact, Contact.id == ContactAddress.contact_id)
        .where(Contact.display_name.is_(None), ContactAddress.channel.in_(channels), Contact.id.not_in(list(but)))
        .order_by(Contact.id.desc(), ContactAddress.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def suggest_language(session: Session, contact_id: int, language: str) -> None:
    """Keep the language of a profile, while the contact itself has shown none."""
    query = update(Contact).where(Contact.id == contact_id, Contact.language.is_(None))
    changed(session, query.values(language=language))


def name_contact(session: Session, contact_id: int, display_name: str) -> None:
    """Keep a display name; an empty one says that there is none to be had."""
    changed(session, update(Contact).where(Contact.id == contact_id).values(display_name=display_name[:200]))
