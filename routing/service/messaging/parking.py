"""Notices of our own account: pushed at once, or parked until a free reply takes them along (contract §4, trap O7).

Where a channel's pushes cost no more than its replies there is nothing to spare, and nothing is parked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from routing.domain import notices
from routing.domain.messages import from_plain
from routing.domain.notices import INFORMS, KINDS, When
from routing.service.messaging import policies, quota
from routing.service.messaging.ledger import month_of
from routing.service.office_context import OfficeContext, UnitOfWorkFactory
from routing.store.messaging import outbox as outbox_store
from routing.store.messaging import parked as store
from routing.store.messaging.schema import Outbox

LOW = "quota_low"
"""Why a notice whose time has come is still parked: the month's messages run low."""
SILENCE = "silence"
"""Why a notice that merely informs is still parked although its time has come: its firm asked for silence."""
_AT_A_TIME = 50

Renew = Callable[[Session, OfficeContext, Outbox, datetime], bool]
"""Brings a notice that waited in step with what it speaks of; False: it says nothing any more."""


def tell(
    session: Session, office: OfficeContext, *, channel: str, contact_id: int, case_id: int | None, reason: str,
    payload: list[Any], now: datetime, renew: Renew, free_only: bool = False,
    hold: timedelta = timedelta(0),
) -> Outbox:  # fmt: skip
    """Queue a notice by the policy of its kind; what it overtakes and is parked still is not said any more.

    ``free_only``: whatever its policy, no push is spent on it. ``hold``: how long it can be taken back.
    """
    kind, limits = KINDS.get(reason), office.channels[channel]
    if kind is not None and case_id is not None and kind.overtakes:
        store.overtake(session, case_id, kind.overtakes)
    policy = policies.of(session, reason)
    held = policy.holds and limits.free_replies and channel in _low(session, office, now)
    free_only = free_only and limits.free_replies
    if not limits.free_replies or (policy.when is When.AT_ONCE and not held and not free_only):
        row = outbox_store.put(
            session, channel=channel, contact_id=contact_id, case_id=case_id, payload=payload, reason=reason, now=now,
            hold=hold,
        )  # fmt: skip
        if limits.free_replies:
            _ride(session, office, row, store.of_contact(session, contact_id, channel), renew=renew, now=now)
        return row
    due = next_month(now) if held else notices.push_at(policy, now, office.calendar, office.offices.own_office)
    row = outbox_store.put(
        session, channel=channel, contact_id=contact_id, case_id=case_id, payload=payload, reason=reason, now=now,
        parked=True, push_at=None if policy.when is When.NEVER or free_only else due,
    )  # fmt: skip
    if held:
        row.error = LOW
    carrier = store.waiting_push(session, contact_id, channel)
    if carrier is not None:
        _ride(session, office, carrier, [row], renew=renew, now=now)
    return row


def waits(session: Session, office: OfficeContext, channel: str, reason: str) -> bool:
    """Whether a notice of a kind is parked on a channel, as its policy stands."""
    return office.channels[channel].free_replies and policies.of(session, reason).when is not When.AT_ONCE


def _low(session: Session, office: OfficeContext, now: datetime) -> set[str]:
    """The channels whose month's messages run low."""
    found = quota.running_out(session, office.channels, warn_at=office.quota_warning, now=now)
    return {one.channel for one in found}


def _ride(
    session: Session, office: OfficeContext, carrier: Outbox, parked: Sequence[Outbox], *, renew: Renew, now: datetime
) -> None:
    """Parked notices go with a push that is sent in any case: a call is counted once, whatever it holds.

    Not with a person's own words: LINE shows one speaker for all that a call holds. Nor to whoever asked for silence,
    if they merely inform.
    """
    if any(message.speaker for message in from_plain(carrier.payload)):
        return
    if carrier.contact_id is not None and store.wants_silence(session, carrier.contact_id):
        parked = [row for row in parked if row.reason not in INFORMS]
    room = office.channels[carrier.channel].messages - len(carrier.payload)
    store.carry(carrier, _fitting(session, office, parked, room, renew=renew, now=now), first=False)


def _fitting(
    session: Session, office: OfficeContext, parked: Sequence[Outbox], room: int, *, renew: Renew, now: datetime
) -> list[Outbox]:
    """As many as there is room for, oldest first, each as its case is now."""
    found = []
    for row in parked:
        if not renew(session, office, row, now):
            continue
        room -= len(row.payload)
        if room < 0:
            break
        found.append(row)
    return found


def take_along(session: Session, office: OfficeContext, reply: Outbox, *, renew: Renew, now: datetime) -> list[Outbox]:
    """Hand parked notices over with a reply, ahead of its own words, whose choices stay last. Gives the notices."""
    limits = office.channels[reply.channel]
    if reply.contact_id is None or not limits.free_replies:
        return []
    parked = store.of_contact(session, reply.contact_id, reply.channel, spent=True)
    found = _fitting(session, office, parked, limits.messages - len(reply.payload), renew=renew, now=now)
    store.carry(reply, found, first=True)
    return found


def release_due(units_of_work: UnitOfWorkFactory, *, renew: Renew, now: datetime) -> int:
    """Push what was not handed over in its time, and end what is too old; says how many were released.

    All that is parked for somebody goes in the same call, which is counted once. While the month's messages run low,
    kinds that can wait stay parked; what merely informs stays so for whoever asked for silence since it was made.
    """
    _lapse(units_of_work, now)
    with units_of_work.database.reading() as session:
        if not store.any_due(session, now=now):
            return 0
    released = 0
    with units_of_work.writing() as (session, office):
        low = _low(session, office, now)
        for row in store.due(session, now=now, limit=_AT_A_TIME):
            if row.state != outbox_store.PARKED or row.contact_id is None or row.channel not in office.channels:
                continue
            if row.channel in low and policies.of(session, row.reason).holds:
                # Looked at again once the next month has begun.
                row.error, row.push_at = LOW, next_month(now)
                continue
            if row.reason in INFORMS and store.wants_silence(session, row.contact_id):
                row.error, row.push_at = SILENCE, None
                continue
            if not renew(session, office, row, now):
                continue
            store.send_now(session, row)
            session.flush()
            others = [one for one in store.of_contact(session, row.contact_id, row.channel) if one.id != row.id]
            _ride(session, office, row, others, renew=renew, now=now)
            session.flush()
            released += 1
    return released


def _lapse(units_of_work: UnitOfWorkFactory, now: datetime) -> None:
    with units_of_work.database.reading() as session:
        oldest = store.oldest(session)
    for reason, at in oldest.items():
        before = now - KINDS[reason].life if reason in KINDS else None
        if before is not None and at < before:
            with units_of_work.database.writing() as session:
                store.lapse(session, reason, before=before)


def next_month(now: datetime) -> datetime:
    """The morning of the first day of the next month in Taipei, when the messages are counted anew."""
    return month_of(None, now).end.replace(hour=8, minute=30)
