"""What a dialogue handler may look at, gathered from the rows: the known person, the firm's cases, the office now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import partial

from knowledge.calendar.office_calendar import local
from knowledge.common import common_first, load_common
from knowledge.emergency import calls_for, duties_for, topic_for
from knowledge.entries import FaqEntry
from knowledge.offices.records import Unit
from knowledge.services import service_for
from knowledge.understand import Understanding
from knowledge.vocabulary import Category, ParkKind, own_park_kind
from knowledge.wording import reading_language
from routing.domain import survey
from routing.domain.asked_sets import Asked
from routing.domain.case import Event, EventKind, Status
from routing.domain.decision import Decision
from routing.domain.dialogue.placed import matter_of
from routing.domain.dialogue.state import State, Step, state_from
from routing.domain.dialogue.turn import CaseCard, Known, OfficeDay, Turn
from routing.domain.firm_dates import firm_date
from routing.domain.inbound import InboundKind
from routing.domain.land.needs import Need, need_from
from routing.domain.taking_back import without_taken_back
from routing.domain.tax_number import masked_name
from routing.service.cases.notifications import listed, who_waits
from routing.service.conversation import kept
from routing.service.conversation.session import Conversation
from routing.service.feeds import outages, registry_feed
from routing.service.question_sets import asking
from routing.store.accounts import queries as account_store
from routing.store.announcements import queries as announcement_store
from routing.store.bindings import queries as binding_store
from routing.store.cases import queries as store
from routing.store.cases import satisfaction as satisfaction_store
from routing.store.cases.schema import Case as CaseRow
from routing.store.cases.schema import Firm
from routing.store.conversation import queries as conversation_store
from routing.store.conversation.schema import Message
from routing.store.land import queries as land_store

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


def build(
    conversation: Conversation, state: State, understanding: Understanding | None, decision: Decision | None
) -> Turn:
    """The turn as the handlers see it."""
    base = conversation.reader.understander().base
    aside = state_from(state.dropped).pending if state.dropped else ()
    mine = {*state.pending, *(message.id for message in conversation.messages)}
    found = _messages(conversation, mine.union(aside))
    pending = [message for message in found if message.id in mine]
    said = [message for message in pending if message.kind == "text" and message.text]
    say = partial(_say, conversation)
    known, seen = _known(conversation), cases(conversation)
    return Turn(
        inbound=conversation.inbound,
        state=state,
        known=known,
        language=conversation.language,
        say=say,
        now=conversation.now,
        today=today(conversation.now),
        cases=seen,
        parks=conversation.office.offices.own_parks,
        find_park=conversation.office.offices.find_park,
        entry=base.entry,
        common=partial(_common, base.entries, today(conversation.now), conversation.language),
        small_reply=partial(_small_reply, conversation),
        emergency=partial(calls_for, emergency=base.emergency, language=conversation.language),
        outages=partial(outages.for_park, conversation.session, now=conversation.now),
        alert_topic=partial(topic_for, emergency=base.emergency),
        duties=partial(duties_for, emergency=base.emergency, language=conversation.language),
        office_day=partial(_office_day, conversation),
        firm_by_ubn=partial(_firm_by_ubn, conversation),
        registered=partial(registry_feed.of, conversation.session, now=conversation.now),
        unit_of=partial(_unit_of, conversation),
        phone_of=partial(_phone_of, conversation),
        closed_until=_closed_until(conversation),
        privacy_url=f"{conversation.office.base_url}/privacy",
        privacy_version=conversation.office.notice.version,
        mail=conversation.office.mail,
        keep_files_days=conversation.office.keep_files_days,
        service=partial(service_for, conversation.reader.services, park_kind=known.park_kind),
        words="\n".join(message.text for message in said),
        before="\n".join(message.text for message in said if message.id in state.pending),
        files=sum(1 for message in pending if message.kind not in kept.NO_FILES),
        files_now=sum(1 for message in conversation.messages if message.kind not in {"text", "sticker", "strange"}),
        pieces=tuple((one.id, kept.shown(conversation, one)) for one in pending if one.id in state.pending),
        aside=tuple((one.id, kept.shown(conversation, one)) for one in found if one.id in aside),
        pending_texts={one.id: one.text for one in found if one.kind == "text" and one.text},
        message_ids=tuple(message.id for message in conversation.messages if message.kind != "sticker"),
        quoted=_quoted(conversation, seen),
        kept=kept.kept(conversation),
        need=_need(conversation, state),
        questions=_questions(conversation, state),
        topics=_topics(conversation),
        notice_title=_notice_title(conversation),
        understanding=understanding,
        decision=decision,
    )


def _messages(conversation: Conversation, ids: set[int]) -> list[Message]:
    """Messages of the contact, oldest first; what came now need not be read."""
    now = {message.id: message for message in conversation.messages}
    if ids == now.keys():
        return sorted(now.values(), key=lambda one: (one.at, one.id))
    return conversation_store.by_ids(conversation.session, ids, contact_id=conversation.contact.id)


def _topics(conversation: Conversation) -> dict[str, bool]:
    """What was said of topics, where they are asked for."""
    asked = conversation.inbound.data.get("action") == "topics" or conversation.inbound.kind is InboundKind.TEXT
    if not asked or conversation.fresh:
        return {}
    return announcement_store.topics(conversation.session, conversation.contact.id)


def _notice_title(conversation: Conversation) -> str | None:
    data = conversation.inbound.data
    number = data.get("id", "") if data.get("action") == "notice" else ""
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    row = announcement_store.went_to(conversation.session, int(number), conversation.contact.id)
    return row.title[reading_language(conversation.language)] if row is not None else None


def _need(conversation: Conversation, state: State) -> Need | None:
    """What the own case looks for that a button names, or that is just asked about."""
    inbound = conversation.inbound
    tapped = inbound.kind is InboundKind.POSTBACK and inbound.data.get("action") == "need"
    row = _own_row(
        conversation, inbound.data.get("number") if tapped else state.number if state.step is Step.NEED else None
    )
    held = land_store.need(conversation.session, row.id) if row is not None else None
    return need_from(held.need) if held is not None else None


def _questions(conversation: Conversation, state: State) -> Asked | None:
    """What the own case was asked that a button names, or that is just gone through."""
    inbound = conversation.inbound
    tapped = inbound.kind is InboundKind.POSTBACK and inbound.data.get("action") == "question"
    number = inbound.data.get("number") if tapped else state.number if state.step is Step.QUESTIONS else None
    row = _own_row(conversation, number)
    return asking.of_row(conversation.session, row.id) if row is not None else None


def _own_row(conversation: Conversation, number: str | None) -> CaseRow | None:
    row = store.by_number(conversation.session, number) if number else None
    return row if row is not None and row.contact_id == conversation.contact.id else None


def _say(conversation: Conversation, key: str, **values: object) -> str:
    return conversation.office.sentences.say(key, conversation.language, **values)


def _known(conversation: Conversation) -> Known:
    contact = conversation.contact
    firm = conversation.session.get(Firm, contact.firm_id) if contact.firm_id is not None else None
    bound = not conversation.fresh and binding_store.bound(conversation.session, contact.id) is not None
    return Known(
        # In this person's own words: what somebody else called a firm with this number is none of theirs until bound.
        firm_name=contact.firm_said or (firm.name if firm and bound else None),
        bound=bound,
        ubn=(firm.ubn or firm.claimed_ubn) if firm else None,
        contact_name=contact.name,
        phone=contact.phone,
        park=contact.park,
        park_kind=_park_kind(conversation),
        noticed=contact.notice_version == conversation.office.notice.version,
    )


def known_kind(conversation: Conversation) -> ParkKind | None:
    """The kind of park the firm is known to be in, where it is one of ours."""
    return own_park_kind(_park_kind(conversation))


def _park_kind(conversation: Conversation) -> str | None:
    contact = conversation.contact
    park = conversation.office.offices.park(contact.park) if contact.park else None
    return park.kind if park else contact.park_kind


def _common(entries: tuple[FaqEntry, ...], day: date, language: str, name: str) -> tuple[FaqEntry, ...]:
    """What is often asked in a category: live answers, those picked for it first."""
    live = (entry for entry in entries if entry.category.value == name and entry.kind.value == "answer")
    told = (entry for entry in live if not entry.expired(day) and entry.speaks(language))
    return common_first(told, _COMMON.get(name, ()))[:4]


def _small_reply(conversation: Conversation, intent: str) -> str | None:
    found = next((small for small in conversation.reader.understander().base.smalltalk if small.id == intent), None)
    if found is None:
        return None
    return found.replies.get(reading_language(conversation.language).group) or found.replies.get("zh")


def _unit(conversation: Conversation, name: str, topic: str | None) -> Unit:
    offices = conversation.office.offices
    park = offices.park(conversation.contact.park) if conversation.contact.park else None
    return offices.unit_for(name, topic, park)


def _unit_of(conversation: Conversation, name: str, topic: str | None) -> str:
    return _unit(conversation, name, topic).names[conversation.language]


def _phone_of(conversation: Conversation, name: str, topic: str | None) -> str:
    return _unit(conversation, name, topic).phone


def _firm_by_ubn(conversation: Conversation, ubn: str) -> str | None:
    """The masked name of the firm that officers verified under this number, unless it is known by the number alone."""
    firm = store.verified_firm(conversation.session, ubn)
    return masked_name(firm.name) if firm is not None and firm.name != ubn else None


def _office_day(conversation: Conversation, asked: date | None) -> OfficeDay:
    calendar, office = conversation.office.calendar, conversation.office.offices.own_office
    day = asked or today(conversation.now)
    closures = calendar.closures_on(day, office) if office is not None else ()
    full = any(closure.part == "full" for closure in closures)
    return OfficeDay(
        hours=conversation.office.sentences.say("list.and", conversation.language).join(calendar.hours.shown),
        working=calendar.is_working_day(day, office),
        open_now=calendar.is_open(conversation.now, office),
        closure="full" if full else closures[0].part if closures else None,
        opens=_closed_until(conversation) or "",
    )


def _closed_until(conversation: Conversation) -> str | None:
    calendar, office = conversation.office.calendar, conversation.office.offices.own_office
    if calendar.is_open(conversation.now, office):
        return None
    opening = local(calendar.next_opening(conversation.now, office))
    return f"{opening.month}/{opening.day} {opening:%H:%M}"


def _quoted(conversation: Conversation, cases: tuple[CaseCard, ...]) -> str | None:
    """The case that is quoted. Of one that goes on in another firm's, what is said since stands there."""
    number = kept.quoted_case(conversation)
    if number is None or any(case.number == number for case in cases):
        return number
    return next((case.number for case in cases if case.into == number), number)


