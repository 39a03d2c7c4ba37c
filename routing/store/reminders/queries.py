"""Queries on reminders: cases that may want one, the bell, wishes, LINE accounts, mails on their way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, false, func, or_, select, update
from sqlalchemy.orm import Session

from routing.domain.reminders import Standing
from routing.store.accounts.schema import Staff
from routing.store.cases import attention
from routing.store.cases.schema import Case as CaseRow
from routing.store.consultations.schema import Consultation
from routing.store.conversation.schema import ContactAddress
from routing.store.reminders.schema import Reminder, ReminderWish, StaffChat, StaffChatCode, StaffMail
from routing.store.session import changed, insert_ignoring

_AROUND = timedelta(days=21)
"""Days before and after today in which a date can give cause: some working days, and the longest holidays."""
_CHUNK = 400


def standings(session: Session, today: date) -> list[tuple[int, str, Standing]]:
    """Cases that may want a reminder today: their ids, their categories, and what decides. One read, no events."""
    first, last = today - _AROUND, today + _AROUND
    expected: defaultdict[int, list[tuple[int, date]]] = defaultdict(list)
    joint: defaultdict[int, dict[int, int]] = defaultdict(dict)
    asked = select(Consultation.case_id, Consultation.no, Consultation.expected_on, Consultation.joint_id).where(
        Consultation.ended_at.is_(None), Consultation.expected_on.between(first, today)
    )
    for case_id, no, day, joint_id in session.execute(asked):
        if day is not None:
            expected[case_id].append((no, day))
        if joint_id is not None:
            joint[case_id][no] = joint_id
    is_open = attention.is_open()
    dated = or_(
        CaseRow.promised_on.between(first, last), CaseRow.snoozed_until.between(first, today),
        CaseRow.assignee.is_(None),
    )  # fmt: skip
    ids = list(expected)
    wanted = or_(and_(is_open, dated), CaseRow.call_asked_at.is_not(None), CaseRow.id.in_(ids) if ids else false())
    columns = (
        CaseRow.id, CaseRow.category, CaseRow.number, CaseRow.kind, CaseRow.status, CaseRow.unit, CaseRow.assignee,
        CaseRow.promised_on, CaseRow.snoozed_until, CaseRow.call_asked_at, CaseRow.call_when, CaseRow.received_at,
    )  # fmt: skip
    return [
        (
            row.id, row.category,
            Standing(
                number=row.number, kind=row.kind, status=row.status, unit=row.unit, assignee=row.assignee,
                promised_on=row.promised_on, snoozed_until=row.snoozed_until, call_asked_at=row.call_asked_at,
                call_when=row.call_when, received_at=row.received_at,
                expected=tuple(sorted(expected.get(row.id, ()))), joint=joint.get(row.id, {}),
            ),
        )
        for row in session.execute(select(*columns).where(wanted).order_by(CaseRow.promised_on, CaseRow.id))
    ]  # fmt: skip


def said(session: Session, keys: Collection[str]) -> set[tuple[int, str]]:
    """Of these keys, to whom each was said already."""
    found: set[tuple[int, str]] = set()
    wanted = sorted(set(keys))
    for begin in range(0, len(wanted), _CHUNK):
        query = select(Reminder.staff_id, Reminder.key).where(Reminder.key.in_(wanted[begin : begin + _CHUNK]))
        found.update((staff_id, key) for staff_id, key in session.execute(query))
    return found


def put(session: Session, **values: Any) -> bool:
    """Tell somebody something, unless it was told; whether it is new. Of many workers one is first."""
    row = {"case_id": None, "stands_for": None, "detail": {}, "read_at": None, **values}
    return insert_ignoring(session, Reminder, row, key=("staff_id", "key"))


def page(
    session: Session, staff_id: int, *, unread: bool, before_id: int | None, limit: int
) -> list[tuple[Reminder, CaseRow | None]]:
    """What a person was told, the newest first, with its case."""
    query = select(Reminder, CaseRow).outerjoin(CaseRow, CaseRow.id == Reminder.case_id)
    query = query.where(Reminder.staff_id == staff_id)
    if unread:
        query = query.where(Reminder.read_at.is_(None))
    if before_id is not None:
        query = query.where(Reminder.id < before_id)
    return [(row[0], row[1]) for row in session.execute(query.order_by(Reminder.id.desc()).limit(limit))]


def mine(session: Session, staff_id: int, reminder_id: int) -> Reminder | None:
    """One of a person's own."""
    query = select(Reminder).where(Reminder.id == reminder_id, Reminder.staff_id == staff_id)
    return session.scalars(query).one_or_none()


