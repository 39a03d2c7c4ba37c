"""Handing one message to the channel and writing down what came of it.

A push is tried again with its own retry key, so LINE takes it once whatever happens to us in between. A reply has no
such key, but LINE takes its token once: it is tried again with the same token while that is good, also by another
process after a crash. If LINE then says that the token is no good, the earlier try arrived. A reply that may have
arrived when its token's time is over is shown to staff as unknown and left alone (traps L9–L13, contract §4).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.orm import Session

from routing.domain.errors import DeliveryError, NotFound, StepNotAllowed
from routing.domain.messages import from_plain
from routing.domain.permissions import Actor
from routing.domain.retry import KEY_LIFE, Again, Presumed, Push, Stop, Unknown, after_push, after_reply
from routing.service.channel import leases
from routing.store import people
from routing.store.channel import outbox
from routing.store.schema import Contact, Outbox
from routing.store.session import Database, instant

LEASE = leases.LENGTH
PRESUMED = "presumed"
"""What stands in place of an error at a reply that LINE must have had from an earlier try."""
_RECORD_AGAIN = (0.2, 0.5, 1.0, 2.0)
"""Seconds until the outcome is recorded once more after the database was cut off; the last for every further try."""

log = structlog.get_logger("delivery")


class Sender(Protocol):
    """A channel that takes messages. Both raise DeliveryError, and give the channel's request id."""

    def reply(self, token: str, messages: Sequence[Any], *, language: str) -> str | None:
        """Answer by reply token; the channel takes a token once however often it comes."""

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
    token_until: datetime | None = None
    doubtful: bool = False
    """A reply of which an earlier try may have arrived."""


def lease_parcels(session: Session, *, now: datetime, limit: int = 1) -> list[Parcel]:
    """Take what is due, by the database's time ``now``; what needs no sending any more is settled on the way.

    A reply past its token's time becomes a push if no try of it can have arrived, and is unknown otherwise (trap L9).
    """
    parcels: list[Parcel] = []
    while len(parcels) < limit:
        rows = outbox.lease(session, now=now, length=LEASE, limit=limit - len(parcels))
        if not rows:
            break
        parcels += [_parcel(session, row, now) for row in rows if not _settled(row, now)]
    return parcels


def _settled(row: Outbox, now: datetime) -> bool:
    """Whether a message can do without another try; turns a reply whose time is over into a push."""
    if row.kind == "push" and row.first_try_at is not None and now - row.first_try_at >= KEY_LIFE:
        # LINE has forgotten the key: trying once more could say the same twice (trap L12).
        row.state, row.lease_until, row.error = outbox.DEAD, None, "key_expired"
        return True
    if row.kind != "reply" or (row.token_until is not None and now <= row.token_until):
        return False
    if row.doubtful:
        row.state, row.lease_until, row.error = outbox.UNKNOWN, None, row.error or "interrupted"
        return True
    if _dropped(row):
        return True
    # In the line of its contact's pushes, which it may not overtake.
    row.state, row.lease_until = outbox.PENDING, None
    _becomes_push(row)
    return True


def _becomes_push(row: Outbox) -> None:
    row.kind, row.reply_token, row.attempts, row.first_try_at = "push", None, 0, None


def _parcel(session: Session, row: Outbox, now: datetime) -> Parcel:
    contact = session.get(Contact, row.contact_id)
    row.attempts += 1
    row.first_try_at = row.first_try_at or now
    return Parcel(
        id=row.id, kind=row.kind, to=contact.line_user_id if contact else None, reply_token=row.reply_token,
        retry_key=row.retry_key, payload=row.payload, language=_language(contact), attempt=row.attempts,
        first_try_at=row.first_try_at, token_until=row.token_until, doubtful=row.doubtful,
    )  # fmt: skip


def _dropped(row: Outbox) -> bool:
    """An answer in somebody's flood whose token is of no use any more goes no other way: it would cost a push."""
    if row.reason != outbox.NEVER_PUSHED:
        return False
    row.state, row.lease_until, row.error = outbox.CANCELLED, None, "flood"
    return True


def _language(contact: Contact | None) -> str:
    return (contact.language if contact else None) or "zh-TW"


