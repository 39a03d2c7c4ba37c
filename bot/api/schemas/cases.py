"""A case as the API answers it, in the words and the order of contract §5. Instants carry Taipei's offset."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import ConfigDict, Field

from bot.api.schemas.answers import Delivery, Number, Representation
from bot.api.schemas.consultations import Consultation
from bot.web.case_steps import CASE_STEPS
from bot.web.fields import WrittenInstant, written
from routing.domain import steps
from routing.domain.calls import CallWish
from routing.domain.case import Kind, Outcome, Status
from routing.domain.files import FileState
from routing.service.cases import histories
from routing.service.cases.consulted import Consulted
from routing.service.cases.drafting import Draft as Kept
from routing.service.cases.partner_view import Question
from routing.service.cases.queries import CaseState, CaseWhole
from routing.service.files.queries import file_json
from routing.service.messaging.deliveries import Delivery as Sent


def _nothing(value: object) -> bool:
    return not value


class Firm(Representation):
    """``claimed_ubn``: a number that stands with another firm's name too; only there if it is so."""

    name: str
    ubn: str | None
    verified: bool
    claimed_ubn: str | None = Field(None, exclude_if=lambda value: value is None)


class PendingExtension(Representation):
    """What an officer asked for and nobody has decided."""

    days: int
    reason: str
    asked_by: str | None


class Call(Representation):
    """The firm asked to be called: since when, when it suits (``morning``, ``afternoon``, ``any``), tries in vain."""

    asked_at: WrittenInstant
    when: str | None
    tries: int


class Link(Representation):
    """Another case that has to do with this one: a like matter (``related``) or the same (``duplicate``)."""

    number: str
    relation: str


class Undelivered(Representation):
    """Messages to the firm that did not arrive: how many; of the newest its kind and what became of it.

    ``state``: ``dead``, ``unknown`` or ``blocked``.
    """

    count: int
    reason: str
    state: str


class Case(Representation):
    """A case. To a partner only the question to its agency is shown; the other fields are null or empty.

    ``marks``: what wants the officer: ``call``, ``undelivered``, ``firm_spoke``, ``partner_spoke``, and ``new`` to
    whoever was given it and has not opened it at the desk; ``unread``: how much others have written since the caller
    had it open at the desk; and what the team has decided: ``watched`` (列管), ``snoozed`` (暫緩, with
    ``snoozed_until``). ``links`` (關聯) and ``merged_into`` (併案) name other cases. All of these are only there if
    something is so.
    """

    number: str
    kind: Kind | None = None
    status: Status
    category: str | None = None
    topic: str | None = None
    subject: str | None = None
    channel: str | None = None
    language: str | None = None
    park: str | None = None
    firm: Firm | None = None
    unit: str | None = None
    assignee: str | None = None
    first_contact_at: WrittenInstant | None = None
    received_at: WrittenInstant | None = None
    first_reply_at: WrittenInstant | None = None
    due_on: date | None = None
    promised_on: date | None = None
    closed_at: WrittenInstant | None = None
    outcome: Outcome | None = None
    days_used: Number | None = None
    gross_days: Number | None = None
    business_minutes: Number | None = None
    overdue: bool | None = None
    waiting_on: str | None = None
    firm_answered: bool | None = None
    marks: tuple[str, ...] = Field(default=(), exclude_if=_nothing)
    unread: int = Field(default=0, exclude_if=_nothing)
    call: Call | None = Field(default=None, exclude_if=_nothing)
    undelivered: Undelivered | None = Field(default=None, exclude_if=_nothing)
    firm_spoke_at: WrittenInstant | None = Field(default=None, exclude_if=_nothing)
    partner_answered_at: WrittenInstant | None = Field(default=None, exclude_if=_nothing)
    snoozed_until: date | None = Field(default=None, exclude_if=_nothing)
    links: tuple[Link, ...] = Field(default=(), exclude_if=_nothing)
    merged_into: str | None = Field(default=None, exclude_if=_nothing)
    incident: int | None = Field(default=None, exclude_if=_nothing)
    pending_extension: PendingExtension | None = None
    reopened: int | None = None
    confidential: bool | None = None
    refs: tuple[str, ...] = ()
    version: int

    @classmethod
    def of(cls, one: CaseState | CaseWhole) -> Case:
        """A case as its team reads it."""
        return cls(**case_fields(one))

    @classmethod
    def asked(cls, one: Question) -> Case:
        """A case as a partner reads it: number, state, park and the unit that asks."""
        return cls(number=one.number, status=Status.WAITING_AGENCY, park=one.park, unit=one.unit, waiting_on="agency",
                   version=one.version)  # fmt: skip


