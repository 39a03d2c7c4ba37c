"""The steps of a case in one table: event and roles, body, use case, and how a form says it.

``routing.domain.steps`` has the half that is true at every door: the event, and with it the states that allow the step,
and the permissions. Calls of the API, forms of the desk and the answer to "what may I do now" are all read from here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import Field, StrictBool, StrictInt

from bot.web import case_forms as forms
from bot.web.fields import (
    Assistance,
    Body,
    CaseKind,
    Category,
    Channel,
    Day,
    FirmBody,
    Instant,
    Long,
    Reason,
    Text,
    Topic,
    Translation,
)
from routing.domain import steps
from routing.domain.case import Kind, Outcome
from routing.domain.errors import Invalid
from routing.domain.land.plots import MOST_SENT
from routing.domain.steps import Step
from routing.service.assist import using
from routing.service.cases import (
    answering,
    call_backs,
    commands,
    consultations,
    corrections,
    drafting,
    extensions,
    following,
    joining,
    kept_replies,
    satisfaction,
    taking_back,
)
from routing.service.cases.closing import Ending
from routing.service.cases.consultations import Question
from routing.service.cases.corrections import NamedFirm
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.notifications import Notifier
from routing.service.knowledge_admin import confidentiality, rerouting
from routing.service.land import offering


class MessageBody(Body):
    """An answer to the firm, by a channel or recorded as given another way; or, ``internal``, a note among staff.

    ``via``: as the firm is reached, unless said. ``assistance``: drafts by a language model that it began with.
    ``undo``: it waits ten seconds before it is sent, in which it can be taken back (``…/take-back``).
    ``close``: the case is closed as answered with it, in words of ``summary`` if given; such a reply does not wait.
    """

    text: Long
    internal: StrictBool = False
    via: Channel | None = None
    at: Instant | None = None
    doc_no: Annotated[Text, Field(min_length=1, max_length=60)] | None = None
    translation: Translation | None = None
    assistance: Assistance | None = None
    undo: StrictBool = False
    close: StrictBool = False
    summary: Annotated[Text, Field(min_length=1, max_length=2000)] | None = None


class PlotsBody(Body):
    """Which plots of the lists the firm is sent, by their ids (``GET /plots``)."""

    plots: Annotated[list[Annotated[StrictInt, Field(ge=1)]], Field(min_length=1, max_length=MOST_SENT)]


class AssignmentBody(Body):
    """To whom; null puts it back into the queue. ``reason`` is kept in the history; the desk asks for it.

    ``category`` and ``topic``: the right ones, where the case goes elsewhere because they were wrong.
    """

    assignee: Annotated[Text, Field(max_length=200)] | None
    reason: Annotated[Text, Field(max_length=300)] | None = None
    category: Category | None = None
    topic: Topic | None = None


class CategoryBody(Body):
    """The right category."""

    category: Category
    topic: Topic | None = None
    reason: Reason


class KindBody(Body):
    """What the case is in law. ``filed_at``: when the application was filed, if that was not at receipt."""

    kind: CaseKind
    filed_at: Instant | None = None
    reason: Reason


class WaitBody(Body):
    """On whom, and what is asked of them. ``until``: a day to show, which moves no date."""

    on: Literal["firm", "agency"]
    agency: Annotated[Text, Field(max_length=20)] | None = None
    message: Long
    until: Day | None = None
    translation: Translation | None = None


class ConsultBody(Body):
    """Whom, an agency by its code or a unit by its name, and what. ``expected_on``: a day by which an answer is due.

    ``office``: that of the agency which is asked; unsaid, the one for the case's park. ``details``: beside the
    question, as text or by name. ``consent``: to an agency, that the firm agrees that its data goes along, or that none
    of its data does; the desk asks for it.
    """

    agency: Annotated[Text, Field(max_length=20)] | None = None
    unit: Annotated[Text, Field(max_length=40)] | None = None
    office: Annotated[Text, Field(max_length=80)] | None = None
    question: Long
    details: Annotated[Text, Field(max_length=4000)] | dict[Text, Text] | None = None
    expected_on: Day | None = None
    consent: Literal["given", "no_data"] | None = None


class ResumeBody(Body):
    """No fields."""


class ExtensionBody(Body):
    """How many days more (working days; calendar days for a legal limit), and why.

    ``seen_due_on``: the date that the caller had in sight (``GET …/extension``); another one is refused.
    """

    days: Annotated[StrictInt, Field(ge=1, le=365)]
    reason: Reason
    translation: Translation | None = None
    seen_due_on: date | None = None


class ApprovalBody(Body):
    """The decision of another person than who asked. ``seen_due_on``: as when asking.

    ``note``: why; the desk asks for it in a refusal, and an empty one is none.
    """

    approve: StrictBool
    note: Annotated[Text, Field(max_length=300)] | None = None
    seen_due_on: date | None = None


class ExtensionSeenBody(Body):
    """No fields."""


class CloseBody(Body):
    """How the case ended, in words that the firm reads.

    ``into``: the number of the case that goes on, for ``duplicate``. ``agency``: code or name of the competent agency,
    for ``referred``. ``consultation`` and ``extension``: what becomes of a consultation or a request for more days that
    is still open; not said, it is withdrawn. The desk asks for each of them.
    """

    outcome: Literal["answered", "referred", "withdrawn", "duplicate", "declined"]
    summary: Annotated[Text, Field(min_length=1, max_length=2000)]
    translation: Translation | None = None
    into: Annotated[Text, Field(max_length=24)] | None = None
    agency: Annotated[Text, Field(max_length=80)] | None = None
    consultation: Literal["answered", "withdrawn"] | None = None
    extension: Literal["withdrawn"] | None = None


class CorrectionBody(Body):
    """What is put right; a field that is not given stays, an empty one is cleared (but the subject).

    ``firm``: a name, or name and 統一編號.
    """

    contact: Annotated[Text, Field(max_length=80)] | None = None
    phone: Annotated[Text, Field(max_length=40)] | None = None
    park: Annotated[Text, Field(max_length=40)] | None = None
    subject: Annotated[Text, Field(min_length=1, max_length=200)] | None = None
    firm: FirmBody | Annotated[Text, Field(max_length=120)] | None = None


class ReopenBody(Body):
    """Why."""

    reason: Reason


class RatingBody(Body):
    """How the firm found it, 1 to 5 with 5 best, as it said by telephone, on paper or otherwise than in its chat."""

    score: Annotated[StrictInt, Field(ge=1, le=5)]
    via: Channel
    text: Annotated[Text, Field(max_length=1000)] = ""


class CalledBody(Body):
    """Whether the firm was reached by telephone, and what to know of it."""

    reached: StrictBool
    note: Annotated[Text, Field(max_length=300)] = ""


class DraftBody(Body):
    """An answer that another person approves before it is sent (陳核).

    ``outcome``: the case is closed with it; else it is a reply, by ``via`` (as the firm is reached, unless said).
    """

    text: Long
    outcome: Literal["declined"] | None = None
    via: Channel | None = None
    doc_no: Annotated[Text, Field(min_length=1, max_length=60)] | None = None
    translation: Translation | None = None
    assistance: Assistance | None = None


class MergeBody(Body):
    """The number of the case that goes on, and why; the reason is for staff."""

    into: Annotated[Text, Field(max_length=24)]
    reason: Reason


class LinkBody(Body):
    """Another case, and how the two have to do with each other; null takes the link away."""

    number: Annotated[Text, Field(min_length=1, max_length=24)]
    relation: Literal["related", "duplicate"] | None


class WatchBody(Body):
    """Whether the case is kept under watch (列管)."""

    watched: StrictBool


class SnoozeBody(Body):
    """The day on which the case comes back into the queue; null shows it again at once."""

    until: Day | None


class ConfidentialBody(Body):
    """Whether other units may know of the case."""

    confidential: StrictBool


_B = TypeVar("_B", bound=Body)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStep(Generic[_B]):
    """One step: ``path`` under the address of its case, ``do`` in the caller's transaction.

    ``form`` reads a form into the fields of the body; the use case itself refuses what cannot be used, in words for
    people. ``fixed``: values of the body that make a call of this path this step. ``creates``: the call answers 201.
    """

    name: str
    path: str
    body: type[_B]
    do: Callable[[LockedCase, _B, Notifier], object]
    form: Callable[[forms.Fields], Mapping[str, Any]]
    fixed: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    creates: bool = False
    own_call: bool = False
    """The API answers it otherwise than by the case: its call stands in a module of its own."""

    @property
    def rule(self) -> Step:
        """Event and permissions."""
        return steps.STEPS[self.name]

    def filled(self, form: forms.Fields) -> _B:
        """The body that a form says, its values checked only as far as the form reads them."""
        return self.body.model_construct(**self.form(form), **self.fixed)


def _reply(locked: LockedCase, body: MessageBody, notify: Notifier) -> None:
    """Answer the firm by a channel, or record an answer that was given another way."""
    began = using.check(locked, body.assistance or (), body.text, body.translation)
    if body.summary is not None and not body.close:
        raise Invalid("未同時辦結時，不能填寫辦結摘要。", field="summary")
    taking_back.hold(locked, wanted=body.undo and not body.close)
    how = body.model_dump(include={"via", "at", "doc_no", "translation"}, warnings=False)
    if body.close:
        message = answering.reply_and_close(locked, body.text, notify=notify, summary=body.summary, **how)
    else:
        message = commands.reply(locked, body.text, notify=notify, **how)
    kept_replies.sent(locked.session, locked.actor, locked.row.id)
    using.sent(locked, began, body.text, body.translation, message_id=message.id)


def _note(locked: LockedCase, body: MessageBody, notify: Notifier) -> None:
    """Leave a note among staff; a partner's is the answer to what its agency was asked, and ends the wait."""
    only_replies = (body.at, body.doc_no, body.translation, body.assistance, body.summary)
    if body.undo or body.close or any(value is not None for value in only_replies):
        raise Invalid("內部註記不能帶 at、doc_no、translation、assistance、undo、close 或 summary。", field="internal")
    commands.note(locked, body.text, notify=notify)


