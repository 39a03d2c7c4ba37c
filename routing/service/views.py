"""What people read of cases: lists, one case whole, the queue. Small plain values, the same for pages and API."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from knowledge.calendar import local
from routing.domain import clock
from routing.domain.case import Case, Event, Status
from routing.domain.errors import Invalid
from routing.domain.permissions import Actor, confidential_scope, require_team
from routing.service.context import Desk
from routing.service.journal import find
from routing.store import cases as store
from routing.store import people
from routing.store.channel import outbox
from routing.store.schema import Case as CaseRow
from routing.store.schema import Firm, Media, Message, Outbox


def show(instant: datetime | None) -> str | None:
    """An instant as the API writes it: Taipei time with its offset."""
    return local(instant).isoformat(timespec="seconds") if instant else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case in a list. Dates are Taipei dates; ``days_left`` are working days to the due date, negative when late."""

    row: CaseRow
    firm: Firm | None
    officer: str | None
    days_left: int | None
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseWhole:
    """Everything about one case that this person may see."""

    row: CaseRow
    case: Case
    firm: Firm | None
    rivals: list[str]
    """Names of other firms that gave the same 統一編號: for staff to settle, never for a chat."""
    reading: clock.Reading
    events: tuple[Event, ...]
    messages: list[Message]
    media: dict[int, Media]
    names: dict[str, str]
    deliveries: list[Outbox]
    reachable: bool | None
    language: str


def lines(session: Session, desk: Desk, rows: list[CaseRow], *, now: datetime) -> list[CaseLine]:
    """Rows with what a list shows beside them, in a fixed number of queries."""
    firms = store.firms(session, rows)
    names = people.names(session, [row.assignee for row in rows])
    today = local(now).date()
    return [
        CaseLine(
            row=row,
            firm=firms.get(row.firm_id) if row.firm_id is not None else None,
            officer=names.get(row.assignee, row.assignee) if row.assignee else None,
            days_left=_days_left(desk, row, today),
            overdue=is_overdue(row, today),
        )
        for row in rows
    ]


def is_overdue(row: CaseRow, today: date) -> bool:
    """Late already (which it stays), or open, not waiting on the firm, and past its due date."""
    running = row.status not in {Status.CLOSED, Status.WAITING_FIRM}
    return row.late or (running and row.due_on is not None and row.due_on < today)


def _days_left(desk: Desk, row: CaseRow, today: date) -> int | None:
    if row.due_on is None or row.status in {Status.CLOSED, Status.WAITING_FIRM}:
        return None
    office = desk.office_of(row.unit)
    if row.due_on >= today:
        return desk.calendar.working_days_between(today, row.due_on, office)
    return -desk.calendar.working_days_between(row.due_on, today, office)


