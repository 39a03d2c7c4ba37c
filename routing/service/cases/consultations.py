"""Consultations (會辦): asking agencies and units, several at once; their answers; taking a question back.

The words of question and answer stay among staff (contract §9): the firm reads what an officer writes of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from routing.domain import steps
from routing.domain.case import EventKind, Status
from routing.domain.consultations import BREAK, CONSENTS, Consultation, Result
from routing.domain.errors import Forbidden, Invalid, NotFound, StepNotAllowed
from routing.domain.permissions import Actor, Permission, may_answer, may_see_consultation, may_write
from routing.service.cases import days, going_on, locked_case, notifications, over
from routing.service.cases.conversing import add_message, attach
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.naming import names_firm
from routing.service.cases.notifications import Notifier
from routing.service.cases.typed import text as text_of
from routing.service.office_context import OfficeContext
from routing.store.cases import queries as case_store
from routing.store.consultations import queries as store

_LONGEST = {"answered_by": 80, "phone": 40}
_OFFICE = 80
_ALREADY = "{name}已有會辦尚未回復；請等候回復，或先撤回再重新會辦。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, of an ``agency`` (by code) or a ``unit`` (by name). ``until``: the day an answer is expected.

    ``office``: that of the agency which is asked; unsaid, the one for the case's park.
    """

    text: str
    agency: str | None = None
    unit: str | None = None
    office: str | None = None
    details: str | None = None
    until: str | None = None
    consent: str | None = None
    """One of ``CONSENTS``; empty where it was asked for and not said, None where it was not asked for."""
    joint: int | None = None
    """The question about many cases of which this is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer beside its words: what came of it, and who gave it where somebody else enters it (by telephone)."""

    result: str | None = None
    answered_by: str | None = None
    phone: str | None = None


def ask(locked: LockedCase, question: Question, *, notify: Notifier) -> Consultation:
    """Ask one agency or unit more. The first question begins the wait; the clock runs on.

    Raises:
        Invalid: nobody is asked, both are, or somebody whom we do not know; a day that is over.
        StepNotAllowed: the case waits on its firm or is closed, or they are asked already (``already_asked``).
    """
    locked.require("consult")
    text = text_of(question.text, "question")
    details = text_of(question.details, "details") if question.details and question.details.strip() else None
    _check_asked(locked, question)
    office, consent = _office(locked, question), _consent(locked, question)
    days.check_ahead(locked, question.until, "預定回復日不能早於今日。", field="expected_on")
    message = add_message(
        locked.session, locked.row, direction="note", text=f"{text}{BREAK}{details}" if details else text,
        at=locked.now, by=locked.actor.email, via=locked.row.channel,
    )  # fmt: skip
    first = locked.case.status is not Status.WAITING_AGENCY
    said: dict[str, Any] = {
        "agency": question.agency, "unit": question.unit, "office": office, "until": question.until,
        "message_id": message.id, "lead": len(text) if details else None,
        "consent": consent, "joint": question.joint,
    }  # fmt: skip
    if first:
        locked.record(EventKind.WAITING, on="agency", **said)
    else:
        locked.record(EventKind.CONSULTED, **said)
    attach(locked, message, to_firm=False)
    if question.agency is not None:
        notify(locked, "waiting_agency", notifications.waiting_on_agencies(locked))
    locked_case.audit(
        locked, "case.consult", agency=question.agency, unit=question.unit, office=office, consent=consent
    )
    return locked.case.consultations[-1]


def check_whom(office: OfficeContext, question: Question) -> None:
    """Raises Invalid: nobody is asked, both are, or somebody whom we do not know."""
    offices, unit = office.offices, question.unit
    if (question.agency is None) is (unit is None):
        raise Invalid("請選擇會辦機關或單位（擇一）。", field="agency")
    agency = offices.agency(question.agency) if question.agency is not None else None
    if unit is None and agency is None:
        raise Invalid("請選擇會辦機關。", field="agency")
    if unit is not None and offices.find_unit(unit) is None:
        raise Invalid(f"查無單位「{unit}」。", field="unit")


def _check_asked(locked: LockedCase, question: Question) -> None:
    check_whom(locked.office, question)
    unit, agency = question.unit, locked.office.offices.agency(question.agency or "")
    if unit == locked.case.unit:
        raise Invalid("本案由這個單位辦理，無須會辦；如需交由其他同仁辦理，請改分。", field="unit")
    if any(one.agency == question.agency and one.unit == unit for one in locked.case.consulting):
        raise StepNotAllowed(_ALREADY.format(name=unit or (agency.short if agency else "")), code="already_asked")


def _office(locked: LockedCase, question: Question) -> str | None:
    """The agency's office that is asked: as said, else the one in charge of the park, if one is known."""
    offices = locked.office.offices
    agency = offices.agency(question.agency) if question.agency is not None else None
    if agency is None:
        return None
    written = (question.office or "").strip()
    if len(written) > _OFFICE:
        raise Invalid(f"服務處所請在 {_OFFICE} 字以內。", field="office")
    return written or agency.office_for(offices.park(locked.row.park) if locked.row.park else None)