def _plots(locked: LockedCase, body: PlotsBody, notify: Notifier) -> None:
    """Send the firm chosen plots as cards with the day of the list: an answer. None is older than thirty days."""
    offering.send(locked, body.plots, notify=notify)


def _assignment(locked: LockedCase, body: AssignmentBody, notify: Notifier) -> None:
    """Give the case to a person (分案、改分), or put it back into the queue."""
    rerouting.assign(locked, body.assignee, reason=body.reason, category=body.category, topic=body.topic, notify=notify)


def _category(locked: LockedCase, body: CategoryBody, notify: Notifier) -> None:
    """Correct the category, and what the window had understood; the case goes to the unit that handles it."""
    rerouting.change_category(locked, body.category, topic=body.topic, reason=body.reason, notify=notify)


def _kind(locked: LockedCase, body: KindBody, notify: Notifier) -> None:
    """Confirm or change what the case is in law; its due date counts anew from receipt."""
    kind = _word(Kind, body.kind, "kind", "請選擇案件性質。")
    commands.change_kind(locked, kind, filed_at=body.filed_at, reason=body.reason, notify=notify)


def _wait_firm(locked: LockedCase, body: WaitBody, notify: Notifier) -> None:
    """Wait on the firm (待廠商補件): it is told what is missing, and the clock stands still."""
    commands.wait(locked, "firm", message=body.message, until=body.until, notify=notify, translation=body.translation)


