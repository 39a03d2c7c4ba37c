"""Queries on browsers of firms, and on the contacts that stand for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from routing.store.bindings.schema import Binding
from routing.store.cases.schema import Firm
from routing.store.conversation.schema import Contact, ContactAddress, Message
from routing.store.firm_pages.schema import FirmSession
from routing.store.session import changed

WEB = "web"
"""The channel of contacts that are browsers; no message goes out by it."""


def by_hash(session: Session, token_sha256: str) -> tuple[FirmSession, Contact, Firm] | None:
    """A browser with the contact and the firm for which it speaks; None if there is none, or the binding has ended."""
    query = (
        select(FirmSession, Contact, Firm)
        .join(Binding, Binding.id == FirmSession.binding_id)
        .join(Contact, Contact.id == Binding.contact_id)
        .join(Firm, Firm.id == Binding.firm_id)
        .where(FirmSession.token_sha256 == token_sha256, Binding.ended_at.is_(None))
    )
    row = session.execute(query).one_or_none()
    return (row[0], row[1], row[2]) if row is not None else None


def touch(session: Session, token_sha256: str, *, now: datetime) -> None:
    """Note that a browser is in use."""
    changed(session, update(FirmSession).where(FirmSession.token_sha256 == token_sha256).values(last_seen_at=now))


def end(session: Session, token_sha256: str) -> int:
    """End a browser's session; says how many there were."""
    return changed(session, delete(FirmSession).where(FirmSession.token_sha256 == token_sha256))


def purge(session: Session, *, seen_before: datetime, created_before: datetime) -> None:
    """Forget what is over."""
    over = or_(FirmSession.last_seen_at < seen_before, FirmSession.created_at < created_before)
    changed(session, delete(FirmSession).where(over))


def contact_at(session: Session, address: str) -> Contact | None:
    """The contact that stands for browsers of this name."""
    query = select(Contact).join(ContactAddress, ContactAddress.contact_id == Contact.id)
    return session.scalars(query.where(ContactAddress.channel == WEB, ContactAddress.address == address)).one_or_none()


def new_contact(session: Session, address: str, *, name: str | None, now: datetime) -> Contact:
    """A contact that stands for browsers of this name; nothing can be sent to it."""
    contact = Contact(display_name=name, dialogue={}, created_at=now)
    session.add(contact)
    session.flush()
    session.add(ContactAddress(contact_id=contact.id, channel=WEB, address=address, reachable=False, created_at=now))
    session.flush()
    return contact


def written_since(session: Session, contact_id: int, since: datetime) -> int:
    """How many messages a contact has written since an instant."""
    query = select(func.count()).select_from(Message).where(Message.contact_id == contact_id, Message.at > since)
    return session.scalars(query).one()
