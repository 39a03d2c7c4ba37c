"""A case is its opening and the events after it; everything else is folded from them.

The fold is the only place that says what an event does to a case. The database keeps a projection of the result
for lists, and a test proves that refolding gives the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from knowledge.vocabulary import UNNAMED_CHANNEL
from routing.domain import calls, consultations
from routing.domain.calls import CallWish
from routing.domain.consultations import Asked, Consultation
from routing.domain.drafted import PendingDraft, ReturnedDraft
from routing.domain.evolving import evolve, finished
from routing.domain.extensions import Extension, PendingExtension, RefusedExtension
from routing.domain.taking_back import LastReply, last_reply, taken_back
from routing.domain.waits import Piece, Wait, with_piece, with_piece_back, without_piece


class Kind(StrEnum):
    """What the case is in law; decides its limit (contract §3)."""

    ENQ = "ENQ"
    """一般諮詢: 3 working days."""
    PET = "PET"
    """人民陳情 (行政程序法 §168): 30 working days."""
    APP = "APP"
    """依法申請 (行政程序法 §51): two months by the legal count."""


class Status(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    """受理: nobody has it yet."""
    ASSIGNED = "assigned"
    """分案: a person has it and has not answered yet."""
    IN_PROGRESS = "in_progress"
    """辦理中."""
    WAITING_FIRM = "waiting_firm"
    """待廠商補件: the clock stands still."""
    WAITING_AGENCY = "waiting_agency"
    """會辦中: other agencies or units are asked; the clock runs."""
    CLOSED = "closed"
    """辦結."""


class EventKind(StrEnum):
    """What happened. The first twelve are the words of case histories (contract §6); the rest are ours."""

    ASSIGNED = "assigned"
    MESSAGE = "message"
    REPLIED = "replied"
    NOTE = "note"
    WAITING = "waiting"
    RESUMED = "resumed"
    EXTENDED = "extended"
    CATEGORY = "category"
    KIND = "kind"
    TRANSFERRED = "transferred"
    CLOSED = "closed"
    REOPENED = "reopened"
    EXTENSION_ASKED = "extension_asked"
    EXTENSION_REFUSED = "extension_refused"
    EXTENSION_SEEN = "extension_seen"
    """Whoever asked for the days has taken note of the refusal."""
    CONFIDENTIAL = "confidential"
    SURVEYED = "surveyed"
    RATED = "rated"
    CALL_ASKED = "call_asked"
    CALLED = "called"
    """Somebody telephoned and spoke with the firm."""
    CALL_TRIED = "call_tried"
    """Somebody telephoned and did not reach it."""
    CORRECTED = "corrected"
    """Contact, telephone, park, subject or firm were put right; the event names the fields and, of a park, both."""
    WATCHED = "watched"
    """The case is kept under watch (列管), or is no more."""
    SNOOZED = "snoozed"
    """It is left out of the queue until a day (暫緩), or shown again."""
    LINKED = "linked"
    """Another case has to do with it (關聯), or has no more; both cases say so."""
    MERGED = "merged"
    """Another case (``source``) was merged into this one (併案)."""
    CONSULTED = "consulted"
    """One more agency or unit was asked while others are; the first one's question begins the wait."""
    CONSULTATION_WITHDRAWN = "consultation_withdrawn"
    """A question (``consultation``: which of the case) is needed no more."""
    GATHERED = "gathered"
    """It belongs to an incident (``incident``, ``title``) of which many firms tell."""
    PARTED = "parted"
    """It was taken out of it again."""
    TAKEN_BACK = "taken_back"
    """A reply (``message_id``) was taken back before it went out."""
    DRAFTED = "drafted"
    """An answer was written for another person to approve (陳核)."""
    DRAFT_RETURNED = "draft_returned"
    """It went back to its writer, or the writer took it back."""
    MOVED = "moved"
    """A message of the firm went to another case (``to``), to none, or came from one (``source``)."""


class Outcome(StrEnum):
    """How a case ended."""

    ANSWERED = "answered"
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"
    DECLINED = "declined"