def case_fields(one: CaseState | CaseWhole) -> dict[str, Any]:
    """The fields of a case by name, in any order."""
    row, case, reading, firm, pending = one.row, one.case, one.reading, one.firm, one.case.pending_extension
    return {
        "number": row.number, "kind": case.kind, "status": case.status, "category": case.category,
        "topic": case.topic, "subject": row.subject, "channel": row.channel, "language": row.language,
        "park": row.park, "firm": _firm(firm) if firm else None, "unit": case.unit, "assignee": case.assignee,
        "first_contact_at": row.first_contact_at, "received_at": row.received_at,
        "first_reply_at": case.first_reply_at, "due_on": reading.due_on, "promised_on": reading.promised_on,
        "closed_at": case.closed.start if case.closed else None,
        "outcome": case.closed.outcome if case.closed else None, "days_used": reading.days_used,
        "gross_days": reading.gross_days, "business_minutes": reading.business_minutes, "overdue": reading.overdue,
        "waiting_on": case.waiting.on if case.waiting else None,
        "firm_answered": case.firm_answered, "marks": one.marks, "unread": one.unread,
        "call": _call(case.call),
        "undelivered": _undelivered(one.failed), "firm_spoke_at": case.firm_spoke_at,
        "partner_answered_at": case.partner_answered_at, "snoozed_until": case.snoozed_until,
        "links": tuple(Link(number=number, relation=relation) for number, relation in case.links),
        "merged_into": case.closed.into if case.closed else None,
        "incident": case.incident,
        "pending_extension": PendingExtension(days=pending.days, reason=pending.reason, asked_by=pending.asked_by)
        if pending else None,
        "reopened": case.reopened, "confidential": case.confidential, "refs": row.refs, "version": row.version,
    }  # fmt: skip


def _call(wish: CallWish | None) -> Call | None:
    return Call(asked_at=wish.at, when=wish.when, tries=wish.tries) if wish else None


def _undelivered(failed: Any) -> Undelivered | None:
    return Undelivered(count=failed.count, reason=failed.reason, state=failed.state) if failed else None


def _firm(firm: Any) -> Firm:
    return Firm(name=firm.name, ubn=firm.ubn, verified=firm.verified, claimed_ubn=firm.claimed_ubn)


class CasePage(Representation):
    """Some cases, and the cursor of the next page; null on the last."""

    items: list[Case]
    next_cursor: str | None


class File(Representation):
    """A file of a case. ``state``: whether its bytes can be had; ``problem``: why not; ``to_firm``: it has a link."""

    id: int
    number: str
    name: str | None
    type: str | None
    size: int | None
    sha256: str | None
    state: FileState
    problem: str | None
    url: str | None
    thumbnail_url: str | None
    direction: str
    by: str | None
    at: WrittenInstant
    to_firm: bool
    link_until: WrittenInstant | None


class FilePage(Representation):
    """A page of the files of a case, newest first."""

    items: list[File]
    next_cursor: str | None


