"""Writing an announcement, deciding on it, stopping it, and sending it in batches; never one long transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.wording import reading_language
from routing.domain.announcements import URGENT, Budget, Draft, check, reason_of
from routing.domain.errors import Forbidden, Invalid, NotFound, StepNotAllowed
from routing.domain.messages import Button, Card, Outgoing, postback, to_plain
from routing.domain.permissions import Actor, Permission, require_team
from routing.service.announcements import standing
from routing.service.cases import notifying
from routing.service.messaging import parking, quota
from routing.service.messaging.ledger import month_of
from routing.service.office_context import OfficeContext, UnitOfWorkFactory
from routing.store.accounts import queries as account_store
from routing.store.announcements import queries as store
from routing.store.announcements.schema import Announcement
from routing.store.conversation.schema import Contact
from routing.store.messaging import ledger as ledger_store
from routing.store.messaging import outbox as outbox_store
from routing.store.messaging import parked as parked_store

AT_A_TIME = 100
"""People in one transaction."""
_NOTE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What sending would come to: people, counted pushes, and the month of the channel that counts them."""

    reach: int
    cost: int
    budget: Budget


def write(session: Session, office: OfficeContext, actor: Actor, draft: Draft, *, now: datetime) -> Announcement:
    """Write one; another person decides.

    Raises:
        Forbidden: the person is a partner. Invalid: a word, language or park that cannot be used.
    """
    require_team(actor)
    check(draft, now=now)
    parks = []
    for name in draft.parks:
        park = office.offices.park(name)
        if park is None or not park.own:
            raise Invalid(f"「{name[:40]}」不是本分局的園區。", field="parks")
        parks.append(park.name)
    row = Announcement(
        topic=draft.topic, parks=sorted(set(parks)), until=draft.until, state="proposed", cursor=0,
        title={name: words.strip() for name, words in draft.title.items()},
        body={name: words.strip() for name, words in draft.body.items()},
        written_by=actor.email or actor.name, written_at=now,
    )  # fmt: skip
    store.put(session, row)
    _audit(session, actor, row, "notice.write", now, topic=row.topic, parks=row.parks)
    return row


def outlook(session: Session, office: OfficeContext, row: Announcement, *, now: datetime) -> Outlook:
    """What sending it now would reach and cost, and what is left of the month."""
    reached = store.reach_by_channel(session, row.topic, row.parks, tuple(office.channels))
    counted = {channel: number for channel, number in reached.items() if office.channels[channel].free_replies}
    cost = sum(counted.values()) if row.topic in URGENT else 0
    return Outlook(reach=sum(reached.values()), cost=cost, budget=budget(session, office, now=now))


def budget(session: Session, office: OfficeContext, *, now: datetime) -> Budget:
    """The month of the first channel that counts pushes: what it said, or what we have sent where that is more."""
    month = month_of(None, now)
    for channel, limits in office.channels.items():
        if limits.free_replies:
            said = quota.said(session, channel, now)
            ours = ledger_store.counted_pushes(session, channel, month.start, month.end)
            waiting = ledger_store.pushes_on_their_way(session, channel)
            used = max(said.used if said is not None else 0, ours) + waiting
            return Budget(said.limit if said is not None else None, used)
    return Budget(None, 0)


def decide(
    session: Session, office: OfficeContext, actor: Actor, announcement_id: int, *, approve: bool, note: str | None,
    now: datetime,
) -> Announcement:  # fmt: skip
    """Approve of an announcement, which is sent from then on, or refuse it with a reason.

    Raises:
        NotFound: there is none. Forbidden: not a leader, or the one who wrote it (``second_person_needed``).
        StepNotAllowed: it was decided (``notice_decided``), is over, or costs what is kept for cases (``quota_kept``).
        Invalid: a refusal without a reason.
    """
    require_team(actor)
    if not actor.may(Permission.APPROVE_NOTICES):
        raise Forbidden("公告通知由主管核定。")
    row = _held(session, announcement_id)
    if row.written_by == (actor.email or actor.name):
        raise Forbidden("不能核定自己撰寫的公告，請由另一位主管核定。", code="second_person_needed")
    if row.state != "proposed":
        raise StepNotAllowed("這則公告已經核定或停止。", code="notice_decided")
    note = (note or "").strip()
    if len(note) > _NOTE:
        raise Invalid(f"意見請在 {_NOTE} 字以內。", field="note")
    if not approve and not note:
        raise Invalid("不同意時請填寫理由。", field="note")
    if approve:
        _may_go_out(session, office, row, now)
    row.state = "sending" if approve else "refused"
    row.decided_by, row.decided_at, row.note = actor.email or actor.name, now, note or None
    _audit(session, actor, row, "notice.approve" if approve else "notice.refuse", now, reach=row.reach, cost=row.cost)
    return row


