"""One thing a firm did on a channel, from its event to its effects and the answer in the outbox, in one transaction.

The dialogue decides; here its decisions are carried out. A step that fails for a reason the domain knows is told to
the firm in a sentence, and its message stays; any other failure undoes everything and the event is tried again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.alerts.detection import detect_alert
from knowledge.distress import in_distress
from knowledge.language.forms import TextForms
from knowledge.language.hokkien import in_mandarin
from knowledge.language.text import only_in_chinese, sure_language
from knowledge.understand import Previous, Understanding
from knowledge.vocabulary import Language
from knowledge.wording import reading_language
from routing.domain.decision import told_in
from routing.domain.dialogue import menu, router
from routing.domain.dialogue.naming import subject_among
from routing.domain.dialogue.state import TOLD, State, state_from
from routing.domain.dialogue.turn import Result
from routing.domain.dialogue.typed_commands import moved
from routing.domain.inbound import Inbound, InboundKind
from routing.domain.messages import Text, packed, to_plain
from routing.domain.notices import REST
from routing.ports import Limits
from routing.service.cases import notifying
from routing.service.conversation import data_effects, effects, flood_limit, groups, kept, turn_context
from routing.service.conversation.reader import Reader
from routing.service.conversation.session import Conversation
from routing.service.conversation.unsend import take_back
from routing.service.files import commands as file_commands
from routing.service.files import notifications
from routing.service.messaging import parking
from routing.service.office_context import OfficeContext
from routing.service.reminders import chat_accounts
from routing.store.bindings import queries as binding_store
from routing.store.cases import queries as case_store
from routing.store.conversation import queries as conversation_store
from routing.store.conversation.schema import ContactAddress, Message
from routing.store.messaging import inbox as inbox_store
from routing.store.messaging import outbox as outbox_store
from routing.store.messaging.inbox import PartitionKey
from routing.store.session import instant

_WORDS = re.compile(r"[^\W\d_]")
_CODES = re.compile(r"\b[A-Za-z]+-?\d[\w-]*")
"""Case numbers and the like: they are of no language."""

_STORED = frozenset({
    InboundKind.TEXT, InboundKind.MEDIA, InboundKind.LOCATION, InboundKind.STICKER, InboundKind.UNSUPPORTED,
})  # fmt: skip


def take(
    session: Session,
    office: OfficeContext,
    reader: Reader,
    inbound: Inbound,
    *,
    now: datetime,
    token_until: datetime | None,
    together: Sequence[Inbound] = (),
) -> None:
    """Carry out one inbound event. ``token_until``: until when its reply token is worth trying.

    ``together``: messages that are understood as one; ``inbound`` is then what they make together (``joined``).
    """
    if inbound.kind is InboundKind.UNSEND:
        take_back(session, inbound, now=now)
        return
    if inbound.user_id is None or inbound.shared:
        # What people say in a group is theirs: nothing of it is kept, and it says nothing of blocking (trap L26).
        groups.answer(session, office, reader, inbound, now=now, token_until=token_until)
        return
    contact, address, new = conversation_store.contact_at(
        session, inbound.channel, inbound.user_id, now=now, at=inbound.at
    )
    conversation = Conversation(
        session=session, office=office, reader=reader, inbound=inbound, contact=contact, now=now, fresh=new
    )
    _learn_contact(conversation, address)
    if inbound.kind is InboundKind.UNFOLLOW:
        return
    if inbound.kind is InboundKind.TEXT and (code := chat_accounts.code_in(inbound.text)) is not None:
        _bind_staff(conversation, code, token_until)
        return
    _keep_messages(conversation, together or (inbound,))
    if inbound.silent or inbound.kind in {InboundKind.IGNORED, InboundKind.STICKER}:
        return
    if inbound.kind in _STORED and not conversation.messages:
        return
    _answer(conversation, token_until)


def _bind_staff(conversation: Conversation, code: str, token_until: datetime | None) -> None:
    """A member of staff binds the own account: no firm's words, so nothing of it is kept or understood."""
    session, inbound, contact = conversation.session, conversation.inbound, conversation.contact
    good = chat_accounts.bind(session, contact, inbound.channel, code, now=conversation.now)
    outbox_store.put(
        session, channel=inbound.channel, contact_id=contact.id, now=conversation.now, reason="answer",
        payload=to_plain([Text(chat_accounts.BOUND if good else chat_accounts.REFUSED)]),
        reply_token=inbound.reply_token, token_until=token_until,
    )  # fmt: skip


def _keep_messages(conversation: Conversation, inbounds: Sequence[Inbound]) -> None:
    """Store what came; what was taken back meanwhile is no part of the turn."""
    stored = [_store(conversation, one) for one in inbounds if one.kind in _STORED]
    conversation.messages = [message for message in stored if message.erased_at is None]


