"""A case is its opening and the events after it; everything else is folded from them.

The fold is the only place that says what an event does to a case. The database keeps a projection of the result
for lists, and a test proves that refolding gives the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from knowledge.vocabulary import UNNAMED_CHANNEL
from routing.domain import calls
from routing.domain.calls import CallWish
from routing.domain.extensions import Extension, PendingExtension, RefusedExtension
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
    """會辦中: another agency is asked; the clock runs."""
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
    """Contact, telephone, park or subject were put right; the event names the fields and, of a park, both."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
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
    progressed: bool = False
    waits: tuple[Wait, ...] = ()
    closings: tuple[ClosedStretch, ...] = ()
    extensions: tuple[Extension, ...] = ()
    pending_extension: PendingExtension | None = None
    refused_extension: RefusedExtension | None = None
    confidential: bool = False
    spoken: tuple[tuple[int | None, datetime], ...] = ()
    """What the firm said since we last did: messages by their rows (None: a wish to be called) and when they came."""
    call: CallWish | None = None
    """The firm is to be called."""
    partner_answered_at: datetime | None = None
    """When the agency that was asked answered, if nobody of the team has acted on it since."""
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
        return next((wait.agency for wait in reversed(self.waits) if wait.on == "agency"), None)

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
    return case if wait is None else replace(case, waits=(*case.waits[:-1], replace(wait, end=at, ended_by=by)))


def _assigned(case: Case, event: Event) -> Case:
    return replace(case, assignee=event.data.get("to"), unit=event.data.get("unit") or case.unit)


def _message(case: Case, event: Event) -> Case:
    if case.version == 0 and event.at == case.opening.received_at:
        # A history begins with the words that opened the case; nobody waits for us since then but by its dates.
        return case
    said = replace(case, spoken=(*case.spoken, (event.data.get("message_id"), event.at)))
    return _with_piece(said, event.data.get("message_id", 0), event.at) if event.data.get("piece") else said


def _with_piece(case: Case, message_id: int, at: datetime) -> Case:
    wait = case.waiting
    if wait is None or wait.on != "firm":
        return case
    return replace(case, waits=(*case.waits[:-1], with_piece(wait, message_id, at)))


def _moved(case: Case, event: Event) -> Case:
    message_id = event.data["message_id"]
    if event.data.get("source") is None:
        spoken = tuple(said for said in case.spoken if said[0] != message_id)
        waits = tuple(
            without_piece(wait, message_id, until=_next_start(case, position))
            for position, wait in enumerate(case.waits)
        )
        return replace(case, spoken=spoken, waits=waits)
    case = replace(case, spoken=(*case.spoken, (message_id, event.at)))
    waits = tuple(with_piece_back(wait, message_id) for wait in case.waits)
    if waits == case.waits and event.data.get("piece"):
        return _with_piece(case, message_id, event.at)
    return replace(case, waits=waits)


def _next_start(case: Case, position: int) -> datetime | None:
    """When the next wait or close began after a wait: there it ended at the latest."""
    wait = case.waits[position]
    starts = [other.start for other in case.waits[position + 1 :]]
    starts += [stretch.start for stretch in case.closings if wait.end is not None and stretch.start >= wait.end]
    return min(starts, default=None)


def _call_asked(case: Case, event: Event) -> Case:
    return replace(_message(case, event), call=calls.asked(case.call, event.at, event.data.get("when")))


def _called(case: Case, _event: Event) -> Case:
    spoken = tuple(said for said in case.spoken if said[0] is not None)
    return replace(case, spoken=spoken, call=None, partner_answered_at=None)


def _call_tried(case: Case, _event: Event) -> Case:
    return replace(case, call=calls.tried(case.call))


def _noted(case: Case, event: Event) -> Case:
    if event.data.get("answers"):
        return replace(case, partner_answered_at=event.at)
    return case if event.by is None else replace(case, partner_answered_at=None)