COUNTED_OUTCOMES = frozenset({Outcome.ANSWERED, Outcome.REFERRED})
"""Outcomes that enter the turnaround figures; the others are set aside (contract §8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to a case, at an aware instant, by a person (e-mail or name as written) or by nobody."""

    at: datetime
    kind: EventKind
    by: str | None = None
    data: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is known of a case when it begins. ``alert`` is the kind of emergency its first words told of, if any."""

    number: str
    kind: Kind
    category: str
    topic: str | None
    channel: str
    park: str | None
    unit: str
    language: str
    subject: str
    first_contact_at: datetime
    received_at: datetime
    firm_name: str | None = None
    firm_ubn: str | None = None
    alert: str | None = None
    entered_by: str | None = None
    """The e-mail of who entered it, if it came by telephone, on paper or over the counter."""
    kind_confirmed: bool = False
    """Whether a person chose the kind at entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedStretch:
    """From a close to its reopening; ``end`` None: it stands closed.

    ``into``: the number of the case into which it was merged (併案); ``agency``: to whom it was referred (移請),
    by code or name. None where a history does not say.
    """

    start: datetime
    outcome: Outcome
    end: datetime | None = None
    into: str | None = None
    agency: str | None = None


@dataclass(frozen=True, kw_only=True)
class Case:
    """The state of a case after its events. Instants are aware; ``version`` counts the events."""

    opening: Opening
    kind: Kind
    category: str
    topic: str | None
    unit: str
    park: str | None = None
    kind_confirmed: bool = False
    assignee: str | None = None
    filed_at: datetime | None = None
    first_reply_at: datetime | None = None
    last_reply_at: datetime | None = None
    reply: LastReply | None = None
    progressed: bool = False
    waits: tuple[Wait, ...] = ()
    consultations: Asked = ()
    """Everything that was asked of agencies and units, in its order."""
    closings: tuple[ClosedStretch, ...] = ()
    extensions: tuple[Extension, ...] = ()
    pending_extension: PendingExtension | None = None
    refused_extension: RefusedExtension | None = None
    draft: PendingDraft | None = None
    """An answer that waits for approval (陳核)."""
    returned_draft: ReturnedDraft | None = None
    confidential: bool = False
    watched: bool = False
    """It is kept under watch (列管)."""
    links: tuple[tuple[str, str], ...] = ()
    """Other cases that have to do with it (關聯): number, and one of ``RELATIONS``."""
    snoozed_until: date | None = None
    """The day on which it comes back into the queue (暫緩), unless something brings it back before."""
    spoken: tuple[tuple[int | None, datetime], ...] = ()
    """What the firm said since we last did: messages by their rows (None: a wish to be called) and when they came."""
    call: CallWish | None = None
    """The firm is to be called."""
    partner_answered_at: datetime | None = None
    """When the agency that was asked answered, if nobody of the team has acted on it since."""
    incident: int | None = None
    """The incident (集體事件) that it is in, by row."""
    rating: int | None = None
    """The newest one, 1 to 5 with 5 best; ``rated_via``: how it was given; ``rated_at``: when."""
    rated_via: str | None = None
    rated_at: datetime | None = None
    last_at: datetime | None = None
    """The latest instant of its events; None before the first."""
    version: int = 0

    @property
    def waiting(self) -> Wait | None:
        """The wait that is open now, if any."""
        return self.waits[-1] if self.waits and self.waits[-1].end is None else None

    @property
    def agency_asked(self) -> str | None:
        """The agency that was asked last, if any was."""
        return next((one.agency for one in reversed(self.consultations) if one.unit is None), None)

    @property
    def consulting(self) -> tuple[Consultation, ...]:
        """The consultations that wait for an answer."""
        return consultations.standing(self.consultations)

    @property
    def firm_spoke_at(self) -> datetime | None:
        """When the firm last said something that we have not answered."""
        return self.spoken[-1][1] if self.spoken else None

    @property
    def firm_answered(self) -> bool:
        """Whether it waits on the firm, and something of what was asked for has come (contract §9)."""
        return self.last_piece is not None

    @property
    def last_piece(self) -> Piece | None:
        """The newest piece of the wait on the firm that goes on."""
        wait = self.waiting
        return wait.pieces[-1] if wait is not None and wait.on == "firm" and wait.pieces else None

    @property
    def closed(self) -> ClosedStretch | None:
        """The close that stands, if any."""
        return self.closings[-1] if self.closings and self.closings[-1].end is None else None

    @property
    def reopened(self) -> int:
        """How often the case was reopened."""
        return sum(1 for stretch in self.closings if stretch.end is not None)

    @property
    def receipt(self) -> datetime:
        """The instant the limit counts from: the act of filing if one was recorded, else the receipt."""
        return self.filed_at or self.opening.received_at

    @property
    def status(self) -> Status:
        """Closed, then waiting, then unassigned, then whether work has begun (contract §5)."""
        if self.closed is not None:
            return Status.CLOSED
        if self.waiting is not None:
            return Status.WAITING_FIRM if self.waiting.on == "firm" else Status.WAITING_AGENCY
        if self.assignee is None:
            return Status.RECEIVED
        return Status.IN_PROGRESS if self.progressed else Status.ASSIGNED


