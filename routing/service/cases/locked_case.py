"""Loading a case and writing events to it: the one way in which a case ever changes.

``change`` locks the row, checks permission, version and the step, appends, and refreshes the projection that lists
read. Everything happens in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain import clock, steps
from routing.domain.case import Case, Event, EventKind, Outcome, apply
from routing.domain.errors import Forbidden, Invalid, NotFound, StaleVersion
from routing.domain.permissions import Actor, Permission, may_add, may_read, may_write, question_to, require_team
from routing.domain.reporting.spells import QUIET
from routing.service.cases import live, over
from routing.service.cases.over import question_version
from routing.service.office_context import OfficeContext
from routing.service.reporting import measuring
from routing.store.accounts import queries as account_store
from routing.store.bindings import queries as binding_store
from routing.store.cases import queries as store
from routing.store.cases.schema import Case as CaseRow
from routing.store.cases.schema import Firm
from routing.store.consultations import queries as consultation_store
from routing.store.conversation import queries as conversation_store
from routing.store.conversation.schema import Contact, ContactAddress, Message


class Files(Protocol):
    """Files that a step brings: put to its message, and given to the firm by links or not."""

    def with_links(self, locked: LockedCase, message: Message) -> list[Any]:
        """Put to a message to the firm; gives the links that its notice shows."""

    def for_staff(self, locked: LockedCase, message: Message) -> list[Any]:
        """Put to a message that the firm does not read."""


@dataclass(slots=True)
class LockedCase:
    """A case held for writing: its row, its state, and who writes for the firm."""

    session: Session
    office: OfficeContext
    row: CaseRow
    case: Case
    actor: Actor
    now: datetime
    files: Files | None = None
    """What goes with the message that the step writes."""
    hold: timedelta = timedelta(0)
    """How long the message that the step writes waits before it is sent, so that it can be taken back."""

    @property
    def contact(self) -> Contact | None:
        """Who writes for the firm, if we know."""
        return store.contact_of(self.session, self.row)

    def address(self, channel: str | None = None) -> ContactAddress | None:
        """Where that person is written to, on this channel or on any that carries messages."""
        return address_of(self.session, self.office, self.row, channel)

    @property
    def version(self) -> int:
        """The version of the case as this person is shown it."""
        return version_for(self.actor, self.row, self.case)

    @property
    def late(self) -> bool:
        """Whether the due date is over. Read anew: while the case waits on the firm its date moves on every day."""
        return is_late(clock.read(self.case, self.office.calendar, self.office.office_of(self.case.unit), self.now),
                       self.now)  # fmt: skip

    def require(self, name: str, *, approved: bool = False) -> None:
        """Let one of ``steps.STEPS`` pass. Raises Forbidden or StepNotAllowed, as ``steps.offered`` foretells.

        ``approved``: another person has approved of what is sent (陳核).
        """
        first = () if approved else self.office.approved_first
        steps.require(self.case, self.actor, name, late=name in steps.DATED and self.late, approved_first=first)

    def record(self, step: EventKind, /, *, at: datetime | None = None, automatic: bool = False, **data: Any) -> None:
        """Write one event, checked against the table of steps. Without ``at`` it happened now.

        Time never runs backwards in a case, even if two machines' clocks differ; an event that is entered later
        on purpose (an answer given by phone) brings its own ``at``. ``automatic``: nobody did it.
        """
        outcome = Outcome(data["outcome"]) if step is EventKind.CLOSED else None
        steps.check(self.case, step, outcome=outcome)
        last = self.case.last_at or self.row.received_at
        event = Event(
            at=at or max(self.now, last),
            kind=step,
            by=None if automatic else self.actor.email,
            data={key: value for key, value in data.items() if value is not None},
        )
        store.append(self.session, self.row, [event], recorded_at=self.now)
        # One that happened before others takes its place among them; any other is the last.
        before = self.case.consultations
        self.case = store.state_of(self.session, self.row) if event.at < last else apply(self.case, event)
        if self.case.consultations != before:
            consultation_store.keep(self.session, self.row.id, self.case.consultations)
        self._mark_unseen(event)
        live.changed(self.session, self.row)
        project(self.office, self.row, self.case, self.now)
        if step not in QUIET:
            measuring.keep(self.session, self.office, self.row)

    def _mark_unseen(self, event: Event) -> None:
        """A case that somebody is given by others is new to them, until they open it or do anything in it."""
        if event.kind is EventKind.ASSIGNED:
            self.row.unseen = self.case.assignee not in {None, self.actor.email}
        elif event.by is not None and self.case.assignee in self.actor.hands:
            self.row.unseen = False


def address_of(
    session: Session, office: OfficeContext, row: CaseRow, channel: str | None = None
) -> ContactAddress | None:
    """Where the firm of a case is written to, on this channel or on any that carries messages; None: nowhere.

    Rather where it can be reached; of several such, on the channel that the case came by. Nowhere, once the person who
    wrote for the firm has left it.
    """
    if row.contact_id is not None and binding_store.has_left(session, row.contact_id, row.firm_id):
        return None
    found = [
        one
        for one in conversation_store.addresses(session, [row.contact_id])
        if one.channel in office.channels and channel in {None, one.channel}
    ]
    return min(found, key=lambda one: (not one.reachable, one.channel != row.channel), default=None)


def is_late(reading: clock.Reading, now: datetime) -> bool:
    """Whether a due date is over by Taipei's day."""
    return local(now).date() > reading.due_on


