"""What can be done with a case. Each step writes its event, its messages and its notice in the caller's transaction.

Every function takes a case held for writing (``locked_case.change``) and ``notify``, which takes the firm's notice:
by push, unless the firm itself did the step just now and is answered by reply. Who may write the case at all was
checked when it was opened for writing; steps that are not a partner's (contract §5) are refused here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from knowledge.calendar.republic import roc_digits
from knowledge.vocabulary import CASE_CATEGORIES, Channel
from routing.domain import steps
from routing.domain.case import Case, EventKind, Kind, Outcome
from routing.domain.dialogue.alarms import DISTRESS
from routing.domain.errors import Invalid, StepNotAllowed
from routing.domain.permissions import Actor, Permission, question_to, require_team
from routing.domain.reporting.history import EARLIEST
from routing.domain.tax_number import check_firm
from routing.service.cases import (
    assignment,
    closing,
    consultations,
    days,
    going_on,
    live,
    locked_case,
    mentions,
    notifications,
    satisfaction,
    translations,
)
from routing.service.cases.closing import Ending
from routing.service.cases.consultations import Question
from routing.service.cases.conversing import add_message, attach
from routing.service.cases.locked_case import Files, LockedCase
from routing.service.cases.notifications import Notifier
from routing.service.cases.typed import text as text_of
from routing.service.feeds import outages
from routing.service.office_context import OfficeContext
from routing.service.reporting import measuring
from routing.store.accounts import queries as account_store
from routing.store.cases import drafts as draft_store
from routing.store.cases import queries as case_store
from routing.store.cases import queries as store
from routing.store.cases.schema import Case as CaseRow
from routing.store.conversation.schema import Contact, Message

_LONGEST = {"topic": 40, "firm_name": 120, "contact_name": 80, "contact_phone": 40}
_DOC_NO = 60
_REASON = 300
"""Characters that fit; who writes more is told so, instead of by the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """What a case is opened with, whichever channel it came by. ``text`` is the firm's own words."""

    channel: str
    category: str
    subject: str
    text: str
    topic: str | None = None
    kind: Kind = Kind.ENQ
    park: str | None = None
    language: str = "zh-TW"
    firm_name: str | None = None
    firm_ubn: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    alert: str | None = None
    doc_no: str | None = None
    """來文文號: the number of the letter with which it came."""
    firm_id: int | None = None
    """A firm that is known, and was said to be the one; else name and number say which."""
    kind_confirmed: bool = False
    """A person chose the kind: nobody has to confirm it any more."""
    received_at: datetime
    first_contact_at: datetime | None = None


def case_number(agency: str, received_at: datetime, serial: int) -> str:
    """The 服務案號: agency, Republic year with month and day of receipt in Taipei, serial of the day."""
    return f"{agency}-{roc_digits(local(received_at).date())}-{serial:04d}"


def check_new(new: NewCase, office: OfficeContext, now: datetime) -> None:
    """Raises Invalid: a case cannot be opened with this."""
    if new.channel not in set(Channel):
        raise Invalid(f"channel 必須是 {'、'.join(Channel)} 之一。", field="channel")
    if new.category not in CASE_CATEGORIES:
        raise Invalid(f"category 必須是 {'、'.join(CASE_CATEGORIES)} 之一。", field="category")
    if not EARLIEST <= new.received_at <= now:
        raise Invalid("受理時間必須在 2024 年之後、現在之前。", field="received_at")
    if new.first_contact_at is not None and not EARLIEST <= new.first_contact_at <= new.received_at:
        raise Invalid("首次聯繫時間必須在 2024 年之後、受理之前。", field="first_contact_at")
    if not new.text.strip():
        raise Invalid("請填寫廠商所述的內容。", field="text")
    for field, most in _LONGEST.items():
        if len(getattr(new, field) or "") > most:
            raise Invalid(f"{field} 請在 {most} 字以內。", field=field)
    if len(new.doc_no or "") > _DOC_NO:
        raise Invalid(f"來文文號請在 {_DOC_NO} 字以內。", field="doc_no")
    check_firm(new.firm_name, new.firm_ubn)
    if new.park is not None and office.offices.park(new.park) is None:
        raise Invalid(f"查無園區「{new.park}」。", field="park")


