"""The outbox: messages wait until their channel has them, are leased while tried, and end accepted, unknown or dead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Integer, Select, Update, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from routing.store.base import check_texts, table_of
from routing.store.cases.queries import seen_by as cases_seen_by
from routing.store.cases.schema import Case as CaseRow
from routing.store.messaging.schema import Outbox
from routing.store.session import announce, changed, instant

PENDING, LEASED, ACCEPTED, UNKNOWN, DEAD, CANCELLED = "pending", "leased", "accepted", "unknown", "dead", "cancelled"
PARKED, CARRIED = "parked", "carried"
"""Waiting for a reply to go with, and going with another message (routing.store.messaging.parked)."""
TOPIC = "outbox"
SEEN_BY_STAFF = (UNKNOWN, DEAD)
RESENDABLE = (*SEEN_BY_STAFF, PARKED)
"""What a person may have sent now."""
NEVER_PUSHED = "flood"
"""The reason of answers in somebody's flood: they go by reply token or not at all (contract §9)."""
TAKEN_BACK = "taken_back"
"""In place of an error: whoever wrote the reply took it back before it was sent."""
GROUP = "group"
"""The reason of answers in a group: to nobody in particular, by reply token or not at all."""


def put(
    session: Session,
    *,
    channel: str,
    contact_id: int | None,
    payload: list[Any],
    reason: str,
    now: datetime,
    case_id: int | None = None,
    reply_token: str | None = None,
    token_until: datetime | None = None,
    parked: bool = False,
    push_at: datetime | None = None,
    hold: timedelta = timedelta(0),
) -> Outbox:
    """Queue messages for a contact on a channel: by reply token if one is given, else by push. Gives the row.

    ``now`` is the time of the step they tell of; they are due at once, by the database's time. ``parked``: they wait
    for a reply to go with, or for ``push_at`` (routing.service.messaging.parking). ``hold``: how long it can be taken
    back before it is sent; a push that follows it to the same contact sends it at once, since they keep their order.
    """
    due = instant(session)
    if not parked and not reply_token and contact_id is not None:
        before = Outbox.contact_id == contact_id, Outbox.channel == channel, *_untried(), Outbox.due_at > due
        changed(session, update(Outbox).where(*before).values(due_at=due))
    row = Outbox(
        kind="reply" if reply_token else "push", retry_key=str(uuid4()), channel=channel, contact_id=contact_id,
        case_id=case_id, reason=reason, payload=payload, reply_token=reply_token, token_until=token_until,
        created_at=now, due_at=due + hold, attempts=0, doubtful=False,
        state=PARKED if parked else PENDING, push_at=push_at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    if not parked:
        announce(session, TOPIC)
    return row


def spare(session: Session, contact_id: int) -> None:
    """Somebody floods us: answers to them that wait go by reply or not at all."""
    answers = Outbox.contact_id == contact_id, Outbox.reason == "answer"
    pushes = *answers, Outbox.kind == "push", Outbox.state == PENDING
    replies = *answers, Outbox.kind == "reply", Outbox.state.in_((PENDING, LEASED))
    changed(session, update(Outbox).where(*pushes).values(state=CANCELLED, error="flood"))
    changed(session, update(Outbox).where(*replies).values(reason=NEVER_PUSHED))
    _park_again(session, select(Outbox.id).where(*answers, Outbox.state == CANCELLED))


_NOW: ColumnElement[datetime] = bindparam("now", type_=Outbox.due_at.type)
_DUE = or_(
    and_(Outbox.state == PENDING, Outbox.due_at <= _NOW), and_(Outbox.state == LEASED, Outbox.lease_until < _NOW)
)
"""Waiting and due, or with a lease that ran out."""
_IN_TURN = timedelta(seconds=1.5)
"""How long a reply waits for the one before it that is being tried: a call that hangs must not hold up the next."""


@cache
def _next(kind: str) -> Select[int]:
    """Ids of what may be taken at ``now`` on ``channel``: the reply whose token ends first, the push due longest.

    A contact's pushes on a channel go out one after the other: none while an older one is unfinished. So do its
    replies, but none waits for one that is tried since before ``tried_since``, since their tokens die within the
    minute; nor for any push.
    """
    older = aliased(Outbox)
    if kind == "push":
        ahead: ColumnElement[bool] = older.state.in_((PENDING, LEASED))
    else:
        tried_since = bindparam("tried_since", type_=Outbox.due_at.type)
        trying = and_(older.state == LEASED, older.attempts == 1, older.first_try_at > tried_since)
        ahead = or_(and_(older.state == PENDING, older.attempts == 0), trying)
    same = older.contact_id == Outbox.contact_id, older.channel == Outbox.channel, older.kind == kind
    before = *same, older.id < Outbox.id
    query = select(Outbox.id).where(
        Outbox.channel == bindparam("channel"), Outbox.kind == kind, _DUE, ~exists().where(*before, ahead)
    )
    first = Outbox.token_until if kind == "reply" else Outbox.due_at
    return query.order_by(first, Outbox.id).limit(bindparam("most", type_=Integer()))


def _given(channel: str, kind: str, now: datetime, most: int) -> dict[str, Any]:
    given = {"channel": channel, "now": now, "most": most}
    return given | {"tried_since": now - _IN_TURN} if kind == "reply" else given


def any_unfinished(session: Session) -> bool:
    """Whether a message waits or is being sent at all, due or not."""
    query = select(Outbox.id).where(Outbox.state.in_((PENDING, LEASED))).limit(1)
    return session.scalars(query).first() is not None


def waiting(session: Session, channel: str, *, now: datetime, limit: int) -> int:
    """How many messages may be taken now, counted up to ``limit``; only reads."""
    found = 0
    for kind in ("reply", "push"):
        found += len(session.scalars(_next(kind), _given(channel, kind, now, limit - found)).all())
        if found >= limit:
            break
    return found


def lease(session: Session, channel: str, *, now: datetime, length: timedelta, limit: int) -> list[Outbox]:
    """Take messages that are due, or whose lease ran out, for ``length``; replies first.

    A reply whose lease ran out is doubtful from now on: whoever held it may have sent it.
    """
    taken: list[Outbox] = []
    for kind in ("reply", "push"):
        if len(taken) >= limit:
            break
        given = _given(channel, kind, now, limit - len(taken))
        ids = session.scalars(_next(kind).with_for_update(skip_locked=True, of=Outbox), given).all()
        if not ids:
            continue
        doubtful = or_(Outbox.doubtful, and_(Outbox.kind == "reply", Outbox.state == LEASED))
        take = update(Outbox).where(Outbox.id.in_(ids), _DUE).returning(Outbox)
        rows = session.scalars(
            take.values(state=LEASED, lease_until=now + length, doubtful=doubtful),
            {"now": now},
            execution_options={"synchronize_session": False, "populate_existing": True},
        )
        taken += sorted(rows, key=lambda row: ids.index(row.id))
    return taken


def keep(session: Session, outbox_id: int, *, attempt: int, until: datetime) -> None:
    """Hold on to a message that is being sent, unless it was finished or taken over since."""
    mine = Outbox.id == outbox_id, Outbox.state == LEASED, Outbox.attempts == attempt
    changed(session, update(Outbox).where(*mine).values(lease_until=until))


@cache
def _accepting() -> Update:
    row = table_of(Outbox)
    tried = (row.c[name] == bindparam(f"tried_{name}") for name in ("id", "kind", "retry_key", "attempts"))
    mine = update(row).where(row.c.state == LEASED, *tried)
    return mine.values(
        state=ACCEPTED, lease_until=None, error=None, doubtful=False,
        accepted_at=bindparam("taken_at", type_=row.c.accepted_at.type),
        request_id=bindparam("request", type_=row.c.request_id.type),
        sent_ids=func.coalesce(bindparam("objects", type_=row.c.sent_ids.type), row.c.sent_ids),
    )  # fmt: skip


def accept(
    session: Session, outbox_id: int, *, kind: str, retry_key: str, attempt: int, now: datetime, request_id: str | None,
    sent_ids: str | None,
) -> bool:  # fmt: skip
    """Write down that the channel took a message, if this try of it is still the one that counts (trap O2).

    Says whether it is.
    """
    given = {
        "tried_id": outbox_id, "tried_kind": kind, "tried_retry_key": retry_key, "tried_attempts": attempt,
        "taken_at": now, "request": request_id, "objects": sent_ids,
    }  # fmt: skip
    check_texts(Outbox, {"request_id": request_id, "sent_ids": sent_ids})
    return changed(session, _accepting(), given) == 1


def end_all_leases(session: Session, *, now: datetime) -> int:
    """End all leases, whose holders are gone. Returns how many."""
    past = now - timedelta(seconds=1)
    return changed(session, update(Outbox).where(Outbox.state == LEASED).values(lease_until=past))


def get(session: Session, outbox_id: int, *, lock: bool = False) -> Outbox | None:
    """One message."""
    query = select(Outbox).where(Outbox.id == outbox_id)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def listing(
    session: Session, *, states: tuple[str, ...] = (), case_id: int | None = None, before_id: int | None = None,
    limit: int = 50,
) -> list[Outbox]:  # fmt: skip
    """Messages, newest first, a page at a time."""
    query = select(Outbox)
    if states:
        query = query.where(Outbox.state.in_(states))
    if case_id is not None:
        query = query.where(Outbox.case_id == case_id)
    if before_id is not None:
        query = query.where(Outbox.id < before_id)
    return list(session.scalars(query.order_by(Outbox.id.desc()).limit(limit)))


def told_of(session: Session, case_id: int, *, but: Iterable[str], limit: int) -> list[Outbox]:
    """What a channel took of the messages about a case, some reasons aside, oldest first; nothing that was erased."""
    told = Outbox.case_id == case_id, Outbox.accepted_at.is_not(None), Outbox.erased_at.is_(None)
    query = select(Outbox).where(*told, Outbox.reason.not_in(list(but)))
    return sorted(session.scalars(query.order_by(Outbox.id.desc()).limit(limit)), key=lambda row: row.id)


def told_before(session: Session, contact_id: int, *, since: datetime, until: datetime, limit: int) -> list[Outbox]:
    """The same of messages to a contact about no case, between two instants."""
    told = Outbox.contact_id == contact_id, Outbox.accepted_at.is_not(None), Outbox.erased_at.is_(None)
    between = Outbox.case_id.is_(None), Outbox.created_at >= since, Outbox.created_at <= until
    query = select(Outbox).where(*told, *between).order_by(Outbox.id.desc()).limit(limit)
    return sorted(session.scalars(query), key=lambda row: row.id)


def written_since(session: Session, contact_id: int, reason: str, since: datetime) -> list[list[Any]]:
    """What was written to a contact for a reason since an instant, whatever became of it."""
    written = Outbox.contact_id == contact_id, Outbox.reason == reason, Outbox.created_at >= since
    return list(session.scalars(select(Outbox.payload).where(*written)))


def _untried() -> tuple[ColumnElement[bool], ...]:
    return Outbox.state == PENDING, Outbox.first_try_at.is_(None), Outbox.kind == "push"


def _of_reply(case_id: int, at: datetime) -> tuple[ColumnElement[bool], ...]:
    return Outbox.case_id == case_id, Outbox.reason == "replied", Outbox.created_at == at, *_untried()


def held_until(session: Session, case_id: int, at: datetime) -> datetime | None:
    """Until when, by the database's time, a reply written at an instant waits to be sent; None: it does not."""
    query = select(Outbox.due_at).where(*_of_reply(case_id, at), Outbox.due_at > instant(session))
    return session.scalars(query.limit(1)).one_or_none()


def take_back(session: Session, case_id: int, at: datetime) -> bool:
    """Do not send the reply written at an instant; False: somebody is sending it already, or has."""
    mine = update(Outbox).where(*_of_reply(case_id, at))
    return changed(session, mine.values(state=CANCELLED, error=TAKEN_BACK)) > 0


def withdraw(session: Session, case_id: int, reasons: tuple[str, ...]) -> int:
    """Take back notices of a case that have not gone out and are overtaken (trap O6); says how many.

    One that goes with another message is taken out of it, unless that was tried already; what went with one that is
    taken back is parked again.
    """
    of_case = Outbox.case_id == case_id, Outbox.reason.in_(reasons)
    unloaded = _unload(session, of_case)
    waiting = *of_case, Outbox.state.in_((PENDING, PARKED))
    taken = changed(session, update(Outbox).where(*waiting).values(state=CANCELLED, error="overtaken"))
    _park_again(session, select(Outbox.id).where(*of_case, Outbox.state == CANCELLED))
    return unloaded + taken


def _unload(session: Session, conditions: tuple[ColumnElement[bool], ...]) -> int:
    notices = session.scalars(select(Outbox).where(*conditions, Outbox.state == CARRIED)).all()
    unloaded = 0
    for notice in notices:
        untried = Outbox.id == notice.carrier_id, Outbox.state == PENDING, Outbox.first_try_at.is_(None)
        hold = select(Outbox).where(*untried).with_for_update().execution_options(populate_existing=True)
        carrier = session.scalars(hold).one_or_none()
        if carrier is None or notice.place is None:
            continue
        first, end = notice.place, notice.place + len(notice.payload)
        carrier.payload = [*carrier.payload[:first], *carrier.payload[end:]]
        behind = Outbox.carrier_id == carrier.id, Outbox.place >= end
        changed(session, update(Outbox).where(*behind).values(place=Outbox.place - len(notice.payload)))
        notice.state, notice.error, notice.carrier_id, notice.place = CANCELLED, "overtaken", None, None
        unloaded += 1
    session.flush()
    return unloaded


def park_carried(session: Session, outbox_id: int) -> None:
    """What went with a message that is not sent after all waits for the next reply."""
    _park_again(session, select(Outbox.id).where(Outbox.id == outbox_id))


def _park_again(session: Session, carriers: Select[int]) -> None:
    """What went with messages that are not sent waits for the next reply."""
    stranded = Outbox.state == CARRIED, Outbox.carrier_id.in_(carriers)
    park = update(Outbox).where(*stranded).execution_options(synchronize_session="fetch")
    changed(session, park.values(state=PARKED, carrier_id=None, place=None))


def counts(session: Session) -> dict[str, int]:
    """How many messages stand in each state."""
    rows = session.execute(select(Outbox.state, func.count()).group_by(Outbox.state))
    return {str(state): number for state, number in rows}


def oldest_due(session: Session, *, now: datetime) -> float:
    """For how many seconds the longest-waiting due message has waited."""
    oldest = session.scalars(select(func.min(Outbox.due_at)).where(Outbox.state == PENDING)).one()
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0


def deliveries(
    session: Session, *, states: Sequence[str], number: str | None, before_id: int | None, limit: int,
    seen_by: tuple[str, tuple[str, ...]] | None,
) -> list[tuple[Outbox, str | None]]:  # fmt: skip
    """Messages on their way out and the numbers of their cases, newest first.

    ``seen_by``: a unit and e-mails; confidential cases that are none of theirs are left out. None leaves out nothing.
    """
    query = select(Outbox, CaseRow.number).outerjoin(CaseRow, CaseRow.id == Outbox.case_id)
    if states:
        query = query.where(Outbox.state.in_(states))
    if number is not None:
        query = query.where(CaseRow.number == number)
    if before_id is not None:
        query = query.where(Outbox.id < before_id)
    if seen_by is not None:
        query = query.where(or_(CaseRow.id.is_(None), cases_seen_by(*seen_by)))
    return [(row, found) for row, found in session.execute(query.order_by(Outbox.id.desc()).limit(limit))]