def read(
    session: Session, staff_id: int, *, now: datetime, reminder_id: int | None = None, number: str | None = None
) -> int:
    """A person has read one of their reminders, those of a case, or (neither is named) all; says how many were not."""
    which: list[ColumnElement[bool]] = [Reminder.staff_id == staff_id, Reminder.read_at.is_(None)]
    if reminder_id is not None:
        which.append(Reminder.id == reminder_id)
    if number is not None:
        which.append(Reminder.case_id.in_(select(CaseRow.id).where(CaseRow.number == number)))
    return changed(session, update(Reminder).where(*which).values(read_at=now))


def unread(session: Session) -> dict[int, int]:
    """Of each person how many are unread."""
    query = select(Reminder.staff_id, func.count()).where(Reminder.read_at.is_(None)).group_by(Reminder.staff_id)
    return {row[0]: row[1] for row in session.execute(query)}


def unread_of(session: Session, staff_id: int, *, number: str | None = None) -> int:
    """How many of one person are unread; those of one case, if it is named."""
    query = select(func.count()).select_from(Reminder).where(Reminder.staff_id == staff_id, Reminder.read_at.is_(None))
    if number is not None:
        query = query.join(CaseRow, CaseRow.id == Reminder.case_id).where(CaseRow.number == number)
    return session.scalars(query).one()


def wish(session: Session, staff_id: int) -> ReminderWish:
    """What a person wants sent; a new row, not kept yet, for whoever has said nothing."""
    found = session.get(ReminderWish, staff_id)
    return found or ReminderWish(staff_id=staff_id, mail=False, chat=False, digest_mail=False, digest_chat=False)


def wishes(session: Session) -> dict[int, ReminderWish]:
    """Everybody's who said something."""
    return {row.staff_id: row for row in session.scalars(select(ReminderWish))}


def chat_of(session: Session, staff_id: int) -> StaffChat | None:
    """The account on a channel by which a person is reminded."""
    return session.get(StaffChat, staff_id)


def chat_addresses(session: Session) -> dict[int, tuple[int, str]]:
    """Of each person who can be reached so: contact and channel."""
    reached = (
        ContactAddress.contact_id == StaffChat.contact_id, ContactAddress.channel == StaffChat.channel,
        ContactAddress.reachable.is_(True),
    )  # fmt: skip
    query = select(StaffChat.staff_id, StaffChat.contact_id, StaffChat.channel).join(ContactAddress, and_(*reached))
    return {row.staff_id: (row.contact_id, row.channel) for row in session.execute(query)}


def bind_chat(session: Session, staff_id: int, contact_id: int, channel: str, *, now: datetime) -> None:
    """This account is the person's, and nobody else's; the person has no other."""
    end_chat(session, staff_id=staff_id)
    end_chat(session, contact_id=contact_id)
    session.add(StaffChat(staff_id=staff_id, contact_id=contact_id, channel=channel, bound_at=now))
    session.flush()


def end_chat(session: Session, *, staff_id: int | None = None, contact_id: int | None = None) -> int:
    """A person is reminded by no account any more, or an account is nobody's; whether there was one."""
    which = StaffChat.staff_id == staff_id if staff_id is not None else StaffChat.contact_id == contact_id
    return changed(session, delete(StaffChat).where(which))


def put_code(session: Session, staff_id: int, code_sha256: str, *, until: datetime) -> None:
    """A new code of a person, in place of the one before."""
    changed(session, delete(StaffChatCode).where(StaffChatCode.staff_id == staff_id))
    session.add(StaffChatCode(staff_id=staff_id, code_sha256=code_sha256, expires_at=until))
    session.flush()