def open_case(
    session: Session,
    office: OfficeContext,
    new: NewCase,
    *,
    actor: Actor,
    now: datetime,
    contact: Contact | None = None,
    text_stored: bool = False,
    files: Files | None = None,
) -> LockedCase:
    """Open a case, give it to a person, and hold it for writing; the caller tells the firm.

    ``text_stored``: the firm's words are in messages already, which the caller ties to the case. ``files``: what came
    with the words. A case of words of distress is confidential from the beginning.

    Raises:
        Invalid: a word is not one of the contract's, or the time of receipt lies ahead.
    """
    require_team(actor)
    check_new(new, office, now)
    firm = case_store.firm_by_id(session, new.firm_id) if new.firm_id is not None else None
    firm = firm or case_store.firm_for(session, name=new.firm_name, ubn=new.firm_ubn, now=now)
    park = office.offices.park(new.park) if new.park else None
    unit = office.offices.unit_for(new.category, new.topic, park).name
    day = local(new.received_at).date()
    row = CaseRow(
        number=case_number(office.agency_code, new.received_at, store.next_serial(session, office.agency_code, day)),
        opened={
            "kind": new.kind.value, "category": new.category, "topic": new.topic, "unit": unit,
            **({"entered_by": actor.email} if actor.email is not None else {}),
            **({"kind_confirmed": True} if new.kind_confirmed else {}),
        },
        channel=new.channel, language=new.language, park=park.name if park else None,
        subject=(new.subject.strip() or new.text.strip())[:200], alert=new.alert,
        first_contact_at=new.first_contact_at or new.received_at, received_at=new.received_at,
        contact_id=contact.id if contact else None, firm_id=firm.id if firm else None,
        contact_name=new.contact_name, contact_phone=new.contact_phone, kind=new.kind.value, status="received",
        category=new.category, topic=new.topic, unit=unit, version=0,
        refs=[new.doc_no] if new.doc_no else [],
    )  # fmt: skip
    session.add(row)
    session.flush()
    said = None
    if not text_stored and new.text.strip():
        said = add_message(
            session, row, direction="in", text=new.text, at=new.received_at, by=None, via=new.channel,
            doc_no=new.doc_no or None,
        )  # fmt: skip
    locked = LockedCase(
        session=session, office=office, row=row, case=store.state_of(session, row), actor=actor, now=now, files=files
    )
    if said is not None:
        attach(locked, said, to_firm=False)
    locked_case.project(office, row, locked.case, now)
    measuring.keep(session, office, row)
    live.changed(session, row)
    if new.alert == DISTRESS:
        # What somebody said who thinks of ending it is read by those alone who are to help.
        locked.record(EventKind.CONFIDENTIAL, automatic=True, confidential=True)
    assignment.assign_automatically(locked)
    locked_case.audit(locked, "case.open", channel=new.channel)
    outages.attach(locked, new.text)
    return locked


def note(locked: LockedCase, text: str, *, notify: Notifier) -> None:
    """A note among staff; the firm never sees it. A partner's is the answer to what its agency was asked."""
    text = text_of(text, "text")
    locked.require("note")
    asked = question_to(locked.actor, locked.case)
    if asked is not None:
        consultations.answer(locked, asked, text, notify=notify)
        return
    people = mentions.meant(locked, text)
    message = add_message(
        locked.session,
        locked.row,
        direction="note",
        text=text,
        at=locked.now,
        by=locked.actor.email,
        via=locked.row.channel,
    )
    locked.record(EventKind.NOTE, message_id=message.id)
    attach(locked, message, to_firm=False)
    mentions.tell(locked, people, message.id)
    locked_case.audit(locked, "case.note", mentioned=[one.email for one in people] or None)


def reply(
    locked: LockedCase,
    text: str,
    *,
    notify: Notifier,
    via: str | None = None,
    at: datetime | None = None,
    doc_no: str | None = None,
    translation: str | None = None,
    approved: Approved | None = None,
) -> Message:
    """An answer to the firm by a channel of ours, or given another way and recorded here with the time it was given.

    ``via``: as the firm is reached, unless said. ``approved``: somebody else wrote it, and the actor approved of it.

    ``translation``: the officer's own, for a firm that reads English or Japanese; here as in the other steps.

    Raises:
        Invalid: nobody to answer on that channel, or a time before receipt or ahead of now.
    """
    locked.require("reply", approved=approved is not None)
    text = translations.beside(locked, text_of(text, "text"), translation)
    via = via or _usual_way(locked)
    if via not in set(Channel):
        raise Invalid(f"via 必須是 {'、'.join(Channel)} 之一。", field="via")
    if via in locked.office.channels:
        locked_case.check_reach(locked, "via", channel=via)
        at = None
    if doc_no is not None and len(doc_no) > _DOC_NO:
        raise Invalid(f"文號請在 {_DOC_NO} 字以內。", field="doc_no")
    if at is not None:
        _check_given(locked, at)
    given = at or locked.now
    message = add_message(
        locked.session, locked.row, direction="out", text=text, at=given, by=_written_by(locked, approved), via=via,
        doc_no=doc_no,
    )  # fmt: skip
    locked.record(EventKind.REPLIED, at=at, via=via, doc_no=doc_no, message_id=message.id, **_trace(approved))
    if doc_no and doc_no not in locked.row.refs:
        locked.row.refs = [*locked.row.refs, doc_no]
    files = attach(locked, message, to_firm=via in locked.office.channels)
    by = _written_by(locked, approved)
    notify(locked, "replied", notifications.replied(locked, text, via=via, at=given, files=files, by=by))
    locked_case.audit(locked, "case.reply", via=via)
    return message


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """A text that was approved before it is sent (陳核): its row, and who wrote it."""

    draft_id: int
    written_by: str


