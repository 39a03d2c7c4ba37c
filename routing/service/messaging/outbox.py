"""Handing one message to the channel and writing down what came of it.

A push is tried again with its own retry key, so the channel takes it once whatever happens to us in between. A reply
has no such key, but the channel takes its token once: it is tried again with the same token while that is good, also
by another process after a crash. If the channel then says that the token is no good, the earlier try arrived. A reply
that may have arrived when its token's time is over is shown to staff as unknown and left alone (traps L9–L13,
contract §4).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.orm import Session

from routing.domain.errors import DeliveryError, NotFound, StepNotAllowed
from routing.domain.messages import Sent, from_plain
from routing.domain.permissions import Actor
from routing.domain.retry import Again, Presumed, Push, Stop, Unknown, after_push, after_reply
from routing.ports import Channel, Limits
from routing.service.messaging import leases
from routing.store.accounts import queries as account_store
from routing.store.conversation import queries as conversation_store
from routing.store.conversation.schema import Contact, ContactAddress
from routing.store.messaging import outbox as outbox_store
from routing.store.messaging import parked as parked_store
from routing.store.messaging.schema import Outbox
from routing.store.session import Database, announce, instant

LEASE = leases.LENGTH
PRESUMED = "presumed"
"""What stands in place of an error at a reply that the channel must have had from an earlier try."""
_SOON = timedelta(seconds=10)
"""What goes out so soon after it was queued is as its case is."""
_RECORD_AGAIN = (0.2, 0.5, 1.0, 2.0)
"""Seconds until the outcome is recorded once more after the database was cut off; the last for every further try."""

log = structlog.get_logger("delivery")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """A leased message with all that sending needs, so that no transaction is open while the channel is asked."""

    id: int
    channel: str
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


Renew = Callable[[Session, Outbox, datetime], bool]
"""Brings a message that waited in step with what it speaks of; False: it says nothing any more, and is ended."""


def lease_messages(
    session: Session, channel: Channel, *, now: datetime, limit: int = 1, renew: Renew | None = None
) -> list[OutboundMessage]:
    """Take what is due on a channel, by the database's time ``now``; what needs no sending is settled on the way.

    A reply past its token's time becomes a push if no try of it can have arrived, and is unknown otherwise (trap L9).
    A push that waited untried, while the channel was down or its contact's line was long, is said anew as its case is
    now (trap O6).
    """
    batch: list[OutboundMessage] = []
    wanted, settled = limit, True
    while wanted and settled:
        rows = outbox_store.lease(session, channel.name, now=now, length=LEASE, limit=wanted)
        taken = len(batch)
        ids = {row.contact_id for row in rows if row.contact_id is not None}
        contacts = conversation_store.contacts(session, ids)
        best_last = reversed(conversation_store.addresses(session, ids))
        to = {(one.contact_id, one.channel): one for one in best_last}
        for row in rows:
            key = row.contact_id or 0
            address = to.get((key, row.channel))
            if _settled(session, row, channel.limits, now) or _blocked(address, row):
                _with_carried(session, row)
            elif _says_nothing_now(session, row, renew, now):
                row.lease_until = None
                outbox_store.park_carried(session, row.id)
            else:
                batch.append(_outbound(contacts.get(key), address.address if address else None, row, now))
        # What was settled leaves room, and may have made something else due; else nothing more is.
        wanted, settled = limit - len(batch), len(batch) < taken + len(rows)
    return batch


def _with_carried(session: Session, row: Outbox, ids: tuple[str, ...] = ()) -> None:
    """Notices that go with a message share its outcome, and have the ids of their own objects where each is known."""
    if len(row.payload) < 2:
        return
    notices = parked_store.carried_by(session, row.id)
    known = len(ids) == len(row.payload)
    left = set(range(len(ids)))
    for notice in notices:
        going = row.state in {outbox_store.PENDING, outbox_store.LEASED}
        notice.state = outbox_store.CARRIED if going else row.state
        notice.kind, notice.accepted_at, notice.error = row.kind, row.accepted_at, row.error
        _with_carried(session, notice)
        if known and notice.place is not None:
            own = range(notice.place, notice.place + len(notice.payload))
            notice.sent_ids = _listed(ids[at] for at in own)
            left.difference_update(own)
    if known and notices:
        row.sent_ids = _listed(ids[at] for at in sorted(left))


def _listed(ids: Iterable[str]) -> str:
    return f" {' '.join(ids)} "


def _settled(session: Session, row: Outbox, limits: Limits, now: datetime) -> bool:
    """Whether a message can do without another try; turns a reply whose time is over into a push."""
    if row.kind == "push" and row.first_try_at is not None and now - row.first_try_at >= limits.key_life:
        # The channel has forgotten the key: trying once more could say the same twice (trap L12).
        row.state, row.lease_until, row.error = outbox_store.DEAD, None, "key_expired"
        return True
    if row.kind != "reply" or (row.token_until is not None and now <= row.token_until):
        return False
    if row.doubtful:
        row.state, row.lease_until, row.error = outbox_store.UNKNOWN, None, row.error or "interrupted"
        return True
    if _dropped(session, row):
        return True
    # In the line of its contact's pushes, which it may not overtake.
    row.state, row.lease_until = outbox_store.PENDING, None
    _becomes_push(row)
    return True


def _blocked(address: ContactAddress | None, row: Outbox) -> bool:
    """Nothing is pushed to whoever blocked the account (trap L14); staff see that it did, and tell it another way."""
    if row.kind != "push" or address is None or address.reachable:
        return False
    row.state, row.lease_until, row.error = outbox_store.CANCELLED, None, "blocked"
    return True


def _says_nothing_now(session: Session, row: Outbox, renew: Renew | None, now: datetime) -> bool:
    """Whether what an untried push told of is over; if not, it is brought in step."""
    waited = row.kind == "push" and row.first_try_at is None and now - row.created_at > _SOON
    return renew is not None and waited and row.case_id is not None and not renew(session, row, now)


def _becomes_push(row: Outbox) -> None:
    row.kind, row.reply_token, row.attempts, row.first_try_at = "push", None, 0, None


def _outbound(contact: Contact | None, to: str | None, row: Outbox, now: datetime) -> OutboundMessage:
    row.attempts += 1
    row.first_try_at = row.first_try_at or now
    return OutboundMessage(
        id=row.id, channel=row.channel, kind=row.kind, to=to, reply_token=row.reply_token, retry_key=row.retry_key,
        payload=row.payload, language=_language(contact), attempt=row.attempts, first_try_at=row.first_try_at,
        token_until=row.token_until, doubtful=row.doubtful,
    )  # fmt: skip


def _dropped(session: Session, row: Outbox) -> bool:
    """An answer in a flood or a group whose token is of no use any more goes no other way; notices are parked again."""
    if row.reason not in {outbox_store.NEVER_PUSHED, outbox_store.GROUP}:
        return False
    for notice in parked_store.carried_by(session, row.id):
        notice.state, notice.carrier_id, notice.place = outbox_store.PARKED, None, None
    row.state, row.lease_until, row.error = outbox_store.CANCELLED, None, row.reason
    return True


def _language(contact: Contact | None) -> str:
    return (contact.language if contact else None) or "zh-TW"


def deliver(
    database: Database, channel: Channel, outbound: OutboundMessage, *, now: datetime,
    again: Callable[[float], bool] | None = None,
) -> DeliveryError | None:  # fmt: skip
    """Send one leased message and record the outcome in a transaction of its own; gives the error, if there was one.

    ``now`` is the time that staff read at an accepted message. ``again`` waits so many seconds and says whether to go
    on: with it the outcome is recorded as soon as a database that was cut off is back; without it the error is raised.
    """
    error: DeliveryError | None = None
    sent = Sent(None)
    try:
        sent = _send(channel, outbound)
    except DeliveryError as failed:
        error = failed
    except Exception as fault:
        # A fault of ours must not hold up this contact's messages for ever: it counts as an attempt.
        log.exception("sender_failed", outbox=outbound.id)
        error = DeliveryError(type(fault).__name__, code="internal", unknown=True)

    def record() -> None:
        with database.writing() as session:
            if error is None:
                _taken(session, outbound, sent, now)
            elif (row := _mine(session, outbound)) is not None:
                _failed(session, row, channel.limits, outbound, error, at=instant(session), now=now)
                _with_carried(session, row)

    _until_recorded(record, again)
    return error


def _taken(session: Session, outbound: OutboundMessage, sent: Sent, now: datetime) -> None:
    counts = outbox_store.accept(
        session, outbound.id, kind=outbound.kind, retry_key=outbound.retry_key, attempt=outbound.attempt, now=now,
        request_id=sent.request_id, sent_ids=_listed(sent.ids) if sent.ids else None,
    )  # fmt: skip
    carries = counts and len(outbound.payload) > 1 and parked_store.carried_by(session, outbound.id)
    if carries and (row := outbox_store.get(session, outbound.id)) is not None:
        _with_carried(session, row, sent.ids)


def _until_recorded(record: Callable[[], None], again: Callable[[float], bool] | None) -> None:
    """What the channel said is known to this process alone, so it is not given up because the database is away."""
    for attempt in range(10_000):
        try:
            record()
        except (OperationalError, InterfaceError, NoConnectionError) as error:
            if again is None or not again(_RECORD_AGAIN[min(attempt, len(_RECORD_AGAIN) - 1)]):
                raise
            log.warning("outcome_not_recorded_yet", error=type(error).__name__)
        else:
            return


def _accepted(row: Outbox, now: datetime, sent: Sent, *, presumed: bool = False) -> None:
    row.state, row.accepted_at, row.request_id, row.lease_until = outbox_store.ACCEPTED, now, sent.request_id, None
    if sent.ids:
        row.sent_ids = _listed(sent.ids)
    row.error, row.doubtful = PRESUMED if presumed else None, False


def _send(channel: Channel, outbound: OutboundMessage) -> Sent:
    try:
        messages = from_plain(outbound.payload)
    except (KeyError, TypeError) as error:
        raise DeliveryError("the stored message cannot be read", code="unreadable", permanent=True) from error
    if outbound.kind == "reply" and outbound.reply_token is not None:
        return channel.reply(outbound.reply_token, messages, language=outbound.language)
    if outbound.to is None:
        raise DeliveryError("the contact has no address on this channel", code="no_recipient", permanent=True)
    return channel.push(outbound.to, messages, retry_key=outbound.retry_key, language=outbound.language)


def _mine(session: Session, outbound: OutboundMessage) -> Outbox | None:
    """The row, if this attempt is still the one that counts and no final state was reached (trap O2)."""
    row = outbox_store.get(session, outbound.id, lock=True)
    if row is None or row.state != outbox_store.LEASED:
        return None
    tried = row.kind, row.retry_key, row.attempts
    return row if tried == (outbound.kind, outbound.retry_key, outbound.attempt) else None


def _failed(
    session: Session, row: Outbox, limits: Limits, outbound: OutboundMessage, error: DeliveryError, *, at: datetime,
    now: datetime,
) -> None:  # fmt: skip
    """Write down a failed try. ``at`` is the database's time, by which the next try is due."""
    decided = _decided(limits, outbound, error, at)
    log.warning("not_delivered", outbox=outbound.id, kind=outbound.kind, code=error.code, attempt=outbound.attempt)
    if isinstance(decided, Presumed):
        _accepted(row, now, Sent(None), presumed=True)
        return
    row.error, row.lease_until, row.doubtful = error.code, None, row.doubtful or (row.kind == "reply" and error.unknown)
    if isinstance(decided, Again):
        row.state, row.due_at = outbox_store.PENDING, decided.at
    elif isinstance(decided, Unknown):
        row.state = outbox_store.UNKNOWN
    elif isinstance(decided, Push):
        if not _dropped(session, row):
            row.state, row.due_at, row.doubtful = outbox_store.PENDING, decided.at, False
            _becomes_push(row)
    else:
        # What the month's quota kept back goes with the firm's next reply, unless a person sends it (trap L13).
        row.state = outbox_store.DEAD