def _wait_agency(locked: LockedCase, body: WaitBody, notify: Notifier) -> None:
    """Wait on an agency (會辦中): it is asked, and the clock runs on."""
    commands.wait(locked, "agency", message=body.message, agency=body.agency, until=body.until, notify=notify)


def question_of(body: ConsultBody) -> Question:
    """What is asked, as a call or a form says it."""
    details = body.details
    if isinstance(details, dict):
        details = "\n".join(f"{name}：{value}" for name, value in details.items())
    return Question(
        text=body.question, agency=body.agency, unit=body.unit, office=body.office, details=details,
        until=body.expected_on, consent=body.consent,
    )  # fmt: skip


def _consult(locked: LockedCase, body: ConsultBody, notify: Notifier) -> None:
    """Ask an agency or a unit (會辦); several may be asked at once, and the clock runs on."""
    consultations.ask(locked, question_of(body), notify=notify)


def _resume(locked: LockedCase, _body: ResumeBody, notify: Notifier) -> None:
    """Go on working; the agency that was waited on ends the wait by its answer instead (a note)."""
    commands.resume(locked, notify=notify)


def _extension(locked: LockedCase, body: ExtensionBody, notify: Notifier) -> None:
    """Ask for more days before the due date ends; a supervisor's own call on another's case puts them in force."""
    extensions.ask(
        locked, body.days, reason=body.reason, notify=notify, translation=body.translation, due_on=body.seen_due_on
    )