def spend_code(session: Session, code_sha256: str, *, now: datetime) -> Staff | None:
    """Whose code this is, if it is good and the account in use; it is good no more."""
    query = select(StaffChatCode, Staff).join(Staff, Staff.id == StaffChatCode.staff_id)
    query = query.where(StaffChatCode.code_sha256 == code_sha256, StaffChatCode.expires_at > now)
    row = session.execute(query.where(Staff.disabled_at.is_(None))).one_or_none()
    if row is None or not changed(session, delete(StaffChatCode).where(StaffChatCode.code_sha256 == code_sha256)):
        return None
    found: Staff = row[1]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a day begins with, of some cases: those due today and those late, by number with category; and how many."""

    due: Sequence[tuple[str, str]]
    late: Sequence[tuple[str, str]]
    due_count: int
    late_count: int
    waiting_firm: int
    consulting: int


def day_of(session: Session, today: date, *, assignees: Sequence[str] | None, unit: str | None, most: int) -> Day:
    """The open cases of some people; of a unit; or (neither) of everybody. ``most``: cases that are named."""
    which: list[ColumnElement[bool]] = [attention.is_open()]
    if assignees is not None:
        which.append(CaseRow.assignee.in_(assignees))
    if unit is not None:
        which.append(CaseRow.unit == unit)
    running = CaseRow.status != "waiting_firm"
    due, late = and_(running, CaseRow.promised_on == today), and_(running, CaseRow.promised_on < today)
    counted = (due, late, CaseRow.status == "waiting_firm", CaseRow.status == "waiting_agency")
    numbers = session.execute(select(*(func.count().filter(one) for one in counted)).where(*which)).one()

    def named(condition: ColumnElement[bool]) -> list[tuple[str, str]]:
        query = select(CaseRow.number, CaseRow.category).where(*which, condition)
        rows = session.execute(query.order_by(CaseRow.promised_on, CaseRow.id).limit(most))
        return [(number, category) for number, category in rows]

    return Day(
        due=named(due), late=named(late), due_count=numbers[0], late_count=numbers[1], waiting_firm=numbers[2],
        consulting=numbers[3],
    )  # fmt: skip


def put_mail(session: Session, staff_id: int, subject: str, body: str, *, now: datetime) -> None:
    """Queue a mail to a person."""
    session.add(
        StaffMail(staff_id=staff_id, subject=subject, body=body, at=now, due_at=now, attempts=0, state="pending")
    )


def any_mail_due(session: Session, *, now: datetime) -> bool:
    """Whether a mail waits to be sent now."""
    due = StaffMail.state == "pending", StaffMail.due_at <= now
    return session.scalars(select(StaffMail.id).where(*due).limit(1)).first() is not None


def claim_mail(session: Session, *, now: datetime, until: datetime) -> tuple[int, str, str, str, int] | None:
    """The next mail that is due, held until then: id, address, subject, body, and the how-manieth try this is.

    Whose account was closed meanwhile is written to no more.
    """
    due = StaffMail.state == "pending", StaffMail.due_at <= now
    closed = select(Staff.id).where(Staff.disabled_at.is_not(None))
    changed(session, update(StaffMail).where(*due, StaffMail.staff_id.in_(closed)).values(state="failed", body=""))
    columns = StaffMail.id, Staff.email, StaffMail.subject, StaffMail.body, StaffMail.attempts
    query = select(*columns).join(Staff, Staff.id == StaffMail.staff_id).where(*due)
    for mail_id, to, subject, body, tries in session.execute(query.order_by(StaffMail.due_at).limit(5)).all():
        claim = update(StaffMail).where(StaffMail.id == mail_id, *due)
        if changed(session, claim.values(due_at=until, attempts=tries + 1)):
            return mail_id, to, subject, body, tries + 1
    return None


def mail_done(session: Session, mail_id: int, *, state: str, now: datetime) -> None:
    """It has gone (``sent``), or is given up (``failed``); what it said is kept no longer."""
    sent = now if state == "sent" else None
    changed(session, update(StaffMail).where(StaffMail.id == mail_id).values(state=state, sent_at=sent, body=""))


def mail_again(session: Session, mail_id: int, *, at: datetime) -> None:
    """It has not gone: try again then."""
    changed(session, update(StaffMail).where(StaffMail.id == mail_id).values(due_at=at))
