"""The inbox: events are taken in once, and handled once, a user's in the order of their timestamps."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Text,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    update,
)  # fmt: skip
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from routing.store.base import table_of
from routing.store.conversation.schema import Contact, ContactAddress
from routing.store.messaging.schema import Inbox, Partition
from routing.store.session import NOTICES, announce, changed, dialect_of, given_rows, insert_by_dialect, own_time

NEW, DONE, QUARANTINED = "new", "done", "quarantined"
TOPIC = "inbox"


class PartitionKey(NamedTuple):
    """Whose events are handled one at a time: a user of a channel."""

    channel: str
    user_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEvent:
    """One event before anybody has looked inside: ``event_at`` is the channel's timestamp in milliseconds."""

    channel: str
    webhook_event_id: str
    user_key: str
    event_at: int
    raw: str
    quarantine: str | None = None

    @property
    def partition(self) -> PartitionKey:
        """Whose event it is."""
        return PartitionKey(self.channel, self.user_key)


def take_in(connection: Connection, events: Sequence[RawEvent], *, now: datetime | None) -> None:
    """Store events not seen before, and the partitions of their users; on PostgreSQL in one statement.

    ``now``: None is the database's own time. Partitions are sorted, so that two processes that store the same users
    wait for each other instead of locking up. Events keep their order: it is all that tells those of one millisecond
    apart.
    """
    if not events:
        return
    users = json.dumps([key._asdict() for key in sorted({event.partition for event in events})])
    rows = json.dumps([{name: getattr(event, name) for name in _GIVEN} for event in events])
    if dialect_of(connection) == "sqlite":
        connection.execute(_partitions("sqlite"), {"users": users})
        connection.execute(_events("sqlite"), {"events": rows, "now": now or own_time(connection)})
        announce(connection, TOPIC)
        return
    connection.execute(_at_once(), {"users": users, "events": rows, "now": now})


_PARTITION_KEY, _EVENT_KEY = ["channel", "user_key"], ["channel", "webhook_event_id"]
_GIVEN = ("channel", "webhook_event_id", "user_key", "event_at", "raw", "quarantine")
_Insert = postgresql.Insert | sqlite.Insert


@cache
def _partitions(dialect: str) -> _Insert:
    rows = given_rows(dialect, "users", channel=Text(), user_key=Text())
    # SQLite tells ON CONFLICT from a join's ON by the WHERE (SQLite, "UPSERT", parsing ambiguity).
    chosen = select(*rows.columns.values()).select_from(rows.source).where(true()).order_by(rows.place)
    inserting = insert_by_dialect(dialect, Partition).from_select(_PARTITION_KEY, chosen)
    return inserting.on_conflict_do_nothing(index_elements=_PARTITION_KEY)


@cache
def _events(dialect: str, after: CTE | None = None) -> _Insert:
    """``after``: the insertion of partitions that must come first."""
    rows = given_rows(dialect, "events", **{name: BigInteger() if name == "event_at" else Text() for name in _GIVEN})
    now = bindparam("now", type_=Inbox.received_at.type)
    received = now if dialect == "sqlite" else func.coalesce(now, func.statement_timestamp())
    quarantine = rows.columns["quarantine"]
    values = {
        **{name: rows.columns[name] for name in _GIVEN if name != "quarantine"}, "received_at": received,
        "due_at": received, "state": case((quarantine.is_(None), NEW), else_=QUARANTINED), "attempts": literal(0),
        "error": quarantine,
    }  # fmt: skip
    # Naming the partitions makes them come first, as for every other writer of the same users.
    first = true() if after is None else select(func.count()).select_from(after).scalar_subquery() >= 0
    chosen = select(*values.values()).select_from(rows.source).where(first).order_by(rows.place)
    inserting = insert_by_dialect(dialect, Inbox).from_select(list(values), chosen)
    return inserting.on_conflict_do_nothing(index_elements=_EVENT_KEY)


@cache
def _at_once() -> Select[Any]:
    """Partitions, then events, then word to whoever waits for them."""
    held = _partitions("postgresql").returning(Partition.user_key).cte("held")
    kept = _events("postgresql", held).returning(Inbox.id).cte("kept")
    return select(func.pg_notify(NOTICES, TOPIC)).add_cte(held, kept)


