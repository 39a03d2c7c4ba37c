"""One thing a firm did on LINE, from its event to its effects and the answer in the outbox, in one transaction.

The dialogue decides; here its decisions are carried out. A step that fails for a reason the domain knows is told to
the firm in a sentence, and its message stays; any other failure undoes everything and the event is tried again.
"""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.language.text import Language
from knowledge.understand import Previous, Understanding
from knowledge.wording import reading_language
from routing.domain.dialogue import handling, menu
from routing.domain.dialogue.state import FACTS, State, state_from
from routing.domain.dialogue.turn import Result
from routing.domain.inbound import Inbound, InboundKind
from routing.domain.messages import Text, to_plain
from routing.service.context import Desk
from routing.service.conversation import effects, flooding, turns
from routing.service.conversation.taking_back import take_back
from routing.service.conversation.talk import Conversation
from routing.service.conversation.understanding import Reader
from routing.store import people
from routing.store.channel import conversations, inbox, outbox
from routing.store.schema import Contact, Media, Message
from routing.store.session import instant

_WORDS = re.compile(r"[^\W\d_]")
_CODES = re.compile(r"\b[A-Za-z]+-?\d[\w-]*")
"""Case numbers and the like: they are of no language."""

_STORED = frozenset({
    InboundKind.TEXT, InboundKind.MEDIA, InboundKind.LOCATION, InboundKind.STICKER, InboundKind.STRANGE,
})  # fmt: skip


def take(
    session: Session, desk: Desk, reader: Reader, inbound: Inbound, *, now: datetime, token_until: datetime | None
) -> None:
    """Carry out one inbound event. ``token_until``: until when its reply token is worth trying."""
    if inbound.kind is InboundKind.UNSEND:
        take_back(session, inbound, now=now)
        return
    if inbound.user_id is None or inbound.shared:
        # What people say in a group is theirs: nothing of it is kept, and it says nothing of blocking (trap L26).
        return
    contact, new = people.contact_by_line_id(session, inbound.user_id, now=now)
    talk = Conversation(
        session=session, desk=desk, reader=reader, inbound=inbound, contact=contact, now=now, new_contact=new
    )
    _learn_reach(contact, inbound)
    if inbound.kind is InboundKind.UNFOLLOW:
        return
    if inbound.kind in _STORED:
        talk.message = _store(talk)
    if inbound.silent or inbound.kind in {InboundKind.IGNORED, InboundKind.STICKER}:
        return
    if talk.message is not None and talk.message.erased_at is not None:
        return
    speed, alert_before = flooding.pace(session, inbound), contact.dialogue.get("alert")
    result = _turn(talk)
    effects.carry_out(talk, result)
    if inbound.masked:
        # Numbers to call in an emergency stay first.
        alert = talk.understood is not None and talk.understood[0].alert is not None
        talk.told.insert(1 if alert else 0, Text(desk.sentences.say("masked", talk.language)))
    contact.last_event_at = max(contact.last_event_at or inbound.at, inbound.at)
    if speed.beyond:
        flooding.quieten(talk, result, alert_before=alert_before)
    if talk.told and not (speed.crowd and (token_until is None or now > token_until)):
        outbox.put(
            session, contact_id=contact.id, payload=to_plain(talk.told[:5]), now=now,
            reason=outbox.NEVER_PUSHED if speed.crowd else "answer",
            reply_token=inbound.reply_token, token_until=token_until,
        )  # fmt: skip


def _learn_reach(contact: Contact, inbound: Inbound) -> None:
    """Whoever writes can be reached, whoever has blocked us cannot; the newest event says so, not the last to come."""
    if contact.reach_at is None or inbound.at >= contact.reach_at:
        contact.reachable, contact.reach_at = inbound.kind is not InboundKind.UNFOLLOW, inbound.at


def _turn(talk: Conversation) -> Result:
    state = state_from(talk.contact.dialogue)
    understanding = decision = None
    if talk.inbound.kind is InboundKind.TEXT:
        previous = _previous(talk, state)
        understanding, decision = talk.reader.read(
            talk.inbound.text, previous, today=turns.today(talk.now), known=turns.known_kind(talk)
        )
        talk.understood = (understanding, decision)
        _learn_language(talk, understanding, asked_for_a_fact=state.step in FACTS)
    turn = turns.build(talk, state, understanding, decision)
    if _is_stale(talk):
        return menu.expired(turn)
    return handling.handle(turn)


def _is_stale(talk: Conversation) -> bool:
    """An old tap that comes late must not undo what happened since (trap L3)."""
    last = talk.contact.last_event_at
    old = talk.inbound.kind is InboundKind.POSTBACK and last is not None and talk.inbound.at < last
    return old and talk.inbound.data.get("action") in handling.OLD_IS_STALE


def _previous(talk: Conversation, state: State) -> Previous | None:
    if state.last_message is None or state.last_category is None:
        return None
    found = conversations.by_ids(talk.session, [state.last_message], contact_id=talk.contact.id)
    if not found or not found[0].text:
        return None
    return Previous(text=found[0].text, category=turns.category(state.last_category), entry_id=state.last_entry)


def _learn_language(talk: Conversation, understanding: Understanding, *, asked_for_a_fact: bool) -> None:
    """The first words decide the language, until the firm chooses one; danger is answered as it is told.

    A number, a name or a picture decides nothing, nor does a hello or an OK, which all Taiwan writes in English: that
    is answered in kind and forgotten.
    """
    language = str(understanding.language)
    if understanding.alert is not None:
        talk.for_now = language
    if asked_for_a_fact or talk.contact.language is not None or not _WORDS.search(_CODES.sub("", talk.inbound.text)):
        return
    if understanding.category.value == "smalltalk" and understanding.language is Language.EN:
        talk.for_now = language
    else:
        talk.contact.language = reading_language(language)


def _store(talk: Conversation) -> Message:
    inbound = talk.inbound
    known = conversations.message_by_line_id(talk.session, inbound.message_id) if inbound.message_id else None
    if known is not None:
        return known
    gone = inbound.message_id is not None and people.was_unsent(talk.session, inbound.message_id)
    if gone and inbound.user_id and inbound.message_id:
        inbox.forget(talk.session, inbound.user_id, inbound.message_id)
    message = Message(
        contact_id=talk.contact.id, direction="in", kind=inbound.media or inbound.kind.value,
        text="" if gone else inbound.text, at=min(inbound.at, talk.now), via="line",
        line_message_id=inbound.message_id, erased_at=talk.now if gone else None,
    )  # fmt: skip
    talk.session.add(message)
    talk.session.flush()
    if inbound.kind is InboundKind.MEDIA and inbound.message_id and not gone:
        talk.session.add(
            Media(
                message_id=message.id, line_message_id=inbound.message_id, file_name=inbound.file_name,
                size=inbound.size, state="pending", due_at=instant(talk.session),
            )
        )  # fmt: skip
    return message