def begin(opening: Opening) -> Case:
    """The case before any event."""
    return Case(
        opening=opening,
        kind=opening.kind,
        category=opening.category,
        topic=opening.topic,
        unit=opening.unit,
        park=opening.park,
        kind_confirmed=opening.kind_confirmed,
    )


def _end_wait(case: Case, at: datetime, by: int | None = None) -> Case:
    wait = case.waiting
    return case if wait is None else evolve(case, waits=(*case.waits[:-1], replace(wait, end=at, ended_by=by)))


def _assigned(case: Case, event: Event) -> Case:
    return evolve(case, assignee=event.data.get("to"), unit=event.data.get("unit") or case.unit)


def _message(case: Case, event: Event) -> Case:
    if case.version == 0 and event.at == case.opening.received_at:
        # A history begins with the words that opened the case; nobody waits for us since then but by its dates.
        return case
    said = evolve(case, spoken=(*case.spoken, (event.data.get("message_id"), event.at)))
    return _with_piece(said, event.data.get("message_id", 0), event.at) if event.data.get("piece") else said


def _with_piece(case: Case, message_id: int, at: datetime) -> Case:
    wait = case.waiting
    if wait is None or wait.on != "firm":
        return case
    return evolve(case, waits=(*case.waits[:-1], with_piece(wait, message_id, at)))


def _moved(case: Case, event: Event) -> Case:
    message_id = event.data["message_id"]
    if event.data.get("source") is None:
        spoken = tuple(said for said in case.spoken if said[0] != message_id)
        waits = tuple(
            without_piece(wait, message_id, until=_next_start(case, position))
            for position, wait in enumerate(case.waits)
        )
        return evolve(case, spoken=spoken, waits=waits)
    case = evolve(case, spoken=(*case.spoken, (message_id, event.at)))
    waits = tuple(with_piece_back(wait, message_id) for wait in case.waits)
    if waits == case.waits and event.data.get("piece"):
        return _with_piece(case, message_id, event.at)
    return evolve(case, waits=waits)


def _next_start(case: Case, position: int) -> datetime | None:
    """When the next wait or close began after a wait: there it ended at the latest."""
    wait = case.waits[position]
    starts = [other.start for other in case.waits[position + 1 :]]
    starts += [stretch.start for stretch in case.closings if wait.end is not None and stretch.start >= wait.end]
    return min(starts, default=None)


def _call_asked(case: Case, event: Event) -> Case:
    return evolve(_message(case, event), call=calls.asked(case.call, event.at, event.data.get("when")))


def _called(case: Case, _event: Event) -> Case:
    spoken = tuple(said for said in case.spoken if said[0] is not None)
    return evolve(case, spoken=spoken, call=None, partner_answered_at=None)


def _call_tried(case: Case, _event: Event) -> Case:
    return evolve(case, call=calls.tried(case.call))


def _noted(case: Case, event: Event) -> Case:
    if event.data.get("answers"):
        asked = consultations.answered(case.consultations, event.at, event.by, event.data)
        # Whoever enters an answer to the own case knows it already.
        at = None if event.by is not None and event.by == case.assignee else event.at
        return evolve(case, consultations=asked, partner_answered_at=at)
    return case if event.by is None else evolve(case, partner_answered_at=None)


def _replied(case: Case, event: Event) -> Case:
    approved = event.data.get("draft_id") is not None
    return evolve(
        case,
        draft=None if approved else case.draft,
        returned_draft=None,
        first_reply_at=case.first_reply_at or event.at,
        last_reply_at=event.at,
        progressed=True,
        spoken=(),
        call=calls.answered(case.call, event.data.get("via")),
        partner_answered_at=None,
    )


