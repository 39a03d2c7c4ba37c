"""Telling staff what is due to be said: into the bell, and by mail or LINE to whoever wants that; each thing once.

Every worker looks. Who is first to put a row into the bell sends what goes with it, in the same transaction. What
leaves the house names the case and the kind of its matter, and nothing of the firm.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from knowledge.calendar.republic import roc_date
from knowledge.vocabulary import Language
from routing.domain import reminders
from routing.domain.absence import Leave
from routing.domain.messages import Text, to_plain
from routing.domain.permissions import Permission, may
from routing.domain.reminders import SAID, Cause, Due, Person
from routing.service.announcements.commands import budget
from routing.service.cases import live
from routing.service.office_context import OfficeContext, UnitOfWorkFactory
from routing.store.accounts import queries as account_store
from routing.store.accounts.schema import Staff
from routing.store.cases import attention
from routing.store.messaging import outbox as outbox_store
from routing.store.reminders import queries as store
from routing.store.session import announce

REASON = "reminder"
"""Of every message to staff in the outbox and the push ledger."""
NAMED = 10
"""Cases that one message or digest names; the others are counted."""
_AT_A_TIME = 20
"""People in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everybody at the desk whose account is in use, who is away today, and the same people as the rules see them."""

    staff: Mapping[str, Staff]
    leaves: Mapping[str, Leave]
    people: Mapping[str, Person]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """Something to be said to a person."""

    due: Due
    case_id: int
    number: str
    matter: str
    stands_for: str | None
    more: int = 0
    """Other cases of the person of which the same is said, once."""


def desk_of(session: Session, today: date) -> Desk:
    """Who can be told. Supervisors lead; where there are none, whoever else enters leave does."""
    rows = [one for one in account_store.all_staff(session, active=True) if may(one.role, Permission.DESK)]
    leaders = {one.email for one in rows if may(one.role, Permission.ENTER_LEAVE)}
    supervisors = {one.email for one in rows if one.email in leaders and not may(one.role, Permission.ADMINISTER)}
    lead = supervisors or leaders
    people = {one.email: Person(email=one.email, unit=one.unit, leads=one.email in lead) for one in rows}
    return Desk(
        staff={one.email: one for one in rows}, leaves=account_store.leaves_on(session, today), people=people
    )  # fmt: skip


def turn(units_of_work: UnitOfWorkFactory, *, now: datetime) -> int:
    """Say what is due and was not said; says how many rows of the bell are new. Only reads while there is nothing."""
    with units_of_work.reading() as (session, office):
        offices = {office.offices.own_office, *(unit.office for unit in office.offices.units)}
        if not any(office.calendar.is_open(now, one) for one in offices):
            return 0
        wanted = _wanted(session, office, now)
        digests = _digests_wanted(session, office, now)
    told, emails = 0, sorted(wanted)
    for begin in range(0, len(emails), _AT_A_TIME):
        with units_of_work.writing() as (session, office):
            teller = Teller(session, office, now)
            told += sum(teller.tell(email, wanted[email]) for email in emails[begin:][:_AT_A_TIME])
    for begin in range(0, len(digests), _AT_A_TIME):
        with units_of_work.writing() as (session, office):
            teller = Teller(session, office, now)
            desk = desk_of(session, local(now).date())
            told += sum(teller.digest(desk, email) for email in digests[begin:][:_AT_A_TIME])
    return told


def _wanted(session: Session, office: OfficeContext, now: datetime) -> dict[str, list[_Item]]:
    """By e-mail what is due to be said and is not in the bell yet."""
    today = local(now).date()
    found: defaultdict[str, list[_Item]] = defaultdict(list)
    cases = [
        (case_id, category, case, dues)
        for case_id, category, case in store.standings(session, today)
        if (dues := reminders.due_now(case, office.calendar, office.office_of(case.unit), now))
    ]
    if not cases:
        return found
    desk = desk_of(session, today)
    said = store.said(session, {due.key for *_, dues in cases for due in dues})
    for case_id, category, case, dues in cases:
        matter = matter_of(office, category)
        for due in dues:
            for email in reminders.hearers(due, case, desk.people, desk.leaves):
                if (desk.staff[email].id, due.key) in said:
                    continue
                own = due.leads or case.assignee in {None, email}
                found[email].append(
                    _Item(
                        due=due, case_id=case_id, number=case.number, matter=matter,
                        stands_for=None if own else case.assignee,
                    )
                )  # fmt: skip
    return {email: list(_once(items)) for email, items in found.items()}


def _once(items: Sequence[_Item]) -> Iterator[_Item]:
    """What is said of several cases at once by the first of them, with how many more there are."""
    count = Counter(one.due.key for one in items)
    for one in items:
        if (more := count.pop(one.due.key, 0)) > 0:
            yield replace(one, more=more - 1)


def rung(session: Session) -> None:
    """Bells have changed: open pages are told once the transaction is committed. It names no case."""
    announce(session, f"{live.TOPIC} -")


def matter_of(office: OfficeContext, category: str) -> str:
    """The kind of a case's matter, in the words of the desk."""
    return office.sentences.say(f"category.{category}", Language.ZH_TW)


def _line(one: _Item) -> str:
    whose = "（代理）" if one.stands_for else ""
    whose += f"（合併會辦，另 {one.more} 件）" if one.more else ""
    return f"{SAID[one.due.cause]}：{one.number}（{one.matter}）{roc_date(one.due.on)}{whose}"


