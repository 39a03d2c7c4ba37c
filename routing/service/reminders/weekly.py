"""The week ahead, told to those who lead as its first working day begins: by mail or LINE to whoever has the digest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from knowledge.calendar.republic import roc_date
from routing.domain.consultations import party_said
from routing.domain.permissions import Permission, may
from routing.domain.reminders import Cause
from routing.domain.reporting import outlook as rules
from routing.domain.reporting.outlook import Topic
from routing.service.office_context import OfficeContext, UnitOfWorkFactory
from routing.service.reminders.notifier import NAMED, Teller, desk_of
from routing.service.reporting import outlook as service
from routing.service.reporting.outlook import Outlook
from routing.store.reminders import queries as store

_PAGE = "/desk/turnaround/week"
_LINES = 15
"""Of a message; the page has the rest."""
Word = Callable[[str, str], str]
"""The word of the desk for a code of a family."""


def turn(units_of_work: UnitOfWorkFactory, *, word: Word, now: datetime) -> int:
    """Tell whoever has not been told of this week; how many were. Only reads while there is nobody."""
    with units_of_work.reading() as (session, office):
        emails = _wanted(session, office, now)
    for email in emails:
        with units_of_work.writing() as (session, office):
            _tell(session, office, email, word, now)
    return len(emails)


def _key(now: datetime) -> str:
    return f"{Cause.WEEK} {rules.week_of(local(now).date()).name}"


def _wanted(session: Session, office: OfficeContext, now: datetime) -> list[str]:
    wishes = store.wishes(session)
    wanting = {staff_id for staff_id, wish in wishes.items() if wish.digest_mail or wish.digest_chat}
    if not wanting:
        return []
    today = local(now).date()
    desk, had = desk_of(session, today), {staff_id for staff_id, _ in store.said(session, [_key(now)])}
    found = []
    for email, person in desk.staff.items():
        seat = office.office_of(person.unit or "")
        here = email not in desk.leaves and office.calendar.is_open(now, seat)
        leads = person.id in wanting - had and may(person.role, Permission.ALL_CASES)
        if here and leads and rules.begins(today, office.calendar, seat):
            found.append(email)
    return found


def _tell(session: Session, office: OfficeContext, email: str, word: Word, now: datetime) -> None:
    today = local(now).date()
    person = desk_of(session, today).staff.get(email)
    if person is None:
        return
    ahead = service.ahead(session, office, unit=person.unit, now=now)
    new = store.put(
        session, staff_id=person.id, key=_key(now), cause=Cause.WEEK.value, day=today, detail=figures(ahead), at=now,
        read_at=now,
    )  # fmt: skip
    if not new:
        return
    wish, teller, lines = store.wish(session, person.id), Teller(session, office, now), list(said(ahead, word))
    if wish.digest_mail:
        teller.mail(person, f"單一窗口本週展望 {roc_date(today)}", [*lines, "", f"{office.base_url}{_PAGE}"])
    if wish.digest_chat:
        teller.push(person, f"本週展望 {roc_date(today)}", lines, page=_PAGE, most=_LINES)


def figures(ahead: Outlook) -> dict[str, int]:
    """What the bell keeps of it."""
    return {
        "due": ahead.due_count, "overloaded": len(ahead.overloaded), "away": len(ahead.away),
        "rising": len(ahead.rising), "questions": sum(one.questions for one in ahead.holding),
    }  # fmt: skip


def said(ahead: Outlook, word: Word) -> Iterator[str]:
    """In lines: cases by number and matter, colleagues by name, nothing of a firm."""
    cases = "、".join(
        f"{one.number}（{word(one.category, 'category')}）{roc_date(one.promised_on)}" for one in ahead.due[:NAMED]
    )
    more = "等" if ahead.due_count > NAMED else ""
    yield f"本週到期、未辦結即逾限 {ahead.due_count} 件" + (f"：{cases}{more}" if cases else "")
    if ahead.overloaded:
        yield "在辦已滿：" + "、".join(ahead.names.get(one.email, one.email) for one in ahead.overloaded)
    for one in ahead.away:
        deputy = f"由{ahead.names.get(one.deputy, one.deputy)}代理" if one.deputy else "無人代理"
        yield f"請假：{ahead.names.get(one.email, one.email)}，在辦 {one.cases} 件，{deputy}"
    for risen in ahead.rising:
        yield f"詢問增加：{topic_said(risen.topic, word)} {risen.asked} 則（之前每週 {risen.before:.0f} 則）"
    for topic, number in ahead.unanswered[:1]:
        yield f"近四週無現成答案而成案最多：{topic_said(topic, word)} {number} 件"
    for held in ahead.holding[:1]:
        yield f"會辦等待最多：{party_said(held.of, word)} {held.questions} 題，共 {held.days} 個工作天"


def topic_said(topic: Topic, word: Word) -> str:
    """A topic in the words of the desk: with its category."""
    category, within = topic
    return word(category, "category") + (f"－{word(within, 'topic')}" if within else "")