def _decided(
    limits: Limits, outbound: OutboundMessage, error: DeliveryError, at: datetime
) -> Again | Push | Presumed | Stop | Unknown:
    jitter = random.random()
    if outbound.kind == "reply":
        return after_reply(
            error, attempt=outbound.attempt, doubtful=outbound.doubtful, token_until=outbound.token_until or at, now=at,
            jitter=jitter,
        )  # fmt: skip
    return after_push(
        error, attempt=outbound.attempt, first_try_at=outbound.first_try_at, key_life=limits.key_life, now=at,
        jitter=jitter,
    )  # fmt: skip


def resend(session: Session, outbox_id: int, actor: Actor, *, now: datetime) -> Outbox:
    """Send a dead, unknown or parked message now, as a push with a key of its own, because a person decided so.

    A notice that went with another message is sent with it again.

    Raises:
        NotFound: there is no such message. StepNotAllowed: it is on its way or was accepted.
    """
    row = outbox_store.get(session, outbox_id, lock=True)
    if row is None:
        raise NotFound("查無這則訊息。")
    if row.carrier_id is not None and row.state in outbox_store.SEEN_BY_STAFF:
        return resend(session, row.carrier_id, actor, now=now)
    if row.state not in outbox_store.RESENDABLE:
        raise StepNotAllowed("這則訊息不需要重送。", code="not_resendable")
    _becomes_push(row)
    row.state, row.due_at, row.doubtful = outbox_store.PENDING, instant(session), False
    row.retry_key, row.error = str(uuid4()), None
    _with_carried(session, row)
    announce(session, outbox_store.TOPIC)
    account_store.audit(
        session, at=now, actor=actor.email or actor.name, action="message.resend", subject=str(outbox_id), detail={}
    )
    return row