def _answer(conversation: Conversation, token_until: datetime | None) -> None:
    session, inbound, contact = conversation.session, conversation.inbound, conversation.contact
    limits = conversation.office.channels[inbound.channel]
    speed, alert_before = flood_limit.pace(session, inbound, limits), contact.dialogue.get("alert")
    result = _turn(conversation)
    effects.carry_out(conversation, result)
    if inbound.masked:
        # Numbers to call in an emergency stay first.
        alert = conversation.understood is not None and conversation.understood[0].alert is not None
        masked = Text(conversation.office.sentences.say("masked", conversation.language))
        conversation.told.insert(1 if alert else 0, masked)
    contact.last_event_at = max(contact.last_event_at or inbound.at, inbound.at)
    if speed.beyond:
        flood_limit.quieten(conversation, result, alert_before=alert_before)
    data_effects.notice(conversation)
    late = token_until is None or instant(session) > token_until
    if conversation.told and not (speed.crowd and late):
        _put(conversation, token_until, limits, crowd=speed.crowd, late=late)


def _put(
    conversation: Conversation, token_until: datetime | None, limits: Limits, *, crowd: bool, late: bool
) -> None:  # fmt: skip
    """The answer in one call, with what is parked for this person; what does not fit follows with the next.

    ``late``: the reply token is not worth trying any more.
    """
    session, inbound, contact, now = conversation.session, conversation.inbound, conversation.contact, conversation.now
    told, rest = packed(conversation.told, most=limits.messages)
    case_id = _about(conversation)
    reply = outbox_store.put(
        session, channel=inbound.channel, contact_id=contact.id, case_id=case_id, payload=to_plain(told), now=now,
        reason=outbox_store.NEVER_PUSHED if crowd else "answer", reply_token=inbound.reply_token,
        token_until=token_until,
    )  # fmt: skip
    danger = conversation.understood is not None and conversation.understood[0].alert is not None
    if reply.kind == "reply" and not late and not crowd and not danger and not conversation.forgotten:
        parking.take_along(session, conversation.office, reply, renew=notifying.renew, now=now)
    if rest:
        parking.tell(
            session, conversation.office, channel=inbound.channel, contact_id=contact.id, case_id=case_id, reason=REST,
            payload=to_plain(rest), now=now, renew=notifying.renew, free_only=crowd,
        )  # fmt: skip


def joined(inbounds: Sequence[Inbound]) -> Inbound:
    """Several messages of one user as one: their words line by line, answered by the last one's reply token."""
    last = inbounds[-1]
    if len(inbounds) == 1:
        return last
    texts = [one.text for one in inbounds if one.kind is InboundKind.TEXT]
    kinds = {one.kind for one in inbounds}
    kind = InboundKind.TEXT if texts else InboundKind.MEDIA if InboundKind.MEDIA in kinds else last.kind
    return replace(
        last, kind=kind, text="\n".join(texts) if texts else last.text,
        quoted_id=next((one.quoted_id for one in inbounds if one.quoted_id), None),
        masked=tuple(dict.fromkeys(kind for one in inbounds for kind in one.masked)),
    )  # fmt: skip


def _learn_contact(conversation: Conversation, address: ContactAddress) -> None:
    """Keep whether the address can be reached (wrote, or blocked us), by the newest event, not the last to arrive.

    And what the person's profile says they read, while they have written nothing. Whoever blocks us ends what name and
    telephone were for (個人資料保護法 §11(3)): they go, and stand only where a case holds them, or while the person
    speaks for a firm. Coming back, a person is asked anew; its cases are still its own.
    """
    contact, inbound = conversation.contact, conversation.inbound
    if address.reach_at is None or inbound.at >= address.reach_at:
        back = not address.reachable
        address.reachable, address.reach_at = inbound.kind is not InboundKind.UNFOLLOW, inbound.at
        if not address.reachable and binding_store.bound(conversation.session, contact.id) is None:
            contact.display_name, contact.name, contact.phone, contact.dialogue = "", None, None, {}
        elif back and address.reachable and contact.display_name == "":
            contact.display_name = None
    if inbound.reads and contact.language is None:
        contact.language = reading_language(inbound.reads).value


def _about(conversation: Conversation) -> int | None:
    """The one case that the answer is about, so that whoever quotes it is heard there."""
    inbound = conversation.inbound
    if not conversation.about and inbound.kind is InboundKind.POSTBACK and inbound.data.get("number"):
        row = case_store.by_number(conversation.session, inbound.data["number"])
        return row.id if row is not None and row.contact_id == conversation.contact.id else None
    return next(iter(conversation.about)) if len(conversation.about) == 1 else None


