"""Handing one message to the channel and writing down what came of it.

A push is tried again with its own retry key, so LINE takes it once whatever happens to us in between. A reply has no
such key: it is tried once, and if nobody can say whether it arrived, it is shown to staff as unknown and left alone
(traps L9–L13, contract §4).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import uuid4

import structlog
from sqlalchemy.orm import Session

from routing.domain.errors import DeliveryError, NotFound, StepNotAllowed
from routing.domain.messages import from_plain
from routing.domain.permissions import Actor
from routing.domain.retry import KEY_LIFE, Again, Unknown, after_failure
from routing.store import people
from routing.store.channel import outbox
from routing.store.schema import Contact, Outbox
from routing.store.session import Database

LEASE = timedelta(seconds=60)
"""Longer than any request to the channel may take, timeouts included."""
_BATCH = 8
"""So few that the last of them is tried well within its lease, even while the channel lets every call time out."""

log = structlog.get_logger("delivery")


class Sender(Protocol):
    """A channel that takes messages. Both raise DeliveryError, and give the channel's request id."""

    def reply(self, token: str, messages: Sequence[Any], *, language: str) -> str | None:
        """Answer by reply token, once."""

    def push(self, to: str, messages: Sequence[Any], *, retry_key: str, language: str) -> str | None:
        """Send on our own account; the same key is taken once by the channel however often it comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A leased message with all that sending needs, so that no transaction is open while the channel is asked."""

    id: int
    kind: str
    to: str | None
    reply_token: str | None
    retry_key: str
    payload: list[Any]
    language: str
    attempt: int
    first_try_at: datetime
    stale: bool
    """A reply whose lease ran out: somebody tried and did not live to say how it went."""


def lease_parcels(session: Session, *, now: datetime, limit: int = _BATCH) -> list[Parcel]:
    """Take what is due. A reply past its token's time becomes a push before it is ever tried (trap L9)."""
    parcels = []
    for row in outbox.lease(session, now=now, length=LEASE, limit=limit):
        contact = session.get(Contact, row.contact_id)
        session.refresh(row)
        if row.kind == "push" and row.first_try_at is not None and now - row.first_try_at >= KEY_LIFE:
            # LINE has forgotten the key: trying once more could say the same twice (trap L12).
            row.state, row.lease_until, row.error = outbox.DEAD, None, "key_expired"
            continue
        stale = row.kind == "reply" and row.attempts > 0
        if row.kind == "reply" and not stale and (row.token_until is None or now > row.token_until):
            if _dropped(row):
                continue
            row.kind, row.reply_token = "push", None
        row.attempts += 1
        row.first_try_at = row.first_try_at or now
        parcels.append(
            Parcel(
                id=row.id, kind=row.kind, to=contact.line_user_id if contact else None, reply_token=row.reply_token,
                retry_key=row.retry_key, payload=row.payload, language=_language(contact),
                attempt=row.attempts, first_try_at=row.first_try_at, stale=stale,
            )
        )  # fmt: skip
    return parcels


def _dropped(row: Outbox) -> bool:
    """An answer in somebody's flood whose token is of no use any more goes no other way: it would cost a push."""
    if row.reason != outbox.NEVER_PUSHED:
        return False
    row.state, row.lease_until, row.error = outbox.CANCELLED, None, "flood"
    return True


def _language(contact: Contact | None) -> str:
    return (contact.language if contact else None) or "zh-TW"


def deliver(database: Database, sender: Sender, parcel: Parcel, *, now: datetime) -> None:
    """Send one leased message and record the outcome in a transaction of its own."""
    try:
        request_id = _send(sender, parcel)
    except DeliveryError as error:
        _failed(database, parcel, error, now=now)
        return
    except Exception as error:
        # A fault of ours must not hold up this contact's messages for ever: it counts as an attempt.
        log.exception("sender_failed", outbox=parcel.id)
        fault = DeliveryError(type(error).__name__, code="internal", unknown=True)
        _failed(database, parcel, fault, now=now)
        return
    with database.writing() as session:
        row = _mine(session, parcel)
        if row is not None:
            row.state, row.accepted_at, row.request_id, row.error = outbox.ACCEPTED, now, request_id, None
            row.lease_until = None


def _send(sender: Sender, parcel: Parcel) -> str | None:
    if parcel.stale:
        raise DeliveryError("the sender stopped while replying", code="interrupted", unknown=True)
    try:
        messages = from_plain(parcel.payload)
    except (KeyError, TypeError) as error:
        raise DeliveryError("the stored message cannot be read", code="unreadable", permanent=True) from error
    if parcel.kind == "reply" and parcel.reply_token is not None:
        return sender.reply(parcel.reply_token, messages, language=parcel.language)
    if parcel.to is None:
        raise DeliveryError("the contact has no LINE account", code="no_recipient", permanent=True)
    return sender.push(parcel.to, messages, retry_key=parcel.retry_key, language=parcel.language)


def _mine(session: Session, parcel: Parcel) -> Outbox | None:
    """The row, if this attempt is still the one that counts and no final state was reached (trap O2)."""
    row = outbox.get(session, parcel.id, lock=True)
    return row if row is not None and row.state == outbox.LEASED and row.attempts == parcel.attempt else None


def _failed(database: Database, parcel: Parcel, error: DeliveryError, *, now: datetime) -> None:
    decided = after_failure(
        parcel.kind, error, attempt=parcel.attempt, first_try_at=parcel.first_try_at, now=now, jitter=random.random()
    )
    with database.writing() as session:
        row = _mine(session, parcel)
        if row is None:
            return
        row.error, row.lease_until = error.code, None
        if isinstance(decided, Again):
            row.state, row.due_at = outbox.PENDING, decided.at
        elif isinstance(decided, Unknown):
            row.state = outbox.UNKNOWN
        elif parcel.kind == "reply" and not _dropped(row):
            # The token is of no use, and nothing was sent: the same words go out on our own account.
            row.kind, row.reply_token, row.state, row.attempts, row.due_at = "push", None, outbox.PENDING, 0, now
            row.first_try_at = None
        elif row.state != outbox.CANCELLED:
            row.state = outbox.DEAD
    log.warning("not_delivered", outbox=parcel.id, kind=parcel.kind, code=error.code, attempt=parcel.attempt)


def resend(session: Session, outbox_id: int, actor: Actor, *, now: datetime) -> Outbox:
    """Send a dead or unknown message once more, as a push with a key of its own, because a person decided so.

    Raises:
        NotFound: there is no such message. StepNotAllowed: it is on its way or was accepted.
    """
    row = outbox.get(session, outbox_id, lock=True)
    if row is None:
        raise NotFound("查無這則訊息。")
    if row.state not in outbox.SEEN_BY_STAFF:
        raise StepNotAllowed("這則訊息不需要重送。", code="not_resendable")
    row.kind, row.reply_token, row.state, row.attempts, row.due_at = "push", None, outbox.PENDING, 0, now
    row.retry_key, row.first_try_at, row.error = str(uuid4()), None, None
    people.audit(
        session, at=now, actor=actor.email or actor.name, action="message.resend", subject=str(outbox_id), detail={}
    )
    return row