def cases(
    conversation: Conversation, *, limit: int = 20, after: int = 0, number: str | None = None
) -> tuple[CaseCard, ...]:
    """The cases that a contact may see, as it sees them; the one that a button names with its steps.

    ``after``, ``number``: as ``cases_seen``.
    """
    if conversation.fresh:
        return ()
    rows = binding_store.cases_seen(
        conversation.session, conversation.contact.id, limit=limit, after=after, number=number
    )
    if not rows:
        return ()
    shared = binding_store.shared_of(conversation.session, (row.id for row in rows))
    names = account_store.names(conversation.session, [row.assignee for row in rows])
    asked = conversation.inbound.data.get("number") if conversation.inbound.kind is InboundKind.POSTBACK else None
    waits = store.last_waits(conversation.session, [row.id for row in rows if row.waiting_on])
    awaited = {row.id: _awaited(conversation, row, waits.get(row.id)) for row in rows if row.waiting_on == "firm"}
    wrote = conversation_store.last_of_officers(
        conversation.session,
        [row.id for row in rows if row.status != "closed"],
        chats=tuple(conversation.office.channels),
    )
    holder = kept.holder(conversation, wrote)
    surveys = satisfaction_store.of_cases(conversation.session, [row.id for row in rows if row.status == "closed"])
    cards = (_card(conversation, row, names, waits.get(row.id), whole=row.number == asked) for row in rows)
    return tuple(
        replace(
            card, person=row.id == holder, received_at=row.received_at, matter=matter_of(row.category, row.topic),
            topic=row.topic, alert=row.alert,
            officer_at=wrote[row.id][0] if row.id in wrote and row.firm_spoke_at is None else None,
            talked_at=wrote[row.id][0] if row.id in wrote else None,
            answered=row.piece_at is not None, own=row.contact_id == conversation.contact.id,
            shared=row.id in shared, missing=awaited.get(row.id, ("", ""))[0], pieces=awaited.get(row.id, ("", ""))[1],
            closed_at=row.closed_at,
            survey=survey.standing(
                row.outcome, row.closed_at, conversation.inbound.at,
                rated=surveys.get(row.id, {}).get(EventKind.RATED),
            ),
            surveyed=_since(surveys.get(row.id, {}).get(EventKind.SURVEYED), row.closed_at),
        )
        for row, card in zip(rows, cards, strict=True)
    )  # fmt: skip