def _digests_wanted(session: Session, office: OfficeContext, now: datetime) -> list[str]:
    """Who wants the day's digest, works today, and has not had it."""
    today, wishes = local(now).date(), store.wishes(session)
    wanting = {staff_id for staff_id, wish in wishes.items() if wish.digest_mail or wish.digest_chat}
    if not wanting:
        return []
    desk, key = desk_of(session, today), _digest_key(today)
    had = {staff_id for staff_id, _ in store.said(session, [key])}
    return [
        email for email, person in desk.staff.items()
        if person.id in wanting - had and email not in desk.leaves
        and office.calendar.is_open(now, office.office_of(person.unit or ""))
    ]  # fmt: skip


def _digest_key(today: date) -> str:
    return f"{Cause.DIGEST} {today}"


class Teller:
    """Tells people in one transaction.

    LINE has as much of the month for staff as announcements may use; the rest stays for cases.
    """

    def __init__(self, session: Session, office: OfficeContext, now: datetime) -> None:
        self._session, self._office, self._now = session, office, now
        self._addresses = store.chat_addresses(session)
        self._left = budget(session, office, now=now).available if self._addresses else 0

    def tell(self, email: str, items: Sequence[_Item]) -> int:
        """Put what is new into a person's bell, and send it in one mail and one message; how much was new."""
        person = account_store.staff_by_email(self._session, email)
        if person is None or person.disabled_at is not None:
            return 0
        new = [
            one for one in items
            if store.put(
                self._session, staff_id=person.id, key=one.due.key, cause=one.due.cause.value, case_id=one.case_id,
                day=one.due.on, stands_for=one.stands_for, at=self._now,
                detail={"more": one.more} if one.more else {},
            )
        ]  # fmt: skip
        if not new:
            return 0
        rung(self._session)
        wish = store.wish(self._session, person.id)
        lines = [_line(one) for one in new]
        if wish.mail:
            base = self._office.base_url
            links = [f"{line}\n{base}/desk/cases/{one.number}" for line, one in zip(lines, new, strict=True)]
            self.mail(person, f"單一窗口提醒：{len(new)} 則", links)
        if wish.chat:
            self.push(person, "單一窗口提醒", lines)
        return len(new)

    def digest(self, desk: Desk, email: str) -> int:
        """A person's digest of the day, unless they have had it; 1 if it is new."""
        person, today = desk.staff.get(email), local(self._now).date()
        if person is None:
            return 0
        hands = (email, *(one for one, leave in desk.leaves.items() if leave.stand_in == email))
        leads = may(person.role, Permission.ALL_CASES)
        day = store.day_of(
            self._session, today, assignees=None if leads else hands, unit=person.unit if leads else None, most=NAMED
        )
        wanting = attention.wanting(self._session)
        figures = {
            "due": day.due_count, "late": day.late_count, "waiting_firm": day.waiting_firm,
            "consulting": day.consulting, "unread": store.unread_of(self._session, person.id),
            "wanting": sum(wanting.get(one, 0) for one in hands),
        }  # fmt: skip
        new = store.put(
            self._session, staff_id=person.id, key=_digest_key(today), cause=Cause.DIGEST.value, day=today,
            detail=figures, at=self._now, read_at=self._now,
        )  # fmt: skip
        if not new:
            return 0
        wish = store.wish(self._session, person.id)
        lines = [
            self._named(f"今日到期 {day.due_count} 件", day.due, day.due_count),
            self._named(f"已逾限 {day.late_count} 件", day.late, day.late_count),
            digest_rest(figures),
        ]
        if wish.digest_mail:
            self.mail(person, f"單一窗口每日摘要 {roc_date(today)}", [*lines, "", f"{self._office.base_url}/desk"])
        if wish.digest_chat:
            self.push(person, f"每日摘要 {roc_date(today)}", lines)
        return 1

    def _named(self, head: str, cases: Sequence[tuple[str, str]], count: int) -> str:
        said = "、".join(f"{number}（{matter_of(self._office, category)}）" for number, category in cases)
        return f"{head}：{said}{'等' if count > len(cases) else ''}" if cases else head

    def mail(self, person: Staff, subject: str, lines: Sequence[str]) -> None:
        """Queue a mail to a person, where there is a mail server."""
        if not self._office.mail:
            return
        foot = f"本信由系統寄出，請勿回信。提醒設定：{self._office.base_url}/desk/reminders/settings"
        store.put_mail(self._session, person.id, subject, "\n".join([*lines, "", foot, ""]), now=self._now)

    def push(
        self, person: Staff, title: str, lines: Sequence[str], *, page: str = "/desk/reminders", most: int = NAMED
    ) -> None:  # fmt: skip
        """To a person who is bound; where no message of the month is left for staff, the bell has it.

        ``page``: where the whole of it stands; ``most``: lines that are said.
        """
        contact_id, channel = self._addresses.get(person.id, (None, ""))
        if contact_id is None or channel not in self._office.channels:
            return
        if self._office.channels[channel].free_replies and self._left is not None:
            if self._left <= 0:
                return
            self._left -= 1
        more = [f"另有 {len(lines) - most} 則。"] if len(lines) > most else []
        body = "\n".join([f"【{title}】", *lines[:most], *more, f"{self._office.base_url}{page}"])
        outbox_store.put(
            self._session, channel=channel, contact_id=contact_id, payload=to_plain([Text(body)]), reason=REASON,
            now=self._now,
        )  # fmt: skip


def digest_rest(figures: Mapping[str, int]) -> str:
    """What of a digest is only counted."""
    return (
        f"待廠商補件 {figures['waiting_firm']} 件、會辦中 {figures['consulting']} 件；"
        f"待您處理 {figures['wanting']} 件、未讀提醒 {figures['unread']} 則"
    )