def _written_by(locked: LockedCase, approved: Approved | None) -> str | None:
    return approved.written_by if approved is not None else locked.actor.email


def _trace(approved: Approved | None) -> dict[str, Any]:
    return {} if approved is None else {"draft_id": approved.draft_id, "drafted_by": approved.written_by}


def _usual_way(locked: LockedCase) -> str:
    """The channel by which the firm is reached; the window's own, if it has no address."""
    address = locked.address()
    return address.channel if address else next(iter(locked.office.channels), locked.row.channel)


def told_by(locked: LockedCase) -> str:
    """How the firm hears of a step: where it is written to, else as it came."""
    address = locked.address()
    return address.channel if address else locked.row.channel


def _check_given(locked: LockedCase, at: datetime) -> None:
    """An answer entered later was given while the case was open, or its history would contradict itself."""
    if not locked.row.received_at <= at <= locked.now:
        raise Invalid("回復時間必須在受理之後、現在之前。", field="at")
    if any(stretch.start <= at and (stretch.end is None or at < stretch.end) for stretch in locked.case.closings):
        raise Invalid("回復時間落在案件已辦結、尚未重新開啟的期間；請確認時間。", field="at")


def assign(locked: LockedCase, email: str | None, *, notify: Notifier, reason: str | None = None) -> None:
    """Give the case to a person (or to nobody); assigning it again to the same person does nothing.

    ``reason``: why; empty where it was asked for and not given, None where it was not asked for.

    Raises:
        Invalid: the case goes to another unit without the reason that was asked for, or to nobody who can take it.
    """
    locked.require("assignment")
    if reason is not None:
        reason = reason.strip()
        if not reason and assignment.leaves_unit(locked, email):
            raise Invalid("改分至其他單位，請填寫理由。", field="reason", code="reason_missing")
        if len(reason) > _REASON:
            raise Invalid(f"理由請在 {_REASON} 字以內。", field="reason")
    if assignment.assign_to(locked, email, reason=reason or None):
        if email is not None:
            notify(locked, "assigned", notifications.assigned(locked))
        locked_case.audit(locked, "case.assign", to=email)


def assign_by_rule(locked: LockedCase, *, reason: str, notify: Notifier) -> None:
    """Give the case to whom the rules of assignment choose today: how the work of somebody who fell ill is spread.

    Raises:
        Invalid: nobody of its unit is there.
    """
    locked.require("assignment")
    if assignment.by_rule(locked, because=reason):
        notify(locked, "assigned", notifications.assigned(locked))
        locked_case.audit(locked, "case.assign", to=locked.case.assignee)


def change_category(locked: LockedCase, category: str, *, topic: str | None, reason: str, notify: Notifier) -> None:
    """Correct category and topic; the case goes to the unit that handles them. Moves no date."""
    locked.require("category")
    if category not in CASE_CATEGORIES:
        raise Invalid(f"category 必須是 {'、'.join(CASE_CATEGORIES)} 之一。", field="category")
    reason = text_of(reason, "reason", limit=300)
    if len(topic or "") > _LONGEST["topic"]:
        raise Invalid(f"topic 請在 {_LONGEST['topic']} 字以內。", field="topic")
    park = locked.office.offices.park(locked.row.park) if locked.row.park else None
    unit = locked.office.offices.unit_for(category, topic, park).name
    before = locked.case.unit
    locked.record(EventKind.CATEGORY, category=category, topic=topic, reason=reason, unit=unit)
    if unit != before:
        if assignment.assign_automatically(locked) is None:
            assignment.assign_to(locked, None)
        notify(locked, "moved", notifications.moved(locked))
    locked_case.audit(locked, "case.category", category=category, topic=topic)


def change_kind(locked: LockedCase, kind: Kind, *, filed_at: datetime | None, reason: str, notify: Notifier) -> None:
    """Confirm or change what the case is in law; its date counts anew from receipt (or from the act of filing)."""
    locked.require("kind")
    if filed_at is not None and not locked.row.first_contact_at <= filed_at <= locked.now:
        raise Invalid("申請時間必須在首次聯繫之後、現在之前。", field="filed_at")
    reason = text_of(reason, "reason", limit=300)
    before = locked.row.promised_on
    filed = filed_at.isoformat() if filed_at else None
    locked.record(EventKind.KIND, kind=kind.value, filed_at=filed, reason=reason)
    if locked.row.promised_on != before:
        notify(locked, "kind", notifications.kind_changed(locked))
    locked_case.audit(locked, "case.kind", kind=kind.value)


