"""Queries on cases, their events, their firms and their files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, literal_column, or_, select, union_all, update
from sqlalchemy.orm import Session, defer

from routing.domain.case import Case, Event, EventKind, Kind, Opening, Status, fold
from routing.domain.tax_number import same_firm
from routing.store.accounts.queries import _claimant, _new_firm
from routing.store.cases import attention, looks, search
from routing.store.cases.schema import Case as CaseRow
from routing.store.cases.schema import CaseEvent, Firm, Serial
from routing.store.conversation.schema import Contact, Message
from routing.store.session import changed, insert_ignoring


def next_serial(session: Session, agency: str, day: date) -> int:
    """The next serial of the day, from 1; concurrent callers wait for each other on the day's row."""
    bump = update(Serial).where(Serial.agency == agency, Serial.day == day).values(last=Serial.last + 1)
    if not changed(session, bump):
        insert_ignoring(session, Serial, {"agency": agency, "day": day, "last": 0}, key=("agency", "day"))
        changed(session, bump)
    return session.scalars(select(Serial.last).where(Serial.agency == agency, Serial.day == day)).one()


def reserve_serial(session: Session, agency: str, day: date, serial: int) -> None:
    """Keep the counter of a day ahead of a number that came from outside."""
    row = session.get(Serial, (agency, day))
    if row is None:
        session.add(Serial(agency=agency, day=day, last=serial))
        session.flush()
    elif row.last < serial:
        row.last = serial


def by_number(session: Session, number: str, *, lock: bool = False, skip: bool = False) -> CaseRow | None:
    """The case with a number; ``lock`` holds its row until the transaction ends, and reads it afresh.

    ``skip``: None if somebody else holds it, for callers that hold another case already.

    The lock lets others refer to the row (FOR NO KEY UPDATE): a message to the contact of a case that is being changed
    must not wait for it, or the two would lock each other up.
    """
    query = select(CaseRow).where(CaseRow.number == number)
    if lock:
        query = query.with_for_update(key_share=True, skip_locked=skip).execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def by_id(session: Session, case_id: int, *, lock: bool = False) -> CaseRow | None:
    """A case by its row; ``lock`` as in ``by_number``."""
    query = select(CaseRow).where(CaseRow.id == case_id)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def last_id(session: Session) -> int:
    """The row of the case that was entered last; 0 while there is none."""
    return session.scalars(select(func.coalesce(func.max(CaseRow.id), 0))).one()


def number_of(session: Session, case_id: int) -> str:
    """The number of a case by its row. Raises NoResultFound if there is none."""
    return session.scalars(select(CaseRow.number).where(CaseRow.id == case_id)).one()


def opening_of(row: CaseRow, firm: Firm | None) -> Opening:
    """How the case began, as the domain sees it."""
    opened = row.opened
    return Opening(
        number=row.number,
        kind=Kind(opened["kind"]),
        category=opened["category"],
        topic=opened.get("topic"),
        channel=row.channel,
        park=opened.get("park", row.park),
        unit=opened["unit"],
        language=row.language,
        subject=row.subject,
        first_contact_at=row.first_contact_at,
        received_at=row.received_at,
        firm_name=firm.name if firm else None,
        firm_ubn=(firm.ubn or firm.claimed_ubn) if firm else None,
        alert=row.alert,
        entered_by=opened.get("entered_by"),
        kind_confirmed=bool(opened.get("kind_confirmed")),
    )


def _event(row: CaseEvent) -> Event:
    return Event(at=row.at, kind=EventKind(row.event), by=row.by, data=row.data)


def events_of(session: Session, case_id: int) -> tuple[Event, ...]:
    """The events of a case in the order they happened; those of one instant as they were entered."""
    rows = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.at, CaseEvent.seq))
    return tuple(_event(row) for row in rows)


def last_waits(session: Session, case_ids: Iterable[int]) -> dict[int, Event]:
    """Of cases that wait, or waited, the event with which the last wait began."""
    ids = list(case_ids)
    if not ids:
        return {}
    found = session.scalars(
        select(CaseEvent)
        .where(CaseEvent.case_id.in_(ids), CaseEvent.event == EventKind.WAITING.value)
        .order_by(CaseEvent.case_id, CaseEvent.seq)
    )
    return {row.case_id: _event(row) for row in found}


def firm_of(session: Session, row: CaseRow) -> Firm | None:
    """The firm of a case."""
    return session.get(Firm, row.firm_id) if row.firm_id is not None else None


def state_of(session: Session, row: CaseRow) -> Case:
    """The case as its events make it."""
    return fold(opening_of(row, firm_of(session, row)), events_of(session, row.id))


