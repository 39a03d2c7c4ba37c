"""What the push ledger reads: messages of a span of time with their cases, and how many there were of each kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from routing.store.cases.queries import seen_by as cases_seen_by
from routing.store.cases.schema import Case as CaseRow
from routing.store.messaging.outbox import ACCEPTED, DEAD, LEASED, PARKED, PENDING, UNKNOWN
from routing.store.messaging.schema import Outbox


class Tally(NamedTuple):
    """How many messages of a kind stand how."""

    reason: str
    channel: str
    kind: str
    carried: bool
    state: str
    number: int


def _within(start: datetime, end: datetime) -> ColumnElement[bool]:
    """Accepted in a span of time; what was not accepted belongs to the time in which it was made."""
    accepted = and_(Outbox.accepted_at >= start, Outbox.accepted_at < end)
    made = and_(Outbox.accepted_at.is_(None), Outbox.created_at >= start, Outbox.created_at < end)
    return or_(accepted, made)


def entries(
    session: Session, start: datetime, end: datetime, *, before_id: int | None, limit: int | None,
    seen_by: tuple[str, tuple[str, ...]] | None, which: Sequence[ColumnElement[bool]] = (),
) -> list[tuple[Outbox, str | None]]:  # fmt: skip
    """Messages and the numbers of their cases, newest first; ``seen_by`` as for ``outbox.deliveries``.

    ``which``: these alone, as ``that_cost`` says.
    """
    query = select(Outbox, CaseRow.number).outerjoin(CaseRow, CaseRow.id == Outbox.case_id).where(_within(start, end))
    query = query.where(*which)
    if before_id is not None:
        query = query.where(Outbox.id < before_id)
    if seen_by is not None:
        query = query.where(or_(CaseRow.id.is_(None), cases_seen_by(*seen_by)))
    return [(row, number) for row, number in session.execute(query.order_by(Outbox.id.desc()).limit(limit))]


def that_cost(cost: str, *, counted_by: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    """Messages that channels took at a cost: ``reply``, ``push`` or ``free``. ``counted_by``: channels that count."""
    counts = Outbox.channel.in_(counted_by)
    own = and_(counts, Outbox.kind != "reply", Outbox.carrier_id.is_(None))
    which = {"reply": and_(counts, Outbox.kind == "reply"), "push": own}
    which["free"] = and_(not_(which["reply"]), not_(own))
    return Outbox.state.in_((ACCEPTED, UNKNOWN)), which[cost]


def tallies(session: Session, start: datetime, end: datetime) -> list[Tally]:
    """The messages of a span of time, counted; all of them, since the account pays for all."""
    carried = Outbox.carrier_id.is_not(None)
    keys = Outbox.reason, Outbox.channel, Outbox.kind, carried, Outbox.state
    found = session.execute(select(*keys, func.count()).where(_within(start, end)).group_by(*keys))
    return [Tally(*row) for row in found]


def cases_told(session: Session, start: datetime, end: datetime) -> int:
    """About how many cases something was said in a span of time."""
    query = select(func.count(Outbox.case_id.distinct())).where(_within(start, end), Outbox.state == ACCEPTED)
    return session.scalars(query).one()


def counted_pushes(session: Session, channel: str, start: datetime, end: datetime) -> int:
    """How many pushes a channel accepted in a span of time; what went with another was not counted by it."""
    own = Outbox.channel == channel, Outbox.kind == "push", Outbox.carrier_id.is_(None)
    query = select(func.count()).where(*own, Outbox.accepted_at >= start, Outbox.accepted_at < end)
    return session.scalars(query).one()


def pushes_on_their_way(session: Session, channel: str) -> int:
    """How many pushes wait to be sent on a channel or are being sent, each to be counted."""
    own = Outbox.channel == channel, Outbox.kind == "push", Outbox.carrier_id.is_(None)
    query = select(func.count()).where(*own, Outbox.state.in_((PENDING, LEASED)))
    return session.scalars(query).one()


def first_at(session: Session) -> datetime | None:
    """When the first message was made."""
    return session.scalars(select(func.min(Outbox.created_at))).one()


def waiting(session: Session) -> dict[str, int]:
    """How many notices are parked, and how many of all were kept back for want of messages, by why."""
    parked = select(Outbox.error, func.count()).where(Outbox.state == PARKED).group_by(Outbox.error)
    spent = select(func.count()).where(Outbox.state == DEAD, Outbox.error == "quota", Outbox.carrier_id.is_(None))
    by_why = {str(why or "parked"): number for why, number in session.execute(parked)}
    return {
        "parked": sum(by_why.values()), "quota_low": by_why.get("quota_low", 0), "quota": session.scalars(spent).one()
    }  # fmt: skip
