"""What people read of cases: lists, one case whole, the queue, allowed steps. Plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import Office, local
from routing.domain import clock, deadline, steps
from routing.domain.case import Case, Event, EventKind, Status
from routing.domain.errors import Invalid, NotFound
from routing.domain.pagination import Page, before_of, page_of
from routing.domain.permissions import Actor, Permission, confidential_scope, require_team
from routing.service.accounts import queries as account_queries
from routing.service.accounts.queries import OnLeave
from routing.service.cases import consulted, drafting, looks
from routing.service.cases.consulted import Consulted
from routing.service.cases.drafting import Draft
from routing.service.cases.locked_case import LockedCase, address_of, find, is_late, seen
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.cases import attention
from routing.store.cases import queries as store
from routing.store.cases.attention import Undelivered
from routing.store.cases.schema import Case as CaseRow
from routing.store.cases.schema import Firm
from routing.store.conversation.schema import ContactAddress, Media, Message
from routing.store.files import queries as file_store
from routing.store.messaging import outbox as outbox_store
from routing.store.messaging.schema import Outbox
from routing.store.reporting import queries as report_store

MINE, UNIT, ALL = "mine", "unit", "all"
"""Whose cases a list shows."""

CaseFilter = store.CaseFilter
"""What a list of cases is narrowed to."""
OPEN = tuple(status.value for status in Status if status is not Status.CLOSED)
"""What is still to be done."""


def usual_view(actor: Actor) -> str:
    """Whose cases a person sees first: officers their own, everybody else all."""
    return MINE if actor.may(Permission.UNIT_WORK) else ALL


def wanted(
    actor: Actor,
    *,
    today: date,
    view: str = ALL,
    status: str | None = None,
    statuses: tuple[str, ...] | None = None,
    kind: str | None = None,
    category: str | None = None,
    unit: str | None = None,
    assignee: str | None = None,
    park: str | None = None,
    waiting_on: str | None = None,
    overdue: bool | None = None,
    unassigned: bool = False,
    deputised: bool = False,
    q: str | None = None,
    numbers: tuple[str, ...] | None = None,
    mark: str | None = None,
    awake: bool = False,
) -> CaseFilter:
    """What a list is narrowed to. ``view``: ``mine``, ``unit`` (the person's own) or ``all``; ``today`` in Taipei.

    ``mine`` are also the cases of those whom the person stands in for today; these alone if ``deputised``.
    ``awake``: without those that are put off.

    ``statuses`` are exactly those that programs ask for, none: all. On a page, who asks for what is late without naming
    a status means what is still to be done.
    """
    if statuses is None:
        statuses = (status,) if status else OPEN if overdue else ()
    return CaseFilter(
        today=today, status=statuses, kind=kind, category=category,
        unit=actor.unit if view == UNIT and actor.unit else unit, waiting_on=waiting_on, park=park, overdue=overdue,
        mark=mark, awake=awake, reader=looks.reader(actor),
        assignee=None if view == MINE else assignee, unassigned=unassigned, q=q, numbers=numbers,
        assignees=actor.stands_in_for if deputised else actor.hands if view == MINE else None,
    )  # fmt: skip


def siblings(session: Session, actor: Actor, row: CaseRow) -> list[tuple[str, str]]:
    """Number and subject of the other cases of the same contact that this person may see."""
    if row.contact_id is None:
        return []
    others = (other for other in store.of_contact(session, row.contact_id, limit=20) if other.id != row.id)
    return [(other.number, other.subject) for other in others if seen(session, other.number, actor) is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A case that was merged into another (併案). ``contact_id``: who writes for its firm."""

    number: str
    subject: str
    firm: str | None
    contact_id: int | None
    reachable: bool


def merged(session: Session, office: OfficeContext, actor: Actor, number: str) -> list[Merged]:
    """The cases that were merged into this one, those that this person may see."""
    rows = store.merged_into(session, number, limit=50)
    firms = store.firms(session, rows)
    return [
        Merged(
            number=row.number, subject=row.subject, contact_id=row.contact_id,
            firm=firms[row.firm_id].name if row.firm_id in firms else row.contact_name,
            reachable=address_of(session, office, row) is not None,
        )
        for row in rows
        if seen(session, row.number, actor) is not None
    ]  # fmt: skip


def changes_since(session: Session, whole: CaseWhole, version: int) -> tuple[Event, ...]:
    """What was written to a case after the version that a person had before them."""
    return store.events_after(session, whole.row.id, version)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case in a list. Dates are Taipei dates; ``days_left`` are working days to the due date, negative when late.

    ``leave``: its officer is away; ``acting``: the reader stands in for that officer (代理); ``left``: the officer's
    account is closed.
    """

    row: CaseRow
    firm: Firm | None
    officer: str | None
    days_left: int | None
    overdue: bool
    today: date
    leave: OnLeave | None = None
    acting: bool = False
    left: bool = False
    failed: Undelivered | None = None
    """Messages to the firm that did not arrive."""
    unread: int = 0
    """How much others have written to it since the reader had it open."""
    marks: tuple[str, ...] = ()
    """What wants somebody beside the dates, see ``marks_of``."""

    @property
    def unattended(self) -> bool:
        """Nobody works on it: it is given to nobody who is here, and nobody stands in."""
        return self.row.assignee is None or self.left or (self.leave is not None and self.leave.deputy is None)


def _marks_for(actor: Actor, row: CaseRow, failed: Undelivered | None, now: datetime) -> tuple[str, ...]:
    """The same for programs, to whom a case is new only if it was given to them; what is unread they are told apart."""
    found = marks_of(row, failed, local(now).date())
    return tuple(mark for mark in found if mark != "new" or row.assignee in actor.hands)


def marks_of(row: CaseRow, failed: Undelivered | None, today: date, *, unread: int = 0) -> tuple[str, ...]:
    """What is said of a case beside its dates: words of ``routing.store.cases.queries.MARKS``, in their order.

    ``call``: the firm asked to be called. ``undelivered``: a message to it did not arrive. ``firm_spoke``,
    ``partner_spoke``: it, or the agency asked, spoke last. ``new``: its officer has not opened it yet. ``unread``:
    others have written to it since the reader had it open. ``watched``: it is under watch (列管); ``draft``: an answer
    waits for approval (陳核), ``draft_returned``: one went back; ``snoozed``: it is put off (暫緩).
    """
    found = {
        "call": row.call_asked_at is not None, "undelivered": failed is not None,
        "firm_spoke": row.firm_spoke_at is not None or row.piece_at is not None,
        "partner_spoke": row.partner_answered_at is not None, "new": row.unseen,
        "unread": unread > 0, "draft": row.draft_by is not None,
        "draft_returned": row.draft_returned_to is not None, "watched": row.watched,
        "snoozed": row.snoozed_until is not None and row.snoozed_until > today,
    }  # fmt: skip
    return tuple(name for name in store.MARKS if found[name])


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
    media: dict[int, list[Media]]
    names: dict[str, str]
    deliveries: list[Outbox]
    address: ContactAddress | None
    """Where the firm is written to, if a channel of ours carries messages to it."""
    language: str
    offered: dict[str, steps.Choices]
    """The steps that this person may take now, see ``steps.offered``."""
    leave: OnLeave | None
    """Its officer is away today."""
    acting: bool
    """The reader stands in for its officer (代理)."""
    failed: Undelivered | None
    consultations: list[Consulted]
    """What was asked of agencies and units, in its order."""
    marks: tuple[str, ...]
    """What wants somebody, see ``marks_of``; new only to whoever was given it."""
    unread: int
    """How much others have written to it since the reader had it open."""
    drafts: list[Draft]
    """Answers that were written for somebody else to approve (陳核), the oldest first."""

    @property
    def reachable(self) -> bool | None:
        """Whether messages arrive there; None: there is nowhere to write to."""
        return self.address.reachable if self.address else None

    @property
    def sources(self) -> dict[int, str]:
        """Messages that the firm said for a case that was merged into this one (併案), and its number."""
        said = (event.data for event in self.events if event.kind is EventKind.MESSAGE)
        return {data["message_id"]: data["source"] for data in said if data.get("source")}

    @property
    def worded_events(self) -> list[Event]:
        """The events with the words that they wrote to the conversation, as case histories have them."""
        words = {message.id: (message.text, message.via, message.doc_no) for message in self.messages}
        return [report_store.with_words(event, words) for event in self.events]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseState:
    """A case as programs read it: the row with what never changes, the state, the firm and the clocks."""

    row: CaseRow
    case: Case
    firm: Firm | None
    reading: clock.Reading
    failed: Undelivered | None
    marks: tuple[str, ...]
    """What wants somebody, see ``marks_of``; new only to whoever was given it."""
    unread: int
    """How much others have written to it since the reader had it open."""


def lines(
    session: Session, office: OfficeContext, actor: Actor, rows: list[CaseRow], *, now: datetime
) -> list[CaseLine]:
    """Rows with what a list shows beside them, in a fixed number of queries."""
    firms = store.firms(session, rows)
    people = [row.assignee for row in rows]
    names, closed = account_store.names(session, people), account_store.disabled(session, people)
    away = account_queries.on_leave(session, now=now)
    today, failed = local(now).date(), attention.undelivered(session, [row.id for row in rows])
    unread = looks.unread(session, actor, rows)
    return [
        CaseLine(
            row=row,
            firm=firms.get(row.firm_id) if row.firm_id is not None else None,
            officer=names.get(row.assignee, row.assignee) if row.assignee else None,
            days_left=_days_left(office, row, today),
            overdue=is_overdue(row, today),
            today=today,
            leave=away.get(row.assignee or ""),
            acting=row.assignee in actor.stands_in_for,
            left=row.assignee in closed,
            failed=failed.get(row.id),
            unread=unread.get(row.id, 0),
            marks=marks_of(row, failed.get(row.id), today, unread=unread.get(row.id, 0)),
        )
        for row in rows
    ]


def is_overdue(row: CaseRow, today: date) -> bool:
    """Late already (which it stays), or open, not waiting on the firm, and past the day promised.

    That is the due date, but of a petition the earlier of its two dates (contract §3).
    """
    running = row.status not in {Status.CLOSED, Status.WAITING_FIRM}
    return row.late or (running and row.promised_on is not None and row.promised_on < today)


def _days_left(office: OfficeContext, row: CaseRow, today: date) -> int | None:
    if row.promised_on is None or row.status in {Status.CLOSED, Status.WAITING_FIRM}:
        return None
    return office.calendar.working_days_between(today, row.promised_on, office.office_of(row.unit))


def scope(actor: Actor, wanted: store.CaseFilter) -> store.CaseFilter:
    """Narrow a list to what this person may see. Raises Forbidden for partners, who read no cases but questions."""
    require_team(actor)
    values = {name: getattr(wanted, name) for name in wanted.__slots__}
    values["seen_by"] = confidential_scope(actor)
    return store.CaseFilter(**values)


def _rows(
    session: Session, actor: Actor, wanted: store.CaseFilter, *, limit: int, cursor: str | None
) -> Page[CaseRow]:  # fmt: skip
    before = before_of(limit, cursor)
    rows = store.page(session, scope(actor, wanted), limit=limit + 1, before_id=before)
    return page_of(rows, limit, lambda row: row.id)


def list_cases(
    session: Session,
    office: OfficeContext,
    actor: Actor,
    wanted: store.CaseFilter,
    *,
    limit: int,
    cursor: str | None,
    now: datetime,
) -> Page[CaseLine]:
    """Cases that fit, newest first.

    Raises:
        Invalid: the cursor is none of ours, or the limit is not within 1–200. Forbidden: the person is a partner.
    """
    page = _rows(session, actor, wanted, limit=limit, cursor=cursor)
    return page.of(lines(session, office, actor, page.items, now=now))


def list_counted(
    session: Session, office: OfficeContext, actor: Actor, wanted: store.CaseFilter, *, limit: int, most: int,
    now: datetime,
) -> tuple[Page[CaseLine], int]:  # fmt: skip
    """The first page of cases that fit, and how many there are, up to ``most``. Raises as ``list_cases``."""
    before_of(limit, None)
    rows, fitting = store.counted_page(session, scope(actor, wanted), limit=limit + 1, most=most)
    page = page_of(rows, limit, lambda row: row.id)
    return page.of(lines(session, office, actor, page.items, now=now)), fitting


def count_cases(session: Session, actor: Actor, wanted: store.CaseFilter, *, most: int) -> int:
    """How many cases fit, up to ``most``. Raises as ``list_cases``."""
    return store.count(session, scope(actor, wanted), most=most)


def list_states(
    session: Session,
    office: OfficeContext,
    actor: Actor,
    wanted: store.CaseFilter,
    *,
    limit: int,
    cursor: str | None,
    now: datetime,
) -> Page[CaseState]:
    """Cases that fit, newest first, each with its state and clocks. Raises as ``list_cases``."""
    page = _rows(session, actor, wanted, limit=limit, cursor=cursor)
    states, firms = report_store.states(session, page.items), store.firms(session, page.items)
    failed = attention.undelivered(session, [row.id for row in page.items])
    unread = looks.unread(session, actor, page.items)
    return page.of([
        CaseState(
            row=row, case=states[row.id], firm=firms.get(row.firm_id) if row.firm_id is not None else None,
            reading=_reading(office, states[row.id], now), failed=failed.get(row.id),
            marks=_marks_for(actor, row, failed.get(row.id), now),
            unread=unread.get(row.id, 0),
        )
        for row in page.items
    ])  # fmt: skip


def state_of(locked: LockedCase) -> CaseState:
    """A case just written to."""
    firm = store.firm_of(locked.session, locked.row)
    failed = attention.undelivered(locked.session, [locked.row.id]).get(locked.row.id)
    unread = looks.unread(locked.session, locked.actor, [locked.row]).get(locked.row.id, 0)
    return CaseState(
        row=locked.row, case=locked.case, firm=firm, reading=_reading(locked.office, locked.case, locked.now),
        failed=failed, unread=unread, marks=_marks_for(locked.actor, locked.row, failed, locked.now),
    )  # fmt: skip


def _reading(office: OfficeContext, case: Case, now: datetime) -> clock.Reading:
    return clock.read(case, office.calendar, office.office_of(case.unit), now)


def check_unit(office: OfficeContext, unit: str | None) -> None:
    """Raises Invalid: a list is narrowed to a unit that there is not."""
    if unit is not None and office.offices.find_unit(unit) is None:
        raise Invalid(f"查無單位「{unit}」。", field="unit")


def whole(session: Session, office: OfficeContext, actor: Actor, number: str, *, now: datetime) -> CaseWhole:
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
    people_named += [person for event in events if (person := event.data.get("drafted_by"))]
    people_named += [case.opening.entered_by, *(event.data.get("to") for event in events)]
    reading = _reading(office, case, now)
    failed = attention.undelivered(session, [row.id]).get(row.id)
    unread = looks.unread(session, actor, [row]).get(row.id, 0)
    return CaseWhole(
        row=row,
        case=case,
        firm=firm,
        rivals=_rivals(session, actor, firm),
        reading=reading,
        events=events,
        messages=messages,
        media=file_store.of_messages(session, [message.id for message in messages]),
        names=account_store.names(session, people_named),
        deliveries=outbox_store.listing(session, case_id=row.id, limit=100),
        address=address_of(session, office, row),
        language=(contact.language if contact else None) or row.language,
        offered=steps.offered(case, actor, late=is_late(reading, now), approved_first=office.approved_first),
        drafts=drafting.of_case(session, row),
        leave=account_queries.on_leave(session, now=now).get(case.assignee or ""),
        acting=case.assignee in actor.stands_in_for,
        failed=failed,
        consultations=consulted.of_case(session, office, actor, row, case, now=now),
        marks=_marks_for(actor, row, failed, now),
        unread=unread,
    )


@dataclass(frozen=True, slots=True)
class Explained:
    """A case with its dates, as they are read and day by day."""

    row: CaseRow
    case: Case
    reading: clock.Reading
    dates: deadline.CaseDeadline
    office: Office


def explained(session: Session, office: OfficeContext, actor: Actor, number: str, *, now: datetime) -> Explained:
    """How the dates of a case come about.

    Raises:
        NotFound: it is missing or hidden, as it all is from partners.
    """
    row, case = find(session, number, actor)
    if not actor.may(Permission.DESK):
        raise NotFound(f"查無案件 {number}。")
    where = office.office_of(case.unit)
    dates = deadline.of_case(case, office.calendar, where, now=now)
    return Explained(row, case, _reading(office, case, now), dates, where)


def opened(session: Session, actor: Actor, number: str) -> None:
    """Note that whoever was given a case, or stands in, has opened it. No event: it tells nothing of the case."""
    attention.seen(session, number, actor.hands)


def _rivals(session: Session, actor: Actor, firm: Firm | None) -> list[str]:
    """A firm that only confidential cases know is named to those alone who see all of them."""
    known = account_store.rivals(session, firm)
    open_to_all = known and account_store.firms_in_the_open(session, [rival.id for rival in known])
    return [
        rival.name if actor.may(Permission.ALL_CASES) or rival.id in open_to_all else "（另一廠商）" for rival in known
    ]