def _approval(locked: LockedCase, body: ApprovalBody, notify: Notifier) -> None:
    """A supervisor approves or refuses the days that another person asked for; who asked may take them back."""
    extensions.decide(locked, approve=body.approve, note=body.note, notify=notify, due_on=body.seen_due_on)


def _extension_seen(locked: LockedCase, _body: ExtensionSeenBody, _notify: Notifier) -> None:
    """Whoever asked for days takes note that they were refused."""
    extensions.take_note(locked)


def _close(locked: LockedCase, body: CloseBody, notify: Notifier) -> None:
    """Close the case (辦結); ``answered`` needs an answer given."""
    outcome = _word(Outcome, body.outcome, "outcome", "請選擇辦理結果。")
    ending = Ending(into=body.into, agency=body.agency, consultation=body.consultation, extension=body.extension)
    commands.close(locked, outcome, summary=body.summary, notify=notify, translation=body.translation, ending=ending)


def _correct(locked: LockedCase, body: CorrectionBody, _notify: Notifier) -> None:
    """Put contact, telephone, park, subject or firm right; the firm is not told, who did it stays."""
    firm = NamedFirm(name=body.firm) if isinstance(body.firm, str) else body.firm
    named = NamedFirm(name=firm.name, ubn=firm.ubn) if firm is not None else None
    corrections.correct(
        locked, contact=body.contact, phone=body.phone, park=body.park, subject=body.subject, firm=named
    )  # fmt: skip


def _reopen(locked: LockedCase, body: ReopenBody, notify: Notifier) -> None:
    """Open it again under its number."""
    commands.reopen(locked, reason=body.reason, notify=notify)


def _rating(locked: LockedCase, body: RatingBody, _notify: Notifier) -> None:
    """Enter how the firm found it, as it said by telephone or on paper; each close has one answer."""
    satisfaction.enter(locked, body.score, via=body.via, reason=body.text)


def _called(locked: LockedCase, body: CalledBody, _notify: Notifier) -> None:
    """Tick off a call that the firm asked for, or enter one that was made; not reached, it stays asked for."""
    call_backs.called(locked, reached=body.reached, note=body.note)


def _confidential(locked: LockedCase, body: ConfidentialBody, _notify: Notifier) -> None:
    """Hide the case from other units, or show it again."""
    confidentiality.set_confidential(locked, confidential=body.confidential)


def draft(locked: LockedCase, body: DraftBody, _notify: Notifier) -> int:
    """Write an answer for another person to approve (陳核); nothing goes out until then. Gives its id."""
    began = using.check(locked, body.assistance or (), body.text, body.translation)
    row = drafting.write(locked, body.text, **body.model_dump(exclude={"text", "assistance"}, warnings=False))
    using.sent(locked, began, body.text, body.translation, draft_id=row.id)
    return row.id


def _merge(locked: LockedCase, body: MergeBody, notify: Notifier) -> None:
    """Close the case because another goes on in its place (併案); what its firm says later reaches that one."""
    joining.merge(locked, body.into, reason=body.reason, notify=notify)


def _link(locked: LockedCase, body: LinkBody, _notify: Notifier) -> None:
    """Say in both cases that they have to do with each other (關聯), or that they have no more."""
    joining.link(locked, body.number, body.relation)


def _watch(locked: LockedCase, body: WatchBody, _notify: Notifier) -> None:
    """Keep the case under watch (列管), or no more; everybody who reads it sees so."""
    following.watch(locked, watched=body.watched)


def _snooze(locked: LockedCase, body: SnoozeBody, _notify: Notifier) -> None:
    """Leave the case out of the queue (暫緩) until a day, until it is due, or until firm or partner speak."""
    following.snooze(locked, body.until)