def _turn(conversation: Conversation) -> Result:
    state = state_from(conversation.contact.dialogue)
    conversation.inbound = moved(_readable(conversation.inbound), state)
    understanding = decision = None
    words = _words(conversation)
    if words is not None:
        previous = _previous(conversation, state) if conversation.inbound.kind is InboundKind.TEXT else None
        understanding, decision = conversation.reader.read(
            words,
            previous,
            today=turn_context.today(conversation.now),
            known=turn_context.known_kind(conversation),
        )
        if conversation.inbound.kind is InboundKind.TEXT:
            _learn_language(conversation, understanding, asked_for_a_fact=state.step in TOLD)
        decision = told_in(decision, conversation.language)
        conversation.understood = (understanding, decision)
    turn = turn_context.build(conversation, state, understanding, decision)
    if _is_stale(conversation):
        return menu.expired(turn)
    return router.handle(turn)


def _readable(inbound: Inbound) -> Inbound:
    """What came, with Hokkien read as Mandarin; the words stay in the rows as they were typed, and alarms as told."""
    text = in_mandarin(inbound.text) if inbound.kind is InboundKind.TEXT else inbound.text
    if text == inbound.text or detect_alert(TextForms(inbound.text)) is not None:
        return inbound
    return replace(inbound, text=text)


_READ_ANEW = frozenset({"move", "new_matter"})
"""Taps after which words that were kept are understood as a matter of their own."""


def _words(conversation: Conversation) -> str | None:
    """The words to understand: what came, or what a tap says is another matter."""
    inbound = conversation.inbound
    if inbound.kind is InboundKind.TEXT:
        return inbound.text
    if inbound.kind is InboundKind.POSTBACK and inbound.data.get("action") in _READ_ANEW:
        found = kept.messages_of_button(conversation)
        return "\n".join(message.text for message in found if message.kind == "text" and message.text) or None
    return None


def _is_stale(conversation: Conversation) -> bool:
    """An old tap that comes late must not undo what happened since (trap L3)."""
    last = conversation.contact.last_event_at
    old = conversation.inbound.kind is InboundKind.POSTBACK and last is not None and conversation.inbound.at < last
    return old and conversation.inbound.data.get("action") in router.OLD_IS_STALE


def _previous(conversation: Conversation, state: State) -> Previous | None:
    if state.last_message is None or state.last_category is None:
        return None
    ids = [state.last_message, *(one for one in state.pending if one > state.last_message)]
    found = conversation_store.by_ids(conversation.session, ids, contact_id=conversation.contact.id)
    led = next((message.text for message in found if message.id == state.last_message), "")
    # A hello before the matter, sent as a message of its own, says nothing of what is asked on.
    text = subject_among(led, [message.text for message in found]) if led else ""
    if not text:
        return None
    return Previous(text=text, category=turn_context.category(state.last_category), entry_id=state.last_entry)


def _learn_language(conversation: Conversation, understanding: Understanding, *, asked_for_a_fact: bool) -> None:
    """Each clear sentence decides the language, unless the firm chose one; danger is answered as it is told.

    A number, a name or a picture decides nothing, nor does a hello or an OK, which all Taiwan writes in English: that
    is answered in kind and forgotten. While nothing is known yet, the first words decide, clear or not.
    """
    contact, text = conversation.contact, conversation.inbound.text
    language, sure = understanding.language, sure_language(text)
    if understanding.alert is not None or in_distress(text):
        english = language if language is Language.EN else None
        chinese = Language.ZH_TW if only_in_chinese(text) else None
        conversation.for_now = str(sure or english or chinese or contact.language or Language.ZH_TW)
    names_something = asked_for_a_fact and not text.rstrip().endswith(("?", "？"))
    if names_something or contact.language_chosen or not _WORDS.search(_CODES.sub("", text)):
        return
    if understanding.category.value == "smalltalk" and language is Language.EN and sure is None:
        conversation.for_now = conversation.for_now or contact.language or str(language)
    elif sure is not None or contact.language is None:
        contact.language = reading_language(sure or language).value


def _store(conversation: Conversation, inbound: Inbound) -> Message:
    session, channel, external_id = conversation.session, inbound.channel, inbound.message_id
    known, gone = conversation_store.heard_of(session, channel, external_id) if external_id else (None, False)
    if known is not None:
        return known
    if gone and inbound.user_id and external_id:
        inbox_store.forget(session, PartitionKey(channel, inbound.user_id), external_id)
    message = Message(
        contact_id=conversation.contact.id, direction="in", kind=inbound.media or inbound.kind.value,
        text="" if gone else inbound.text, at=min(inbound.at, conversation.now), via=channel,
        channel=channel if external_id else None, external_id=external_id, erased_at=conversation.now if gone else None,
    )  # fmt: skip
    session.add(message)
    session.flush()
    if inbound.kind is InboundKind.MEDIA and external_id and not gone:
        problem = file_commands.expect(session, message, inbound)
        if problem is not None:
            conversation.told.append(notifications.words(conversation.office, message, conversation.language, problem))
    return message