def partitions_with_work(
    session: Session, channels: Collection[str], *, now: datetime, limit: int
) -> list[PartitionKey]:
    """Users of these channels with an event that is due and whose partition nobody holds, the longest-waiting first."""
    query = (
        select(Inbox.channel, Inbox.user_key)
        .join(Partition, and_(Partition.channel == Inbox.channel, Partition.user_key == Inbox.user_key))
        .where(
            Inbox.state == NEW,
            Inbox.due_at <= now,
            Inbox.channel.in_(channels),
            or_(Partition.lease_until.is_(None), Partition.lease_until < now),
        )
        .group_by(Inbox.channel, Inbox.user_key)
        .order_by(func.min(Inbox.id))
        .limit(limit)
    )
    return [PartitionKey(*row) for row in session.execute(query)]


def any_unhandled(session: Session) -> bool:
    """Whether an event waits at all, due or not."""
    return session.scalars(select(Inbox.id).where(Inbox.state == NEW).limit(1)).first() is not None


def _of(partition: PartitionKey) -> ColumnElement[bool]:
    return and_(Inbox.channel == partition.channel, Inbox.user_key == partition.user_key)


# What each message needs is made once, of tables: no object of a session is changed by it.
_CHANNEL: ColumnElement[str] = bindparam("of_channel", type_=Text())
_USER: ColumnElement[str] = bindparam("of_user", type_=Text())
_HOLDER: ColumnElement[str] = bindparam("by_holder", type_=Text())
_NOW: ColumnElement[datetime] = bindparam("at_now", type_=Inbox.due_at.type)
_UNTIL: ColumnElement[datetime] = bindparam("until", type_=Inbox.due_at.type)
_EVENT, _PLACE = table_of(Inbox), table_of(Partition)
_THEIRS = and_(_EVENT.c.channel == _CHANNEL, _EVENT.c.user_key == _USER)
_WAITS = exists().where(_THEIRS, _EVENT.c.state == NEW)


def _named(partition: PartitionKey, **given: Any) -> dict[str, Any]:
    return {"of_channel": partition.channel, "of_user": partition.user_key, **given}


@cache
def _leasing(what: str) -> Update:
    """Taking a partition that is free, renewing one that is held, freeing it, and freeing it if nothing waits."""
    one = update(_PLACE).where(_PLACE.c.channel == _CHANNEL, _PLACE.c.user_key == _USER)
    if what == "hold":
        free = or_(_PLACE.c.lease_until.is_(None), _PLACE.c.lease_until < _NOW)
        return one.where(free).values(holder=_HOLDER, lease_until=_UNTIL)
    mine = one.where(_PLACE.c.holder == _HOLDER)
    if what == "keep":
        return mine.values(lease_until=_UNTIL)
    freed = mine.values(holder=None, lease_until=None)
    return freed.where(~_WAITS) if what == "done" else freed


def hold_partition(session: Session, partition: PartitionKey, *, holder: str, now: datetime, lease: timedelta) -> bool:
    """Take a user's partition if it is free; only one of several who try at once gets it (trap L10)."""
    given = _named(partition, by_holder=holder, at_now=now, until=now + lease)
    return changed(session, _leasing("hold"), given) == 1


def keep_partition(session: Session, partition: PartitionKey, *, holder: str, now: datetime, lease: timedelta) -> bool:
    """Renew the lease of a partition; False if it ran out and another holder has it."""
    return changed(session, _leasing("keep"), _named(partition, by_holder=holder, until=now + lease)) == 1


def free_partition(session: Session, partition: PartitionKey, *, holder: str) -> None:
    """End the lease of a partition, unless another holder has it."""
    changed(session, _leasing("free"), _named(partition, by_holder=holder))


def free_if_done(session: Session, partition: PartitionKey, *, holder: str) -> bool:
    """End the lease of a partition if no event of it waits; says whether it did."""
    return changed(session, _leasing("done"), _named(partition, by_holder=holder)) == 1


def free_all_partitions(session: Session) -> int:
    """End all leases on partitions, whose holders are gone. Returns how many."""
    held = update(Partition).where(Partition.holder.is_not(None))
    return changed(session, held.values(holder=None, lease_until=None))


@cache
def _oldest() -> Select[Any]:
    theirs = ContactAddress.channel == _CHANNEL, ContactAddress.address == _USER
    dialogue = select(Contact.dialogue).join(ContactAddress, ContactAddress.contact_id == Contact.id).where(*theirs)
    waiting = and_(Inbox.attempts == 0, Inbox.error.is_(None))
    query = select(Inbox, dialogue.limit(1).scalar_subquery())
    query = query.where(_THEIRS, Inbox.state == NEW, or_(Inbox.due_at <= _NOW, waiting))
    return query.order_by(Inbox.event_at, Inbox.id).limit(bindparam("most", type_=BigInteger()))