def _since(at: datetime | None, closed_at: datetime | None) -> bool:
    return at is not None and closed_at is not None and at >= closed_at


def _into(conversation: Conversation, row: CaseRow) -> str:
    """The number of the open case in which a merged one goes on; empty if there is none."""
    target = store.goes_on_in(conversation.session, row)
    return target.number if target is not None and target.status != Status.CLOSED else ""


def _awaited(conversation: Conversation, row: CaseRow, wait: Event | None) -> tuple[str, str]:
    """What a firm was asked for, as a list, and how much of it has come."""
    session, reads = conversation.session, conversation.language
    asked = session.get(Message, wait.data["message_id"]) if wait is not None and "message_id" in wait.data else None
    standing = store.state_of(session, row).waiting
    pieces = standing.pieces if standing is not None else ()
    came = ""
    if pieces:
        at = local(pieces[-1][1])
        came = _say(conversation, "case.pieces_came", n=len(pieces), at=f"{at.month}/{at.day} {at:%H:%M}")
    return listed(conversation.office, reads, asked.text) if asked is not None else "", came


def _card(
    conversation: Conversation, row: CaseRow, names: dict[str, str], wait: Event | None, *, whole: bool
) -> CaseCard:
    unit = conversation.office.offices.find_unit(row.unit)
    begun = wait.data if wait else {}
    now = who_waits(
        conversation.office, conversation.language, unit=row.unit, on=row.waiting_on, consulting=row.consulting,
        until=begun.get("until"),
    )  # fmt: skip
    into = _into(conversation, row)
    card = CaseCard(
        number=row.number,
        subject=row.subject,
        status=_say(conversation, "status.merged" if into else f"status.{row.status}"),
        into=into,
        category=_say(conversation, f"category.{row.category}"),
        unit=unit.names[conversation.language] if unit else row.unit,
        officer=names.get(row.assignee or ""),
        now="" if row.status == "closed" else now,
        promised=_promised(conversation, row),
        closed=row.status == "closed",
        waits_on_firm=row.status == "waiting_firm",
    )
    if not whole:
        return card
    told = [(row.received_at, _say(conversation, "step.received"))]
    told += [
        (event.at, words)
        for event in without_taken_back(store.events_of(conversation.session, row.id))
        if (words := _step(conversation, event))
    ]
    steps = tuple((f"{local(at).month}/{local(at).day} {local(at):%H:%M}", words) for at, words in told)
    return replace(card, steps=steps)


def _promised(conversation: Conversation, row: CaseRow) -> str:
    """Until when: no date while a wait may move it, nor for an emergency that nobody has answered."""
    if row.waiting_on == "firm":
        return _say(conversation, "case.promised_paused")
    if row.alert is not None and row.first_reply_at is None:
        return _say(conversation, "case.promised.alert")
    return firm_date(row.promised_on, conversation.language)


def _step(conversation: Conversation, event: Event) -> str | None:
    if event.kind is EventKind.WAITING and event.data.get("unit"):
        # A unit that is asked is no other agency: the firm deals with one window.
        return None
    if event.kind is EventKind.WAITING:
        return _say(conversation, f"step.waiting_{event.data['on']}")
    if event.kind is EventKind.CATEGORY and event.data.get("unit"):
        return _say(conversation, "step.moved")
    key = _TOLD.get(event.kind)
    return _say(conversation, key) if key else None