def _may_go_out(session: Session, office: OfficeContext, row: Announcement, now: datetime) -> None:
    if standing.over(row, now):
        raise StepNotAllowed("這則公告的有效期限已過。", code="notice_over")
    found = outlook(session, office, row, now=now)
    if not found.budget.carries(found.cost):
        raise StepNotAllowed(
            f"需推播 {found.cost} 則，本月公告可用 {found.budget.available} 則（保留三成供案件使用）；請縮小園區範圍。",
            code="quota_kept",
        )
    row.reach, row.cost = found.reach, found.cost


def stop(session: Session, actor: Actor, announcement_id: int, *, reason: str, now: datetime) -> Announcement:
    """End an announcement: what has not gone out is not sent any more.

    Raises:
        NotFound: there is none. Forbidden: neither a leader nor the one who wrote it.
        StepNotAllowed: it was refused or stopped. Invalid: no reason.
    """
    require_team(actor)
    row = _held(session, announcement_id)
    if not actor.may(Permission.APPROVE_NOTICES) and row.written_by != actor.email:
        raise Forbidden("公告由撰寫人或主管停止。")
    if row.state in {"refused", "stopped"}:
        raise StepNotAllowed("這則公告已經停止。", code="notice_decided")
    reason = reason.strip()
    if not reason or len(reason) > _NOTE:
        raise Invalid(f"請填寫停止的原因（{_NOTE} 字以內）。", field="reason")
    for message in store.parked(session, row.id, state=outbox_store.PARKED):
        parked_store.end(message)
    row.state, row.note, row.ended_at = "stopped", reason, now
    _audit(session, actor, row, "notice.stop", now)
    return row


def _held(session: Session, announcement_id: int) -> Announcement:
    row = store.get(session, announcement_id, lock=True)
    if row is None:
        raise NotFound("查無這則公告。")
    return row


def send_due(units_of_work: UnitOfWorkFactory, *, now: datetime) -> int:
    """One batch of every announcement under way; says to how many people it was queued."""
    with units_of_work.database.reading() as session:
        under_way = store.sending(session)
    return sum(_send_some(units_of_work, one, now=now) for one in under_way)


def _send_some(units_of_work: UnitOfWorkFactory, announcement_id: int, *, now: datetime) -> int:
    """One batch in one transaction. Whoever dies in the middle leaves the batch undone and the cursor where it was."""
    with units_of_work.writing() as (session, office):
        row = store.held_to_send(session, announcement_id)
        if row is None:
            return 0
        if standing.over(row, now):
            row.state, row.ended_at = "sent", now
            return 0
        found = store.recipients(
            session, row.topic, row.parks, tuple(office.channels), after=row.cursor, limit=AT_A_TIME
        )  # fmt: skip
        available = budget(session, office, now=now).available
        for contact, channel in found:
            counted = row.topic in URGENT and office.channels[channel].free_replies
            # Cases may have used the month up since it was approved: then the rest waits for the next contact.
            spent = counted and available is not None and available <= 0
            message = parking.tell(
                session, office, channel=channel, contact_id=contact.id, case_id=None, reason=reason_of(row.topic),
                payload=to_plain(words(office, row, contact)), now=now, renew=notifying.renew, free_only=spent,
            )  # fmt: skip
            store.put_sent(session, row.id, contact.id, message.id)
            if counted and available is not None:
                available -= 1
            row.cursor = contact.id
        if len(found) < AT_A_TIME:
            row.state, row.ended_at = "sent", now
        return len(found)


def words(
    office: OfficeContext, row: Announcement, contact: Contact | None, language: str | None = None
) -> list[Outgoing]:
    """What a person is sent, in the language they read, with one tap to ask and one to stop."""
    reads = reading_language(language or (contact.language if contact is not None else None))

    def say(key: str, **values: object) -> str:
        return office.sentences.say(key, reads, **values)

    topic = say(f"topic.{row.topic}")
    asks = Button(
        label=say("button.ask_notice"), data=postback("notice", id=row.id), shown=say("button.ask_notice"), primary=True
    )
    stops = Button(
        label=say("button.stop_topic", topic=topic), shown=say("button.stop_topic", topic=topic),
        data=postback("topics", topic=row.topic, wanted="no", notice=row.id),
    )  # fmt: skip
    return [
        Card(
            title=row.title[reads],
            label=topic,
            body=row.body[reads],
            buttons=(asks, stops),
            footer=say("notice_card.footer"),
            tone="alert" if row.topic in URGENT else "info",
        )
    ]


def _audit(session: Session, actor: Actor, row: Announcement, action: str, now: datetime, **detail: object) -> None:
    account_store.audit(
        session, at=now, actor=actor.email or actor.name, action=action, subject=f"notice {row.id}", detail=dict(detail)
    )