def _waiting(case: Case, event: Event) -> Case:
    wait = Wait(
        on=event.data["on"],
        start=event.at,
        agency=event.data.get("agency"),
        until=event.data.get("until"),
    )
    waiting = evolve(case, waits=(*case.waits, wait), spoken=(), partner_answered_at=None)
    return _asked(waiting, event) if wait.on == "agency" else waiting


def _asked(case: Case, event: Event) -> Case:
    return evolve(case, consultations=consultations.opened(case.consultations, event.at, event.by, event.data))


def _consultation_withdrawn(case: Case, event: Event) -> Case:
    asked = consultations.withdrawn(case.consultations, event.data["consultation"], event.at)
    return evolve(case, consultations=asked)


def _resumed(case: Case, event: Event) -> Case:
    asked = consultations.ended(case.consultations, event.at)
    return evolve(_end_wait(case, event.at, event.data.get("message_id")), progressed=True, consultations=asked)


def _extended(case: Case, event: Event) -> Case:
    extension = Extension(
        at=event.at,
        days=event.data["days"],
        reason=event.data.get("reason") or "",
        approved_by=event.data.get("approved_by") or event.by,
    )
    return evolve(case, extensions=(*case.extensions, extension), pending_extension=None, refused_extension=None)


def _extension_asked(case: Case, event: Event) -> Case:
    pending = PendingExtension(at=event.at, days=event.data["days"], reason=event.data["reason"], asked_by=event.by)
    return evolve(case, pending_extension=pending, refused_extension=None)


def _extension_refused(case: Case, event: Event) -> Case:
    asked, refused = case.pending_extension, None
    if asked is not None and asked.asked_by is not None and asked.asked_by != event.by:
        note = event.data.get("note") or ""
        refused = RefusedExtension(
            at=event.at, days=asked.days, asked_by=asked.asked_by, note=note, refused_by=event.by
        )
    return evolve(case, pending_extension=None, refused_extension=refused)


def _extension_seen(case: Case, _event: Event) -> Case:
    return evolve(case, refused_extension=None)


def _category(case: Case, event: Event) -> Case:
    return evolve(
        case,
        category=event.data.get("category", case.category),
        topic=event.data.get("topic"),
        unit=event.data.get("unit") or case.unit,
    )


def _kind(case: Case, event: Event) -> Case:
    filed = event.data.get("filed_at")
    filed_at = datetime.fromisoformat(filed) if filed else None
    return evolve(case, kind=Kind(event.data["kind"]), filed_at=filed_at, kind_confirmed=True)


def _corrected(case: Case, event: Event) -> Case:
    return evolve(case, park=event.data.get("park")) if "park" in event.data["fields"] else case


def _transferred(case: Case, event: Event) -> Case:
    return evolve(case, unit=event.data.get("unit") or case.unit)


def _closed(case: Case, event: Event) -> Case:
    outcome, data = Outcome(event.data["outcome"]), event.data
    stretch = ClosedStretch(start=event.at, outcome=outcome, into=data.get("into"), agency=data.get("agency"))
    ended = _end_wait(case, event.at)
    asked = consultations.ended(case.consultations, event.at, data.get("consultation"))
    # Whoever asked to be called still waits for it, unless it has taken its case back.
    call = None if stretch.outcome is Outcome.WITHDRAWN else case.call
    return evolve(
        ended, closings=(*case.closings, stretch), pending_extension=None, refused_extension=None, spoken=(), call=call,
        partner_answered_at=None, consultations=asked, draft=None, returned_draft=None,
    )  # fmt: skip


def _reopened(case: Case, event: Event) -> Case:
    standing = case.closings[-1]
    return evolve(case, closings=(*case.closings[:-1], replace(standing, end=event.at)), progressed=False)


def _confidential(case: Case, event: Event) -> Case:
    return evolve(case, confidential=bool(event.data["confidential"]))


def _rated(case: Case, event: Event) -> Case:
    via = event.data.get("via") or UNNAMED_CHANNEL.value
    return evolve(case, rating=int(event.data["score"]), rated_via=via, rated_at=event.at)


def _drafted(case: Case, event: Event) -> Case:
    draft = PendingDraft(id=event.data["draft_id"], by=event.by, at=event.at, outcome=event.data.get("outcome"))
    return evolve(case, draft=draft, returned_draft=None)


