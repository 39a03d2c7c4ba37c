"""What a dialogue handler may look at, gathered from the rows: the known person, the firm's cases, the office now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import partial

from knowledge.calendar import local
from knowledge.common import common_first, load_common
from knowledge.emergency import calls_for
from knowledge.entries import Category, FaqEntry, ParkKind
from knowledge.privacy import load_privacy
from knowledge.services import service_for
from knowledge.understand import Understanding
from routing.domain.case import Event, EventKind
from routing.domain.decision import Decision
from routing.domain.dialogue.state import State
from routing.domain.dialogue.turn import CaseCard, Known, Turn
from routing.domain.inbound import InboundKind
from routing.service.conversation.talk import Conversation
from routing.store import cases as store
from routing.store import people
from routing.store.channel import conversations
from routing.store.schema import Case as CaseRow
from routing.store.schema import Firm

PRIVACY_VERSION = load_privacy().version
"""The privacy notice in force; who saw an earlier one sees it again."""

_COMMON = load_common()

_TOLD = {
    EventKind.ASSIGNED: "step.assigned", EventKind.MESSAGE: "step.message", EventKind.REPLIED: "step.replied",
    EventKind.RESUMED: "step.resumed", EventKind.EXTENDED: "step.extended", EventKind.CLOSED: "step.closed",
    EventKind.REOPENED: "step.reopened",
}  # fmt: skip


def today(now: datetime) -> date:
    """The Taipei date of an instant."""
    return local(now).date()


def category(name: str) -> Category | None:
    """A category by its name, if it is one."""
    return Category(name) if name in set(Category) else None


def build(talk: Conversation, state: State, understanding: Understanding | None, decision: Decision | None) -> Turn:
    """The turn as the handlers see it."""
    base = talk.reader.understander().base
    pending = conversations.by_ids(
        talk.session, {*state.pending, *([talk.message.id] if talk.message else [])}, contact_id=talk.contact.id
    )
    said = [message for message in pending if message.kind == "text" and message.text]
    say = partial(_say, talk)
    known = _known(talk)
    return Turn(
        inbound=talk.inbound,
        state=state,
        known=known,
        language=talk.language,
        say=say,
        today=today(talk.now),
        cases=_cases(talk),
        parks=talk.desk.offices.own_parks,
        find_park=talk.desk.offices.find_park,
        entry=base.entry,
        common=partial(_common, base.entries, today(talk.now)),
        small_reply=partial(_small_reply, talk),
        emergency=partial(calls_for, emergency=base.emergency, language=talk.language),
        unit_of=partial(_unit_of, talk),
        closed_until=_closed_until(talk),
        privacy_url=f"{talk.desk.base_url}/privacy",
        service=partial(service_for, talk.reader.services, park_kind=known.park_kind),
        words="\n".join(message.text for message in said),
        before="\n".join(message.text for message in said if message.id in state.pending),
        files=sum(1 for message in pending if message.kind not in {"text", "location", "sticker", "strange"}),
        message_id=talk.message.id if talk.message else None,
        understanding=understanding,
        decision=decision,
    )


def _say(talk: Conversation, key: str, **values: object) -> str:
    return talk.desk.sentences.say(key, talk.language, **values)


def _known(talk: Conversation) -> Known:
    contact = talk.contact
    firm = talk.session.get(Firm, contact.firm_id) if contact.firm_id is not None else None
    park = talk.desk.offices.park(contact.park) if contact.park else None
    return Known(
        # In this person's own words: what somebody else called a firm with this number is none of theirs.
        firm_name=contact.firm_said or (firm.name if firm else None),
        ubn=(firm.ubn or firm.claimed_ubn) if firm else None,
        contact_name=contact.name,
        phone=contact.phone,
        park=contact.park,
        park_kind=park.kind if park else contact.park_kind,
        noticed=contact.notice_version == PRIVACY_VERSION,
    )


def known_kind(talk: Conversation) -> ParkKind | None:
    """The kind of park the firm is known to be in, where it is one of ours."""
    kind = _known(talk).park_kind
    return ParkKind(kind) if kind in set(ParkKind) else None


def _common(entries: tuple[FaqEntry, ...], day: date, name: str) -> tuple[FaqEntry, ...]:
    """What is often asked in a category: live answers, those picked for it first."""
    live = (entry for entry in entries if entry.category.value == name and entry.kind.value == "answer")
    return common_first((entry for entry in live if not entry.expired(day)), _COMMON.get(name, ()))[:4]


def _small_reply(talk: Conversation, intent: str) -> str | None:
    found = next((small for small in talk.reader.understander().base.smalltalk if small.id == intent), None)
    if found is None:
        return None
    short = {"zh-TW": "zh"}.get(talk.language, talk.language)
    return found.replies.get(short) or found.replies.get("zh")


def _unit_of(talk: Conversation, name: str, topic: str | None) -> str:
    offices = talk.desk.offices
    park = offices.park(talk.contact.park) if talk.contact.park else None
    return offices.unit_for(name, topic, park).names[talk.language]


def _closed_until(talk: Conversation) -> str | None:
    calendar, office = talk.desk.calendar, talk.desk.offices.own_office
    if calendar.is_open(talk.now, office):
        return None
    opening = local(calendar.next_opening(talk.now, office))
    return f"{opening.month}/{opening.day} {opening:%H:%M}"


def _cases(talk: Conversation) -> tuple[CaseCard, ...]:
    rows = store.of_contact(talk.session, talk.contact.id, limit=20)
    if not rows:
        return ()
    names = people.names(talk.session, [row.assignee for row in rows])
    asked = talk.inbound.data.get("number") if talk.inbound.kind is InboundKind.POSTBACK else None
    return tuple(_card(talk, row, names, whole=row.number == asked) for row in rows)


def _card(talk: Conversation, row: CaseRow, names: dict[str, str], *, whole: bool) -> CaseCard:
    unit = talk.desk.offices.find_unit(row.unit)
    promised = row.promised_on
    card = CaseCard(
        number=row.number,
        subject=row.subject,
        status=_say(talk, f"status.{row.status}"),
        category=_say(talk, f"category.{row.category}"),
        unit=unit.names[talk.language] if unit else row.unit,
        officer=names.get(row.assignee or ""),
        promised=f"{promised.year}/{promised.month}/{promised.day}" if promised else "—",
        closed=row.status == "closed",
        waits_on_firm=row.status == "waiting_firm",
    )
    if not whole:
        return card
    told = [(row.received_at, _say(talk, "step.received"))]
    told += [(event.at, words) for event in store.events_of(talk.session, row.id) if (words := _step(talk, event))]
    steps = tuple((f"{local(at).month}/{local(at).day} {local(at):%H:%M}", words) for at, words in told)
    return replace(card, steps=steps)


def _step(talk: Conversation, event: Event) -> str | None:
    if event.kind is EventKind.WAITING:
        return _say(talk, f"step.waiting_{event.data['on']}")
    if event.kind is EventKind.CATEGORY and event.data.get("unit"):
        return _say(talk, "step.moved")
    key = _TOLD.get(event.kind)
    return _say(talk, key) if key else None
