"""Requests about personal data at the desk: listed by their clock, extended once with a reason, decided.

個人資料保護法 §13: view and copy within 15 days (+15), correct, delete and stop within 30 (+30).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from knowledge.vocabulary import Channel
from routing.domain import data_rights
from routing.domain.data_rights import Right
from routing.domain.errors import Forbidden, Invalid, NotFound, StepNotAllowed
from routing.domain.messages import Text, to_plain
from routing.domain.permissions import SYSTEM, Actor, Permission
from routing.service.cases import locked_case
from routing.service.knowledge_admin import confidentiality
from routing.service.office_context import OfficeContext
from routing.service.privacy import personal_data
from routing.store.accounts import queries as account_store
from routing.store.cases.schema import Case
from routing.store.conversation import queries as conversation_store
from routing.store.conversation.schema import Contact
from routing.store.messaging import outbox as outbox_store
from routing.store.privacy import queries as store
from routing.store.privacy.schema import DataRequest

_LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLine:
    """A request as its list shows it: of whom, until when, and the numbers of the cases that stay."""

    row: DataRequest
    who: str
    days_left: int
    open_cases: tuple[str, ...]
    closed_cases: tuple[str, ...]


def require(actor: Actor) -> None:
    """Raises Forbidden for whoever does not decide on such requests."""
    if not actor.may(Permission.DATA_REQUESTS):
        raise Forbidden("個資請求由主管與系統管理處理。")


def listing(session: Session, actor: Actor, *, decided: bool, now: datetime) -> list[RequestLine]:
    """Open requests, the most urgent first; or those that were decided."""
    require(actor)
    return [_line(session, row, now) for row in store.requests(session, decided=decided)]


def reminder(session: Session, actor: Actor, *, now: datetime) -> tuple[int, date | None, int]:
    """How many requests are open, when the first is due, how many are late; nothing for who does not decide on them."""
    days = store.open_by_day(session) if actor.may(Permission.DATA_REQUESTS) else ()
    today = local(now).date()
    return sum(n for _, n in days), days[0][0] if days else None, sum(n for day, n in days if day < today)


def _line(session: Session, row: DataRequest, now: datetime) -> RequestLine:
    contact = session.get(Contact, row.contact_id) if row.contact_id is not None else None
    cases = store.cases_of(session, row.contact_id) if row.contact_id is not None else []
    name = row.asked_by or (contact.name if contact else None) or (contact.firm_said if contact else None)
    return RequestLine(
        row=row, who=name or "（已刪除）", days_left=(row.due_on - local(now).date()).days,
        open_cases=tuple(case.number for case in cases if case.status != "closed"),
        closed_cases=tuple(case.number for case in cases if case.status == "closed"),
    )  # fmt: skip


def enter(
    session: Session, office: OfficeContext, actor: Actor, *, right: str, asked_by: str, channel: str,
    asked_at: datetime, now: datetime,
) -> DataRequest:  # fmt: skip
    """A request that came on paper, by telephone or at the counter.

    Raises:
        Invalid: no kind, name or way of ours, or a time that lies ahead.
    """
    require(actor)
    if right not in set(Right):
        raise Invalid("請選擇請求的種類。", field="right")
    if channel not in set(Channel) or channel in office.channels:
        raise Invalid("請選擇提出的方式。", field="channel")
    if not 0 < len(asked_by.strip()) <= 80:
        raise Invalid("請填寫請求人，80 字以內。", field="asked_by")
    if asked_at > now:
        raise Invalid("提出時間不能晚於現在。", field="asked_at")
    row = DataRequest(
        right=right, asked_by=asked_by.strip(), channel=channel, asked_at=asked_at, state=store.OPEN, gone={},
        due_on=_due(Right(right), asked_at, office, extended=False),
    )  # fmt: skip
    session.add(row)
    session.flush()
    _audit(session, actor, "entered", row, now)
    return row


def _due(right: Right, asked_at: datetime, office: OfficeContext, *, extended: bool) -> date:
    return data_rights.due_on(right, asked_at, office.calendar, office.offices.own_office, extended=extended)


def _held(session: Session, actor: Actor, request_id: int) -> DataRequest:
    require(actor)
    row = store.request(session, request_id, lock=True)
    if row is None:
        raise NotFound("查無這件個資請求。")
    if row.state != store.OPEN:
        raise StepNotAllowed("這件個資請求已有決定。", code="request_decided")
    return row


def _reason(text: str) -> str:
    text = text.strip()
    if not 0 < len(text) <= _LONGEST:
        raise Invalid(f"請填寫理由，{_LONGEST} 字以內。", field="reason")
    return text


def extend(
    session: Session, office: OfficeContext, actor: Actor, request_id: int, *, reason: str, now: datetime
) -> DataRequest:
    """Once, by as much again, with the reason told to whoever asked; before the due date is over.

    Raises:
        StepNotAllowed: decided, extended already, or too late.
    """
    row = _held(session, actor, request_id)
    reason = _reason(reason)
    if row.extended_at is not None:
        raise StepNotAllowed("依個人資料保護法第 13 條，僅得延長一次。", code="request_extended")
    if local(now).date() > row.due_on:
        raise StepNotAllowed("已逾期限，不能再延長。", code="extension_too_late")
    row.extended_at, row.extension_reason = now, reason
    row.due_on = _due(Right(row.right), row.asked_at, office, extended=True)
    day = f"{row.due_on.year}/{row.due_on.month}/{row.due_on.day}"
    _tell(session, office, row, "data.extended", now, reason=reason, due=day)
    _audit(session, actor, "extended", row, now)
    return row


def decide(
    session: Session, office: OfficeContext, actor: Actor, request_id: int, *, grant: bool, reason: str, now: datetime
) -> DataRequest:
    """Grant or refuse. Granted erasure: closed case files are narrowed, the person's own row is emptied.

    Raises:
        StepNotAllowed: decided already, or open cases still need the data (``cases_open``).
    """
    row = _held(session, actor, request_id)
    reason = _reason(reason)
    if not grant:
        _tell(session, office, row, "data.refused", now, reason=reason)
    elif row.right == Right.ERASURE and row.contact_id is not None:
        _erase(session, office, row.contact_id, now)
    row.state, row.note = store.DONE if grant else store.REFUSED, reason
    row.decided_at, row.decided_by = now, actor.email or actor.name
    _audit(session, actor, "granted" if grant else "refused", row, now)
    return row


def _erase(session: Session, office: OfficeContext, contact_id: int, now: datetime) -> None:
    cases: list[Case] = store.cases_of(session, contact_id)
    if any(case.status != "closed" for case in cases):
        raise StepNotAllowed("尚有辦理中的案件，辦結後才能完成刪除；必要時請延長期限。", code="cases_open")
    for case in cases:
        locked = locked_case.change(session, office, case.number, SYSTEM, now=now)
        confidentiality.set_confidential(locked, confidential=True)
        locked.row.contact_id = None
    contact = account_store.hold_contact(session, contact_id)
    if contact is not None:
        store.erase_loose(session, contact, now=now)
        personal_data.forget(session, contact)


def _tell(session: Session, office: OfficeContext, row: DataRequest, key: str, now: datetime, **values: str) -> None:
    """In writing, as the law wants; whoever asked on paper is answered on paper."""
    contact = session.get(Contact, row.contact_id) if row.contact_id is not None else None
    address = next(iter(conversation_store.addresses(session, [row.contact_id])), None)
    if contact is None or address is None or not address.reachable:
        return
    text = Text(office.sentences.say(key, contact.language, **values))
    outbox_store.put(
        session, channel=address.channel, contact_id=contact.id, payload=to_plain([text]), reason="data_request",
        now=now,
    )  # fmt: skip


def _audit(session: Session, actor: Actor, what: str, row: DataRequest, now: datetime) -> None:
    account_store.audit(
        session, at=now, actor=actor.email or actor.name, action=f"privacy.{what}", subject=f"data_request {row.id}",
        detail={"right": row.right, "due_on": row.due_on.isoformat()},
    )  # fmt: skip