def deliver(
    database: Database, sender: Sender, parcel: Parcel, *, now: datetime,
    again: Callable[[float], bool] | None = None,
) -> DeliveryError | None:  # fmt: skip
    """Send one leased message and record the outcome in a transaction of its own; gives the error, if there was one.

    ``now`` is the time that staff read at an accepted message. ``again`` waits so many seconds and says whether to go
    on: with it the outcome is recorded as soon as a database that was cut off is back; without it the error is raised.
    """
    error: DeliveryError | None = None
    request_id = None
    try:
        request_id = _send(sender, parcel)
    except DeliveryError as failed:
        error = failed
    except Exception as fault:
        # A fault of ours must not hold up this contact's messages for ever: it counts as an attempt.
        log.exception("sender_failed", outbox=parcel.id)
        error = DeliveryError(type(fault).__name__, code="internal", unknown=True)

    def record() -> None:
        with database.writing() as session:
            row = _mine(session, parcel)
            if row is not None and error is None:
                _accepted(row, now, request_id)
            elif row is not None and error is not None:
                _failed(row, parcel, error, at=instant(session), now=now)

    _until_recorded(record, again)
    return error


def _until_recorded(record: Callable[[], None], again: Callable[[float], bool] | None) -> None:
    """What LINE said is known to this process alone, so it is not given up because the database is away."""
    for attempt in range(10_000):
        try:
            record()
        except (OperationalError, InterfaceError, NoConnectionError) as error:
            if again is None or not again(_RECORD_AGAIN[min(attempt, len(_RECORD_AGAIN) - 1)]):
                raise
            log.warning("outcome_not_recorded_yet", error=type(error).__name__)
        else:
            return


def _accepted(row: Outbox, now: datetime, request_id: str | None, *, presumed: bool = False) -> None:
    row.state, row.accepted_at, row.request_id, row.lease_until = outbox.ACCEPTED, now, request_id, None
    row.error, row.doubtful = PRESUMED if presumed else None, False


def _send(sender: Sender, parcel: Parcel) -> str | None:
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
    if row is None or row.state != outbox.LEASED:
        return None
    tried = row.kind, row.retry_key, row.attempts
    return row if tried == (parcel.kind, parcel.retry_key, parcel.attempt) else None


def _failed(row: Outbox, parcel: Parcel, error: DeliveryError, *, at: datetime, now: datetime) -> None:
    """Write down a failed try. ``at`` is the database's time, by which the next try is due."""
    decided = _decided(parcel, error, at)
    log.warning("not_delivered", outbox=parcel.id, kind=parcel.kind, code=error.code, attempt=parcel.attempt)
    if isinstance(decided, Presumed):
        _accepted(row, now, None, presumed=True)
        return
    row.error, row.lease_until, row.doubtful = error.code, None, row.doubtful or (row.kind == "reply" and error.unknown)
    if isinstance(decided, Again):
        row.state, row.due_at = outbox.PENDING, decided.at
    elif isinstance(decided, Unknown):
        row.state = outbox.UNKNOWN
    elif isinstance(decided, Push):
        if not _dropped(row):
            row.state, row.due_at, row.doubtful = outbox.PENDING, decided.at, False
            _becomes_push(row)
    else:
        row.state = outbox.DEAD


def _decided(parcel: Parcel, error: DeliveryError, at: datetime) -> Again | Push | Presumed | Stop | Unknown:
    jitter = random.random()
    if parcel.kind == "reply":
        return after_reply(
            error, attempt=parcel.attempt, doubtful=parcel.doubtful, token_until=parcel.token_until or at, now=at,
            jitter=jitter,
        )  # fmt: skip
    return after_push(error, attempt=parcel.attempt, first_try_at=parcel.first_try_at, now=at, jitter=jitter)


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
    _becomes_push(row)
    row.state, row.due_at, row.doubtful = outbox.PENDING, instant(session), False
    row.retry_key, row.error = str(uuid4()), None
    people.audit(
        session, at=now, actor=actor.email or actor.name, action="message.resend", subject=str(outbox_id), detail={}
    )
    return row