def append(session: Session, row: CaseRow, events: Iterable[Event], *, recorded_at: datetime) -> None:
    """Write events after those that are there; the caller holds the row's lock."""
    seq = row.version
    for event in events:
        seq += 1
        session.add(
            CaseEvent(
                case_id=row.id,
                seq=seq,
                at=event.at,
                recorded_at=recorded_at,
                event=event.kind.value,
                by=event.by,
                data=dict(event.data),
            )
        )
    row.version = seq
    session.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """What a list of cases is narrowed to; every field is optional. ``today`` decides what is overdue."""

    today: date
    status: tuple[str, ...] = ()
    kind: str | None = None
    category: str | None = None
    unit: str | None = None
    assignee: str | None = None
    assignees: tuple[str, ...] | None = None
    """Cases of any of these people."""
    unassigned: bool = False
    unattended: tuple[str, ...] | None = None
    """Cases of nobody, or of any of these people, who are not here."""
    overdue: bool | None = None
    waiting_on: str | None = None
    agency: str | None = None
    park: str | None = None
    q: str | None = None
    numbers: tuple[str, ...] | None = None
    contact_id: int | None = None
    awake: bool = False
    """Without those that are put off (暫緩) and want nobody today."""
    mark: str | None = None
    """One of ``MARKS``: what is said of a case beside its status."""
    due_today: bool = False
    order: str = "newest"
    """``newest`` or ``oldest`` received first, or ``promised``: the earliest day promised first."""
    reader: tuple[int, str] | None = None
    """Who asks, by row and e-mail: what is unread is so for somebody."""
    seen_by: tuple[str, tuple[str, ...]] | None = None
    """A unit and e-mails: confidential cases that are none of theirs are left out; None shows all."""


MARKS: Mapping[str, Callable[[CaseFilter], ColumnElement[bool]]] = {
    "call": lambda _wanted: CaseRow.call_asked_at.is_not(None),
    "undelivered": lambda _wanted: attention.with_undelivered(),
    "firm_spoke": lambda _wanted: or_(CaseRow.firm_spoke_at.is_not(None), CaseRow.piece_at.is_not(None)),
    "partner_spoke": lambda _wanted: CaseRow.partner_answered_at.is_not(None),
    "new": lambda _wanted: CaseRow.unseen.is_(True),
    "unread": lambda wanted: looks.with_unread(*wanted.reader) if wanted.reader else false(),
    "draft": lambda _wanted: CaseRow.draft_by.is_not(None),
    "draft_returned": lambda _wanted: CaseRow.draft_returned_to.is_not(None),
    "watched": lambda _wanted: CaseRow.watched.is_(True),
    "snoozed": lambda wanted: CaseRow.snoozed_until > wanted.today,
}
"""What is said of a case beside status and dates, each as a condition on cases."""
STILL = ("closed", "waiting_firm")
"""In these states no date runs."""


def _awake(today: date) -> ColumnElement[bool]:
    """Putting off hides neither what is due nor what did not reach the firm."""
    return or_(
        CaseRow.snoozed_until.is_(None),
        CaseRow.snoozed_until <= today,
        and_(CaseRow.status.not_in(STILL), CaseRow.promised_on <= today),
        attention.with_undelivered(),
    )


def conditions(session: Session, wanted: CaseFilter) -> list[ColumnElement[bool]]:
    """What a list is narrowed to, as conditions on cases."""
    plain = {
        CaseRow.kind: wanted.kind,
        CaseRow.category: wanted.category,
        CaseRow.unit: wanted.unit,
        CaseRow.assignee: wanted.assignee,
        CaseRow.waiting_on: wanted.waiting_on,
        CaseRow.waiting_agency: wanted.agency,
        CaseRow.park: wanted.park,
        CaseRow.contact_id: wanted.contact_id,
    }
    found: list[ColumnElement[bool]] = [column == value for column, value in plain.items() if value is not None]
    if wanted.status:
        found.append(CaseRow.status.in_(wanted.status))
    if wanted.assignees is not None:
        found.append(CaseRow.assignee.in_(wanted.assignees))
    if wanted.unattended is not None:
        found.append(or_(CaseRow.assignee.is_(None), CaseRow.assignee.in_(wanted.unattended)))
    if wanted.unassigned:
        found.append(CaseRow.assignee.is_(None))
    if wanted.numbers is not None:
        found.append(CaseRow.number.in_(wanted.numbers))
    found += _said_of(wanted)
    if wanted.q:
        found.append(search.found(session, wanted.q.strip()))
    if wanted.overdue is not None:
        running = CaseRow.status.not_in(STILL)
        late = or_(CaseRow.late, and_(running, CaseRow.promised_on < wanted.today))
        found.append(late if wanted.overdue else ~late)
    if wanted.seen_by is not None:
        found.append(seen_by(*wanted.seen_by))
    return found