def _consent(locked: LockedCase, question: Question) -> str | None:
    """Whether the firm agrees that its data leaves the house (個人資料保護法 §16); units are of the house."""
    if question.agency is None or question.consent is None:
        return None
    if question.consent not in CONSENTS:
        raise Invalid("會辦機關請選擇是否提供廠商資料，及廠商是否同意。", field="consent", code="consent_needed")
    words = f"{question.text}{BREAK}{question.details or ''}"
    if question.consent == "no_data" and names_firm(locked.session, locked.row, words):
        raise Invalid(
            "會辦內容含廠商名稱、統一編號、聯絡人或電話；請先徵得廠商同意並選擇「廠商已同意」，或刪去這些資料。",
            field="consent", code="consent_needed",
        )  # fmt: skip
    return question.consent


def answer(locked: LockedCase, asked: Consultation, text: str, *, notify: Notifier, given: Given | None = None) -> None:
    """Answer one question; the last answer ends the wait. One about many cases is answered in all that still wait.

    Raises:
        Invalid: no words, or a word that is no result.
    """
    others = _others(locked, asked)
    _answer(locked, asked, text, given or Given(), notify)
    for other, question in others:
        _answer(other, question, text, given or Given(), notify)


def _others(locked: LockedCase, asked: Consultation) -> list[tuple[LockedCase, Consultation]]:
    """The other cases that wait for the same answer, held for writing too."""
    if asked.joint is None:
        return []
    found = []
    for _, no, number in store.waiting_of(locked.session, asked.joint):
        row = case_store.by_number(locked.session, number, lock=True) if number != locked.row.number else None
        if row is None:
            continue
        case = case_store.state_of(locked.session, row)
        other = LockedCase(
            session=locked.session, office=locked.office, row=row, case=case, actor=locked.actor, now=locked.now
        )
        if case.consultations[no - 1].end is None:
            found.append((other, case.consultations[no - 1]))
    return found


def _answer(locked: LockedCase, asked: Consultation, text: str, given: Given, notify: Notifier) -> None:
    text = text_of(text, "text")
    result = _result(given.result)
    for field, most in _LONGEST.items():
        if len(getattr(given, field) or "") > most:
            raise Invalid(f"{field} 請在 {most} 字以內。", field=field)
    message = add_message(
        locked.session, locked.row, direction="note", text=text, at=locked.now, by=locked.actor.email,
        via=locked.row.channel,
    )  # fmt: skip
    locked.record(
        EventKind.NOTE, message_id=message.id, answers=asked.of, consultation=asked.no, result=result,
        answered_by=(given.answered_by or "").strip() or None, phone=(given.phone or "").strip() or None,
    )  # fmt: skip
    attach(locked, message, to_firm=False)
    locked_case.audit(locked, "case.consultation_answered", agency=asked.agency, unit=asked.unit, result=result)
    _end_if_last(locked, notify)


def _result(written: str | None) -> str | None:
    if written is None:
        return None
    if written not in set(Result):
        raise Invalid(f"result 必須是 {'、'.join(Result)} 之一。", field="result")
    return written


def withdraw(locked: LockedCase, asked: Consultation, *, reason: str | None, notify: Notifier) -> None:
    """Take a question back; if nothing else waits for an answer, work goes on. Only who writes the case does it."""
    if locked.actor.may(Permission.ANSWER_QUESTIONS) or not may_write(locked.actor, locked.case):
        raise Forbidden("只有承辦單位能撤回會辦。")
    steps.check(locked.case, EventKind.CONSULTATION_WITHDRAWN)
    if len(reason or "") > 300:
        raise Invalid("理由請在 300 字以內。", field="reason")
    locked.record(
        EventKind.CONSULTATION_WITHDRAWN, consultation=asked.no, of=asked.of, reason=(reason or "").strip() or None
    )
    locked_case.audit(locked, "case.consultation_withdrawn", agency=asked.agency, unit=asked.unit)
    _end_if_last(locked, notify)


def _end_if_last(locked: LockedCase, notify: Notifier) -> None:
    if locked.case.status is Status.WAITING_AGENCY and not locked.case.consulting:
        going_on.go_on(locked, notify)


def held(
    session: Session, office: OfficeContext, consultation_id: int, actor: Actor, *, now: datetime
) -> tuple[LockedCase, Consultation]:
    """A consultation that this person may answer, with its case held for writing.

    Raises:
        NotFound: there is none, or it is hidden. Forbidden: seen, but not this person's to answer.
        StepNotAllowed: it is over (``question_over``).
    """
    found = store.by_id(session, consultation_id)
    if found is not None and found[0].joint_id is not None:
        # All that the answer reaches, always in one order, so that two who write many never wait for each other.
        for _, _, number in store.waiting_of(session, found[0].joint_id):
            case_store.by_number(session, number, lock=True)
    row = case_store.by_number(session, found[1], lock=True) if found is not None else None
    if found is None or row is None:
        raise NotFound("查無這件會辦。")
    case = case_store.state_of(session, row)
    asked = case.consultations[found[0].no - 1]
    if asked.end is not None and may_answer(actor, case, asked):
        raise StepNotAllowed(over.words(row, actor, asked), code="question_over")
    if not may_see_consultation(actor, case, asked):
        raise NotFound("查無這件會辦。")
    if not may_answer(actor, case, asked):
        raise Forbidden("這件會辦由受會辦單位或承辦單位登錄回復。")
    return LockedCase(session=session, office=office, row=row, case=case, actor=actor, now=now), asked
