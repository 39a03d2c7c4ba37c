"""Queries on requests about personal data, on all that is kept of one person, and erasing what belongs to no case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from routing.store.cases.schema import Case
from routing.store.conversation.schema import Contact, ContactAddress, Enquiry, Media, Message
from routing.store.files import queries as file_store
from routing.store.messaging.schema import Inbox, Outbox
from routing.store.privacy.schema import DataRequest
from routing.store.reminders.schema import StaffChat
from routing.store.session import changed

OPEN, DONE, REFUSED = "open", "done", "refused"
NOBODY: dict[str, Any] = {
    "display_name": "", "name": None, "phone": None, "park": None, "park_kind": None, "firm_id": None,
    "firm_said": None, "dialogue": {},
}  # fmt: skip
"""What is left in the record of a person who is forgotten; cases keep what they hold."""


def request(session: Session, request_id: int, *, lock: bool = False) -> DataRequest | None:
    """One request."""
    query = select(DataRequest).where(DataRequest.id == request_id)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def open_request(session: Session, contact_id: int, right: str) -> DataRequest | None:
    """A person's request of a kind that is not decided yet."""
    query = select(DataRequest).where(
        DataRequest.contact_id == contact_id, DataRequest.right == right, DataRequest.state == OPEN
    )
    return session.scalars(query.limit(1)).one_or_none()


def requests(session: Session, *, decided: bool, limit: int = 200) -> list[DataRequest]:
    """Requests that are open, the most urgent first; or those decided, the newest first."""
    query = select(DataRequest).where(DataRequest.state != OPEN if decided else DataRequest.state == OPEN)
    order = (DataRequest.decided_at.desc(),) if decided else (DataRequest.due_on, DataRequest.id)
    return list(session.scalars(query.order_by(*order).limit(limit)))


def open_by_day(session: Session) -> Sequence[tuple[date, int]]:
    """How many open requests are due on which day."""
    query = select(DataRequest.due_on, func.count()).where(DataRequest.state == OPEN).group_by(DataRequest.due_on)
    return [(row[0], row[1]) for row in session.execute(query.order_by(DataRequest.due_on))]


def cases_of(session: Session, contact_id: int) -> list[Case]:
    """Every case that a person opened, oldest first."""
    return list(session.scalars(select(Case).where(Case.contact_id == contact_id).order_by(Case.id)))


def messages_of(session: Session, contact_id: int, *, limit: int | None = None) -> list[Message]:
    """What a person wrote and was told, oldest first; nothing among staff, nothing that was taken back."""
    query = select(Message).where(
        Message.contact_id == contact_id, Message.direction != "note", Message.erased_at.is_(None)
    )
    return list(session.scalars(query.order_by(Message.at, Message.id).limit(limit)))


def number_of_messages(session: Session, contact_id: int) -> int:
    """How many messages of a person are kept."""
    query = select(func.count()).where(
        Message.contact_id == contact_id, Message.direction == "in", Message.erased_at.is_(None)
    )
    return session.scalars(query).one()


def files_of(session: Session, message_ids: Sequence[int]) -> dict[int, Media]:
    """The files of messages, without their content."""
    rows = session.scalars(select(Media).where(Media.message_id.in_(message_ids)))
    return {row.message_id: row for row in rows}


def enquiries_of(session: Session, contact_id: int) -> list[Enquiry]:
    """What was made of a person's questions."""
    return list(session.scalars(select(Enquiry).where(Enquiry.contact_id == contact_id).order_by(Enquiry.id)))


def erase_loose(session: Session, contact: Contact, *, now: datetime) -> dict[str, int]:
    """Erase what is kept of a person and belongs to no case; how much of each kind.

    Messages keep their row without content, so that a repeat of their event is known; enquiries go.
    """
    loose = Message.contact_id == contact.id, Message.case_id.is_(None), Message.erased_at.is_(None)
    ids = list(session.scalars(select(Message.id).where(*loose)))
    held = [one for files in file_store.of_messages(session, ids).values() for one in files if one.state != "erased"]
    for media in held:
        file_store.take_away(session, media)
    enquiries = changed(session, delete(Enquiry).where(Enquiry.contact_id == contact.id, Enquiry.case_id.is_(None)))
    changed(session, update(Message).where(*loose).values(text="", erased_at=now))
    parked = Outbox.contact_id == contact.id, Outbox.case_id.is_(None), Outbox.state == "parked"
    changed(session, update(Outbox).where(*parked).values(state="cancelled", error="erased"))
    sent = Outbox.contact_id == contact.id, Outbox.case_id.is_(None), Outbox.state.not_in(("pending", "leased"))
    changed(session, update(Outbox).where(*sent).values(payload=[], reply_token=None, erased_at=now))
    for one in session.scalars(select(ContactAddress).where(ContactAddress.contact_id == contact.id)):
        events = Inbox.channel == one.channel, Inbox.user_key == one.address, Inbox.state == "done"
        changed(session, update(Inbox).where(*events).values(raw="{}"))
    return {"messages": len(ids), "files": len(held), "enquiries": enquiries}


def forget_addresses(session: Session, contact_id: int) -> None:
    """No channel leads to this person any more, not as a member of staff either."""
    changed(session, delete(StaffChat).where(StaffChat.contact_id == contact_id))
    changed(session, delete(ContactAddress).where(ContactAddress.contact_id == contact_id))