_W = TypeVar("_W", Kind, Outcome)


def _word(words: type[_W], value: str, field: str, hint: str) -> _W:
    try:
        return words(value)
    except ValueError:
        raise Invalid(hint, field=field) from None


TABLE: tuple[CaseStep[Any], ...] = (
    CaseStep(name="reply", path="messages", body=MessageBody, do=_reply, form=forms.reply_form,
             fixed={"internal": False}, creates=True),
    CaseStep(name="note", path="messages", body=MessageBody, do=_note, form=forms.texts("text"),
             fixed={"internal": True}, creates=True),
    CaseStep(name="plots", path="plots", body=PlotsBody, do=_plots,
             form=lambda form: {"plots": form.chosen("plot")}, creates=True),
    CaseStep(name="wait_firm", path="wait", body=WaitBody, do=_wait_firm, form=forms.wait_form, fixed={"on": "firm"}),
    CaseStep(name="wait_agency", path="wait", body=WaitBody, do=_wait_agency, form=forms.wait_form,
             fixed={"on": "agency"}),
    CaseStep(name="consult", path="consultations", body=ConsultBody, do=_consult, form=forms.consult_form, creates=True,
             own_call=True),
    CaseStep(name="resume", path="resume", body=ResumeBody, do=_resume, form=forms.texts()),
    CaseStep(name="extension", path="extension", body=ExtensionBody, do=_extension,
             form=forms.extension_form),
    CaseStep(name="approval", path="extension/approval", body=ApprovalBody, do=_approval,
             form=forms.approval_form),
    CaseStep(name="extension_seen", path="extension/seen", body=ExtensionSeenBody, do=_extension_seen,
             form=forms.texts()),
    CaseStep(name="assignment", path="assignment", body=AssignmentBody, do=_assignment,
             form=forms.assignment_form),
    CaseStep(name="category", path="category", body=CategoryBody, do=_category, form=forms.category_form),
    CaseStep(name="kind", path="kind", body=KindBody, do=_kind, form=forms.kind_form),
    CaseStep(name="correct", path="correction", body=CorrectionBody, do=_correct,
             form=forms.correct_form),
    CaseStep(name="close", path="close", body=CloseBody, do=_close, form=forms.close_form),
    CaseStep(name="reopen", path="reopen", body=ReopenBody, do=_reopen, form=forms.texts("reason")),
    CaseStep(name="confidential", path="confidential", body=ConfidentialBody, do=_confidential,
             form=lambda form: {"confidential": form.text("confidential") == "yes"}),
    CaseStep(name="rating", path="rating", body=RatingBody, do=_rating,
             form=lambda form: {"score": form.number("score"), **forms.texts("via", "text")(form)}),
    CaseStep(name="called", path="called", body=CalledBody, do=_called,
             form=lambda form: {"reached": form.text("reached") == "yes", "note": form.text("note")}),
    CaseStep(name="draft", path="drafts", body=DraftBody, do=draft, creates=True, own_call=True, form=forms.draft_form),
    CaseStep(name="merge", path="merge", body=MergeBody, do=_merge, form=forms.texts("into", "reason")),
    CaseStep(name="link", path="links", body=LinkBody, do=_link, creates=True,
             form=lambda form: {"number": form.text("number"), "relation": form.optional("relation")}),
    CaseStep(name="watch", path="watch", body=WatchBody, do=_watch,
             form=lambda form: {"watched": form.text("watched") == "yes"}),
    CaseStep(name="snooze", path="snooze", body=SnoozeBody, do=_snooze,
             form=lambda form: {"until": form.optional("until")}),
)  # fmt: skip

CASE_STEPS: Mapping[str, CaseStep[Any]] = {step.name: step for step in TABLE}
"""The table by name; every step of ``routing.domain.steps`` stands in it."""


def of_path(path: str) -> tuple[CaseStep[Any], ...]:
    """The steps that share a path of the API."""
    return tuple(step for step in TABLE if step.path == path)


def of_body(path: str, body: Body) -> CaseStep[Any]:
    """The step that a call of a path with this body is."""
    return next(
        step for step in of_path(path) if all(getattr(body, name) == value for name, value in step.fixed.items())
    )
