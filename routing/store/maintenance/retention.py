"""What is past its period: how much there is of it, and erasing it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Delete, Update, delete, exists, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from routing.store.accounts import audit as audit_store
from routing.store.accounts.schema import KnownAddress, SignInFailure, WebSession
from routing.store.assist import queries as assist_store
from routing.store.assist.schema import AssistOutput
from routing.store.base import Base
from routing.store.bindings.schema import Binding
from routing.store.cases.schema import Case, CaseLook, KeptReply, Presence
from routing.store.conversation.schema import Contact, ContactAddress, Media, Message, Unsent
from routing.store.files import queries as file_store
from routing.store.maintenance.schema import Idempotency
from routing.store.messaging.schema import Inbox, Outbox
from routing.store.privacy import queries as privacy_store
from routing.store.privacy.schema import DataRequest
from routing.store.reminders.schema import Reminder, StaffChat, StaffChatCode, StaffMail
from routing.store.session import changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """The instants before which each kind of thing is over; None: it is kept."""

    inbox: datetime | None
    chat: datetime | None
    files: datetime | None
    contacts: datetime | None
    sent: datetime | None
    audit: datetime | None
    sign_in: datetime | None
    assist: datetime | None
    sessions: datetime
    answers: datetime
    reminders: datetime


def _named() -> ColumnElement[bool]:
    kept = (Contact.name, Contact.phone, Contact.park, Contact.park_kind, Contact.firm_id, Contact.firm_said)
    return or_(
        Contact.display_name.is_(None), Contact.display_name != "", *(column.is_not(None) for column in kept)
    )  # fmt: skip


def _idle(before: datetime) -> tuple[ColumnElement[bool], ...]:
    """People from whom nothing came since then, and with whom nothing is under way."""
    wrote = select(ContactAddress.id).where(ContactAddress.contact_id == Contact.id, ContactAddress.reach_at >= before)
    asked = select(DataRequest.id).where(DataRequest.contact_id == Contact.id, DataRequest.state == privacy_store.OPEN)
    return (
        func.coalesce(Contact.last_event_at, Contact.created_at) < before,
        ~exists(wrote),
        ~exists(select(Case.id).where(Case.contact_id == Contact.id, Case.closed_at.is_(None))),
        ~exists(select(Binding.id).where(Binding.contact_id == Contact.id, Binding.ended_at.is_(None))),
        ~exists(asked),
        ~exists(select(StaffChat.staff_id).where(StaffChat.contact_id == Contact.id)),
    )


_Rule = tuple[str, type[Base], tuple[ColumnElement[bool], ...], Update | Delete]


def _rules(over: Over, now: datetime) -> Iterator[_Rule]:
    """Name, table, what is over, and what is done with it."""
    if over.inbox is not None:
        yield (
            "inbox_bodies", Inbox,
            (Inbox.received_at < over.inbox, Inbox.state.in_(("done", "quarantined")), Inbox.raw != ""),
            update(Inbox).values(raw="", user_key="-"),
        )  # fmt: skip
    if over.chat is not None:
        yield (
            "chat_messages", Message,
            (Message.case_id.is_(None), Message.at < over.chat, Message.erased_at.is_(None)),
            update(Message).values(text="", erased_at=now),
        )  # fmt: skip
        yield "unsent_marks", Unsent, (Unsent.at < over.chat,), delete(Unsent)
    if over.contacts is not None:
        # The record first: which addresses are over is told by it.
        yield "contacts", Contact, (*_idle(over.contacts), _named()), update(Contact).values(**privacy_store.NOBODY)
        idle = select(Contact.id).where(*_idle(over.contacts))
        yield "addresses", ContactAddress, (ContactAddress.contact_id.in_(idle),), delete(ContactAddress)
    if over.sent is not None:
        yield (
            "failed_messages", Outbox,
            (Outbox.state.in_(("dead", "unknown")), Outbox.created_at < over.sent, Outbox.erased_at.is_(None)),
            update(Outbox).values(payload=[], reply_token=None, erased_at=now, state="cancelled"),
        )  # fmt: skip
        yield (
            "sent_messages", Outbox,
            (Outbox.state.in_(("accepted", "cancelled")), Outbox.created_at < over.sent, Outbox.erased_at.is_(None)),
            update(Outbox).values(payload=[], reply_token=None, erased_at=now),
        )  # fmt: skip
    if over.assist is not None:
        yield (
            "assist_outputs", AssistOutput, (AssistOutput.at < over.assist, AssistOutput.erased_at.is_(None)),
            update(AssistOutput).values(**assist_store.NO_WORDS, erased_at=now),
        )  # fmt: skip
    yield "sessions", WebSession, (WebSession.last_seen_at < over.sessions,), delete(WebSession)
    yield "first_answers", Idempotency, (Idempotency.created_at < over.answers,), delete(Idempotency)
    yield "reminders", Reminder, (Reminder.at < over.reminders,), delete(Reminder)
    yield "kept_replies", KeptReply, (KeptReply.at < over.reminders,), delete(KeptReply)
    yield "looks", CaseLook, (CaseLook.at < over.reminders,), delete(CaseLook)
    yield "presence", Presence, (Presence.at < over.answers,), delete(Presence)
    yield "staff_mails", StaffMail, (StaffMail.at < over.reminders,), delete(StaffMail)
    yield "staff_codes", StaffChatCode, (StaffChatCode.expires_at < over.answers,), delete(StaffChatCode)
    if over.sign_in is not None:
        yield "known_addresses", KnownAddress, (KnownAddress.last_at < over.sign_in,), delete(KnownAddress)
        yield "sign_in_failures", SignInFailure, (SignInFailure.at < over.sign_in,), delete(SignInFailure)


def count(session: Session, over: Over) -> dict[str, int]:
    """How much is over, by name; files of no case among it, which routing.service.files.cleanup takes away."""
    found = {}
    if over.files is not None:
        unclaimed = select(func.count()).select_from(Media).where(*file_store.unclaimed_before(over.files))
        found["files"] = session.scalars(unclaimed).one()
    return (
        found
        | {
            name: session.scalars(select(func.count()).select_from(table).where(*conditions)).one()
            for name, table, conditions, _statement in _rules(over, over.answers)
        }
        | ({"audit": audit_store.count_before(session, over.audit)} if over.audit is not None else {})
    )


def erase(session: Session, over: Over, *, now: datetime, most: int | None = None) -> dict[str, int]:
    """Erase it, at most so many rows of each kind; says how many there were, by name."""
    erased = {}
    for name, table, conditions, statement in _rules(over, now):
        chosen = conditions
        if most is not None:
            key = tuple(table.__table__.primary_key)
            chosen = (tuple_(*key).in_(select(*key).where(*conditions).limit(most)),)
        erased[name] = changed(session, statement.where(*chosen).execution_options(synchronize_session=False))
    if over.audit is not None:
        # Only from its beginning: what is left is still a chain.
        erased["audit"] = audit_store.erase_before(session, over.audit, most=most)
    return erased