def scope(actor: Actor, wanted: store.CaseFilter) -> store.CaseFilter:
    """Narrow a list to what this person may see. Raises Forbidden for partners, who read no cases but questions."""
    require_team(actor)
    values = {name: getattr(wanted, name) for name in wanted.__slots__}
    values["seen_by"] = confidential_scope(actor)
    return store.CaseFilter(**values)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list and where the next begins."""

    items: list[CaseLine]
    next_cursor: str | None


def before_of(limit: int, cursor: str | None) -> int | None:
    """The row before which a page begins. Raises Invalid: a limit outside 1–200, or a cursor that is none of ours."""
    if not 1 <= limit <= 200:
        raise Invalid("limit 必須在 1 到 200 之間。", field="limit")
    if cursor is not None and not re.fullmatch(r"[0-9]{1,18}", cursor):
        raise Invalid("cursor 不正確；請使用上一頁的 next_cursor。", field="cursor")
    return int(cursor) if cursor else None


def list_cases(
    session: Session,
    desk: Desk,
    actor: Actor,
    wanted: store.CaseFilter,
    *,
    limit: int,
    cursor: str | None,
    now: datetime,
) -> Page:
    """Cases that fit, newest first.

    Raises:
        Invalid: the cursor is none of ours, or the limit is not within 1–200. Forbidden: the person is a partner.
    """
    before = before_of(limit, cursor)
    rows = store.page(session, scope(actor, wanted), limit=limit + 1, before_id=before)
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(lines(session, desk, rows, now=now), str(rows[-1].id) if more else None)


def whole(session: Session, desk: Desk, actor: Actor, number: str, *, now: datetime) -> CaseWhole:
    """One case with its messages, events and clock.

    Raises:
        NotFound: it is missing or hidden. Forbidden: the person is a partner (``asked.one`` is what partners read).
    """
    require_team(actor)
    row, case = find(session, number, actor)
    events = store.events_of(session, row.id)
    messages = store.messages(session, row.id)
    contact, firm = store.contact_of(session, row), store.firm_of(session, row)
    people_named = [case.assignee, *(event.by for event in events), *(message.by for message in messages)]
    people_named += [event.data.get("to") for event in events]
    return CaseWhole(
        row=row,
        case=case,
        firm=firm,
        rivals=_rivals(session, actor, firm),
        reading=clock.read(case, desk.calendar, desk.office_of(case.unit), now),
        events=events,
        messages=messages,
        media=store.media_of(session, [message.id for message in messages]),
        names=people.names(session, people_named),
        deliveries=outbox.listing(session, case_id=row.id, limit=100),
        reachable=contact.reachable if contact and contact.line_user_id else None,
        language=(contact.language if contact else None) or row.language,
    )


def _rivals(session: Session, actor: Actor, firm: Firm | None) -> list[str]:
    """A firm that only confidential cases know is named to those alone who see all of them."""
    known = people.rivals(session, firm)
    open_to_all = known and people.firms_in_the_open(session, [rival.id for rival in known])
    return [rival.name if actor.leads or rival.id in open_to_all else "（另一廠商）" for rival in known]


def case_json(row: CaseRow, case: Case, firm: Firm | None, reading: clock.Reading) -> dict[str, Any]:
    """A case exactly as the contract's section 5 has it."""
    pending = case.pending_extension
    return {
        "number": row.number,
        "kind": case.kind.value,
        "status": case.status.value,
        "category": case.category,
        "topic": case.topic,
        "subject": row.subject,
        "channel": row.channel,
        "language": row.language,
        "park": row.park,
        "firm": _firm_json(firm) if firm else None,
        "unit": case.unit,
        "assignee": case.assignee,
        "first_contact_at": show(row.first_contact_at),
        "received_at": show(row.received_at),
        "first_reply_at": show(case.first_reply_at),
        "due_on": reading.due_on.isoformat() if reading.due_on else None,
        "promised_on": reading.promised_on.isoformat() if reading.promised_on else None,
        "closed_at": show(case.closed.start) if case.closed else None,
        "outcome": case.closed.outcome.value if case.closed else None,
        "days_used": reading.days_used,
        "gross_days": reading.gross_days,
        "business_minutes": reading.business_minutes,
        "overdue": reading.overdue,
        "waiting_on": case.waiting.on if case.waiting else None,
        "pending_extension": {"days": pending.days, "reason": pending.reason, "asked_by": pending.asked_by}
        if pending
        else None,
        "reopened": case.reopened,
        "confidential": case.confidential,
        "refs": list(row.refs),
        "version": row.version,
    }


def _firm_json(firm: Firm) -> dict[str, Any]:
    """A firm; one whose number stands with another name shows that it only claims it."""
    claimed = {"claimed_ubn": firm.claimed_ubn} if firm.claimed_ubn else {}
    return {"name": firm.name, "ubn": firm.ubn, "verified": firm.verified, **claimed}


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """An officer's work in the order it wants doing; a case stands in the first group that fits it."""

    alert: list[CaseLine]
    overdue: list[CaseLine]
    due_today: list[CaseLine]
    answered: list[CaseLine]
    """The firm has written since we last did."""
    new: list[CaseLine]
    """Newly given, not yet answered."""
    working: list[CaseLine]
    waiting: list[CaseLine]
    unassigned: list[CaseLine]
    total: int


def queue(
    session: Session, desk: Desk, actor: Actor, wanted: store.CaseFilter, *, now: datetime, limit: int = 500
) -> Queue:
    """The open cases that fit, grouped."""
    rows = store.queue(session, scope(actor, wanted), limit=limit)
    today = local(now).date()
    groups: dict[str, list[CaseLine]] = {
        "alert": [], "overdue": [], "due_today": [], "answered": [], "new": [], "working": [], "waiting": [],
        "unassigned": [],
    }  # fmt: skip
    for line in lines(session, desk, rows, now=now):
        groups[_group(line, today)].append(line)
    return Queue(total=store.count(session, scope(actor, _open(wanted))), **groups)


def _open(wanted: store.CaseFilter) -> store.CaseFilter:
    values = {name: getattr(wanted, name) for name in wanted.__slots__}
    values["status"] = wanted.status or tuple(status.value for status in Status if status is not Status.CLOSED)
    return store.CaseFilter(**values)


def _group(line: CaseLine, today: date) -> str:
    row = line.row
    rules = (
        ("alert", row.alert is not None and row.first_reply_at is None),
        ("overdue", line.overdue),
        ("due_today", row.due_on == today and row.status != Status.WAITING_FIRM),
        ("unassigned", row.status == Status.RECEIVED),
        ("answered", row.firm_spoke_at is not None and row.first_reply_at is not None),
        ("new", row.status == Status.ASSIGNED),
        ("waiting", row.waiting_on is not None),
    )
    return next((name for name, fits in rules if fits), "working")