def _draft_returned(case: Case, event: Event) -> Case:
    draft, returned = case.draft, None
    if draft is not None and draft.by is not None and draft.by != event.by:
        note = event.data.get("note") or ""
        returned = ReturnedDraft(id=draft.id, by=draft.by, at=event.at, note=note, returned_by=event.by)
    return evolve(case, draft=None, returned_draft=returned)


def _watched(case: Case, event: Event) -> Case:
    return evolve(case, watched=bool(event.data["watched"]))


RELATIONS = ("related", "duplicate")
"""How two cases have to do with each other: the matter is a like one, or the same."""


def _linked(case: Case, event: Event) -> Case:
    number, relation = event.data["number"], event.data.get("relation")
    others = tuple(link for link in case.links if link[0] != number)
    return evolve(case, links=(*others, (number, relation)) if relation else others)


def _snoozed(case: Case, event: Event) -> Case:
    until = event.data.get("until")
    return evolve(case, snoozed_until=date.fromisoformat(until) if until else None)


_BRING_BACK = frozenset({
    EventKind.MESSAGE, EventKind.CALL_ASKED, EventKind.ASSIGNED, EventKind.TRANSFERRED, EventKind.CLOSED,
    EventKind.REOPENED, EventKind.EXTENSION_ASKED, EventKind.EXTENSION_REFUSED, EventKind.DRAFTED,
    EventKind.DRAFT_RETURNED,
})  # fmt: skip
"""After these somebody has to look at a case that was put off: the firm spoke, another person has it, …"""


def _comes_back(event: Event) -> bool:
    if event.kind is EventKind.NOTE:
        return bool(event.data.get("answers"))
    if event.kind is EventKind.MOVED:
        return event.data.get("source") is not None
    return event.kind in _BRING_BACK


def _gathered(case: Case, event: Event) -> Case:
    return replace(case, incident=event.data["incident"])


def _parted(case: Case, _event: Event) -> Case:
    return replace(case, incident=None)


def _unchanged(case: Case, _event: Event) -> Case:
    return case


_FOLD = {
    EventKind.ASSIGNED: _assigned,
    EventKind.MESSAGE: _message,
    EventKind.REPLIED: _replied,
    EventKind.NOTE: _noted,
    EventKind.WAITING: _waiting,
    EventKind.RESUMED: _resumed,
    EventKind.EXTENDED: _extended,
    EventKind.CATEGORY: _category,
    EventKind.KIND: _kind,
    EventKind.TRANSFERRED: _transferred,
    EventKind.CLOSED: _closed,
    EventKind.REOPENED: _reopened,
    EventKind.EXTENSION_ASKED: _extension_asked,
    EventKind.EXTENSION_REFUSED: _extension_refused,
    EventKind.EXTENSION_SEEN: _extension_seen,
    EventKind.CONFIDENTIAL: _confidential,
    EventKind.SURVEYED: _unchanged,
    EventKind.RATED: _rated,
    EventKind.CALL_ASKED: _call_asked,
    EventKind.CALLED: _called,
    EventKind.CALL_TRIED: _call_tried,
    EventKind.CONSULTED: _asked,
    EventKind.CONSULTATION_WITHDRAWN: _consultation_withdrawn,
    EventKind.GATHERED: _gathered,
    EventKind.PARTED: _parted,
    EventKind.MOVED: _moved,
    EventKind.TAKEN_BACK: taken_back,
    EventKind.WATCHED: _watched,
    EventKind.DRAFTED: _drafted,
    EventKind.DRAFT_RETURNED: _draft_returned,
    EventKind.LINKED: _linked,
    EventKind.MERGED: _unchanged,
    EventKind.SNOOZED: _snoozed,
    EventKind.CORRECTED: _corrected,
}


def apply(case: Case, event: Event) -> Case:
    """The case after one more event. The step is taken as allowed: ``steps.check`` says whether it is."""
    last_at = event.at if case.last_at is None else max(case.last_at, event.at)
    after = _FOLD[event.kind](case, event)
    until = None if after.snoozed_until is not None and _comes_back(event) else after.snoozed_until
    reply = last_reply(case, event)
    return finished(after, case, snoozed_until=until, reply=reply, last_at=last_at, version=case.version + 1)


def fold(opening: Opening, events: Iterable[Event]) -> Case:
    """The case after all its events, in their order."""
    case = begin(opening)
    for event in events:
        case = apply(case, event)
    return case