class Message(Representation):
    """Words or a file: from the firm (``in``), to it (``out``), among staff (``note``)."""

    id: int
    direction: str
    kind: str
    text: str | None
    at: WrittenInstant
    by: str | None
    via: str | None
    doc_no: str | None
    placed_by: str | None
    source: str | None = Field(default=None, exclude_if=_nothing)
    """The merged case for which the firm said it (併案)."""
    file: File | None
    files: list[File]


class Event(Representation):
    """An event as case histories have it (contract §6); what belongs to one kind of event alone stands beside."""

    model_config = ConfigDict(frozen=True, extra="allow")
    at: str = Field(json_schema_extra={"format": "date-time"})
    event: str


class Wait(Representation):
    """A wait on the firm or on an agency; ``end`` null: it goes on. ``until`` is a day to show."""

    on: str
    agency: str | None
    start: WrittenInstant
    end: WrittenInstant | None
    until: str | None


class Extension(Representation):
    """Days that were granted."""

    at: WrittenInstant
    days: int
    reason: str
    approved_by: str | None


class ExtensionPreview(Representation):
    """What days more would come to. ``most``: days at most; ``at_once``: the caller's own call puts them in force."""

    days: int
    most: int
    before: date
    due_on: date
    promised_on: date
    provisional: bool
    at_once: bool


class WaitingDays(Representation):
    """Working days spent waiting."""

    firm: int | None
    agency: int | None


class Clock(Representation):
    """Dates, durations, waits and extensions. Working days, calendar days, business minutes."""

    limit: str
    counts_from: WrittenInstant
    due_on: date
    promised_on: date
    working_days_left: int | None
    overdue: bool
    provisional: bool
    days_used: Number | None
    gross_days: Number | None
    business_minutes: Number | None
    first_reply_minutes: Number | None
    waits: list[Wait]
    extensions: list[Extension]
    waiting_days: WaitingDays

    @classmethod
    def of(cls, whole: CaseWhole) -> Clock:
        """The clocks of a case."""
        case, reading = whole.case, whole.reading
        alike = ("due_on", "promised_on", "working_days_left", "overdue", "provisional", "days_used", "gross_days",
                 "business_minutes", "first_reply_minutes")  # fmt: skip
        return cls(
            limit=str(reading.limit), counts_from=case.receipt, **{name: getattr(reading, name) for name in alike},
            waits=[Wait(on=one.on, agency=one.agency, start=one.start, end=one.end, until=one.until)
                   for one in case.waits],
            extensions=[Extension(at=one.at, days=one.days, reason=one.reason, approved_by=one.approved_by)
                        for one in case.extensions],
            waiting_days=WaitingDays(firm=reading.waiting_days_firm, agency=reading.waiting_days_agency),
        )  # fmt: skip


class QuestionWait(Representation):
    """The wait on a partner's own agency, which goes on."""

    on: str
    agency: str
    until: str | None
    start: WrittenInstant
    end: None = None


class QuestionClock(Representation):
    """What a partner sees of the clocks: since when its agency is asked."""

    waits: list[QuestionWait]


class Action(Representation):
    """A step that the caller may take now: it is neither 403 nor 409 as long as the case stays as it is.

    ``fixed``: values of the body that make the call this step. ``choices``: fields that may hold only these values now.
    """

    step: str
    method: Literal["POST"] = "POST"
    path: str
    fixed: dict[str, str | bool]
    choices: dict[str, list[str | bool]]


def actions(number: str, offered: Mapping[str, steps.Choices]) -> list[Action]:
    """The steps offered, as calls."""
    return [
        Action(
            step=name, path=f"/api/v1/cases/{number}/{CASE_STEPS[name].path}", fixed=dict(CASE_STEPS[name].fixed),
            choices={field: list(values) for field, values in choices.items()},
        )
        for name, choices in offered.items()
    ]  # fmt: skip


class Change(Representation):
    """A piece of a changed text: ``kind`` is ``same``, ``out`` (taken away) or ``new``."""

    kind: str
    text: str