def _replied(case: Case, event: Event) -> Case:
    return replace(
        case,
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
    return replace(case, waits=(*case.waits, wait), spoken=(), partner_answered_at=None)


def _resumed(case: Case, event: Event) -> Case:
    return replace(_end_wait(case, event.at, event.data.get("message_id")), progressed=True)


def _extended(case: Case, event: Event) -> Case:
    extension = Extension(
        at=event.at,
        days=event.data["days"],
        reason=event.data.get("reason") or "",
        approved_by=event.data.get("approved_by") or event.by,
    )
    return replace(case, extensions=(*case.extensions, extension), pending_extension=None, refused_extension=None)


def _extension_asked(case: Case, event: Event) -> Case:
    pending = PendingExtension(at=event.at, days=event.data["days"], reason=event.data["reason"], asked_by=event.by)
    return replace(case, pending_extension=pending, refused_extension=None)


def _extension_refused(case: Case, event: Event) -> Case:
    asked, refused = case.pending_extension, None
    if asked is not None and asked.asked_by is not None and asked.asked_by != event.by:
        note = event.data.get("note") or ""
        refused = RefusedExtension(
            at=event.at, days=asked.days, asked_by=asked.asked_by, note=note, refused_by=event.by
        )
    return replace(case, pending_extension=None, refused_extension=refused)


def _extension_seen(case: Case, _event: Event) -> Case:
    return replace(case, refused_extension=None)


def _category(case: Case, event: Event) -> Case:
    return replace(
        case,
        category=event.data.get("category", case.category),
        topic=event.data.get("topic"),
        unit=event.data.get("unit") or case.unit,
    )


def _kind(case: Case, event: Event) -> Case:
    filed = event.data.get("filed_at")
    filed_at = datetime.fromisoformat(filed) if filed else None
    return replace(case, kind=Kind(event.data["kind"]), filed_at=filed_at, kind_confirmed=True)


def _corrected(case: Case, event: Event) -> Case:
    return replace(case, park=event.data.get("park")) if "park" in event.data["fields"] else case


def _transferred(case: Case, event: Event) -> Case:
    return replace(case, unit=event.data.get("unit") or case.unit)


def _closed(case: Case, event: Event) -> Case:
    outcome, data = Outcome(event.data["outcome"]), event.data
    stretch = ClosedStretch(start=event.at, outcome=outcome, into=data.get("into"), agency=data.get("agency"))
    ended = _end_wait(case, event.at)
    # Whoever asked to be called still waits for it, unless it has taken its case back.
    call = None if stretch.outcome is Outcome.WITHDRAWN else case.call
    return replace(
        ended, closings=(*case.closings, stretch), pending_extension=None, refused_extension=None, spoken=(), call=call,
        partner_answered_at=None,
    )  # fmt: skip


def _reopened(case: Case, event: Event) -> Case:
    standing = case.closings[-1]
    return replace(case, closings=(*case.closings[:-1], replace(standing, end=event.at)), progressed=False)


def _confidential(case: Case, event: Event) -> Case:
    return replace(case, confidential=bool(event.data["confidential"]))


def _rated(case: Case, event: Event) -> Case:
    via = event.data.get("via") or UNNAMED_CHANNEL.value
    return replace(case, rating=int(event.data["score"]), rated_via=via, rated_at=event.at)


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
    EventKind.MOVED: _moved,
    EventKind.CORRECTED: _corrected,
}


def apply(case: Case, event: Event) -> Case:
    """The case after one more event. The step is taken as allowed: ``steps.check`` says whether it is."""
    last_at = event.at if case.last_at is None else max(case.last_at, event.at)
    return replace(_FOLD[event.kind](case, event), last_at=last_at, version=case.version + 1)


def fold(opening: Opening, events: Iterable[Event]) -> Case:
    """The case after all its events, in their order."""
    case = begin(opening)
    for event in events:
        case = apply(case, event)
    return case
