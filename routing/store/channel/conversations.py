"""Queries on what was said outside and inside cases: messages, files, enquiries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, undefer

from routing.store.schema import Enquiry, Media, Message
from routing.store.session import changed


def message_by_line_id(session: Session, line_message_id: str) -> Message | None:
    """The message LINE knows by this id."""
    return session.scalars(select(Message).where(Message.line_message_id == line_message_id)).one_or_none()


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
    changed(
        session,
        update(Media)
        .where(Media.message_id == message.id)
        .values(content=None, file_name=None, size=None, state="erased"),
    )


def media_due(session: Session, *, now: datetime, limit: int) -> Sequence[Media]:
    """Files still to be fetched."""
    query = select(Media).where(Media.state == "pending", Media.due_at <= now).order_by(Media.id).limit(limit)
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def media_content(session: Session, media_id: int) -> Media | None:
    """A file with its content."""
    query = select(Media).where(Media.id == media_id).options(undefer(Media.content))
    return session.scalars(query).one_or_none()


def enquiry(session: Session, enquiry_id: int | None) -> Enquiry | None:
    """One enquiry."""
    return session.get(Enquiry, enquiry_id) if enquiry_id is not None else None


def enquiries_of_messages(session: Session, message_ids: Iterable[int], contact_id: int) -> list[Enquiry]:
    """What the bot made of some messages of a contact."""
    wanted = list(message_ids)
    query = select(Enquiry).where(Enquiry.contact_id == contact_id, Enquiry.message_id.in_(wanted))
    return list(session.scalars(query)) if wanted else []