def wait(
    locked: LockedCase, on: str, *, message: str, notify: Notifier, agency: str | None = None, until: str | None = None,
    translation: str | None = None,
) -> None:  # fmt: skip
    """Wait for the firm (which is told everything that is missing) or for another agency."""
    locked.require("wait_firm" if on == "firm" else "wait_agency")
    message = text_of(message, "message")
    if on not in {"firm", "agency"}:
        raise Invalid("on 必須是 firm 或 agency。", field="on")
    if on == "agency" and (agency is None or locked.office.offices.agency(agency) is None):
        raise Invalid("請選擇會辦機關。", field="agency")
    over = "預定回復日不能早於今日。" if on == "agency" else "補件期限不能早於今日。"
    days.check_ahead(locked, until, over, field="until")
    if on == "agency":
        consultations.ask(locked, Question(agency=agency, text=message, until=until), notify=notify)
        return
    locked_case.check_reach(locked, "on")
    message = translations.beside(locked, message, translation)
    stored = add_message(
        locked.session, locked.row, direction="out", text=message, at=locked.now, by=locked.actor.email,
        via=told_by(locked),
    )  # fmt: skip
    locked.record(EventKind.WAITING, on=on, until=until, message_id=stored.id)
    files = attach(locked, stored, to_firm=True)
    notify(locked, "waiting_firm", notifications.waiting_on_firm(locked, message, until, files=files))
    locked_case.audit(locked, "case.wait", on=on)


def resume(locked: LockedCase, *, notify: Notifier) -> None:
    """Go on working; the wait ends now. A partner ends it by an answer, not without: ``answer_missing``."""
    if locked.actor.may(Permission.ANSWER_QUESTIONS):
        raise StepNotAllowed("請填寫會辦的回復；送出後會辦即結束。", code="answer_missing")
    locked.require("resume")
    going_on.go_on(locked, notify)


def close(
    locked: LockedCase, outcome: Outcome, *, summary: str, notify: Notifier, translation: str | None = None,
    ending: Ending | None = None, reason: str | None = None, approved: Approved | None = None,
) -> None:  # fmt: skip
    """Close the case. ``answered`` needs an answer given; a wait ends with it.

    ``ending``: the case merged into, the agency referred to, what becomes of a consultation or a request for more days.
    ``reason``: for staff alone. ``approved``: as in ``reply``.
    """
    locked.require("close")
    summary = translations.beside(locked, text_of(summary, "summary", limit=2000), translation)
    steps.check(locked.case, EventKind.CLOSED, outcome=outcome)
    if approved is None:
        steps.check_approved(locked.case, outcome, locked.office.approved_first)
    said = closing.checked(locked, outcome, ending or Ending())
    message = add_message(
        locked.session,
        locked.row,
        direction="out",
        text=summary,
        at=locked.now,
        by=_written_by(locked, approved),
        via=told_by(locked),
    )
    locked.record(EventKind.CLOSED, outcome=outcome.value, message_id=message.id, reason=reason, **said,
                  **_trace(approved))  # fmt: skip
    draft_store.withdraw(locked.session, locked.row.id, at=locked.now)
    closing.merged(locked)
    notifications.withdraw(locked)
    notify(locked, "closed", notifications.closed(locked, outcome, summary))
    satisfaction.ask(locked, outcome, notify=notify)
    locked_case.audit(locked, "case.close", outcome=outcome.value, **said)


def reopen(locked: LockedCase, *, reason: str, notify: Notifier) -> None:
    """Open it again under its number; it goes back to its officer, or to somebody who is here (trap A5).

    If nobody is here it waits in the queue for whoever comes first.
    """
    locked.require("reopen")
    reason = text_of(reason, "reason", limit=300)
    locked.record(EventKind.REOPENED, reason=reason)
    if not _still_here(locked, locked.case) and assignment.assign_automatically(locked) is None:
        assignment.assign_to(locked, None)
    notifications.withdraw_survey(locked)
    notify(locked, "reopened", notifications.reopened(locked))
    locked_case.audit(locked, "case.reopen")


def _still_here(locked: LockedCase, case: Case) -> bool:
    person = account_store.staff_by_email(locked.session, case.assignee) if case.assignee else None
    if person is None or person.disabled_at is not None:
        return False
    return person.email not in account_store.leaves_on(locked.session, local(locked.now).date())