class Draft(Representation):
    """An answer that another person approves (陳核). ``state``: ``asked``, ``approved``, ``returned``, ``withdrawn``.

    ``sent``: the text as it went out, if the approver changed it. ``changes``: from the text that was returned before
    it, or to the one that was sent.
    """

    id: int
    text: str
    outcome: str | None
    via: str | None
    by: str
    at: WrittenInstant
    state: str
    decided_by: str | None
    decided_at: WrittenInstant | None
    note: str | None
    sent: str | None
    changes: list[Change]

    @classmethod
    def of(cls, one: Kept) -> Draft:
        """A draft with what was changed in it."""
        alike = ("id", "text", "outcome", "via", "by", "at", "state", "decided_by", "decided_at", "note", "sent")
        parts = [Change(kind=part.kind, text=part.text) for part in one.changes]
        return cls(**{name: getattr(one.row, name) for name in alike}, changes=parts)


class DraftWithCase(Draft):
    """The same with the case as it is afterwards."""

    case: Case

    @classmethod
    def of_both(cls, draft: Draft, state: CaseState) -> DraftWithCase:
        """Both in one answer."""
        return cls(**{name: getattr(draft, name) for name in Draft.model_fields}, case=Case.of(state))


class WholeCase(Case):
    """A case with everything that this person may see of it."""

    case: Case
    messages: list[Message]
    events: list[Event]
    clock: Clock | QuestionClock
    deliveries: list[Delivery]
    consultations: list[Consultation]
    drafts: list[Draft] = Field(default=[], exclude_if=_nothing)
    actions: list[Action]

    @classmethod
    def whole(cls, whole: CaseWhole) -> WholeCase:
        """A case as its team reads it."""
        number, fields = whole.row.number, case_fields(whole)
        return cls(
            **fields,
            case=Case(**fields),
            messages=[
                _message(message, whole.media.get(message.id, []), number, whole.sources.get(message.id))
                for message in whole.messages
            ],
            events=[Event(**histories.event_json(event)) for event in whole.worded_events],
            clock=Clock.of(whole),
            deliveries=[Delivery.of(Sent(row, number, blocked=False)) for row in whole.deliveries],
            consultations=[Consultation.of(one) for one in whole.consultations],
            drafts=[Draft.of(one) for one in whole.drafts],
            actions=actions(number, whole.offered),
        )

    @classmethod
    def question(cls, one: Question, files: list[dict[str, Any]], consultation: Consulted) -> WholeCase:
        """The question to a partner's agency with its files: as the only message, the only event and the only wait."""
        case = Case.asked(one)
        wait = QuestionWait(on="agency", agency=one.agency, until=one.until, start=one.asked_at)
        message = Message(id=one.version, direction="note", kind="text", text=one.text, at=one.asked_at, by=None,
                          via=None, doc_no=None, placed_by=None, files=[File(**each) for each in files],
                          file=File(**files[0]) if files else None)  # fmt: skip
        asked = {"on": "agency", "agency": one.agency, "until": one.until, "message": one.text}
        event = Event.model_validate({"at": written(one.asked_at), "event": "waiting", **asked})
        return cls(
            **{name: getattr(case, name) for name in Case.model_fields}, case=case, messages=[message], events=[event],
            clock=QuestionClock(waits=[wait]), deliveries=[],
            consultations=[Consultation.of(consultation)], actions=actions(one.number, one.offered),
        )  # fmt: skip


def _message(message: Any, media: list[Any], number: str, source: str | None) -> Message:
    files = [File(**file_json(one, message, number)) for one in media]
    return Message(
        id=message.id, direction=message.direction, kind=message.kind, text=message.text, at=message.at, by=message.by,
        via=None if message.direction == "note" else message.via, doc_no=message.doc_no,
        placed_by=message.placed_by, source=source, file=files[0] if files else None, files=files,
    )  # fmt: skip