def project(office: OfficeContext, row: CaseRow, case: Case, now: datetime) -> None:
    """Bring the columns that lists read in step with the events."""
    reading = clock.read(case, office.calendar, office.office_of(case.unit), now)
    for name, value in projection(case, reading).items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def projection(case: Case, reading: clock.Standing) -> dict[str, Any]:
    """The columns that lists read, by their names."""
    wait = case.waiting
    return {
        "kind": case.kind.value,
        "status": case.status.value,
        "category": case.category,
        "topic": case.topic,
        "unit": case.unit,
        "assignee": case.assignee,
        "waiting_on": wait.on if wait else None,
        "waiting_agency": case.agency_asked,
        "consulting": [one.of for one in case.consulting],
        "due_on": reading.due_on,
        "promised_on": reading.promised_on,
        "closed_at": case.closed.start if case.closed else None,
        "outcome": case.closed.outcome.value if case.closed else None,
        "first_reply_at": case.first_reply_at,
        "firm_spoke_at": case.firm_spoke_at,
        "piece_at": case.last_piece[1] if case.last_piece else None,
        "call_asked_at": case.call.at if case.call else None,
        "call_when": case.call.when if case.call else None,
        "call_tries": case.call.tries if case.call else 0,
        "partner_answered_at": case.partner_answered_at,
        "pending_extension": case.pending_extension is not None,
        "extension_refused_to": case.refused_extension.asked_by if case.refused_extension else None,
        "merged_into": case.closed.into if case.closed else None,
        "draft_by": case.draft.by if case.draft else None,
        "draft_returned_to": case.returned_draft.by if case.returned_draft else None,
        "watched": case.watched,
        "snoozed_until": case.snoozed_until,
        "incident_id": case.incident,
        "confidential": case.confidential,
        "late": reading.overdue,
    }


def find(session: Session, number: str, actor: Actor, *, lock: bool = False) -> tuple[CaseRow, Case]:
    """A case that this person may see.

    Raises:
        NotFound: there is none, or it is hidden from this person; both sound alike.
    """
    found = seen(session, number, actor, lock=lock)
    if found is None:
        raise NotFound(f"查無案件 {number}。")
    return found


def seen(session: Session, number: str, actor: Actor, *, lock: bool = False) -> tuple[CaseRow, Case] | None:
    """The case if it exists and this person may see it, else None; for callers that did not name it."""
    row = store.by_number(session, number, lock=lock)
    if row is not None:
        # Whatever is logged from here on says which case it was about.
        structlog.contextvars.bind_contextvars(case=row.number)
    if row is None:
        return None
    case = store.state_of(session, row)
    return (row, case) if may_read(actor, case) else None