def next_events(
    session: Session, partition: PartitionKey, *, now: datetime, limit: int
) -> tuple[list[Inbox], dict[str, Any]]:
    """The user's oldest events, by the channel's timestamp, if one of them is due; and where the conversation stands.

    Those that wait for one more to come are among them; those that failed only when their time has come. The
    conversation is empty if nobody there has written yet.
    """
    found = session.execute(_oldest(), _named(partition, at_now=now, most=limit)).all()
    rows = [row for row, _ in found]
    return (rows, found[0][1] or {}) if any(row.due_at <= now for row in rows) else ([], {})


def hold(session: Session, ids: Sequence[int], *, until: datetime) -> None:
    """Let events wait for one more to come, until an instant; whatever comes first wakes them."""
    mine = Inbox.id.in_(ids), Inbox.state == NEW
    changed(session, update(Inbox).where(*mine).values(due_at=until))


@cache
def _around() -> Select[int, int]:
    since, at, last = (bindparam(name, type_=BigInteger()) for name in ("since", "at", "last"))
    counted = _THEIRS, _EVENT.c.state.in_((NEW, DONE)), _EVENT.c.event_at > since, _EVENT.c.event_at <= last
    before = func.count().filter(_EVENT.c.event_at <= at)
    return select(before, func.count() - before).select_from(_EVENT).where(*counted)


def numbers_around(session: Session, partition: PartitionKey, at: datetime, window: timedelta) -> tuple[int, int]:
    """How many events of a user happened within a time up to an instant, and within the same time after it.

    By the channel's timestamps.
    """
    since, then, last = (int(one.timestamp() * 1000) for one in (at - window, at, at + window))
    row = session.execute(_around(), _named(partition, since=since, at=then, last=last)).one()
    return row[0], row[1]


def claim(session: Session, inbox_id: int, *, now: datetime) -> bool:
    """Mark an event handled, in the transaction of its effects; False if somebody else did (trap L2)."""
    return changed(session, _claiming(), {"event": inbox_id, "at_now": now}) == 1


@cache
def _claiming() -> Update:
    one = _EVENT.c.id == bindparam("event", type_=BigInteger()), _EVENT.c.state == NEW
    return update(_EVENT).where(*one).values(state=DONE, handled_at=_NOW, error=None)


def put_off(session: Session, inbox_id: int, *, error: str, due_at: datetime | None) -> None:
    """Note a failure: try again at ``due_at``, or set the event aside for a person if it is None."""
    values = {"attempts": Inbox.attempts + 1, "error": error[:300]}
    state = {"due_at": due_at} if due_at else {"state": QUARANTINED}
    changed(session, update(Inbox).where(Inbox.id == inbox_id, Inbox.state == NEW).values(**values, **state))


def empty(session: Session, inbox_id: int) -> None:
    """Take the content out of an event; that it came stays, so that a repeat is known."""
    changed(session, update(Inbox).where(Inbox.id == inbox_id).values(raw="{}"))


def forget(session: Session, partition: PartitionKey, external_id: str) -> None:
    """Take the content out of the events that carried a message; one that still waits keeps what it is handled by."""
    carried = Inbox.raw.contains(f'"id":"{external_id}"', autoescape=True)
    for row in session.scalars(select(Inbox).where(_of(partition), carried)):
        row.raw = "{}" if row.state != NEW else _emptied(row.raw, external_id)


def _emptied(raw: str, external_id: str) -> str:
    """The event with nothing left of the message but its id, which stands where the channel put it."""

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            if value.get("id") == external_id:
                return {"id": external_id, "type": "text"}
            return {name: without(held) for name, held in value.items()}
        return [without(held) for held in value] if isinstance(value, list) else value

    return json.dumps(without(json.loads(raw)), separators=(",", ":"))


def quarantined(session: Session, *, limit: int = 100) -> list[Inbox]:
    """Events that could not be handled, newest first."""
    return list(session.scalars(select(Inbox).where(Inbox.state == QUARANTINED).order_by(Inbox.id.desc()).limit(limit)))


def backlog(session: Session, *, now: datetime) -> tuple[int, float]:
    """How many events wait, and for how many seconds the oldest has."""
    number, oldest = session.execute(select(func.count(), func.min(Inbox.received_at)).where(Inbox.state == NEW)).one()
    return number, (now - oldest).total_seconds() if oldest else 0.0