def _said_of(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.mark is not None:
        yield MARKS[wanted.mark](wanted)
    if wanted.due_today:
        yield and_(CaseRow.status.not_in(STILL), CaseRow.promised_on == wanted.today)
    if wanted.awake:
        yield _awake(wanted.today)


def seen_by(unit: str, emails: tuple[str, ...]) -> ColumnElement[bool]:
    """Cases that are not confidential, or of this unit, or given to one of these people."""
    return or_(CaseRow.confidential.is_(False), CaseRow.unit == unit, CaseRow.assignee.in_(emails))


def page(session: Session, wanted: CaseFilter, *, limit: int, before_id: int | None = None) -> list[CaseRow]:
    """One page of cases in their order; ``before_id`` continues after the last row of the page before.

    Not in the order of entry: a history or a telephone call entered late belongs where it was received.
    """
    query = select(CaseRow).where(*conditions(session, wanted))
    if before_id is not None:
        query = query.where(_behind(wanted.order, before_id))
    return list(session.scalars(query.order_by(*_order(wanted)).limit(limit)))


def counted_page(session: Session, wanted: CaseFilter, *, limit: int, most: int) -> tuple[list[CaseRow], int]:
    """The first page of cases in their order, and how many fit: no more than ``most`` are looked for, all at once."""
    query = select(CaseRow.id).where(*conditions(session, wanted)).order_by(*_order(wanted)).limit(most)
    ids = list(session.scalars(query))
    rows = {row.id: row for row in session.scalars(select(CaseRow).where(CaseRow.id.in_(ids[:limit])))}
    return [rows[one] for one in ids[:limit]], len(ids)


def _order(wanted: CaseFilter) -> tuple[Any, ...]:
    received = CaseRow.received_at
    if wanted.order == "promised":
        return CaseRow.promised_on.is_(None), CaseRow.promised_on, CaseRow.id
    return (received, CaseRow.id) if wanted.order == "oldest" else (received.desc(), CaseRow.id.desc())


def _behind(order: str, row_id: int) -> ColumnElement[bool]:
    """Of cases: they come after this one in an order."""
    of_it, received, promised = CaseRow.id == row_id, CaseRow.received_at, CaseRow.promised_on
    if order == "promised":
        day = select(promised).where(of_it).scalar_subquery()
        same = or_(promised == day, and_(promised.is_(None), day.is_(None)))
        none_left = and_(promised.is_(None), day.is_not(None))
        return or_(promised > day, none_left, and_(same, CaseRow.id > row_id))
    at = select(received).where(of_it).scalar_subquery()
    if order == "oldest":
        return or_(received > at, and_(received == at, CaseRow.id > row_id))
    return or_(received < at, and_(received == at, CaseRow.id < row_id))


def queue(session: Session, wanted: CaseFilter, *, limit: int) -> list[CaseRow]:
    """Open cases as a desk works through them: emergencies, calls asked for, then by the day promised.

    In parts, each in the order of an index or few: together they would all be read and put in order for one page.
    """
    open_ones = CaseRow.status != literal_column("'closed'")
    query = select(CaseRow).where(open_ones, *conditions(session, wanted)).options(defer(CaseRow.opened))
    # Said as what it is not: an index of calls asked for would name all cases that have none.
    dated, first = CaseRow.promised_on, or_(CaseRow.alert.is_not(None), CaseRow.call_asked_at.is_not(None))
    urgent = query.where(first).order_by(
        CaseRow.alert.is_(None), CaseRow.call_asked_at.is_(None), dated.is_(None), dated, CaseRow.id
    )
    found = list(session.scalars(urgent.limit(limit)))
    for part in (query.where(~first, dated.is_not(None)), query.where(~first, dated.is_(None))):
        if len(found) < limit:
            found += session.scalars(part.order_by(dated, CaseRow.id).limit(limit - len(found)))
    return found


def closed_unfinished(session: Session, wanted: CaseFilter, *, limit: int) -> list[CaseRow]:
    """Closed cases whose firm still waits: for a call that it asked for, or for the result, which did not reach it."""
    # Asked for by themselves: few, which a database that puts in order first does not see. No case has row 0.
    ids = attention.still_awaited(session) or [0]
    closed = CaseRow.status == "closed", CaseRow.id.in_(ids)
    query = select(CaseRow).where(*closed, *conditions(session, replace(wanted, status=())))
    return list(session.scalars(query.order_by(CaseRow.closed_at, CaseRow.id).limit(limit)))


def open_after(session: Session, after: int, *, limit: int) -> list[CaseRow]:
    """Open cases by id, those after one of them, held until the transaction ends."""
    query = select(CaseRow).where(CaseRow.status != "closed", CaseRow.id > after).order_by(CaseRow.id).limit(limit)
    held = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return list(session.scalars(held))


def open_due_from(session: Session, day: date, *, limit: int) -> list[CaseRow]:
    """Open cases that are due on a day or later, or have no date yet; the earliest first."""
    due = or_(CaseRow.due_on.is_(None), CaseRow.due_on >= day)
    query = select(CaseRow).where(CaseRow.status != "closed", due).order_by(CaseRow.due_on, CaseRow.id).limit(limit)
    return list(session.scalars(query))


def count(session: Session, wanted: CaseFilter, *, most: int) -> int:
    """How many cases fit; no more than ``most`` are looked for."""
    found = select(CaseRow.id).where(*conditions(session, wanted)).limit(most).subquery()
    return session.scalars(select(func.count()).select_from(found)).one()


def kept(session: Session, wanted: CaseFilter) -> tuple[int, int]:
    """Of the open cases that fit, how many are under watch, and how many are put off."""
    watched, snoozed = (MARKS[name](wanted) for name in ("watched", "snoozed"))
    few = union_all(select(CaseRow.id).where(watched), select(CaseRow.id).where(snoozed))
    query = select(func.count().filter(watched), func.count().filter(snoozed))
    query = query.where(CaseRow.id.in_(few), attention.is_open(), *conditions(session, wanted))
    found = session.execute(query).one()
    return found[0], found[1]


def firms(session: Session, rows: Iterable[CaseRow]) -> dict[int, Firm]:
    """The firms of some cases, by id, in one query."""
    ids = {row.firm_id for row in rows if row.firm_id is not None}
    return {firm.id: firm for firm in session.scalars(select(Firm).where(Firm.id.in_(ids)))} if ids else {}


def messages(session: Session, case_id: int) -> list[Message]:
    """All messages and notes of a case, oldest first."""
    return list(session.scalars(select(Message).where(Message.case_id == case_id).order_by(Message.at, Message.id)))


def loads(session: Session, emails: Iterable[str]) -> dict[str, int]:
    """How many open cases each of these people has."""
    wanted = list(emails)
    rows = session.execute(
        select(CaseRow.assignee, func.count())
        .where(CaseRow.assignee.in_(wanted), CaseRow.status != "closed")
        .group_by(CaseRow.assignee)
    )
    found = dict.fromkeys(wanted, 0)
    found.update({str(email): number for email, number in rows})
    return found


_WAITING = ("waiting_firm", "waiting_agency")
"""A case in these states is half a case to whoever has it."""


def weighted_loads(session: Session, emails: Iterable[str]) -> dict[str, float]:
    """How much open work each of these people has: a case that waits on firm or agency counts half."""
    wanted = list(emails)
    waiting = func.count().filter(CaseRow.status.in_(_WAITING))
    query = select(CaseRow.assignee, func.count(), waiting)
    query = query.where(CaseRow.assignee.in_(wanted), CaseRow.status != "closed").group_by(CaseRow.assignee)
    found = dict.fromkeys(wanted, 0.0)
    found.update({str(email): number - half / 2 for email, number, half in session.execute(query)})
    return found


def open_numbers_of(session: Session, email: str) -> list[str]:
    """The open cases given to a person, the oldest first."""
    query = select(CaseRow.number).where(CaseRow.assignee == email, CaseRow.status != Status.CLOSED.value)
    return list(session.scalars(query.order_by(CaseRow.received_at, CaseRow.id)))


def quiet_waits(session: Session, *, before: datetime, limit: int) -> list[str]:
    """Cases that wait on their firm and whose last piece came before an instant, the longest ago first."""
    query = select(CaseRow.number).where(CaseRow.piece_at <= before).order_by(CaseRow.piece_at, CaseRow.id)
    return list(session.scalars(query.limit(limit)))


def of_contact(session: Session, contact_id: int, *, limit: int) -> list[CaseRow]:
    """The cases that a contact opened, open ones first, then the newest."""
    query = select(CaseRow).where(CaseRow.contact_id == contact_id)
    return list(session.scalars(query.order_by(CaseRow.status == "closed", CaseRow.id.desc()).limit(limit)))


def of_firm(session: Session, row: CaseRow, wanted: CaseFilter, *, limit: int) -> list[CaseRow]:
    """The other cases of the firm of a case, or of who writes for it: open ones first, then the newest."""
    whose = [CaseRow.firm_id == row.firm_id] if row.firm_id is not None else []
    whose += [CaseRow.contact_id == row.contact_id] if row.contact_id is not None else []
    if not whose:
        return []
    query = select(CaseRow).where(or_(*whose), CaseRow.id != row.id, *conditions(session, wanted))
    return list(session.scalars(query.order_by(CaseRow.status == "closed", CaseRow.id.desc()).limit(limit)))


def contact_of(session: Session, row: CaseRow) -> Contact | None:
    """Who writes for the firm in this case."""
    return session.get(Contact, row.contact_id) if row.contact_id is not None else None


def refused_to(session: Session, email: str, *, limit: int) -> list[CaseRow]:
    """Cases in which days that this person asked for were refused, and they have not taken note."""
    query = select(CaseRow).where(CaseRow.extension_refused_to == email)
    return list(session.scalars(query.order_by(CaseRow.id.desc()).limit(limit)))


def merged_into(session: Session, number: str, *, limit: int) -> list[CaseRow]:
    """The cases that were closed because this one goes on in their place (併案)."""
    query = select(CaseRow).where(CaseRow.merged_into == number)
    return list(session.scalars(query.order_by(CaseRow.id).limit(limit)))


def goes_on_in(session: Session, row: CaseRow) -> CaseRow | None:
    """The case in which a merged one goes on, at the end of the way if that was merged too; None: it was not merged.

    What the firm of a confidential case says is not taken to one that others read.
    """
    seen, found = {row.number}, row
    while found.merged_into is not None and found.merged_into not in seen:
        seen.add(found.merged_into)
        further = by_number(session, found.merged_into)
        if further is None:
            break
        found = further
    return None if found is row or (row.confidential and not found.confidential) else found


def by_numbers(session: Session, numbers: Iterable[str]) -> list[CaseRow]:
    """Some cases, in the order of their entry."""
    return list(session.scalars(select(CaseRow).where(CaseRow.number.in_(list(numbers))).order_by(CaseRow.id)))


def units_with_unassigned(session: Session) -> list[str]:
    """The units in which open cases wait for a person."""
    query = select(CaseRow.unit).where(CaseRow.assignee.is_(None), CaseRow.status != "closed")
    return sorted(session.scalars(query.distinct()))


def open_unassigned(session: Session, units: Sequence[str], *, limit: int = 200) -> list[CaseRow]:
    """Open cases of these units that nobody has, emergencies first, then the oldest."""
    query = (
        select(CaseRow)
        .where(CaseRow.assignee.is_(None), CaseRow.status != "closed", CaseRow.unit.in_(units))
        .order_by(CaseRow.alert.is_(None), CaseRow.received_at, CaseRow.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def events_after(session: Session, case_id: int, version: int) -> tuple[Event, ...]:
    """The events that were written after a version of the case, in the order of writing."""
    query = select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.seq > version).order_by(CaseEvent.seq)
    return tuple(
        Event(at=row.at, kind=EventKind(row.event), by=row.by, data=row.data) for row in session.scalars(query)
    )


def verified_firm(session: Session, ubn: str) -> Firm | None:
    """The firm to which an officer has verified this 統一編號, if there is one."""
    return session.scalars(select(Firm).where(Firm.ubn == ubn, Firm.verified.is_(True))).one_or_none()


def firm_by_id(session: Session, firm_id: int) -> Firm | None:
    """A firm by its row."""
    return session.get(Firm, firm_id)


def firm_for(session: Session, *, name: str | None, ubn: str | None, now: datetime) -> Firm | None:
    """The firm with this 統一編號, else with this very name; made if there is none. None if nothing is known.

    A number that stands with another name already belongs to whom staff say; until then the second firm is one of its
    own that claims it, so that neither is ever shown the other's name as its own.
    """
    named = name if name != ubn else None
    if ubn:
        firm = session.scalars(select(Firm).where(Firm.ubn == ubn)).one_or_none()
        if firm is not None and named and not same_firm(named, firm.name):
            if firm.name != firm.ubn:
                return _claimant(session, named, ubn, now)
            firm.name = named
        if firm is not None:
            return firm
    elif name:
        firm = session.scalars(
            select(Firm).where(Firm.name == name).order_by(Firm.verified.desc(), Firm.id).limit(1)
        ).one_or_none()
        if firm is not None:
            return firm
    if not name and not ubn:
        return None
    return _new_firm(session, (name or ubn or ""), now, ubn=ubn)