def version_for(actor: Actor, row: CaseRow, case: Case) -> int:
    """The version of a case for this person: the number of its events.

    For a partner it is that of the question alone: the events' number would tell of what happened since, and what
    happens since does not touch the question. 0: nothing is asked.
    """
    if not actor.may(Permission.ANSWER_QUESTIONS):
        return row.version
    asked = question_to(actor, case)
    return question_version(asked.start) if asked is not None else 0


def change(
    session: Session, office: OfficeContext, number: str, actor: Actor, *, now: datetime, version: int | None = None,
    shown: Collection[int] = (), adding: bool = False,
) -> LockedCase:  # fmt: skip
    """A case held for writing by this person. ``shown``: versions of the case that the caller had before them.

    ``adding``: only a note or a file is put into it, which also whoever entered the case may do.

    Raises:
        NotFound: hidden or missing. Forbidden: seen, but not this person's to change.
        StaleVersion: ``version`` was given and the case has moved on.
        StepNotAllowed: the question to this partner's agency is over (``question_over``).
    """
    found = seen(session, number, actor, lock=True)
    if found is None:
        over.refuse(session, number, actor, shown={version, *shown})
        raise NotFound(f"查無案件 {number}。")
    row, case = found
    if not (may_add if adding else may_write)(actor, case):
        raise Forbidden("本案由其他單位辦理；請洽該單位承辦人，或請主管改分。")
    if version is not None and version != version_for(actor, row, case):
        raise StaleVersion("案件剛由其他同仁更新，請重新整理後再試。")
    return LockedCase(session=session, office=office, row=row, case=case, actor=actor, now=now)


def beside(locked: LockedCase, number: str) -> LockedCase:
    """Another case, held for writing beside one that is held already; who may is checked by the caller.

    Raises:
        StaleVersion: somebody else holds it: two that do the same in opposite directions would wait for ever.
    """
    row = store.by_number(locked.session, number, lock=True, skip=True)
    if row is None:
        raise StaleVersion("另一件案件正由其他同仁更新，請稍後再試。")
    case = store.state_of(locked.session, row)
    return LockedCase(
        session=locked.session, office=locked.office, row=row, case=case, actor=locked.actor, now=locked.now
    )


def firm_to_change(session: Session, number: str, actor: Actor) -> Firm | None:
    """The firm of a case that this person may write. Raises NotFound, Forbidden as ``change``; partners may not."""
    require_team(actor)
    row, case = find(session, number, actor)
    if not may_write(actor, case):
        raise Forbidden("本案由其他單位辦理；請洽該單位承辦人，或請主管改分。")
    return store.firm_by_id(session, row.firm_id) if row.firm_id is not None else None


def check_reach(locked: LockedCase, field: str, *, channel: str | None = None) -> None:
    """Refuse if the firm cannot be reached: a message it never gets must not stop a clock or count as an answer.

    ``channel``: this one alone will do; else a case whose firm has no address passes, since it is told another way.

    Raises:
        Invalid: there is no address on the channel, or the firm has blocked us there.
    """
    address = locked.address(channel)
    if address is None:
        if channel is not None:
            name = locked.office.sentences.say(f"via.{channel}", None)
            raise Invalid(f"本案沒有 {name} 聯絡人，請改選電話、公文等回復方式。", field=field, code="no_address")
    elif not address.reachable:
        name = locked.office.sentences.say(f"via.{address.channel}", None)
        raise Invalid(f"廠商已封鎖官方帳號，{name} 無法送達，請改以電話或公文回復。", field=field, code="unreachable")


def audit(locked: LockedCase, action: str, **detail: Any) -> None:
    """Write to the audit trail who did what to this case, without texts."""
    account_store.audit(
        locked.session, at=locked.now, actor=locked.actor.email or locked.actor.name, action=action,
        subject=locked.row.number, detail={key: value for key, value in detail.items() if value is not None},
    )  # fmt: skip
